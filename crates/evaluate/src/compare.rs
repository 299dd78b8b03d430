//! Methods against each other on the same trials.

use std::collections::BTreeMap;

use imputome_core::{Imputation, Result, Summary};

use crate::pool::LevelPool;
use crate::score::score;
use crate::scores::{Evaluation, GeneScore, MethodCurve, MethodFacts, Runtime};
use crate::trials::{Trial, Trials};

/// How a method fared in one trial, as whoever ran it tells.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Estimates for each of the trial's tests in order, on the scale of the tests' tables; or why
    /// there are none.
    pub imputations: std::result::Result<Vec<Imputation>, String>,
    /// What it took.
    pub cost: Cost,
    /// How the fit went.
    pub summary: Summary,
}

impl Outcome {
    /// A method that gave no estimates, and why.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self {
            imputations: Err(reason.into()),
            cost: Cost::default(),
            summary: Summary::default(),
        }
    }
}

/// What fitting and imputing took; not a number where it was not measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Wall-clock seconds of fitting.
    pub fit_wall_seconds: f64,
    /// Wall-clock seconds of fitting and imputing.
    pub wall_seconds: f64,
    /// Processor seconds (user and system) of fitting and imputing.
    pub cpu_seconds: f64,
    /// Largest memory of the process that did it, MiB.
    pub peak_mib: f64,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            fit_wall_seconds: f64::NAN,
            wall_seconds: f64::NAN,
            cpu_seconds: f64::NAN,
            peak_mib: f64::NAN,
        }
    }
}

/// Runs every method on every trial through `runner` and gathers what it finds.
///
/// One trial is in memory at a time, and every method meets the same one. An error of `runner`
/// ends the comparison; a method that fails says so in its [`Outcome`] and the others go on.
pub fn compare(
    name: &str,
    trials: &Trials,
    methods: Vec<MethodFacts>,
    runner: &mut dyn FnMut(&str, &Trial) -> Result<Outcome>,
) -> Result<Evaluation> {
    let labels: Vec<String> = methods.iter().map(|m| m.label.clone()).collect();
    let mut comparison = Comparison::new(name, trials, methods);
    for trial in trials.iter() {
        let trial = trial?;
        for label in &labels {
            let outcome = runner(label, &trial)?;
            comparison.record(label, &trial, outcome);
        }
    }
    Ok(comparison.finish())
}

/// An evaluation in the making.
#[derive(Debug)]
pub struct Comparison<'a> {
    trials: &'a Trials<'a>,
    found: Evaluation,
    /// Sums by method and scenario with the pattern of their rows, in order of appearance.
    pools: Vec<(GeneScore, LevelPool)>,
    /// Genes left out: scenario and hidden share, with the largest number over repeats.
    left_out: BTreeMap<String, usize>,
}

impl<'a> Comparison<'a> {
    /// Nothing recorded yet; `name` is that of the data. What `methods` chose is filled in later.
    pub fn new(name: &str, trials: &'a Trials<'a>, methods: Vec<MethodFacts>) -> Self {
        let found = Evaluation {
            experiment: trials.experiment().clone(),
            data: crate::facts::data_facts(name, trials),
            methods,
            scores: Vec::new(),
            per_gene: Vec::new(),
            runtime: Vec::new(),
            curves: Vec::new(),
            examples: Vec::new(),
        };
        Self {
            trials,
            found,
            pools: Vec::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// Judges what the method `label` gave in `trial`.
    pub fn record(&mut self, label: &str, trial: &Trial, outcome: Outcome) {
        self.look_at(trial);
        if trial.repeat == 1 {
            self.keep_summary(label, trial, &outcome);
        }
        let status = match &outcome.imputations {
            Ok(imputations) => self.judge(label, trial, imputations),
            Err(reason) => reason.clone(),
        };
        self.found.runtime.push(Runtime {
            method: label.into(),
            scenario: trial.scenario.name().into(),
            hidden: trial.hidden(),
            repeat: trial.repeat,
            fit_wall_seconds: outcome.cost.fit_wall_seconds,
            wall_seconds: outcome.cost.wall_seconds,
            cpu_seconds: outcome.cost.cpu_seconds,
            peak_mib: outcome.cost.peak_mib,
            status,
        });
    }

    /// The evaluation, with what was pooled over repeats.
    pub fn finish(mut self) -> Evaluation {
        let genes = self.trials.data().genes.as_slice();
        if let Some(levels) = self.trials.levels() {
            for (pattern, pool) in &self.pools {
                let rows = pool.rows(pattern, levels, genes);
                self.found.per_gene.extend(rows);
            }
        }
        let remarks = crate::facts::remarks(genes.len(), &self.left_out);
        self.found.data.remarks.extend(remarks);
        self.found
    }

    /// Scores every test and returns the status.
    fn judge(&mut self, label: &str, trial: &Trial, imputations: &[Imputation]) -> String {
        if imputations.len() != trial.tests.len() {
            let (expected, found) = (trial.tests.len(), imputations.len());
            return format!("expected estimates for {expected} tests, found {found}");
        }
        let mut failures = 0;
        for (test, imputation) in imputations.iter().enumerate() {
            match score(label, trial, test, imputation) {
                Ok(judgment) => {
                    failures += judgment.failures;
                    self.pool(&judgment.per_gene, judgment.levels);
                    self.found.scores.extend(judgment.scores);
                    self.found.per_gene.extend(judgment.per_gene);
                    self.found.examples.extend(judgment.examples);
                }
                Err(error) => return error.to_string(),
            }
        }
        match failures {
            0 => DONE.into(),
            n => format!("{n} estimates of hidden values are not finite numbers"),
        }
    }

    fn pool(&mut self, rows: &[GeneScore], levels: Option<LevelPool>) {
        let (Some(pattern), Some(levels)) = (rows.first(), levels) else {
            return;
        };
        let same = |(known, _): &&mut (GeneScore, LevelPool)| {
            known.method == pattern.method && known.scenario == pattern.scenario
        };
        match self.pools.iter_mut().find(same) {
            Some((_, pool)) => pool.join(&levels),
            None => self.pools.push((pattern.clone(), levels)),
        }
    }

    /// Notes what the trial tells of the data, once for all methods.
    fn look_at(&mut self, trial: &Trial) {
        for test in &trial.tests {
            let left_out = self.trials.data().n_genes() - test.judged.len();
            let place = crate::facts::place(trial.scenario, test.hidden);
            let most = self.left_out.entry(place).or_default();
            *most = left_out.max(*most);
        }
        for remark in trial.remarks.iter().filter(|_| trial.repeat == 1) {
            if !self.found.data.remarks.contains(remark) {
                self.found.data.remarks.push(remark.clone());
            }
        }
        crate::facts::learn_from(&mut self.found.data, trial);
    }

    fn keep_summary(&mut self, label: &str, trial: &Trial, outcome: &Outcome) {
        let summary = &outcome.summary;
        let curves = summary.curves.iter().filter(|c| !c.points.is_empty());
        self.found.curves.extend(curves.map(|curve| MethodCurve {
            method: label.into(),
            scenario: trial.scenario.name().into(),
            hidden: trial.hidden(),
            curve: curve.clone(),
        }));
        let given = outcome.imputations.iter().flatten();
        let remarks = summary.remarks.iter().chain(given.flat_map(|i| &i.remarks));
        let Some(facts) = self.found.methods.iter_mut().find(|m| m.label == label) else {
            return;
        };
        for remark in remarks {
            if !facts.remarks.contains(remark) {
                facts.remarks.push(remark.clone());
            }
        }
        let place = match trial.hidden() {
            Some(hidden) => crate::facts::place(trial.scenario, hidden),
            None => trial.scenario.name().into(),
        };
        let chosen = summary.chosen.iter();
        facts
            .chosen
            .extend(chosen.map(|(name, value)| (format!("{name} ({place})"), value.clone())));
    }
}

/// The status of a method that gave finite estimates for everything asked.
pub const DONE: &str = "done";
