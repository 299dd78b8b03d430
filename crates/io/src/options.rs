//! What is asked of a reader.

use imputome_core::Scale;
use serde::{Deserialize, Serialize};

use crate::{Decimal, Delimiter, Rows, Source};

/// How a table is to be read; the default decides everything from the content and tells.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// What the lines are.
    pub rows: Rows,
    /// What stands between two fields; decided from the first lines when `None`.
    pub delimiter: Option<Delimiter>,
    /// What separates whole from fraction. Never guessed: `1,234` means two things.
    pub decimal: Decimal,
    /// The covariate table to join.
    pub covariates: Option<CovariateOptions>,
    /// Where donors come from.
    pub groups: GroupRule,
    /// What one unit means; guessed from the values when `None`.
    pub scale: Option<Scale>,
    /// Tables of other assays of the same samples.
    pub companions: Vec<CompanionOptions>,
}

/// Another assay of the same samples.
#[derive(Clone, Debug)]
pub struct CompanionOptions {
    /// What it is, such as `methylation`.
    pub name: String,
    /// Its table, samples in lines or in columns.
    pub source: Source,
    /// What separates whole from fraction in it; as in the expression table when `None`.
    pub decimal: Option<Decimal>,
}

/// Which covariate table to join, and what its columns are.
///
/// With `categorical` and `numeric` both empty every usable column is taken and its kind
/// guessed; otherwise exactly the named ones are.
#[derive(Clone, Debug)]
pub struct CovariateOptions {
    /// The table: one line per sample (or per donor), in any order.
    pub source: Source,
    /// Columns of levels.
    pub categorical: Vec<String>,
    /// Columns of numbers.
    pub numeric: Vec<String>,
}

impl CovariateOptions {
    /// Every usable column of `source`, kinds guessed.
    pub fn guessed(source: Source) -> Self {
        Self {
            source,
            categorical: Vec::new(),
            numeric: Vec::new(),
        }
    }
}

/// Where the group (donor) of each sample comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupRule {
    /// A column of the covariate table named `donor_id`, `donor`, `subject`, `patient` or the
    /// like; else the donor in GTEx or the patient in TCGA sample names; else none.
    #[default]
    Auto,
    /// This column of the covariate table.
    Column(String),
    /// No groups: every sample stands for itself.
    None,
}
