//! Plans: what the program is going to do, as meant.
//!
//! What was typed is laid over the plan file, if there is one, and read into a plan with every
//! default spelled out. The same plan goes into `run.toml`, so that `--plan run.toml` repeats it.

mod methods;
mod overlay;
mod record;

use imputome::{CompanionQuantiles, Normalization};
use imputome_evaluate::{Hiding, Protocol, Scenario, ScoreScale};
use imputome_io::{Decimal, Delimiter, Rows};
use serde::{Deserialize, Serialize};

use crate::cells::{CellTablePlan, CellsPlan};

pub(crate) use methods::{
    MethodEntry, SettingsTable, as_typed, every_method, method_with, plan_value, settings_of,
    settings_with,
};
pub(crate) use overlay::{Resolved, Typed, resolve};
pub(crate) use record::{InputRecord, Record, run_file};

/// How tables are read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct ReadingPlan {
    /// What a line is.
    pub(crate) rows: Rows,
    /// What stands between two fields; decided from the content when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delimiter: Option<Delimiter>,
    /// What separates whole from fraction.
    pub(crate) decimal: Decimal,
    /// What one unit means.
    pub(crate) scale: ScaleRule,
    /// What zeros are.
    pub(crate) zeros: Zeros,
    /// File of the genes to keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) genes: Option<String>,
    /// File of their older and other symbols.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) synonyms: Option<String>,
}

/// What is known of the samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct SamplesPlan {
    /// Table of covariates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) covariates: Option<String>,
    /// Its columns of levels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) categorical: Vec<String>,
    /// Its columns of numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) numeric: Vec<String>,
    /// Its column of donors, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
    /// Tables of other assays, each as `[name=]file`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) companions: Vec<String>,
    /// What separates whole from fraction in them; as in the table when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) companion_decimal: Option<Decimal>,
}

impl SamplesPlan {
    /// Files that are read beside the table.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let companions = self.companions.iter().map(|text| companion_of(text).1);
        self.covariates.as_deref().into_iter().chain(companions)
    }
}

/// Name and file of a companion written as `[name=]file`; without a name, that of its file.
pub(crate) fn companion_of(text: &str) -> (&str, &str) {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !name.contains('/') => (name, file),
        _ => {
            let name = text.rsplit('/').next().unwrap_or(text);
            (name.split('.').next().unwrap_or(name), text)
        }
    }
}

/// What another cohort teaches first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct TransferPlan {
    /// A model learned there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start: Option<String>,
    /// Its expression table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// Its companions, each as `[name=]file`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) source_companions: Vec<String>,
    /// What a line of the source is.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) source_rows: Rows,
    /// What separates whole from fraction in it and its companions.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) source_decimal: Decimal,
    /// What one unit of its values means.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) source_scale: ScaleRule,
    /// What companions are brought to.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) companion_quantiles: CompanionQuantiles,
}

impl TransferPlan {
    /// True when nothing is asked for.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// True when a fit begins with nothing.
    pub(crate) fn begins_anew(&self) -> bool {
        self.start.is_none() && self.source.is_none()
    }

    /// Files that it reads.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let named = [&self.start, &self.source].into_iter().flatten();
        let companions = self.source_companions.iter();
        named
            .map(String::as_str)
            .chain(companions.map(|text| companion_of(text).1))
    }
}

/// What one unit of the values means, as asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ScaleRule {
    /// Detected and told.
    #[default]
    Auto,
    /// Raw counts.
    Counts,
    /// Linear abundance.
    Tpm,
    /// Logarithm of an abundance.
    Log,
    /// Centered or standardized per gene.
    Standardized,
}

/// What zeros are, as asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Zeros {
    /// Values, with a word when there are many.
    #[default]
    Auto,
    /// Not measured.
    Gaps,
    /// Measured.
    Values,
}

impl ReadingPlan {
    /// Files that are read beside the table.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let files = [&self.genes, &self.synonyms].into_iter().flatten();
        files.map(String::as_str)
    }
}

/// Fill the gaps of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ImputePlan {
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) seed: u64,
    pub(crate) input: String,
    pub(crate) output: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    #[serde(default, skip_serializing_if = "SettingsTable::is_empty")]
    pub(crate) settings: SettingsTable,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spread: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) draws: Option<u64>,
    #[serde(default)]
    pub(crate) add_genes: bool,
    #[serde(default, skip_serializing_if = "Normalization::is_none")]
    pub(crate) normalization: Normalization,
    #[serde(default, skip_serializing_if = "TransferPlan::is_none")]
    pub(crate) transfer: TransferPlan,
    #[serde(default)]
    pub(crate) reading: ReadingPlan,
    #[serde(default, skip_serializing_if = "CellsPlan::is_default")]
    pub(crate) cells: CellsPlan,
    #[serde(default)]
    pub(crate) samples: SamplesPlan,
}

impl ImputePlan {
    /// The plan that fills a file of cells as when nothing else is asked for.
    pub(crate) fn of_cells(input: String, output: String, seed: u64) -> Self {
        Self {
            command: "impute".into(),
            seed,
            input,
            output,
            model: None,
            method: None,
            settings: SettingsTable::new(),
            spread: None,
            draws: None,
            add_genes: false,
            normalization: Normalization::default(),
            transfer: TransferPlan::default(),
            reading: ReadingPlan::default(),
            cells: CellsPlan::default(),
            samples: SamplesPlan::default(),
        }
    }
}

/// Learn from a table and save the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct FitPlan {
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) seed: u64,
    pub(crate) input: String,
    pub(crate) output: String,
    #[serde(default)]
    pub(crate) method: String,
    #[serde(default, skip_serializing_if = "SettingsTable::is_empty")]
    pub(crate) settings: SettingsTable,
    #[serde(default, skip_serializing_if = "Normalization::is_none")]
    pub(crate) normalization: Normalization,
    #[serde(default, skip_serializing_if = "TransferPlan::is_none")]
    pub(crate) transfer: TransferPlan,
    #[serde(default)]
    pub(crate) reading: ReadingPlan,
    #[serde(default, skip_serializing_if = "CellTablePlan::is_default")]
    pub(crate) cells: CellTablePlan,
    #[serde(default)]
    pub(crate) samples: SamplesPlan,
}

/// Hide known values, let methods fill them, score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct EvaluatePlan {
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) seed: u64,
    pub(crate) input: String,
    pub(crate) output: String,
    #[serde(default = "both_scenarios")]
    pub(crate) scenario: Vec<Scenario>,
    #[serde(default = "one_half")]
    pub(crate) hide: Vec<f64>,
    #[serde(default = "three")]
    pub(crate) repeats: usize,
    #[serde(default, skip_serializing_if = "is_random")]
    pub(crate) mask: Hiding,
    #[serde(default)]
    pub(crate) protocol: Protocol,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) test_share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score_on: Option<ScoreScale>,
    #[serde(default = "methods::every_method")]
    pub(crate) methods: Vec<MethodEntry>,
    #[serde(default, skip_serializing_if = "Normalization::is_none")]
    pub(crate) normalization: Normalization,
    #[serde(default)]
    pub(crate) reading: ReadingPlan,
    #[serde(default)]
    pub(crate) samples: SamplesPlan,
}

/// Make data with known truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct SimulatePlan {
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) seed: u64,
    /// Of what; `cells`.
    pub(crate) kind: String,
    pub(crate) output: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cells: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) genes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) preset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) like: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layer: Option<String>,
    #[serde(default, skip_serializing_if = "SettingsTable::is_empty")]
    pub(crate) settings: SettingsTable,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn is_random(mask: &Hiding) -> bool {
    *mask == Hiding::Random
}

fn both_scenarios() -> Vec<Scenario> {
    imputome_evaluate::Experiment::default().scenarios
}

fn one_half() -> Vec<f64> {
    imputome_evaluate::Experiment::default().hidden_shares
}

fn three() -> usize {
    imputome_evaluate::Experiment::default().repeats
}
