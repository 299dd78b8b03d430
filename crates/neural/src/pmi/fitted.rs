//! A fitted PMI and its estimates.

use imputome_core::{
    CovariateEncoder, Dataset, FittedImputer, Imputation, Result, Run, Summary, Weights,
};
use imputome_engine::{Adam, Spec, Weights as EngineWeights};
use ndarray::Array2;

use super::Pmi;
use super::beside::Judgement;
use super::network::spec;
use crate::bounds::{Bounds, is_outlying};
use crate::covariates::remarks_on_levels;
use crate::network;
use crate::samples::Samples;
use crate::training::{checkpoint, engine, refused};

/// Trained networks and what they need to read a table.
#[derive(Clone, Debug)]
pub(super) struct Networks {
    /// The declaration they share.
    pub(super) spec: Spec,
    /// Levels and means of covariates.
    pub(super) encoder: CovariateEncoder,
    /// Sane ranges, where the settings ask for them.
    pub(super) bounds: Option<Bounds>,
    /// Weights of each network.
    pub(super) weights: Vec<EngineWeights>,
}

/// What networks make of a table.
#[derive(Debug)]
pub(super) struct Reading {
    /// Mean of the networks' estimates, shape `[samples, genes]`.
    pub(super) estimates: Array2<f32>,
    /// Whether each sample is outlying; none where there are no bounds.
    pub(super) outlying: Vec<bool>,
}

impl Networks {
    /// Estimates of every entry, within bounds where there are any.
    pub(super) fn read(&self, data: &Dataset, run: &Run) -> Result<Reading> {
        let mut samples = Samples::of(data, &self.encoder);
        let mut outlying = vec![false; data.n_samples()];
        if let Some(bounds) = &self.bounds {
            bounds.limit_inputs(&mut samples.values, &samples.measured);
            for (row, outlying) in outlying.iter_mut().enumerate() {
                *outlying = is_outlying(data.values.row(row), data.measured.row(row));
            }
        }
        let mut mean = vec![0.0_f64; samples.values.len()];
        for weights in &self.weights {
            run.proceed()?;
            let output = self.predict(weights, &samples, run)?;
            let share = 1.0 / self.weights.len() as f64;
            mean.iter_mut()
                .zip(output)
                .for_each(|(mean, v)| *mean += share * f64::from(v));
        }
        let genes = samples.genes;
        let limit = |(at, &v): (usize, &f64)| self.limit(at % genes, v as f32);
        let estimates = mean.iter().enumerate().map(limit).collect();
        Ok(Reading {
            estimates: Array2::from_shape_vec(data.values.dim(), estimates)
                .expect("one estimate for each entry"),
            outlying,
        })
    }

    /// An estimate brought into bounds, where there are any.
    pub(super) fn limit(&self, gene: usize, estimate: f32) -> f32 {
        match &self.bounds {
            Some(bounds) => bounds.limit(gene, estimate),
            None => estimate,
        }
    }

    fn predict(&self, weights: &EngineWeights, samples: &Samples, run: &Run) -> Result<Vec<f32>> {
        if samples.len() == 0 {
            return Ok(Vec::new());
        }
        let mut model = engine(run)?
            .build(&self.spec, Adam::default(), 0)
            .map_err(refused)?;
        model.import(weights).map_err(refused)?;
        samples.read(model.as_ref(), &[&samples.values], &samples.measured, run)
    }

    fn to_weights(&self) -> Weights {
        let mut all = Weights::new().with_fact("covariates", &self.encoder);
        if let Some(bounds) = &self.bounds {
            all = all.nested("bounds", bounds.weights());
        }
        self.weights
            .iter()
            .enumerate()
            .fold(all, |all, (n, network)| {
                all.nested(&format!("network{n}"), checkpoint::from_engine(network))
            })
    }

    fn restore(settings: &Pmi, weights: &Weights, genes: usize) -> Result<Self> {
        let encoder: CovariateEncoder = weights.fact("covariates")?;
        let spec = spec(settings, genes, &encoder);
        let bounds = match settings.bound {
            Some(_) => Some(Bounds::restore(&weights.under("bounds"), genes)?),
            None => None,
        };
        let network = |n: usize| -> Result<EngineWeights> {
            let stored = checkpoint::to_engine(&weights.under(&format!("network{n}")));
            network::expect_weights(&spec, &stored)?;
            Ok(stored)
        };
        let weights = (0..settings.networks).map(network).collect::<Result<_>>()?;
        Ok(Self {
            spec,
            encoder,
            bounds,
            weights,
        })
    }
}

/// A fitted PMI.
#[derive(Debug)]
pub(super) struct FittedPmi {
    pub(super) genes: Vec<String>,
    /// Levels of covariates in the whole training table, for remarks on others.
    pub(super) known: CovariateEncoder,
    pub(super) networks: Networks,
    pub(super) judgement: Judgement,
    pub(super) summary: Summary,
}

impl FittedPmi {
    /// Rebuilds what an earlier fit with the same settings learned.
    pub(super) fn restore(settings: &Pmi, weights: &Weights) -> Result<Self> {
        let genes: Vec<String> = weights.fact("genes")?;
        Ok(Self {
            networks: Networks::restore(settings, weights, genes.len())?,
            judgement: Judgement::restore(settings, weights, genes.len())?,
            summary: weights.fact("summary")?,
            known: weights.fact("levels")?,
            genes,
        })
    }
}

impl FittedImputer for FittedPmi {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        data.expect_genes("pmi", &self.genes)?;
        let mut imputation = self.judgement.conclude(&self.networks, data, run)?;
        let lack = "was not in training";
        let unknown = remarks_on_levels(&self.known, &data.covariates, lack);
        imputation.remarks.extend(unknown);
        Ok(imputation)
    }

    fn weights(&self) -> Weights {
        let mut all = self.networks.to_weights();
        let judgement = self.judgement.to_weights();
        all.tensors.extend(judgement.tensors);
        all.facts.extend(judgement.facts);
        all.with_fact("genes", &self.genes)
            .with_fact("levels", &self.known)
            .with_fact("summary", &self.summary)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}
