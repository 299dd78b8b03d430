//! Published experiments, rebuilt: tables from data as users have them, runs that go on where
//! they were left, the paper's figures beside ours.

mod arisdakessian2019;
mod cohorts;
mod cross;
mod embedding;
mod gtex;
mod ordering;
mod page;
mod parts;
mod performance;
mod prepare;
mod published;
mod running;
mod samples;
mod sources;
mod tissues;
mod writing;
mod zhou2020;

use std::path::PathBuf;

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::plan::MethodEntry;

use parts::{DRAWN, Part, StudyRun};
use prepare::CROSS_STUDY;

/// What is asked of a study.
#[derive(Debug)]
pub(crate) struct Given {
    /// Folder of the data.
    pub(crate) data: PathBuf,
    /// Folder of everything it writes.
    pub(crate) output: PathBuf,
    /// Parts by name; all where none is named.
    pub(crate) parts: Vec<String>,
    /// Methods by name; all where none is named.
    pub(crate) methods: Vec<String>,
    /// Repeats in place of those of the plans.
    pub(crate) repeats: Option<usize>,
    /// Whether what is finished is done again.
    pub(crate) overwrite: bool,
    /// Seed of splits, masks and methods.
    pub(crate) seed: u64,
    /// Genes kept, those that vary most; all where no number is given.
    pub(crate) most_varying: Option<usize>,
    /// Shares of the profiles hidden; those of the paper where none is given.
    pub(crate) hide: Vec<f64>,
    /// Cells and genes of a simulation; those of the paper where none are given.
    pub(crate) simulated: Option<(usize, usize)>,
    /// Numbers of cells that time and memory are measured over; those of the paper where none is given.
    pub(crate) sizes: Vec<usize>,
}

/// Runs a study as far as asked for. Refused when there is none of that name.
pub(crate) fn study(name: &str, given: &Given, context: &Context) -> Result<()> {
    let of_bulk = given.most_varying.is_some() || !given.hide.is_empty();
    let of_cells = given.simulated.is_some() || !given.sizes.is_empty();
    match name {
        "arisdakessian2019" if of_bulk => Err(Failure::usage(
            "--most-varying and --hide would have no effect: arisdakessian2019 is about single cells",
        )),
        "arisdakessian2019" => arisdakessian2019::carry_out(given, context),
        "vinas2021" | "zhou2020" if of_cells => Err(Failure::usage(format!(
            "--simulated and --sizes would have no effect: {name} has no simulation"
        ))),
        "vinas2021" if of_bulk => {
            Err(Failure::usage(
                "--most-varying and --hide would have no effect: vinas2021 takes the genes and shares of the paper",
            ))
        }
        "vinas2021" => carry_out(given, context),
        "zhou2020" => zhou2020::carry_out(given, context),
        other => Err(Failure::usage(format!("no study is called {other:?}"))
            .hint("there are vinas2021, arisdakessian2019 and zhou2020: imputome study zhou2020 --data DIR -o DIR")),
    }
}

/// Runs what is asked for and not finished yet, and writes the report on all that is.
fn carry_out(given: &Given, context: &Context) -> Result<()> {
    let parts = Part::chosen(&given.parts)?;
    for name in &given.methods {
        MethodEntry::Spec(name.clone()).method()?;
    }
    if given.repeats == Some(0) {
        return Err(Failure::usage("--repeats must be at least 1, found 0"));
    }
    let found = sources::recognize(&given.data)?;
    let in_words = in_words(&found);
    context.terminal.say(&in_words);
    let tables = given.output.join(running::TABLES_FOLDER);
    let notes = context
        .run(given.seed)?
        .on_threads(|| prepare::prepare(&found, (&given.data, in_words), &tables))?;
    for &part in &parts {
        for run in StudyRun::of_part(part) {
            if notes.normalized && run.wants_logarithms() {
                context.terminal.say(format!(
                    "{}: left out; the data are normal scores already",
                    run.name
                ));
            } else if notes.has(run.table) {
                running::run(run, restricted(part), given, &notes, context)?;
            } else {
                context.terminal.say(format!(
                    "{}: left out; the data have no table of {}",
                    run.name, run.table
                ));
            }
        }
    }
    if parts.contains(&Part::Figure3) {
        embedding::run(given, &notes, context)?;
    }
    if parts.iter().any(|part| part.crosses_studies()) {
        match notes.has(CROSS_STUDY) {
            true => cross::run(given, context)?,
            false => context.terminal.say("cross-study: left out; the data have no TCGA cohort, or no symbols of GTEx's genes"),
        }
    }
    page::write(given, &notes, context)
}

/// The methods that a part needs where it does not need all.
fn restricted(part: Part) -> &'static [&'static str] {
    match part {
        Part::Figure2 | Part::Figure5 => &DRAWN,
        _ => &[],
    }
}

/// What the folder of the data holds.
fn in_words(found: &sources::Found) -> String {
    let form = match &found.gtex {
        sources::Gtex::Slice(folder) => format!("GTEx: the slice in {}", folder.display()),
        sources::Gtex::Portal { expression, .. } => {
            format!("GTEx: the portal's {}", sources::name_of(expression))
        }
        sources::Gtex::Normalized { tissues, .. } => {
            format!("GTEx: normalized expression of {} tissues", tissues.len())
        }
    };
    let or_not = |found: bool, what: &str| {
        if found {
            what.to_string()
        } else {
            format!("no {what}")
        }
    };
    format!(
        "found {form}; {}; {}",
        or_not(found.tcga.is_some(), "TCGA"),
        or_not(found.pathway.is_some(), "list of the pathway's genes")
    )
}
