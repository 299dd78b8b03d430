//! TDimpute's paper rebuilt (Zhou et al. 2020): expression of tumors from their methylation, with
//! what other cancers teach, and what becomes of the studies made with it.

mod clinical;
mod cohorts;
mod judge;
mod page;
mod plan;
mod published;
mod results;
mod sources;
mod survival_curves;
mod units;

use imputome_core::Dataset;

use crate::context::Context;
use crate::failure::{Failure, Result};

use super::Given;

/// Runs what is asked for and not finished yet, and writes the report on all that is.
pub(crate) fn carry_out(given: &Given, context: &Context) -> Result<()> {
    plan::expect_parts(&given.parts)?;
    if given.repeats == Some(0) {
        return Err(Failure::usage("--repeats must be at least 1, found 0"));
    }
    let run = context.run(given.seed)?;
    let found = sources::recognize(&given.data)?;
    let cohorts = cohorts::read_all(&found, given, &run, context)?;
    for cohort in &cohorts {
        context.terminal.say(cohort.in_words());
    }
    let sets = cohorts::sets(cohorts, given);
    if !given.parts.iter().any(|part| part == "report") {
        for set in &sets {
            units::run(set, given, context)?;
        }
    }
    page::write(&sets, given, context)
}

/// Rows of a table that have both assays.
fn paired(data: &Dataset) -> Dataset {
    data.select_samples(&data.paired_samples())
}
