//! Methods against each other on the same trials.

use std::collections::BTreeMap;

use imputome_core::{Imputation, Result, Summary};

use crate::pool::LevelPool;
use crate::record::{Record, TrialFacts};
use crate::scores::{Evaluation, GeneScore, MethodFacts};
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
            comparison.record(label, &trial, &outcome);
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

    /// What is asked.
    pub fn experiment(&self) -> &crate::Experiment {
        self.trials.experiment()
    }

    /// Judges what the method `label` gave in `trial`.
    pub fn record(&mut self, label: &str, trial: &Trial, outcome: &Outcome) {
        self.join(self.judge(label, trial, outcome));
    }

    /// What the method `label` gave in `trial`, judged and not joined: for a comparison whose parts are made apart.
    pub fn judge(&self, label: &str, trial: &Trial, outcome: &Outcome) -> Record {
        Record::of(label, trial, outcome, self.trials.data().n_genes())
    }

    /// Joins what was judged here or elsewhere. The order of records is that of the evaluation's rows: trial by trial, methods as
    /// they were named.
    pub fn join(&mut self, record: Record) {
        self.look_at(&record.seen);
        let facts = self.found.methods.iter_mut();
        if let Some(facts) = { facts }.find(|facts| facts.label == record.method) {
            for remark in record.remarks {
                if !facts.remarks.contains(&remark) {
                    facts.remarks.push(remark);
                }
            }
            facts.chosen.extend(record.chosen);
        }
        for (pattern, levels) in record.pools {
            self.pool(pattern, levels);
        }
        self.found.scores.extend(record.scores);
        self.found.per_gene.extend(record.per_gene);
        self.found.examples.extend(record.examples);
        self.found.curves.extend(record.curves);
        self.found.runtime.push(record.runtime);
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

    fn pool(&mut self, pattern: GeneScore, levels: LevelPool) {
        let same = |(known, _): &&mut (GeneScore, LevelPool)| {
            known.method == pattern.method && known.scenario == pattern.scenario
        };
        match self.pools.iter_mut().find(same) {
            Some((_, pool)) => pool.join(&levels),
            None => self.pools.push((pattern, levels)),
        }
    }

    /// Notes what the trial tells of the data, once for all methods.
    fn look_at(&mut self, seen: &TrialFacts) {
        for (place, left_out) in &seen.left_out {
            let most = self.left_out.entry(place.clone()).or_default();
            *most = (*left_out).max(*most);
        }
        for remark in seen.remarks.iter().filter(|_| seen.repeat == 1) {
            if !self.found.data.remarks.contains(remark) {
                self.found.data.remarks.push(remark.clone());
            }
        }
        crate::facts::learn_from(&mut self.found.data, seen);
    }
}

/// The status of a method that gave finite estimates for everything asked.
pub const DONE: &str = "done";
