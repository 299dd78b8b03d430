//! Regression of every gene on the leading principal components of a companion assay.
//!
//! Source: Massy 1965, doi:10.1080/01621459.1965.10480787.
//! Differs from it: the number of components comes from cross-validation over all genes; features
//! are standardized.
//!
//! Cost: samples² x features and samples³ for each fold, samples x components x genes.

mod fit;
mod fitted;

use imputome_core::{
    CompanionUse, Curve, Dataset, FittedImputer, Imputer, MethodCard, Result, Run, Scale, Setting,
    Summary, TableShape, Weights, settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::folds::{each_fold, folds_of};
use super::paired::{Absent, Paired};
use super::ridge::decomposition_memory;
use fit::{Fit, choose};
use fitted::FittedPcr;

static CARD: MethodCard = MethodCard {
    name: "pcr",
    title: "Principal component regression on a companion assay",
    idea: "Every gene is a sum over the directions in which samples differ most by another assay.",
    source: "Massy 1965, doi:10.1080/01621459.1965.10480787",
    differs: "the number of directions, one for all genes, comes from cross-validation; features are standardized",
    needs: "a companion assay of the same samples; makes no use of covariates or of the genes that a sample has measured",
    cost: "samples² x features and samples³ for each fold",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Settings of principal component regression on a companion assay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pcr {
    /// Number of components, or none to choose it by cross-validation.
    #[schemars(range(min = 1))]
    pub components: Option<usize>,
    /// Parts of the cohort that take turns in being left out.
    #[schemars(range(min = 2, max = 100))]
    pub folds: usize,
}

impl Default for Pcr {
    fn default() -> Self {
        // Ours; ten folds cost twice as much and choose nearly the same.
        Self {
            components: None,
            folds: 5,
        }
    }
}

impl Imputer for Pcr {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn companions(&self) -> CompanionUse {
        CompanionUse::Required
    }

    fn memory(&self, shape: TableShape) -> u64 {
        // A fold per thread.
        let folds = self.folds.min(64) as u64;
        decomposition_memory(shape) * (1 + folds) + 4 * 4 * (shape.samples * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        let paired = Paired::of(train, CARD.name)?;
        run.proceed()?;
        run.on_threads(|| self.learn(train, paired, run))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        fitted::restore(weights)
    }
}

impl Pcr {
    fn learn(&self, train: &Dataset, paired: Paired, run: &Run) -> Result<Box<dyn FittedImputer>> {
        let targets = paired.targets();
        let features = paired.features.view();
        let (wanted, points) = match self.components {
            Some(components) => (components, Vec::new()),
            None => {
                let folds = folds_of(train, &paired.rows, self.folds);
                choose(features, targets, &each_fold(&folds), run)?
            }
        };
        run.progress().begin("decomposing the companion", 0);
        let fit = Fit::of(features, targets, wanted, run)?;
        run.progress().end();
        let chosen = fit.effects.nrows();
        Ok(Box::new(FittedPcr {
            genes: train.genes.as_slice().to_vec(),
            summary: summary(&paired, chosen, points),
            absent: Absent::of(train),
            samples: paired.rows.len(),
            features: paired.feature_names,
            fit,
        }))
    }
}

fn summary(paired: &Paired, chosen: usize, points: Vec<(f64, f64)>) -> Summary {
    let curve = Curve {
        name: "cross-validated error, share of variance".into(),
        step: "components".into(),
        points,
    };
    Summary {
        curves: if curve.points.is_empty() {
            Vec::new()
        } else {
            vec![curve]
        },
        chosen: vec![
            ("paired samples".into(), paired.rows.len().to_string()),
            ("components".into(), chosen.to_string()),
        ],
        remarks: paired.remarks.clone(),
    }
}
