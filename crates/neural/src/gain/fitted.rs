//! A fitted GAIN and its estimates.

use imputome_core::{
    CovariateEncoder, Dataset, FittedImputer, Imputation, Result, Run, Summary, Weights,
};
use ndarray::Array2;

use super::game::Game;
use super::generator::{Generator, Reading};
use super::judgement::Judgement;
use crate::covariates::remarks_on_levels;

/// A fitted GAIN-GTEx or GAIN-MSE.
#[derive(Debug)]
pub(super) struct FittedGain {
    pub(super) genes: Vec<String>,
    /// Levels of covariates in the whole training table, for remarks on others.
    pub(super) known: CovariateEncoder,
    pub(super) generator: Generator,
    pub(super) judgement: Judgement,
    pub(super) summary: Summary,
}

impl FittedGain {
    /// Rebuilds what an earlier fit of the same game learned.
    pub(super) fn restore(game: Game, weights: &Weights) -> Result<Self> {
        let genes: Vec<String> = weights.fact("genes")?;
        Ok(Self {
            generator: Generator::restore(game, weights, genes.len())?,
            judgement: Judgement::restore(weights, genes.len())?,
            summary: weights.fact("summary")?,
            known: weights.fact("levels")?,
            genes,
        })
    }

    /// Standard deviation of every estimate.
    fn spread(&self, data: &Dataset, reading: &Reading) -> Array2<f32> {
        let mut spread = reading.deviations.clone();
        for (mut row, measured) in spread.rows_mut().into_iter().zip(data.measured.0.rows()) {
            let shown = measured.iter().filter(|&&measured| measured).count();
            let shown = shown as f64 / data.n_genes() as f64;
            for (gene, deviation) in row.iter_mut().enumerate() {
                *deviation = self.judgement.spread(shown, gene, *deviation);
            }
        }
        spread
    }
}

impl FittedImputer for FittedGain {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        data.expect_genes(self.generator.game.method(), &self.genes)?;
        let reading = self.generator.read(data, run)?;
        let mut remarks = remarks_on_levels(&self.known, &data.covariates, "was not in training");
        if reading.outlying > 0 {
            remarks.push(format!(
                "{} samples lie far from those that the network learned from (standard scores \
                 of 4 and more throughout)",
                reading.outlying
            ));
        }
        Ok(Imputation {
            spread: Some(self.spread(data, &reading)),
            estimates: reading.estimates,
            remarks,
        })
    }

    fn weights(&self) -> Weights {
        let mut all = self.generator.to_weights();
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
