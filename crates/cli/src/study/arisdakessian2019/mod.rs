//! DeepImpute's paper rebuilt (Arisdakessian et al. 2019), with what it did not ask: how near the
//! estimates are within genes, at zeros and to known truth.

mod accuracy;
mod accuracy_section;
mod clustering;
mod clustering_section;
mod entrants;
mod expression;
mod expression_section;
mod fish;
mod fish_section;
mod learned;
mod mixtures;
mod null_differences;
mod page;
mod parts;
mod published;
mod rows;
mod sources;
mod speed;
mod speed_section;
mod spike_ins;
mod study;
mod tables;
mod training;
mod training_section;
mod truth;
mod truth_section;
mod verdicts;

use crate::context::Context;
use crate::failure::{Failure, Result};

use self::entrants::Entrant;
use self::parts::Part;
use self::study::{Study, make};

use super::Given;

/// Runs what is asked for and not finished yet, and writes the report on all that is.
pub(super) fn carry_out(given: &Given, context: &Context) -> Result<()> {
    if given.repeats == Some(0) {
        return Err(Failure::usage("--repeats must be at least 1, found 0"));
    }
    if given.parts == [speed::ONE_SIZE] {
        return speed::one_size(given, context);
    }
    let parts = Part::chosen(&given.parts)?;
    let simulated = given.simulated.unwrap_or(sources::SIMULATED);
    let study = Study {
        given,
        context,
        data: sources::recognize(&given.data, simulated)?,
        entrants: Entrant::chosen(&given.methods)?,
    };
    expect_same_study(&study)?;
    for set in &study.data {
        context.terminal.say(set.in_words());
    }
    for part in parts {
        match part {
            Part::Accuracy => accuracy::run(&study)?,
            Part::Fish => fish::run(&study)?,
            Part::Clustering => clustering::run(&study)?,
            Part::Expression => expression::run(&study)?,
            Part::Speed => speed::run(&study)?,
            Part::Training => training::run(&study)?,
            Part::Truth => truth::run(&study)?,
        }
    }
    page::write(&study)
}

/// What was asked, in the folder of the study.
const QUESTION_FILE: &str = "question.txt";

/// Refuses to go on with a study of another seed or simulation.
fn expect_same_study(study: &Study) -> Result<()> {
    let (given, (cells, genes)) = (study.given, study.simulated());
    let question = format!(
        "seed {}\nsimulation {cells} cells {genes} genes\n",
        given.seed
    );
    let file = given.output.join(QUESTION_FILE);
    if file.is_file() && !given.overwrite && imputome_io::read_text(&file)? != question {
        return Err(Failure::usage(format!(
            "{}: the study there is of another seed or simulation",
            given.output.display()
        ))
        .hint("name another folder with -o, or start it anew with --overwrite"));
    }
    make(&given.output)?;
    Ok(imputome_io::write_bytes(&file, question.as_bytes())?)
}
