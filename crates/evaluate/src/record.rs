//! What one method did in one trial, judged: all that an evaluation keeps of it.

use imputome_core::Imputation;
use serde::{Deserialize, Serialize};

use crate::compare::{DONE, Outcome};
use crate::experiment::Scenario;
use crate::pool::LevelPool;
use crate::score::score;
use crate::scores::{Example, GeneScore, MethodCurve, Runtime, Score};
use crate::trials::Trial;

/// What one method did in one trial, judged. Records made anywhere, in any order, and joined in the order of trials and
/// methods ([`crate::Comparison::join`]) give the evaluation that one process gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Place of the trial, counted from 0: what [`crate::Trials::get`] takes.
    pub trial: usize,
    /// Label of the method.
    pub method: String,
    pub(crate) scores: Vec<Score>,
    pub(crate) per_gene: Vec<GeneScore>,
    pub(crate) examples: Vec<Example>,
    pub(crate) curves: Vec<MethodCurve>,
    pub(crate) runtime: Runtime,
    /// What the method is to be told of; in the first repeat alone.
    pub(crate) remarks: Vec<String>,
    /// What it settled on, by itself; in the first repeat alone.
    pub(crate) chosen: Vec<(String, String)>,
    /// Sums per level and gene of each test, with the pattern of their rows.
    pub(crate) pools: Vec<(GeneScore, LevelPool)>,
    pub(crate) seen: TrialFacts,
}

/// What a trial tells of the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TrialFacts {
    pub(crate) scenario: Scenario,
    pub(crate) repeat: usize,
    /// Genes of the table that could not be judged, by scenario and hidden share.
    pub(crate) left_out: Vec<(String, usize)>,
    /// Genes judged at most.
    pub(crate) genes: usize,
    /// Training samples of each level.
    pub(crate) level_samples: Vec<usize>,
    pub(crate) remarks: Vec<String>,
}

impl Record {
    /// Judges what the method `label` gave in `trial`, of a table of `n_genes` genes.
    pub(crate) fn of(label: &str, trial: &Trial, outcome: &Outcome, n_genes: usize) -> Self {
        let mut record = Self {
            trial: trial.index,
            method: label.into(),
            scores: Vec::new(),
            per_gene: Vec::new(),
            examples: Vec::new(),
            curves: Vec::new(),
            runtime: runtime(label, trial, outcome),
            remarks: Vec::new(),
            chosen: Vec::new(),
            pools: Vec::new(),
            seen: TrialFacts::of(trial, n_genes),
        };
        if trial.repeat == 1 {
            record.keep_summary(trial, outcome);
        }
        record.runtime.status = match &outcome.imputations {
            Ok(imputations) => record.judge(trial, imputations),
            Err(reason) => reason.clone(),
        };
        record
    }

    /// Scores every test and returns the status.
    fn judge(&mut self, trial: &Trial, imputations: &[Imputation]) -> String {
        if imputations.len() != trial.tests.len() {
            let (expected, found) = (trial.tests.len(), imputations.len());
            return format!("expected estimates for {expected} tests, found {found}");
        }
        let mut failures = 0;
        for (test, imputation) in imputations.iter().enumerate() {
            match score(&self.method, trial, test, imputation) {
                Ok(judgment) => {
                    failures += judgment.failures;
                    if let (Some(pattern), Some(levels)) =
                        (judgment.per_gene.first(), judgment.levels)
                    {
                        self.pools.push((pattern.clone(), levels));
                    }
                    self.scores.extend(judgment.scores);
                    self.per_gene.extend(judgment.per_gene);
                    self.examples.extend(judgment.examples);
                }
                Err(error) => return error.to_string(),
            }
        }
        match failures {
            0 => DONE.into(),
            n => format!("{n} estimates of hidden values are not finite numbers"),
        }
    }

    fn keep_summary(&mut self, trial: &Trial, outcome: &Outcome) {
        let summary = &outcome.summary;
        let curves = summary.curves.iter().filter(|c| !c.points.is_empty());
        self.curves.extend(curves.map(|curve| MethodCurve {
            method: self.method.clone(),
            scenario: trial.scenario.name().into(),
            hidden: trial.hidden(),
            curve: curve.clone(),
        }));
        let given = outcome.imputations.iter().flatten();
        let remarks = summary.remarks.iter().chain(given.flat_map(|i| &i.remarks));
        self.remarks.extend(remarks.cloned());
        let place = match trial.hidden() {
            Some(hidden) => crate::facts::place(trial.scenario, hidden),
            None => trial.scenario.name().into(),
        };
        let chosen = summary.chosen.iter();
        self.chosen
            .extend(chosen.map(|(name, value)| (format!("{name} ({place})"), value.clone())));
    }
}

impl TrialFacts {
    fn of(trial: &Trial, n_genes: usize) -> Self {
        let judged = trial.tests.iter().map(|test| test.judged.len());
        let left_out = trial.tests.iter().map(|test| {
            let place = crate::facts::place(trial.scenario, test.hidden);
            (place, n_genes - test.judged.len())
        });
        Self {
            scenario: trial.scenario,
            repeat: trial.repeat,
            left_out: left_out.collect(),
            genes: judged.max().unwrap_or(0),
            level_samples: trial.reference.level_samples.clone(),
            remarks: trial.remarks.clone(),
        }
    }
}

fn runtime(label: &str, trial: &Trial, outcome: &Outcome) -> Runtime {
    Runtime {
        method: label.into(),
        scenario: trial.scenario.name().into(),
        hidden: trial.hidden(),
        repeat: trial.repeat,
        fit_wall_seconds: outcome.cost.fit_wall_seconds,
        wall_seconds: outcome.cost.wall_seconds,
        cpu_seconds: outcome.cost.cpu_seconds,
        peak_mib: outcome.cost.peak_mib,
        status: String::new(),
    }
}
