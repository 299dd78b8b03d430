//! `imputome demo`: everything on built-in real data, end to end.

mod bulk;
mod cells;
mod methylation;

use std::borrow::Cow;
use std::path::Path;
use std::time::Instant;

use imputome::Method;
use imputome_core::Run;
use imputome_evaluate::{Evaluation, Experiment, Scenario, summary};
use imputome_io::{ReadOptions, Source};

use crate::arguments::DemoArguments;
use crate::context::Context;
use crate::evaluation::{self, Contest, Contestant, Earlier, MadeFolder, expect_free, score_table};
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::plan::{EvaluatePlan, MethodEntry, ReadingPlan, SamplesPlan};
use crate::reading::{Table, read_source};
use crate::terminal::duration;

use super::evaluate::write_results;
use super::print;

/// What tells one demo from another; the rest they share.
struct Demo {
    /// What its data are called.
    name: &'static str,
    /// Methods compared.
    methods: &'static [&'static str],
    /// The built-in data as files, the expression table first.
    files: &'static [(&'static str, &'static [u8])],
    /// How the table is read.
    reading: fn() -> ReadOptions,
    /// What is said before, of the table.
    introduction: fn(&Table) -> String,
    /// What is done, by the seed.
    experiment: fn(u64) -> Experiment,
    /// What is known of the samples, by the files left in the folder.
    samples: fn(&Path) -> SamplesPlan,
    /// Leaves tables in the folder, to try commands on.
    leave_imputation: fn(&Path, &Table, &Experiment, &Run) -> Result<()>,
    /// Which files to look at, and what to try, after the report.
    conclusion: fn(&Path) -> String,
}

/// Shows the whole path on built-in data.
pub(crate) fn demo(arguments: &DemoArguments, context: &Context) -> Result<()> {
    let of_table = match arguments.data.as_str() {
        "bulk" => Some(bulk::DEMO),
        "methylation" => Some(methylation::DEMO),
        "cells" => None,
        other => {
            return Err(
                Failure::usage(format!("no demo is called {other:?}")).hint(
                    "there are three: imputome demo bulk, imputome demo methylation, imputome demo cells",
                ),
            );
        }
    };
    expect_free(&arguments.output, Earlier::from(arguments.overwrite))?;
    Places::default().filling(&arguments.output).check()?;
    let started = Instant::now();
    match of_table {
        Some(demo) => demo.show(&arguments.output, context)?,
        None => cells::show(&arguments.output, context)?,
    }
    context.terminal.say(format!(
        "done in {}",
        duration(started.elapsed().as_secs_f64())
    ));
    Ok(())
}

impl Demo {
    /// Shows the whole path on its data.
    fn show(&self, folder: &Path, context: &Context) -> Result<()> {
        let run = context.run(context.seed.unwrap_or(0))?;
        let source = memory(self.name, self.files[0].1);
        let reading = ReadingPlan::default();
        let table = read_source(source, &reading, (self.reading)(), &run, &context.terminal)?;
        context.terminal.say((self.introduction)(&table));
        MadeFolder::make(folder)?;
        for (name, bytes) in self.files {
            imputome_io::write_bytes(&folder.join(name), bytes)?;
        }
        let evaluation = self.compare(folder, &table, context)?;
        (self.leave_imputation)(folder, &table, &evaluation.experiment, &run)?;
        print(&score_table(&evaluation))?;
        context.terminal.say(format!(
            "{}
Open  {}
        the report, in a browser
Look  {}",
            verdict(&evaluation),
            shown(&folder.join("report.html")),
            (self.conclusion)(folder)
        ));
        Ok(())
    }

    fn compare(&self, folder: &Path, table: &Table, context: &Context) -> Result<Evaluation> {
        let experiment = (self.experiment)(context.seed.unwrap_or(0));
        let methods = self.methods.iter().map(|name| {
            let method = Method::named(name).expect("the catalog has it");
            (name.to_string(), method)
        });
        let methods: Vec<Contestant> = methods.map(Contestant::from).collect();
        let contest = Contest {
            name: self.name,
            data: &table.data,
            experiment: &experiment,
            methods: &methods,
            folder,
        };
        let evaluation = evaluation::run(&contest, context)?;
        let plan = self.plan(folder, table, &experiment, &methods);
        let inputs: Vec<String> = (self.files.iter())
            .map(|(name, _)| shown(&folder.join(name)))
            .collect();
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let record = context.record(&inputs, table.remarks.clone())?;
        write_results(folder, &evaluation, &record, &plan)?;
        Ok(evaluation)
    }

    /// The plan of `imputome evaluate` that does the same to the tables that the demo leaves.
    fn plan(
        &self,
        folder: &Path,
        table: &Table,
        experiment: &Experiment,
        methods: &[Contestant],
    ) -> EvaluatePlan {
        let held_back = experiment.scenarios.contains(&Scenario::Inductive);
        EvaluatePlan {
            command: "evaluate".into(),
            seed: experiment.seed,
            input: shown(&folder.join(self.files[0].0)),
            output: shown(folder),
            scenario: experiment.scenarios.clone(),
            hide: experiment.hidden_shares.clone(),
            repeats: experiment.repeats,
            mask: experiment.hiding,
            protocol: experiment.protocol,
            test_share: held_back.then_some(experiment.test_share),
            by: Some(experiment.by.clone().unwrap_or_else(|| "none".into())),
            score_on: None,
            normalization: experiment.normalization.clone(),
            methods: methods.iter().map(MethodEntry::spelled_out).collect(),
            reading: table.decided(&ReadingPlan::default()),
            samples: (self.samples)(folder),
        }
    }
}

fn memory(name: &str, bytes: &'static [u8]) -> Source {
    Source::Memory {
        name: name.into(),
        bytes: Cow::Borrowed(bytes),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The best method in one sentence, on a line of its own.
fn verdict(evaluation: &Evaluation) -> String {
    let rows = summary(evaluation);
    let best = rows.iter().find(|row| row.failed.is_none());
    best.and_then(|row| Some((row, row.metric("r2")?))).map_or(
        String::new(),
        |(row, r2)| {
            format!(
                "Best here: {}, which explains {:.0} % of the variance of what was hidden, averaged over genes.\n",
                row.method,
                100.0 * r2.mean
            )
        },
    )
}
