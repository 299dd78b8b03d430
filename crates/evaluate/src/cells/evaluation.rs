//! What an evaluation of methods for single cells found: the only thing its report reads.

use serde::{Deserialize, Serialize};

use super::{CellExperiment, CellMaps, CountBin};
use crate::scores::MethodFacts;

/// Everything an evaluation found, and what it was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CellEvaluation {
    /// What was asked.
    pub experiment: CellExperiment,
    /// What it was asked of.
    pub data: CellDataFacts,
    /// The methods compared, in the order asked for.
    pub methods: Vec<MethodFacts>,
    /// Label of the method that gives each gene the mean of its non-zeros.
    pub baseline: String,
    /// Which entries were judged in each repeat.
    pub judged: Vec<JudgedEntries>,
    /// One row per method, repeat and score.
    pub scores: Vec<CellScore>,
    /// One row per method and gene, over all repeats together.
    pub genes: Vec<CellGeneScore>,
    /// Hidden counts and their estimates under each method, over all repeats.
    pub bins: Vec<MethodBins>,
    /// Cells before and after on a map, where one could be made.
    pub maps: Option<CellMaps>,
    /// One row per method and repeat; in a file of its own, for times are never the same.
    #[serde(skip)]
    pub costs: Vec<CellCost>,
}

/// What is known of the cells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CellDataFacts {
    /// The file or data set by name.
    pub name: String,
    /// The table of it that was read, such as `layers/counts`.
    pub element: String,
    /// What its values are.
    pub scale: String,
    /// Rows.
    pub cells: usize,
    /// Columns.
    pub genes: usize,
    /// Entries that are not zero.
    pub entries: usize,
    /// What the user should know.
    pub remarks: Vec<String>,
}

/// Which entries of a repeat were judged, the same for every method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedEntries {
    /// Repeat, counted from 1.
    pub repeat: usize,
    /// Genes that every method imputes.
    pub genes: usize,
    /// Entries hidden, of whatever gene.
    pub hidden: usize,
    /// Those judged.
    pub judged: usize,
    /// Those of genes that some method does not impute.
    pub not_imputed: usize,
    /// Those whose estimate some method refused.
    pub refused: usize,
}

/// One number of `scores.tsv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellScore {
    /// Label of the method.
    pub method: String,
    /// Repeat, counted from 1.
    pub repeat: usize,
    /// Name of the score, see [`super::cell_definitions`].
    pub metric: String,
    /// Its value; nothing where it cannot be computed.
    pub value: Option<f64>,
}

/// One row of `genes.tsv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellGeneScore {
    /// Label of the method.
    pub method: String,
    /// The gene.
    pub gene: String,
    /// Entries judged over all repeats.
    pub entries: usize,
    /// Mean squared error of them, as `ln(1 + count)`.
    pub mse: Option<f64>,
    /// Their correlation with estimates; nothing where hidden counts do not vary.
    pub pearson: Option<f64>,
    /// Mean of squared estimates where the table has zeros.
    pub zero_error: Option<f64>,
    /// Why the method does not impute it, in the first repeat where it does not; empty where it
    /// always does.
    pub left_out: String,
}

/// Hidden counts and estimates of one method in bands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodBins {
    /// Label of the method.
    pub method: String,
    /// Bins that are not empty.
    pub bins: Vec<CountBin>,
}

/// One row of `runtime.tsv`.
#[derive(Clone, Debug, PartialEq)]
pub struct CellCost {
    /// Label of the method.
    pub method: String,
    /// Repeat, counted from 1.
    pub repeat: usize,
    /// Wall-clock seconds of fitting.
    pub fit_seconds: f64,
    /// Wall-clock seconds of fitting and imputing.
    pub wall_seconds: f64,
    /// Processor seconds of fitting and imputing.
    pub cpu_seconds: f64,
    /// `done`, or why there is no score.
    pub status: String,
}
