//! Settings of DeepImpute.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::training::Schedule;

/// Settings of DeepImpute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeepImpute {
    /// What the table holds.
    pub table: TableOf,
    /// What is done about cells of different library sizes.
    pub library_size: LibrarySize,
    /// Share of the cells that is learned from.
    #[schemars(range(min = 0.0001, max = 1.0))]
    pub cells: f64,
    /// Variance over (1 + mean) of the counts above which a gene is imputed.
    #[schemars(range(min = 0.0, max = 1e9))]
    pub dispersion: f64,
    /// How many genes are imputed, those of highest variance over (1 + mean); none: all above
    /// `dispersion`. Either is rounded up to whole networks.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub genes: Option<usize>,
    /// Genes imputed by one network, at most.
    #[schemars(range(min = 1, max = 100_000))]
    pub targets: usize,
    /// Predictors chosen for each gene imputed, those of strongest correlation.
    #[schemars(range(min = 1, max = 1000))]
    pub predictors: usize,
    /// What correlations are taken of.
    pub correlation: CorrelationOf,
    /// What a network reads.
    pub inputs: Inputs,
    /// Leading directions of all genes that cells are told apart by, where inputs or what stands
    /// beside the networks need them.
    #[schemars(range(min = 1, max = 1000))]
    pub directions: usize,
    /// Units of the hidden layer.
    #[schemars(range(min = 1, max = 100_000))]
    pub hidden: usize,
    /// Share of hidden units dropped at each step of training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// Weight of each entry in the loss.
    pub weight: EntryWeight,
    /// Weight of entries that are zero in the loss.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub zero_weight: f64,
    /// Learning rate of Adam; the highest one where a schedule changes it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub learning_rate: f64,
    /// How the learning rate goes over the epochs.
    pub schedule: Schedule,
    /// Cells in a batch.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub batch: usize,
    /// Passes over the cells, at most.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub epochs: usize,
    /// Epochs without a better validation loss after which a network stops.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub patience: usize,
    /// Share of the cells to stop by.
    #[schemars(range(min = 0.001, max = 0.9))]
    pub validation: f64,
    /// What stands beside the networks.
    pub beside: Beside,
    /// Estimates above this many times the largest logarithm learned from are refused.
    #[schemars(range(min = 1.0, max = 1e9))]
    pub bound: f64,
}

/// What a table holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TableOf {
    /// Counts of reads or molecules.
    #[default]
    Counts,
    /// `ln(1 + count)`; estimates are on that scale too.
    Logs,
}

/// What is done about cells of different library sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LibrarySize {
    /// Nothing, as published.
    #[default]
    AsCounted,
    /// Counts are brought to the median sum of a cell, estimates back to the sum of their own.
    Normalized,
}

/// What correlations between genes are taken of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CorrelationOf {
    /// Counts, as the released code has it.
    Counts,
    /// `ln(1 + count)`.
    #[default]
    Logs,
}

/// What a network reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Inputs {
    /// `ln(1 + count)` of its predictors, as published.
    Logs,
    /// Standard scores of it over the cells learned from.
    Standardized,
    /// Where the cell stands along the leading directions of all genes but its targets, and its depth.
    #[default]
    Directions,
}

/// Weight of an entry that is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryWeight {
    /// Its own `ln(1 + count)`, as published.
    Value,
    /// 1.
    #[default]
    One,
}

/// What stands beside the networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// Nothing: outputs are estimates, as published.
    Nothing,
    /// Each gene's mean over the cells where it is not zero; a network learns what that leaves over,
    /// and counts as much as the cells to stop by tell.
    NonzeroMeans,
    /// Ridge regression of each gene, over the cells where it is not zero, on the leading directions of all
    /// genes but the network's targets; the network learns what that leaves over.
    #[default]
    Directions,
}

impl DeepImpute {
    /// Whether cells are told apart by leading directions.
    pub(super) fn uses_directions(&self) -> bool {
        self.inputs == Inputs::Directions || self.beside == Beside::Directions
    }
}

impl Default for DeepImpute {
    /// Ours, found by validation inside the training cells of four tables
    /// (docs/methods/deepimpute.md, "Choices").
    fn default() -> Self {
        Self {
            table: TableOf::Counts,
            library_size: LibrarySize::AsCounted,
            cells: 1.0,
            dispersion: 0.0,
            genes: None,
            targets: 512,
            predictors: 5,
            correlation: CorrelationOf::Logs,
            inputs: Inputs::Directions,
            directions: 20,
            hidden: 256,
            dropout: 0.2,
            weight: EntryWeight::One,
            zero_weight: 0.0,
            learning_rate: 4e-3,
            schedule: Schedule::Cosine,
            batch: 64,
            epochs: 20,
            patience: 3,
            validation: 0.05,
            beside: Beside::Directions,
            bound: 2.0,
        }
    }
}
