//! `imputome demo`: everything on built-in real data, end to end.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use imputome::{Method, Model};
use imputome_core::Run;
use imputome_evaluate::{Evaluation, Experiment, Scenario, Trials, summary};
use imputome_io::{CovariateOptions, GroupRule, ReadOptions, Source, Target};

use crate::arguments::DemoArguments;
use crate::context::Context;
use crate::evaluation::{self, Contest, Earlier, Labeled, expect_free, score_table};
use crate::failure::{Failure, Result};
use crate::filled::holding;
use crate::plan::{EvaluatePlan, MethodEntry, ReadingPlan, SamplesPlan};
use crate::reading::{Table, read_source};
use crate::teacher::DEFAULT_METHOD;
use crate::terminal::duration;

use super::evaluate::write_results;
use super::print;

/// The table (data/demo/README.md tells where it comes from).
const TABLE: &[u8] = include_bytes!("../../../../data/demo/gtex_v8_sample.tsv.gz");

/// What is known of its samples.
const SAMPLES: &[u8] = include_bytes!("../../../../data/demo/gtex_v8_samples.tsv");

/// What the demo calls the data.
const NAME: &str = "GTEx v8 sample (built in)";

/// Files that the demo leaves for the user to try commands on.
const TABLE_WITH_GAPS: &str = "table_with_gaps.tsv.gz";
const SAMPLES_FILE: &str = "samples.tsv";
const FILLED: &str = "imputed.tsv.gz";

/// Shows the whole path on built-in data.
pub(crate) fn demo(arguments: &DemoArguments, context: &Context) -> Result<()> {
    match arguments.data.as_str() {
        "bulk" => {}
        "cells" | "methylation" => {
            return Err(
                Failure::usage(format!("the demo {} is not there yet", arguments.data))
                    .hint("imputome demo bulk shows the program on GTEx expression"),
            );
        }
        other => {
            return Err(Failure::usage(format!("no demo is called {other:?}"))
                .hint("there is one so far: imputome demo bulk"));
        }
    }
    expect_free(&arguments.output, Earlier::from(arguments.overwrite))?;
    let started = Instant::now();
    let run = context.run(context.seed.unwrap_or(0))?;
    let table = built_in_table(&run, context)?;
    introduce(&table, context);
    let evaluation = compare(arguments, &table, &run, context)?;
    let files = fill(&arguments.output, &table, &evaluation.experiment, &run)?;
    print(&score_table(&evaluation))?;
    conclude(&arguments.output, &evaluation, &files, context);
    context.terminal.say(format!(
        "done in {}",
        duration(started.elapsed().as_secs_f64())
    ));
    Ok(())
}

fn built_in_table(run: &Run, context: &Context) -> Result<Table> {
    let memory = |name: &str, bytes: &'static [u8]| Source::Memory {
        name: name.into(),
        bytes: Cow::Borrowed(bytes),
    };
    let options = ReadOptions {
        covariates: Some(CovariateOptions {
            source: memory(SAMPLES_FILE, SAMPLES),
            categorical: ["tissue", "sex"].map(String::from).to_vec(),
            numeric: vec!["age_mid".into()],
        }),
        groups: GroupRule::Column("donor_id".into()),
        ..ReadOptions::default()
    };
    let source = memory(NAME, TABLE);
    read_source(
        source,
        &ReadingPlan::default(),
        options,
        run,
        &context.terminal,
    )
}

fn introduce(table: &Table, context: &Context) {
    let groups = table.data.group_of_samples();
    let donors: std::collections::BTreeSet<&String> = groups.iter().collect();
    context.terminal.say(format!(
        "
This is real expression data of {} people. Now a fifth of the people are held back; the methods
learn from the others. Then half of the values of those held back are hidden, each method fills
them from the half that is left, and what it fills is compared with what was hidden.
This takes a few minutes.
",
        donors.len()
    ));
}

/// The experiment of the demo: one inductive trial.
fn experiment(seed: u64) -> Experiment {
    Experiment {
        scenarios: vec![Scenario::Inductive],
        repeats: 1,
        by: Some("tissue".into()),
        seed,
        ..Experiment::default()
    }
}

fn compare(
    arguments: &DemoArguments,
    table: &Table,
    run: &Run,
    context: &Context,
) -> Result<Evaluation> {
    let experiment = experiment(run.seed);
    let methods: Vec<Labeled> = Method::all()
        .into_iter()
        .map(|method| (method.name().to_string(), method))
        .collect();
    let contest = Contest {
        name: NAME,
        data: &table.data,
        experiment: &experiment,
        methods: &methods,
        folder: &arguments.output,
    };
    let evaluation = evaluation::run(&contest, context)?;
    let record = context.record(&[], table.remarks.clone())?;
    let plan = plan(arguments, table, &experiment, &methods);
    write_results(&arguments.output, &evaluation, &record, &plan)?;
    Ok(evaluation)
}

/// The plan of `imputome evaluate` that does the same to the table that the demo leaves.
fn plan(
    arguments: &DemoArguments,
    table: &Table,
    experiment: &Experiment,
    methods: &[Labeled],
) -> EvaluatePlan {
    EvaluatePlan {
        command: "demo".into(),
        seed: experiment.seed,
        input: NAME.into(),
        output: arguments.output.display().to_string(),
        scenario: experiment.scenarios.clone(),
        hide: experiment.hidden_shares.clone(),
        repeats: experiment.repeats,
        test_share: Some(experiment.test_share),
        by: experiment.by.clone(),
        methods: methods
            .iter()
            .map(|(label, method)| MethodEntry::spelled_out(label, method))
            .collect(),
        reading: table.decided(&ReadingPlan::default()),
        samples: SamplesPlan::default(),
    }
}

/// Files that the demo leaves beside the scores.
struct Files {
    gaps: PathBuf,
    samples: PathBuf,
    filled: PathBuf,
}

/// Writes the table with hidden values, and the same table filled.
fn fill(folder: &Path, table: &Table, experiment: &Experiment, run: &Run) -> Result<Files> {
    let files = Files {
        gaps: folder.join(TABLE_WITH_GAPS),
        samples: folder.join(SAMPLES_FILE),
        filled: folder.join(FILLED),
    };
    let trial = Trials::new(&table.data, experiment)?.get(0)?;
    let visible = trial.tests[0].holdout.visible();
    let target = Target::Path(files.gaps.clone());
    let layout = table.facts.layout.for_target(&target)?;
    imputome_io::write_table(&target, visible, &layout)?;
    imputome_io::write_bytes(&files.samples, SAMPLES)?;
    let model = Model::fit(Method::named(DEFAULT_METHOD)?, trial.train(), run)?;
    let completed = model.impute(visible, run)?;
    let filled = holding(visible, completed.values);
    imputome_io::write_table(&Target::Path(files.filled.clone()), &filled, &layout)?;
    Ok(files)
}

fn conclude(folder: &Path, evaluation: &Evaluation, files: &Files, context: &Context) {
    let rows = summary(evaluation);
    let best = rows.iter().find(|row| row.failed.is_none());
    let verdict = best.and_then(|row| Some((row, row.metric("r2")?))).map_or(
        String::new(),
        |(row, r2)| {
            format!(
                "Best here: {}, which explains {:.0} % of the variance of what was hidden, averaged over genes.\n",
                row.method,
                100.0 * r2.mean
            )
        },
    );
    let show = |path: &Path| path.display().to_string();
    context.terminal.say(format!(
        "{verdict}
Open  {}   the report, in a browser
      {}   every score
      {}   samples of held-back people with half of their values hidden
      {}   the same, filled by {DEFAULT_METHOD}

Try   imputome impute {} -o filled.tsv --covariates {}
And with your own table, samples by genes or genes by samples:
      imputome inspect MY_TABLE                  what is in it, and what to do
      imputome impute MY_TABLE -o FILLED         fill its gaps
      imputome evaluate MY_TABLE -o SCORES       which method is best on it?
",
        show(&folder.join("report.html")),
        show(&folder.join("scores.tsv")),
        show(&files.gaps),
        show(&files.filled),
        show(&files.gaps),
        show(&files.samples),
    ));
}
