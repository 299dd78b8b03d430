//! Methods against each other on a table.

use std::collections::HashSet;

use imputome_core::{Dataset, Error, Imputation, Result, Run, hand_out};
use imputome_evaluate::{Comparison, Cost, Evaluation, Experiment, Outcome, Record, Trial, Trials};

use crate::parts::{AskedTrial, TrialTask};
use crate::{Method, Model};

/// Methods that fill what was hidden from them, all of them the same values, in this process or by the workers of a run.
///
/// What each takes of time and memory is not known: `imputome evaluate` gives each a process of its own.
#[derive(Debug)]
pub struct Contest<'a> {
    name: &'a str,
    data: &'a Dataset,
    methods: &'a [(String, Method)],
    experiment: &'a Experiment,
}

impl<'a> Contest<'a> {
    /// `methods`, by label, on `data`, which the report calls `name`.
    ///
    /// Refused when a label stands twice, a method needs a companion that is not there, or the experiment contradicts
    /// itself.
    pub fn new(
        name: &'a str,
        data: &'a Dataset,
        methods: &'a [(String, Method)],
        experiment: &'a Experiment,
    ) -> Result<Self> {
        experiment.check()?;
        let mut seen = HashSet::new();
        if let Some((label, _)) = methods.iter().find(|(label, _)| !seen.insert(label)) {
            return Err(Error::Unusable(format!(
                "method {label} is asked for twice; name it once"
            )));
        }
        let lacks = |method: &Method| method.needs_companion() && data.companions.is_empty();
        if let Some((_, method)) = methods.iter().find(|(_, method)| lacks(method)) {
            return Err(Error::NoCompanion {
                method: method.name().into(),
            });
        }
        Ok(Self {
            name,
            data,
            methods,
            experiment,
        })
    }

    /// Hides values, lets every method fill them in every trial and scores them. The same with workers and without.
    pub fn hold(&self, run: &Run) -> Result<Evaluation> {
        let trials = Trials::new(self.data, self.experiment)?;
        let facts = self
            .methods
            .iter()
            .map(|(label, method)| method.facts(label));
        let mut comparison = Comparison::new(self.name, &trials, facts.collect());
        match run.workers() {
            None => self.hold_here(&trials, &mut comparison, run)?,
            Some(_) => {
                let records = self.hand_out(&trials, run)?;
                records
                    .into_iter()
                    .for_each(|record| comparison.join(record));
            }
        }
        Ok(comparison.finish())
    }

    fn hold_here(
        &self,
        trials: &Trials<'_>,
        comparison: &mut Comparison<'_>,
        run: &Run,
    ) -> Result<()> {
        for trial in trials.iter() {
            let trial = trial?;
            for method in self.methods {
                run.proceed()?;
                let record = judge(comparison, method, &trial, run)?;
                comparison.join(record);
            }
        }
        Ok(())
    }

    /// Records trial by trial, in each in the order of the methods.
    fn hand_out(&self, trials: &Trials<'_>, run: &Run) -> Result<Vec<Record>> {
        let Some(workers) = run.workers() else {
            return Ok(Vec::new());
        };
        let asked = AskedTrial::new(self.data, self.experiment);
        let tasks: Vec<TrialTask> = (0..trials.len())
            .flat_map(|trial| self.methods.iter().map(move |method| (trial, method)))
            .map(|(trial, method)| TrialTask::new(trial, method))
            .collect();
        run.progress()
            .begin("methods in trials", tasks.len() as u64);
        let told = |finished: usize| run.progress().advance(finished as u64, "");
        let records = hand_out::<TrialTask>(workers, &asked, &tasks, &told);
        run.progress().end();
        records?
            .iter()
            .map(|record| TrialTask::record(record))
            .collect()
    }
}

/// What a method does in a trial, by a seed that the trial shares with no other.
pub(crate) fn judge(
    comparison: &Comparison<'_>,
    (label, method): &(String, Method),
    trial: &Trial,
    run: &Run,
) -> Result<Record> {
    let mut part = run.as_part(&format!("{label}: {}", trial.name()));
    part.seed = Run::new(comparison.experiment().seed, 1)?.derived_seed(&trial.name());
    let outcome = match carried_out(method, trial, &part) {
        Err(Error::Interrupted) => return Err(Error::Interrupted),
        Err(error) => Outcome::failed(error.to_string()),
        Ok(outcome) => outcome,
    };
    Ok(comparison.judge(label, trial, &outcome))
}

fn carried_out(method: &Method, trial: &Trial, run: &Run) -> Result<Outcome> {
    let model = Model::fit(method.clone(), trial.train(), run)?;
    let tests = trial.tests.iter();
    let imputations = tests.map(|test| model.estimate(test.holdout.visible(), run));
    Ok(Outcome {
        imputations: Ok(imputations.collect::<Result<Vec<Imputation>>>()?),
        cost: Cost::default(),
        summary: model.summary(),
    })
}
