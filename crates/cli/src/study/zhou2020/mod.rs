//! TDimpute's paper rebuilt (Zhou et al. 2020): expression of tumors from their methylation, with
//! what other cancers teach, and what becomes of the studies made with it.

mod clinical;
mod cohorts;
mod found;
mod judge;
mod page;
mod plan;
mod published;
mod results;
mod sections;
mod sources;
mod survival_curves;
mod units;

use imputome::Method;
use imputome_core::Dataset;

use crate::context::Context;
use crate::failure::{Failure, Result};

use self::cohorts::StudySet;

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
    expect_same_study(&sets, given)?;
    for spec in &given.methods {
        Method::parse(spec)?;
    }
    if !given.parts.iter().any(|part| part == "report") {
        for set in &sets {
            units::run(set, given, context)?;
        }
    }
    page::write(&sets, given, context)
}

/// What was asked of what, in the folder of the study.
const QUESTION_FILE: &str = "question.txt";

/// Refuses to go on with a study of other data, genes or seed.
fn expect_same_study(sets: &[StudySet], given: &Given) -> Result<()> {
    let mut question = format!("seed {}\n", given.seed);
    for set in sets {
        for cohort in &set.cohorts {
            let names = cohort.data.genes.as_slice().join(" ");
            question += &format!("{}: {} {names}\n", set.name, cohort.in_words());
        }
    }
    let file = given.output.join(QUESTION_FILE);
    if file.is_file() && !given.overwrite && imputome_io::read_text(&file)? != question {
        return Err(Failure::usage(format!(
            "{}: the study there is of other data, other genes or another seed",
            given.output.display()
        ))
        .hint("name another folder with -o, or start it anew with --overwrite"));
    }
    std::fs::create_dir_all(&given.output).map_err(|error| {
        Failure::resource(format!(
            "{}: cannot be made: {error}",
            given.output.display()
        ))
    })?;
    Ok(imputome_io::write_bytes(&file, question.as_bytes())?)
}

/// Rows of a table that have both assays.
fn paired(data: &Dataset) -> Dataset {
    data.select_samples(&data.paired_samples())
}
