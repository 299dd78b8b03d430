//! A trained generator and its draws.

use imputome_core::{CovariateEncoder, Dataset, Result, Run, Weights};
use imputome_engine::{Model, Spec, Weights as EngineWeights};
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

/// Running means and sums of squared distances from them, by entry (Welford 1962).
struct Draws {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Draws {
    fn new(entries: usize) -> Self {
        Self {
            count: 0.0,
            mean: vec![0.0; entries],
            squares: vec![0.0; entries],
        }
    }

    fn add(&mut self, draw: &[f32]) {
        self.count += 1.0;
        for ((mean, squares), &value) in self.mean.iter_mut().zip(&mut self.squares).zip(draw) {
            let before = f64::from(value) - *mean;
            *mean += before / self.count;
            *squares += before * (f64::from(value) - *mean);
        }
    }

    /// Standard deviations; 0 for a single draw.
    fn deviations(&self) -> Vec<f32> {
        let others = f64::max(self.count - 1.0, 1.0);
        let deviation = |sum: &f64| (sum / others).sqrt() as f32;
        self.squares.iter().map(deviation).collect()
    }
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
        if samples.len() == 0 {
            return Ok((Vec::new(), Vec::new()));
        }
        let model = self.model(run)?;
        let noise = Noise::new(self.game.method(), self.game.generator.noise, run);
        let (values, mask) = (&samples.values, &samples.measured);
        let mut draws = Draws::new(values.len());
        for draw in 0..self.game.draws() {
            run.proceed()?;
            let whom = For::Estimate(draw as u32);
            let noise = noise.draw(whom, samples, values, mask);
            draws.add(&samples.read(model.as_ref(), &[&noise, values], mask, run)?);
        }
        let genes = samples.genes;
        let limit = |(at, &v): (usize, &f64)| self.limit(at % genes, v as f32);
        let mean = draws.mean.iter().enumerate().map(limit).collect();
        Ok((mean, draws.deviations()))
    }

    fn model(&self, run: &Run) -> Result<Box<dyn Model>> {
        let mut model = networks::build(&self.game, &self.spec, "generator", run)?;
        model.import(&self.weights).map_err(refused)?;
        Ok(model)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_a_mean_and_a_deviation_by_entry() {
        let mut draws = Draws::new(2);
        for draw in [[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]] {
            draws.add(&draw);
        }
        assert_eq!(draws.mean, [3.0, 5.0]);
        // Squared distances 4, 1 and 9, over two.
        assert_eq!(draws.deviations(), [7.0_f32.sqrt(), 0.0]);
        assert_eq!(Draws::new(1).deviations(), [0.0]);
    }
}
