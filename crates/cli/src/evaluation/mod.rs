//! Methods against each other on a table: each fit in a process of its own, scores, files.

mod contestant;
mod files;
mod process;
mod score_table;
mod shards;
mod task;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use imputome::Method;
use imputome_core::{Dataset, Progress, Run};
use imputome_evaluate::{Comparison, Evaluation, Experiment, Outcome, Trial, Trials};

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::memory;
use crate::reading::expect_scale;

pub(crate) use contestant::{Contestant, Labeled, Lesson};
pub(crate) use files::{
    Earlier, MadeFolder, PAGE_FILE, RUN_FILE, expect_free, write_evaluation, write_page,
    write_report,
};
pub(crate) use score_table::{aligned, number, score_table};
pub(crate) use shards::{Shard, ShardDone, Shards, joined, run_shard};
pub(crate) use task::{Event, Report, Task};

/// What is compared, and where it may put its temporary files.
#[derive(Debug)]
pub(crate) struct Contest<'a> {
    /// Name of the data in the report.
    pub(crate) name: &'a str,
    /// The table.
    pub(crate) data: &'a Dataset,
    /// What is done.
    pub(crate) experiment: &'a Experiment,
    /// The methods.
    pub(crate) methods: &'a [Contestant],
    /// Where results go; a temporary folder inside it is removed at the end.
    pub(crate) folder: &'a Path,
}

/// Runs every method on every trial and scores it.
pub(crate) fn run(contest: &Contest, context: &Context) -> Result<Evaluation> {
    let trials = checked(contest, context)?;
    let folder = MadeFolder::make(contest.folder)?;
    let evaluation = run_trials(contest, &trials, context);
    if evaluation.is_err() {
        folder.remove_if_empty();
    }
    evaluation
}

/// The trials of a contest that can be held. Refused: methods named twice, or that cannot do with the table.
fn checked<'a>(contest: &Contest<'a>, context: &Context) -> Result<Trials<'a>> {
    let trials = Trials::new(contest.data, contest.experiment)?;
    expect_distinct(contest.methods.iter().map(|c| c.label.as_str()))?;
    for contestant in contest.methods {
        let method = &contestant.method;
        expect_companions(method, contest.data)?;
        contestant.expect_fair(contest.data)?;
        expect_scale(method, &contest.experiment.normalization, contest.data)?;
        memory::expect_room(method, contest.data, context.memory_limit)?;
    }
    Ok(trials)
}

fn run_trials(contest: &Contest, trials: &Trials, context: &Context) -> Result<Evaluation> {
    let facts = contest.methods.iter().map(Contestant::facts).collect();
    let mut comparison = Comparison::new(contest.name, trials, facts);
    let fits = Fits {
        contest,
        trials,
        workplace: Workplace::inside(contest.folder)?,
        context,
    };
    fits.carry_out(&|_, _| true, &mut |_, label, trial, outcome| {
        comparison.record(label, trial, &outcome);
        Ok(())
    })?;
    Ok(comparison.finish())
}

/// The fits of an evaluation, each in a process of its own.
struct Fits<'a> {
    contest: &'a Contest<'a>,
    trials: &'a Trials<'a>,
    workplace: Workplace,
    context: &'a Context,
}

/// Takes what a method gave: its place, its label, the trial.
type Taking<'a> = dyn FnMut(usize, &str, &Trial, Outcome) -> Result<()> + 'a;

impl Fits<'_> {
    /// Carries out those that are `wanted`, by trial and place of the method, and hands them to `take` in order.
    fn carry_out(
        &self,
        wanted: &dyn Fn(usize, usize) -> bool,
        take: &mut Taking<'_>,
    ) -> Result<()> {
        let (methods, terminal) = (self.contest.methods, &self.context.terminal);
        let places = |index: usize| (0..methods.len()).filter(move |&place| wanted(index, place));
        let total: usize = (0..self.trials.len()).map(|i| places(i).count()).sum();
        terminal.begin("evaluating", total as u64);
        let mut done = 0;
        for index in 0..self.trials.len() {
            if places(index).next().is_none() {
                continue;
            }
            self.context.interrupt.proceed()?;
            let trial = self.trials.get(index)?;
            let tables = task::write_tables(&trial, &self.workplace.0)?;
            for place in places(index) {
                let label = &methods[place].label;
                terminal.advance(done, &format!("{label}: {}", trial.name()));
                let outcome = self.fit(&methods[place], &trial, &tables)?;
                if let Err(reason) = &outcome.imputations {
                    terminal.warn(&format!("{label}: {}: {reason}", trial.name()));
                }
                take(place, label, &trial, outcome)?;
                done += 1;
            }
        }
        terminal.end();
        Ok(())
    }

    fn fit(
        &self,
        contestant: &Contestant,
        trial: &Trial,
        tables: &task::TrialTables,
    ) -> Result<Outcome> {
        let seeds = Run::new(self.contest.experiment.seed, 1)?;
        let task = Task {
            method: contestant.method.clone(),
            seed: seeds.derived_seed(&trial.name()),
            tables: tables.seen_by(&contestant.method),
            lesson: contestant.lesson.clone(),
        };
        process::run(&task, &self.workplace.0.join("method"), self.context)
    }
}

/// Carries out one method on one trial, in a process of its own and inside `folder`.
pub(crate) fn run_trial(
    contestant: &Contestant,
    trial: &Trial,
    folder: &Path,
    context: &Context,
) -> Result<Outcome> {
    let workplace = Workplace::inside(folder)?;
    let tables = task::write_tables(trial, &workplace.0)?;
    let seeds = Run::new(context.seed.unwrap_or(0), 1)?;
    let task = Task {
        method: contestant.method.clone(),
        seed: seeds.derived_seed(&trial.name()),
        tables: tables.seen_by(&contestant.method),
        lesson: contestant.lesson.clone(),
    };
    context.terminal.begin(&contestant.label, 1);
    let outcome = process::run(&task, &workplace.0.join("method"), context);
    context.terminal.end();
    outcome
}

/// How temporary folders are called, before the id of the process they belong to.
const WORKPLACE: &str = ".trials-";

/// A temporary folder, removed when dropped.
struct Workplace(PathBuf);

impl Workplace {
    fn inside(folder: &Path) -> Result<Self> {
        remove_left(folder);
        Self::named(folder, &std::process::id().to_string())
    }

    /// One of a name that no other process has; what an earlier one left there is removed with it.
    fn named(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(format!("{WORKPLACE}{name}"));
        std::fs::create_dir_all(&path).map_err(|error| {
            Failure::resource(format!("{}: cannot be made: {error}", path.display()))
        })?;
        Ok(Self(path))
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // What cannot be removed is only in the way, not wrong.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Removes temporary folders of runs that were killed.
fn remove_left(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(WORKPLACE));
        if let Some(owner) = owner.and_then(|owner| owner.parse().ok())
            && !process::runs(owner)
        {
            // What cannot be removed is only in the way, not wrong.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Refuses a method that is named twice.
pub(crate) fn expect_distinct<'a>(labels: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashSet::new();
    for label in labels {
        if !seen.insert(label) {
            return Err(Failure::usage(format!(
                "method {label} is asked for twice; name it once"
            )));
        }
    }
    Ok(())
}

/// Refuses a method that cannot do without a companion where there is none.
fn expect_companions(method: &Method, data: &Dataset) -> Result<()> {
    if method.needs_companion() && data.companions.is_empty() {
        return Err(imputome_core::Error::NoCompanion {
            method: method.name().into(),
        }
        .into());
    }
    Ok(())
}
