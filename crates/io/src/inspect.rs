//! What is in a table, and what to do with it.

use imputome_core::{Dataset, Scale};
use serde::{Deserialize, Serialize};

use crate::ReadFacts;

/// What is in a table. Shares are of all entries unless another base is named; ranges and
/// quantiles are over measured entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The file as the user named it.
    pub name: String,
    /// Number of samples.
    pub samples: usize,
    /// Number of genes.
    pub genes: usize,
    /// The first few sample names.
    pub first_samples: Vec<String>,
    /// The first few gene names.
    pub first_genes: Vec<String>,
    /// Least, 1 %, 25 %, 50 %, 75 %, 99 % and greatest value; nothing when nothing is measured.
    pub quantiles: Option<[f32; 7]>,
    /// The guessed scale.
    pub scale: Scale,
    /// Why that scale.
    pub scale_reason: String,
    /// Share of entries that are gaps.
    pub gap_share: f64,
    /// Share of measured entries that are exactly zero.
    pub zero_share: f64,
    /// The most common value and its share of measured entries; the detection floor of most
    /// tables.
    pub commonest: Option<(f32, f64)>,
    /// The detection floor, when the most common value is also the least one (to rounding) and
    /// stands in at least 1 % of measured entries.
    pub floor: Option<f32>,
    /// Genes with one and the same value wherever measured.
    pub constant_genes: Vec<String>,
    /// Genes never measured.
    pub never_measured_genes: Vec<String>,
    /// Samples in which less than half of the genes are measured: name and measured share.
    pub little_measured_samples: Vec<(String, f64)>,
    /// Samples at the detection floor in more than half of their measured genes: name and share.
    pub samples_at_floor: Vec<(String, f64)>,
    /// Covariates in the order of the table.
    pub covariates: Vec<CovariateFact>,
    /// Number of groups (donors), when there are any.
    pub groups: Option<usize>,
    /// The largest number of samples in one group, when there are any.
    pub largest_group: Option<usize>,
    /// What was decided while reading.
    pub notes: Vec<String>,
    /// What to do with it, one sentence each.
    pub advice: Vec<String>,
}

/// One covariate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CovariateFact {
    /// Its name.
    pub name: String,
    /// Its levels with the number of samples in each, most common first; empty when numeric.
    pub levels: Vec<(String, usize)>,
    /// Least, median and greatest value; nothing when categorical.
    pub range: Option<[f64; 3]>,
    /// Samples for which it is not known.
    pub unknown: usize,
}

/// Looks at every entry of a table.
pub fn inspect(dataset: &Dataset, facts: &ReadFacts) -> Inspection {
    let _ = (dataset, facts);
    unreachable!()
}
