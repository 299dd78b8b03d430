//! One cohort of several that a method learns from, each by itself.

use imputome_core::{Dataset, Part, Result, Run, Tensor, Weights, hand_out};
use serde::{Deserialize, Serialize};

use crate::{CompanionQuantiles, Method, Model};

/// What all cohorts have in common.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The method as JSON.
    method: String,
    /// What learning begins with.
    start: Option<StoredModel>,
    quantiles: CompanionQuantiles,
    seed: u64,
}

/// A cohort.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CohortTask {
    data: Dataset,
}

/// A model as plain data: tensors, and facts as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredModel {
    tensors: Vec<(String, Tensor)>,
    facts: String,
}

/// A model of `method` for each cohort: begun with `start` where there is one (transfer learning), companions taken as
/// `quantiles` says. By the workers of the run where it has some, with the same bytes; in order.
///
/// Refused as by [`Model::fit`] and [`Model::fit_from`].
pub fn fit_cohorts(
    method: &Method,
    cohorts: Vec<Dataset>,
    start: Option<&Model>,
    quantiles: CompanionQuantiles,
    run: &Run,
) -> Result<Vec<Model>> {
    let asked = Asked {
        method: super::json(method),
        start: start.map(StoredModel::of),
        quantiles,
        seed: run.seed,
    };
    let tasks: Vec<CohortTask> = cohorts
        .into_iter()
        .map(|data| CohortTask { data })
        .collect();
    run.progress().begin("cohorts", tasks.len() as u64);
    let told = |finished: usize| run.progress().advance(finished as u64, "");
    let stored = match run.workers() {
        Some(workers) => hand_out::<CohortTask>(workers, &asked, &tasks, &told),
        None => tasks
            .iter()
            .zip(1..)
            .map(|(task, number)| {
                let stored = CohortTask::carry_out(&asked, task, run);
                told(number);
                stored
            })
            .collect(),
    };
    run.progress().end();
    stored?.iter().map(StoredModel::restored).collect()
}

impl Part for CohortTask {
    const NAME: &'static str = "cohort";
    type Common = Asked;
    type Task = Self;
    type Outcome = StoredModel;

    fn carry_out(asked: &Asked, task: &Self, run: &Run) -> Result<StoredModel> {
        let mut run = run.as_part("a cohort");
        run.seed = asked.seed;
        let method: Method = super::of_json(&asked.method)?;
        let model = match &asked.start {
            None => Model::fit(method, &task.data, &run)?,
            Some(start) => {
                let start = at(start.restored()?, asked.quantiles)?;
                Model::fit_from(&start, method, &task.data, &run)?
            }
        };
        Ok(StoredModel::of(&at(model, asked.quantiles)?))
    }
}

fn at(model: Model, quantiles: CompanionQuantiles) -> Result<Model> {
    match quantiles {
        CompanionQuantiles::Own => Ok(model),
        CompanionQuantiles::Source => model.with_companion_quantiles(quantiles),
    }
}

impl StoredModel {
    fn of(model: &Model) -> Self {
        let weights = model.to_weights();
        Self {
            facts: super::json(&weights.facts),
            tensors: weights.tensors.into_iter().collect(),
        }
    }

    fn restored(&self) -> Result<Model> {
        Model::from_weights(&Weights {
            tensors: self.tensors.iter().cloned().collect(),
            facts: super::of_json(&self.facts)?,
        })
    }
}
