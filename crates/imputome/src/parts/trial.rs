//! One method in one trial of an evaluation.

use imputome_core::{Dataset, Error, Part, Result, Run};
use imputome_evaluate::{Comparison, Experiment, Record, Trials};
use serde::{Deserialize, Serialize};

use crate::Method;
use crate::contest::judge;

/// The evaluation that a trial belongs to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AskedTrial {
    data: Dataset,
    /// The experiment as JSON.
    experiment: String,
}

/// A method in a trial.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TrialTask {
    trial: usize,
    label: String,
    /// The method as JSON.
    method: String,
}

impl AskedTrial {
    pub(crate) fn new(data: &Dataset, experiment: &Experiment) -> Self {
        Self {
            data: data.clone(),
            experiment: super::json(experiment),
        }
    }
}

impl TrialTask {
    pub(crate) fn new(trial: usize, (label, method): &(String, Method)) -> Self {
        Self {
            trial,
            label: label.clone(),
            method: super::json(method),
        }
    }

    /// The record that came of it.
    pub(crate) fn record(outcome: &str) -> Result<Record> {
        super::of_json(outcome)
    }
}

impl Part for TrialTask {
    const NAME: &'static str = "evaluation/trial";
    type Common = AskedTrial;
    type Task = Self;
    /// The record as JSON.
    type Outcome = String;

    fn carry_out(asked: &AskedTrial, task: &Self, run: &Run) -> Result<String> {
        let experiment: Experiment = super::of_json(&asked.experiment)?;
        let trials = Trials::new(&asked.data, &experiment)?;
        if task.trial >= trials.len() {
            return Err(Error::Unusable(format!(
                "there are {} trials, and {} was asked for",
                trials.len(),
                task.trial
            )));
        }
        let comparison = Comparison::new("", &trials, Vec::new());
        let method = (task.label.clone(), super::of_json(&task.method)?);
        let record = judge(&comparison, &method, &trials.get(task.trial)?, run)?;
        Ok(super::json(&record))
    }
}
