//! What workers of other processes compute for a fit.

use imputome_classical::chained::{mice, missforest};
use imputome_core::{Error, Part, Result, Run, answer};
use imputome_neural::deepimpute;
use serde::Serialize;
use serde::de::DeserializeOwned;

mod cohort;
mod trial;

pub use cohort::fit_cohorts;
pub(crate) use trial::{AskedTrial, TrialTask};

use cohort::CohortTask;

/// The outcome of a task that a fit gave to its workers ([`Workers`](imputome_core::Workers)), by the name of its part:
/// networks of DeepImpute, genes of MissForest, genes of chained equations in their faithful form, methods in trials of an
/// evaluation, cohorts. Threads, device and
/// cancellation are those of `run`; nothing else of it matters, and the same bytes come of it anywhere.
///
/// Refused when no part has this name or the bytes are none of its own.
pub fn carry_out(part: &str, common: &[u8], task: &[u8], run: &Run) -> Result<Vec<u8>> {
    let answer = match part {
        deepimpute::NetworkTask::NAME => answer::<deepimpute::NetworkTask>,
        missforest::GeneTurn::NAME => answer::<missforest::GeneTurn>,
        mice::GeneTurn::NAME => answer::<mice::GeneTurn>,
        TrialTask::NAME => answer::<TrialTask>,
        CohortTask::NAME => answer::<CohortTask>,
        _ => {
            return Err(Error::Unusable(format!(
                "there is no part {part:?}; is the same version of imputome everywhere?"
            )));
        }
    };
    answer(common, task, run)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}

fn of_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        Error::Unusable(format!(
            "{error}; is the same version of imputome everywhere?"
        ))
    })
}
