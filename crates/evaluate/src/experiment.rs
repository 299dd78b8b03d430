//! What an evaluation does: methods by scenarios by hidden shares by repeats.

use serde::{Deserialize, Serialize};

/// The two scenarios of the PMI paper, section 3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Entries of one table are hidden; the method learns from what is left and fills them.
    InPlace,
    /// The method learns from complete training rows and fills entries hidden in test rows of
    /// other groups.
    Inductive,
}

impl Scenario {
    /// The word used in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::InPlace => "in-place",
            Self::Inductive => "inductive",
        }
    }
}

/// What an evaluation is asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Scenarios to run.
    pub scenarios: Vec<Scenario>,
    /// Shares of measured entries to hide, each in `(0, 1)`.
    pub hidden_shares: Vec<f64>,
    /// Times that everything is done again with another split and other masks.
    pub repeats: usize,
    /// Share of samples (whole groups) held back for the inductive test.
    pub test_share: f64,
    /// The covariate whose levels are scored apart, if any.
    pub by: Option<String>,
    /// Seed of splits and masks.
    pub seed: u64,
}
