//! A few features of a companion assay for every gene, by a penalty on the sum of their weights.
//!
//! Source: Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x; the elastic net of Zou and
//! Hastie 2005, doi:10.1111/j.1467-9868.2005.00503.x; coordinate descent of Friedman, Hastie and
//! Tibshirani 2010, doi:10.18637/jss.v033.i01.
//! Differs from them: genes walk their paths side by side; a path ends where the cross-validated
//! error has long been growing; gaps in expression are filled by `ridge` beforehand.
//!
//! Cost: folds x penalties x samples x features for each gene, in matrix products.

mod design;
mod fitted;
mod genes;
mod path;

pub use fitted::FittedLasso;
pub use genes::SparseGene;

use imputome_core::{
    CompanionUse, Dataset, FittedImputer, Imputer, MethodCard, Result, Run, Scale, Setting,
    TableShape, Weights, settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::components::FeatureScale;
use super::folds::{each_fold, folds_of};
use super::paired::Paired;
use super::regression::{RidgeRegression, Shrinkage};
use super::ridge::decomposition_memory;
use super::targets::{Centered, Targets};
use genes::Cohort;

static CARD: MethodCard = MethodCard {
    name: "lasso",
    title: "Lasso on a companion assay",
    idea: "Every gene is a sum over the few features of another assay that tell most about it.",
    source: "Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x; elastic net of Zou and Hastie 2005, doi:10.1111/j.1467-9868.2005.00503.x",
    differs: "a path of penalties ends where its error has long been growing; gaps in expression are filled by ridge beforehand",
    needs: "a companion assay of the same samples; makes no use of covariates or of the genes that a sample has measured",
    cost: "folds x penalties x samples x features for each gene",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Settings of the lasso on a companion assay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Lasso {
    /// Share of the penalty on absolute weights, the rest being on squares: 1 for the lasso, less
    /// for an elastic net.
    #[schemars(range(min = 0.01, max = 1.0))]
    pub mixing: f64,
    /// Parts of the cohort that take turns in being left out to choose the penalty.
    #[schemars(range(min = 2, max = 100))]
    pub folds: usize,
    /// Penalties on the path of a gene.
    #[schemars(range(min = 1, max = 1000))]
    pub penalties: usize,
    /// The smallest penalty as a share of the one that leaves no feature in.
    #[schemars(range(min = 0.000001, max = 0.9))]
    pub smallest: f64,
}

impl Default for Lasso {
    fn default() -> Self {
        // Those of LassoCV in scikit-learn 1.9.1.
        Self {
            mixing: 1.0,
            folds: 5,
            penalties: 100,
            smallest: 1e-3,
        }
    }
}

impl Lasso {
    /// Learns from the paired samples of `train`; gives the model itself.
    pub fn fit(&self, train: &Dataset, run: &Run) -> Result<FittedLasso> {
        self.check()?;
        let paired = Paired::of(train, CARD.name)?;
        run.proceed()?;
        run.on_threads(|| self.learn(train, paired, run))
    }

    fn learn(&self, train: &Dataset, paired: Paired, run: &Run) -> Result<FittedLasso> {
        let scale = FeatureScale::of(paired.features.view());
        let table = filled(&paired, run)?;
        run.proceed()?;
        let folds = each_fold(&folds_of(train, &paired.rows, self.folds));
        let scores = scale.apply(paired.features.view());
        let cohort = Cohort::new(&scores, &table, &folds);
        drop(scores);
        let steps = table.means.len() as u64;
        run.progress().begin("choosing features of genes", steps);
        let genes = cohort.learn(self, run)?;
        run.progress().end();
        Ok(FittedLasso::of(train, paired, scale, &table, genes))
    }
}

/// Expression with its gaps filled by what ridge says of them from all other samples.
fn filled(paired: &Paired, run: &Run) -> Result<Centered> {
    let targets: Targets<'_> = paired.targets();
    let mut table = Centered::of(&targets);
    if !table.is_complete() {
        let fit =
            RidgeRegression::fit(paired.features.view(), targets, &Shrinkage::default(), run)?;
        table.refine(&targets, &fit.leave_one_out);
    }
    Ok(table)
}

impl Imputer for Lasso {
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
        let (samples, features) = (shape.samples as u64, shape.companion_features as u64);
        let folds = self.folds as u64 + 1;
        // Features of every fold, and of each gene at work pulls and products of active features,
        // as many as half of the samples, on up to 64 threads.
        let active = samples.min(features) / 2;
        let walk = 5 * features + 8 * active * active;
        4 * samples * features * (folds + 1)
            + 32 * 64 * folds * walk / 8
            + 4 * 4 * samples * shape.genes as u64
            + decomposition_memory(shape)
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Lasso::fit(self, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(FittedLasso::restore(weights)?))
    }
}
