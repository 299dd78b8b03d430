//! Nearest-neighbor imputation.

use imputome_core::{
    Dataset, FittedImputer, Imputer, MethodCard, Result, Run, Scale, Setting, TableShape, Weights,
    settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Mean;

static CARD: MethodCard = MethodCard {
    name: "knn",
    title: "Nearest neighbors",
    idea: "Every gap gets the mean of its gene over the training samples most alike.",
    source: "Troyanskaya et al. 2001, doi:10.1093/bioinformatics/17.6.520",
    differs: "neighbors are samples rather than genes, so that a fitted model can meet new samples",
    needs: "nothing beside the table",
    cost: "samples x training samples x genes",
    inductive: true,
    spread: false,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// How a neighbor's distance weighs its vote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NeighborWeights {
    /// All neighbors alike.
    Uniform,
    /// By the inverse of their distance.
    #[default]
    Distance,
}

/// Settings of nearest-neighbor imputation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Knn {
    /// Neighbors averaged per gap.
    #[schemars(range(min = 1))]
    pub neighbors: usize,
    /// How a neighbor's distance weighs its vote.
    pub weights: NeighborWeights,
}

impl Default for Knn {
    fn default() -> Self {
        Self {
            neighbors: 10,
            weights: NeighborWeights::Distance,
        }
    }
}

impl Imputer for Knn {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        (4 * shape.samples * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Mean {}.fit(train, run)
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Mean {}.restore(weights)
    }
}
