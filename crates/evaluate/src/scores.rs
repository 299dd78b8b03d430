//! The results of an evaluation: tidy tables, the only thing a report reads.

use imputome_core::{Curve, Setting};
use serde::{Deserialize, Serialize};

use crate::experiment::Experiment;

/// Everything an evaluation found, and what it was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evaluation {
    /// What was asked.
    pub experiment: Experiment,
    /// What it was asked of.
    pub data: DataFacts,
    /// The methods compared, in the order asked for.
    pub methods: Vec<MethodFacts>,
    /// One row per method, scenario, hidden share, repeat, group and metric.
    pub scores: Vec<Score>,
    /// One row per method, scenario, hidden share, repeat and gene (and per group, over all repeats).
    pub per_gene: Vec<GeneScore>,
    /// One row per method, scenario and repeat.
    pub runtime: Vec<Runtime>,
    /// Learning curves of the first repeat.
    pub curves: Vec<MethodCurve>,
    /// A sample of held-out entries with their estimates.
    pub examples: Vec<Example>,
}

/// What is known of the data evaluated on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DataFacts {
    /// The file or data set by name.
    pub name: String,
    /// Rows.
    pub samples: usize,
    /// Columns that could be judged.
    pub genes: usize,
    /// Donors or other groups that no split tears apart; the number of samples where none were given.
    pub groups: usize,
    /// Share of entries not measured.
    pub gap_share: f64,
    /// Unit of the values.
    pub scale: String,
    /// Categorical and numeric covariates by name.
    pub covariates: Vec<String>,
    /// The covariate whose levels are scored apart, if any.
    pub by: Option<String>,
    /// Its levels with the number of samples of each and of training samples in the first repeat.
    pub levels: Vec<LevelFacts>,
    /// What the user should know of the data.
    pub remarks: Vec<String>,
}

/// A level of the covariate scored apart, such as a tissue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LevelFacts {
    /// The level.
    pub level: String,
    /// Samples that have it.
    pub samples: usize,
    /// Training samples that have it (inductive scenario, first repeat).
    pub training_samples: usize,
}

/// A method as it was run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MethodFacts {
    /// The name it has in tables and figures: as typed, such as `knn:neighbors=20`.
    pub label: String,
    /// Its name in the catalog.
    pub name: String,
    /// Its title in full.
    pub title: String,
    /// The publication it follows.
    pub source: String,
    /// Its settings as run: name, value, meaning.
    pub settings: Vec<(String, String, String)>,
    /// What it chose by itself in the first repeat: name and value.
    pub chosen: Vec<(String, String)>,
    /// What the user should know.
    pub remarks: Vec<String>,
}

impl MethodFacts {
    /// Settings as rows of text: name, value, meaning.
    pub fn settings_as_text(settings: &[Setting]) -> Vec<(String, String, String)> {
        settings
            .iter()
            .map(|s| (s.name.clone(), s.value.to_string(), s.doc.clone()))
            .collect()
    }
}

/// One number of `scores.tsv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Label of the method.
    pub method: String,
    /// `in-place` or `inductive`.
    pub scenario: String,
    /// Share of entries hidden.
    pub hidden: f64,
    /// Repeat, counted from 1.
    pub repeat: usize,
    /// `all`, or a level as `tissue=Lung`.
    pub group: String,
    /// Name of the metric.
    pub metric: String,
    /// Its value; not a number where it cannot be computed.
    #[serde(with = "crate::number")]
    pub value: f64,
}

/// One row of `per_gene.tsv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneScore {
    /// Label of the method.
    pub method: String,
    /// `in-place` or `inductive`.
    pub scenario: String,
    /// Share of entries hidden.
    pub hidden: f64,
    /// Repeat, counted from 1; nothing where all repeats are pooled (rows of a level).
    pub repeat: Option<usize>,
    /// `all`, or a level as `tissue=Lung`.
    pub group: String,
    /// The gene.
    pub gene: String,
    /// Held-out entries scored.
    pub entries: usize,
    /// R2 as defined by the metric `r2` (within the level for rows of a level).
    #[serde(with = "crate::number")]
    pub r2: f64,
    /// Root mean squared error in standard deviations of the gene.
    #[serde(with = "crate::number")]
    pub rmse: f64,
    /// Mean absolute error in standard deviations of the gene.
    #[serde(with = "crate::number")]
    pub mae: f64,
    /// Correlation of truth and estimate.
    #[serde(with = "crate::number")]
    pub pearson: f64,
}

/// One row of `runtime.tsv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Runtime {
    /// Label of the method.
    pub method: String,
    /// `in-place` or `inductive`.
    pub scenario: String,
    /// Share of entries hidden; nothing where one fit serves several shares.
    pub hidden: Option<f64>,
    /// Repeat, counted from 1.
    pub repeat: usize,
    /// Wall-clock seconds of fitting.
    #[serde(with = "crate::number")]
    pub fit_wall_seconds: f64,
    /// Wall-clock seconds of fitting and imputing.
    #[serde(with = "crate::number")]
    pub wall_seconds: f64,
    /// Processor seconds (user and system) of fitting and imputing.
    #[serde(with = "crate::number")]
    pub cpu_seconds: f64,
    /// Largest memory of the process that did it, MiB.
    #[serde(with = "crate::number")]
    pub peak_mib: f64,
    /// `done`, or why not.
    pub status: String,
}

/// A learning curve and whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodCurve {
    /// Label of the method.
    pub method: String,
    /// `in-place` or `inductive`.
    pub scenario: String,
    /// Share of entries hidden; nothing where one fit serves several shares.
    pub hidden: Option<f64>,
    /// The curve.
    pub curve: Curve,
}

/// A held-out entry with its truth and its estimate, on the scale of the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// Label of the method.
    pub method: String,
    /// `in-place` or `inductive`.
    pub scenario: String,
    /// Share of entries hidden.
    pub hidden: f64,
    /// The sample.
    pub sample: String,
    /// The gene.
    pub gene: String,
    /// What was measured.
    #[serde(with = "crate::number")]
    pub truth: f64,
    /// What the method said.
    #[serde(with = "crate::number")]
    pub estimate: f64,
    /// Its standard deviation, where the method gives one.
    pub spread: Option<f64>,
}
