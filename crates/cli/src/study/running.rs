//! The evaluations of a study, one method at a time, so that what is finished stays finished.

use std::path::{Path, PathBuf};

use imputome::Normalization;
use imputome_core::{Error, Scale};
use imputome_evaluate::{DONE, Evaluation};

use crate::commands::evaluate::{experiment, spelled_out, write_results};
use crate::context::Context;
use crate::evaluation::{self, Contest, Contestant, Labeled};
use crate::failure::{Failure, Result};
use crate::plan::{EvaluatePlan, MethodEntry, ScaleRule};
use crate::reading::{Asked, read};

use super::Given;
use super::parts::StudyRun;
use super::prepare::DataNotes;

/// Folder of the runs inside that of the study.
pub(super) const RUNS_FOLDER: &str = "runs";
/// Folder of the tables inside that of the study.
pub(super) const TABLES_FOLDER: &str = "tables";

/// What an earlier invocation left of a method.
enum Left {
    Nothing,
    Finished,
    /// Of another experiment, in words.
    Other(String),
}

/// Runs the methods of `run` that are not finished, `only` these where any are named.
pub(super) fn run(
    run: &StudyRun,
    only: &[&str],
    given: &Given,
    notes: &DataNotes,
    context: &Context,
) -> Result<()> {
    let plan = placed(run, given, notes);
    let methods = methods(&plan, only, given)?;
    let experiment = experiment(&plan)?;
    let mut waiting = Vec::new();
    let labels: Vec<&str> = methods.iter().map(|(label, _)| label.as_str()).collect();
    for folder in others(run.name, &labels, given) {
        if let Left::Other(what) = left(&folder, &experiment) {
            return Err(another_experiment(&folder, &what));
        }
    }
    for labeled in methods {
        let folder = folder_of(run.name, &labeled.0, given);
        match left(&folder, &experiment) {
            Left::Finished if !given.overwrite => {}
            Left::Other(what) if !given.overwrite => {
                return Err(another_experiment(&folder, &what));
            }
            _ => waiting.push((labeled, folder)),
        }
    }
    if waiting.is_empty() {
        context
            .terminal
            .say(format!("{}: finished earlier", run.name));
        return Ok(());
    }
    let asked = Asked::new(&plan.input, &plan.reading, &plan.samples);
    let table = read(asked, &context.run(plan.seed)?, &context.terminal)?;
    let total = waiting.len();
    for (at, (labeled, folder)) in waiting.into_iter().enumerate() {
        context.terminal.say(format!(
            "{}: {} ({} of {total})",
            run.name,
            labeled.0,
            at + 1
        ));
        let methods = [labeled];
        let mut experiment = experiment.clone();
        experiment.by.clone_from(&plan.by);
        let contestants: Vec<Contestant> = methods.into_iter().map(Contestant::from).collect();
        let contest = Contest {
            name: run.table,
            data: &table.data,
            experiment: &experiment,
            methods: &contestants,
            folder: &folder,
        };
        let mut found = evaluation::run(&contest, context)?;
        found
            .data
            .remarks
            .extend(notes.differences(run.table).iter().cloned());
        let plan = EvaluatePlan {
            output: folder.display().to_string(),
            ..spelled_out(
                &plan,
                &experiment,
                &contestants,
                table.decided(&plan.reading),
            )
        };
        let covariates = plan.samples.covariates.clone().unwrap_or_default();
        let record = context.record(&[&plan.input, &covariates], table.remarks.clone())?;
        write_results(&folder, &found, &record, &plan)?;
    }
    Ok(())
}

/// The plan of a run with the places and restrictions of this invocation.
fn placed(run: &StudyRun, given: &Given, notes: &DataNotes) -> EvaluatePlan {
    let mut plan = run.plan();
    let inside = |path: &str| given.output.join(path).display().to_string();
    plan.input = inside(&plan.input);
    plan.output = inside(&plan.output);
    plan.samples.covariates = plan.samples.covariates.as_deref().map(inside);
    plan.seed = given.seed;
    plan.repeats = given.repeats.unwrap_or(plan.repeats);
    if notes.normalized {
        plan.normalization = Normalization::default();
    }
    plan.reading.scale = ScaleRule::stating(match notes.normalized {
        true => Scale::Standardized,
        false => Scale::Log,
    });
    plan
}

/// The methods of a plan that were asked for, and those asked for with settings of their own.
fn methods(plan: &EvaluatePlan, only: &[&str], given: &Given) -> Result<Vec<Labeled>> {
    let all = plan
        .methods
        .iter()
        .map(MethodEntry::method)
        .collect::<Result<Vec<_>>>()?;
    let drawn = |label: &str| only.is_empty() || only.contains(&label);
    if given.methods.is_empty() {
        return Ok(all.into_iter().filter(|(label, _)| drawn(label)).collect());
    }
    asked_for(all, &given.methods)
}

/// Those of `all` whose label or method is typed, then those typed that are none of them; all
/// where nothing is typed. Refused when a method is not known.
pub(super) fn asked_for(all: Vec<Labeled>, typed: &[String]) -> Result<Vec<Labeled>> {
    if typed.is_empty() {
        return Ok(all);
    }
    let names = |name: &str, label: &str| name == label || Some(name) == label.split(':').next();
    let is_typed = |label: &str| typed.iter().any(|name| names(name, label));
    let mut chosen: Vec<Labeled> = all
        .into_iter()
        .filter(|(label, _)| is_typed(label))
        .collect();
    for name in typed {
        if !chosen.iter().any(|(label, _)| names(name, label)) {
            chosen.push(MethodEntry::Spec(name.clone()).method()?);
        }
    }
    Ok(chosen)
}

/// Folders of a run that hold methods other than these.
pub(super) fn others(run: &str, labels: &[&str], given: &Given) -> Vec<PathBuf> {
    let asked: Vec<PathBuf> = labels
        .iter()
        .map(|label| folder_of(run, label, given))
        .collect();
    let entries = std::fs::read_dir(given.output.join(RUNS_FOLDER).join(run));
    let folders = entries.into_iter().flatten().flatten();
    let mut others: Vec<PathBuf> = folders
        .map(|entry| entry.path())
        .filter(|folder| !asked.contains(folder))
        .collect();
    others.sort();
    others
}

/// Why a method cannot stand beside what a folder holds.
pub(super) fn another_experiment(folder: &Path, what: &str) -> Failure {
    Failure::usage(format!("{}: holds {what}", folder.display())).hint(
        "name another output folder, or run every method again with --overwrite and no --methods",
    )
}

/// Where a method of a run leaves its results.
pub(super) fn folder_of(run: &str, label: &str, given: &Given) -> PathBuf {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.=".contains(c) {
            c
        } else {
            '_'
        }
    };
    given
        .output
        .join(RUNS_FOLDER)
        .join(run)
        .join(label.chars().map(plain).collect::<String>())
}

fn left(folder: &Path, experiment: &imputome_evaluate::Experiment) -> Left {
    let Some(found) = read_evaluation(folder) else {
        return Left::Nothing;
    };
    let same = imputome_evaluate::Experiment {
        by: found.experiment.by.clone(),
        ..experiment.clone()
    };
    if found.experiment != same {
        return Left::Other(format!(
            "results of {} repeats with seed {}, and this is another experiment: {} repeats with seed {}",
            found.experiment.repeats, found.experiment.seed, experiment.repeats, experiment.seed
        ));
    }
    // A method that failed is tried again: memory or time may suffice now.
    match found.runtime.iter().all(|runtime| runtime.status == DONE) {
        true => Left::Finished,
        false => Left::Nothing,
    }
}

fn read_evaluation(folder: &Path) -> Option<Evaluation> {
    let text = |name: &str| {
        imputome_io::read_text(&folder.join(name))
            .map_err(|error| Error::Unusable(error.to_string()))
    };
    folder
        .join(Evaluation::FILES[0])
        .is_file()
        .then(|| Evaluation::from_files(&mut |name| text(name)).ok())?
}

/// Everything finished of a run, joined; nothing where nothing is.
pub(super) fn finished(run: &StudyRun, given: &Given) -> Option<Evaluation> {
    let plan = run.plan();
    let labels = plan
        .methods
        .iter()
        .filter_map(|entry| Some(entry.method().ok()?.0));
    let labels: Vec<String> = labels.collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let planned = labels.iter().map(|label| folder_of(run.name, label, given));
    let folders: Vec<PathBuf> = planned.chain(others(run.name, &labels, given)).collect();
    let mut all = folders.iter().filter_map(|folder| read_evaluation(folder));
    let mut joined = all.next()?;
    for next in all {
        // Runs of another experiment were refused before anything ran; a folder put there by
        // hand has no place beside these.
        let _ = joined.join(next);
    }
    Some(joined)
}
