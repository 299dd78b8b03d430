//! A trained generator and its draws.

use imputome_core::{CovariateEncoder, Dataset, Result, Run, Weights};
use imputome_engine::{Engine, PortableEngine, Spec, Weights as EngineWeights};
use ndarray::Array2;

use super::game::Game;
use super::networks;
use super::noise::{For, Noise};
use crate::bounds::{Bounds, is_outlying};
use crate::network;
use crate::samples::Samples;
use crate::training::{checkpoint, refused};

/// A trained generator and what it needs to read a table.
#[derive(Clone, Debug)]
pub(super) struct Generator {
    /// The settings it was trained by.
    pub(super) game: Game,
    /// Its declaration.
    pub(super) spec: Spec,
    /// Levels and means of covariates.
    pub(super) encoder: CovariateEncoder,
    /// Sane ranges, where the settings ask for them.
    pub(super) bounds: Option<Bounds>,
    /// Its weights.
    pub(super) weights: EngineWeights,
}

/// What a generator makes of a table, shape `[samples, genes]` each.
#[derive(Debug)]
pub(super) struct Reading {
    /// Mean over draws of the noise.
    pub(super) estimates: Array2<f32>,
    /// Standard deviation over draws of the noise; 0 for a single draw.
    pub(super) deviations: Array2<f32>,
    /// Samples that lie far from those of training; 0 where there are no bounds.
    pub(super) outlying: usize,
}

impl Generator {
    /// Mean and standard deviation over draws of every entry, within bounds where there are any.
    pub(super) fn read(&self, data: &Dataset, run: &Run) -> Result<Reading> {
        let mut samples = Samples::of(data, &self.encoder);
        let mut outlying = 0;
        if let Some(bounds) = &self.bounds {
            bounds.limit_inputs(&mut samples.values, &samples.measured);
            let is_outlying =
                |&row: &usize| is_outlying(data.values.row(row), data.measured.row(row));
            outlying = (0..data.n_samples()).filter(is_outlying).count();
        }
        let (mean, deviation) = self.draw(&samples, run)?;
        let table = |numbers| {
            Array2::from_shape_vec(data.values.dim(), numbers).expect("a number for each entry")
        };
        Ok(Reading {
            estimates: table(mean),
            deviations: table(deviation),
            outlying,
        })
    }

    /// Mean within bounds and standard deviation over draws, shape `[samples, genes]`.
    fn draw(&self, samples: &Samples, run: &Run) -> Result<(Vec<f32>, Vec<f32>)> {
        let size = samples.values.len();
        if size == 0 {
            return Ok((Vec::new(), Vec::new()));
        }
        let engine = PortableEngine::new(run.threads()).map_err(refused)?;
        let mut model = engine
            .build(&self.spec, self.game.adam(), 0)
            .map_err(refused)?;
        model.import(&self.weights).map_err(refused)?;
        let noise = Noise::new(self.game.method(), self.game.generator.noise, run);
        let (mut mean, mut squares) = (vec![0.0_f64; size], vec![0.0_f64; size]);
        for draw in 0..self.game.draws() {
            run.proceed()?;
            let whom = For::Estimate(draw as u32);
            let (values, mask) = (&samples.values, &samples.measured);
            let noise = noise.draw(whom, samples, values, mask);
            let output = samples.predict(model.as_ref(), &[&noise, values], mask)?;
            // Running mean and sum of squared distances from it (Welford 1962).
            let entries = mean.iter_mut().zip(&mut squares).zip(output);
            for ((mean, squares), output) in entries {
                let before = f64::from(output) - *mean;
                *mean += before / (draw + 1) as f64;
                *squares += before * (f64::from(output) - *mean);
            }
        }
        let genes = samples.genes;
        let limit = |(at, &v): (usize, &f64)| self.limit(at % genes, v as f32);
        let others = self.game.draws().saturating_sub(1).max(1) as f64;
        let deviation = squares.iter().map(|sum| (sum / others).sqrt() as f32);
        Ok((
            mean.iter().enumerate().map(limit).collect(),
            deviation.collect(),
        ))
    }

    fn limit(&self, gene: usize, estimate: f32) -> f32 {
        match &self.bounds {
            Some(bounds) => bounds.limit(gene, estimate),
            None => estimate,
        }
    }

    /// As named tensors and facts.
    pub(super) fn to_weights(&self) -> Weights {
        let all = Weights::new()
            .with_fact("covariates", &self.encoder)
            .nested("generator", checkpoint::from_engine(&self.weights));
        match &self.bounds {
            Some(bounds) => all.nested("bounds", bounds.weights()),
            None => all,
        }
    }

    /// Back from [`Generator::to_weights`].
    pub(super) fn restore(game: Game, weights: &Weights, genes: usize) -> Result<Self> {
        let encoder: CovariateEncoder = weights.fact("covariates")?;
        let spec = networks::generator(&game, genes, &encoder);
        let bounds = match game.generator.bound {
            Some(_) => Some(Bounds::restore(&weights.under("bounds"), genes)?),
            None => None,
        };
        let stored = checkpoint::to_engine(&weights.under("generator"));
        network::expect_weights(&spec, &stored)?;
        Ok(Self {
            game,
            spec,
            encoder,
            bounds,
            weights: stored,
        })
    }
}
