//! `imputome evaluate`: hide known values, let methods fill them, score, report.

use std::path::{Path, PathBuf};

use imputome_core::Dataset;
use imputome_evaluate::cells::CellMask;
use imputome_evaluate::{Evaluation, Experiment, Hiding, Protocol, Scenario};
use imputome_report::PageContext;

use crate::arguments::{EvaluateArguments, Kind, of_cells};
use crate::cells;
use crate::context::Context;
use crate::evaluation::{
    self, Contest, Contestant, Earlier, PAGE_FILE, RUN_FILE, Shard, ShardDone, expect_free,
    score_table, write_evaluation, write_report,
};
use crate::failure::{Failure, Result};
use crate::levels::{expect_effect, expect_levels, expect_within, with_levels};
use crate::places::Places;
use crate::plan::{EvaluatePlan, MethodEntry, Record, Resolved, Typed, every_method, resolve};
use crate::reading::{Asked, Table, read};

use super::print;

/// The covariate whose levels are scored apart unless another is named.
const USUAL_BY: &str = "tissue";

/// Compares methods on the table and writes scores and report.
pub(crate) fn evaluate(arguments: &EvaluateArguments, context: &Context) -> Result<()> {
    if cells::asks_for_cells(arguments)? {
        return cells::evaluate(arguments, context);
    }
    expect_no_cell_options(arguments, context)?;
    let Resolved { mut plan, earlier } = as_meant(arguments, context)?;
    let whole_profiles = plan.mask == Hiding::Profile;
    if whole_profiles && arguments.scenario.is_empty() {
        plan.scenario = vec![Scenario::InPlace];
    }
    leave_out_without_companion(&mut plan, context);
    let question = Question::asked(plan, context)?;
    if let Some(shard) = arguments.shard {
        return carry_out_shard(&question, shard, context);
    }
    let record = question.record(context)?;
    record.compare(earlier.as_ref(), &context.terminal);
    let folder = PathBuf::from(&question.plan.output);
    let evaluation = evaluation::run(&question.contest(&folder), context)?;
    question.finish(evaluation, &record, context)
}

/// Does a share of the fits and tells what is to do next.
fn carry_out_shard(question: &Question, shard: Shard, context: &Context) -> Result<()> {
    let folder = Path::new(&question.plan.output);
    let contest = question.contest(folder);
    let ShardDone { done, before, of } =
        evaluation::run_shard(&contest, shard, &question.text(), context)?;
    let earlier = match before {
        0 => String::new(),
        n => format!(", {n} were there already"),
    };
    context.terminal.say(format!(
        "shard {shard}: {done} of the {of} fits done{earlier}; after the last shard: imputome merge {}",
        folder.display()
    ));
    Ok(())
}

/// What is asked of a table that has been read.
pub(crate) struct Question {
    /// With every default in its place.
    plan: EvaluatePlan,
    methods: Vec<Contestant>,
    experiment: Experiment,
    table: Table,
}

impl Question {
    /// Reads the table of a plan, and settles what depends on it.
    pub(crate) fn asked(plan: EvaluatePlan, context: &Context) -> Result<Self> {
        let methods = methods(&plan)?;
        let mut experiment = experiment(&plan)?;
        let run = context.run(plan.seed)?;
        let asked = Asked::new(&plan.input, &plan.reading, &plan.samples);
        let mut table = read(asked, &run, &context.terminal)?;
        table.tell_of_cells(&context.terminal);
        table.expect_several_samples()?;
        expect_within(&experiment.normalization, &table.data)?;
        warn_of_few_pairs(&experiment, &table.data, context);
        experiment.by = by(&plan, &table.data)?;
        offer_by(&plan, &experiment, &table.data, context);
        let plan = spelled_out(&plan, &experiment, &methods, table.decided(&plan.reading));
        Ok(Self {
            plan,
            methods,
            experiment,
            table,
        })
    }

    /// It as text, the same for all shards of it.
    pub(crate) fn text(&self) -> String {
        let plan = EvaluatePlan {
            output: String::new(),
            ..self.plan.clone()
        };
        toml::to_string(&plan).expect("a plan is plain data")
    }

    /// The methods against each other, results in `folder`.
    pub(crate) fn contest<'a>(&'a self, folder: &'a Path) -> Contest<'a> {
        Contest {
            name: file_name(&self.plan.input),
            data: &self.table.data,
            experiment: &self.experiment,
            methods: &self.methods,
            folder,
        }
    }

    /// What the results say of how they were made.
    pub(crate) fn record(&self, context: &Context) -> Result<Record> {
        let mut files = input_files(&self.plan);
        files.extend(self.methods.iter().filter_map(Contestant::files));
        context.record(&files, self.table.remarks.clone())
    }

    /// Writes results into the plan's folder, and prints them.
    pub(crate) fn finish(
        &self,
        mut evaluation: Evaluation,
        record: &Record,
        context: &Context,
    ) -> Result<()> {
        let remarks = &mut evaluation.data.remarks;
        remarks.extend(self.table.remarks.iter().cloned());
        let page = write_results(
            Path::new(&self.plan.output),
            &evaluation,
            record,
            &self.plan,
        )?;
        print(&score_table(&evaluation))?;
        context.terminal.say(format!("report: {}", page.display()));
        Ok(())
    }
}

/// Refuses options of cells where the input is a table of samples.
fn expect_no_cell_options(arguments: &EvaluateArguments, context: &Context) -> Result<()> {
    let input = arguments.input.as_deref().unwrap_or("the plan's input");
    context.typed.expect_effect_on(Kind::Table, input)?;
    let masks = CellMask::ALL.map(CellMask::name);
    let mask = arguments.mask.as_deref();
    if let Some(mask) = mask.filter(|mask| masks.contains(mask)) {
        return Err(of_cells(&format!("--mask {mask}"), input));
    }
    match arguments.hide.iter().find(|hide| **hide >= 1.0) {
        Some(hide) => Err(Failure::usage(format!(
            "--hide {hide}: expected a share between 0 and 1, such as 0.5 for one half"
        ))),
        None => Ok(()),
    }
}

fn as_meant(arguments: &EvaluateArguments, context: &Context) -> Result<Resolved<EvaluatePlan>> {
    let resolved = resolve::<_, EvaluatePlan>(&Typed {
        command: "evaluate",
        options: arguments,
        seed: context.seed,
        file: arguments.plan.as_deref(),
        needs: &[
            ("input", "INPUT, the table to hide values of,"),
            ("output", "-o DIR, the folder for the results,"),
        ],
    })?;
    if resolved.plan.output == "-" {
        return Err(Failure::usage("results fill a folder; name one: -o scores"));
    }
    expect_free(
        Path::new(&resolved.plan.output),
        Earlier::from(arguments.overwrite),
    )?;
    places(&resolved.plan, arguments).check()?;
    if arguments.shard.is_some() && arguments.overwrite {
        return Err(Failure::usage(
            "--overwrite would have no effect on a shard, which adds to others",
        )
        .hint("to begin anew remove the folder shards in DIR"));
    }
    Ok(resolved)
}

fn places(plan: &EvaluatePlan, arguments: &EvaluateArguments) -> Places {
    let folder = Path::new(&plan.output);
    let places = Places::reading(&plan.input)
        .with_plans(&plan.reading, &plan.samples)
        .with_plan_file(arguments.plan.as_deref())
        .replacing(Earlier::from(arguments.overwrite))
        .filling(folder);
    if !folder.is_dir() {
        return places;
    }
    // Only a folder that is there can hold an input.
    let files = Evaluation::FILES.into_iter().chain([PAGE_FILE]);
    files
        .fold(places, |places, file| places.writing(folder.join(file)))
        .recording(folder.join(RUN_FILE))
}

/// Writes everything an evaluation leaves; gives the place of the report.
pub(crate) fn write_results(
    folder: &Path,
    evaluation: &Evaluation,
    record: &Record,
    plan: &EvaluatePlan,
) -> Result<std::path::PathBuf> {
    let text = record.with_plan(plan);
    imputome_io::write_bytes(&folder.join(RUN_FILE), text.as_bytes())?;
    let page = write_report(
        folder,
        evaluation,
        &PageContext {
            version: env!("CARGO_PKG_VERSION").into(),
            command: record.command_line.clone(),
            plan: text,
            date: record.date.clone(),
            machine: record.machine.clone(),
        },
    )?;
    write_evaluation(folder, evaluation)?;
    Ok(page)
}

/// Methods that nobody named and that need a companion, where there is none.
fn leave_out_without_companion(plan: &mut EvaluatePlan, context: &Context) {
    if !plan.samples.companions.is_empty() || plan.methods != every_method() {
        return;
    }
    let mut left_out = Vec::new();
    plan.methods.retain(|entry| match entry.method() {
        Ok((label, method)) if method.needs_companion() => {
            left_out.push(label);
            false
        }
        _ => true,
    });
    if !left_out.is_empty() {
        context.terminal.say(format!(
            "note: left out, for they learn from another assay given with --companion: {}",
            left_out.join(", ")
        ));
    }
}

fn methods(plan: &EvaluatePlan) -> Result<Vec<Contestant>> {
    plan.methods.iter().map(MethodEntry::contestant).collect()
}

/// What a plan asks of an evaluation.
pub(crate) fn experiment(plan: &EvaluatePlan) -> Result<Experiment> {
    let used = plan.scenario.contains(&Scenario::Inductive) || plan.protocol == Protocol::Published;
    if plan.test_share.is_some() && !used {
        return Err(Failure::usage(
            "--test-share would have no effect: only --scenario inductive holds samples back",
        ));
    }
    expect_effect(&plan.normalization)?;
    if plan.score_on.is_some() && plan.normalization.is_none() {
        return Err(Failure::usage(
            "--score-on would have no effect: without --normalize there is one scale",
        ));
    }
    let experiment = Experiment {
        scenarios: plan.scenario.clone(),
        hiding: plan.mask,
        hidden_shares: plan.hide.clone(),
        repeats: plan.repeats,
        protocol: plan.protocol,
        test_share: plan.test_share.unwrap_or(plan.protocol.test_share()),
        by: None,
        seed: plan.seed,
        normalization: plan.normalization.clone(),
        score_on: plan.score_on.unwrap_or_default(),
    };
    experiment
        .check()
        .map_err(|error| Failure::usage(error.to_string()))?;
    Ok(experiment)
}

/// Tells when there are too few samples with both assays to say much.
fn warn_of_few_pairs(experiment: &Experiment, data: &Dataset, context: &Context) {
    let pairs = data.paired_samples().len();
    if experiment.hiding == Hiding::Profile && pairs < imputome_io::FEW_PAIRS {
        context.terminal.say(format!(
            "warning: only {pairs} samples have expression and every companion; some to learn from and some to judge by leave scores to chance"
        ));
    }
}

/// The covariate scored apart: as asked for, else the usual one where the table has it.
fn by(plan: &EvaluatePlan, data: &Dataset) -> Result<Option<String>> {
    let has = |name: &str| data.covariates.categorical(name).is_some();
    match plan.by.as_deref() {
        Some("none") => Ok(None),
        None => Ok(Some(USUAL_BY.to_string()).filter(|by| has(by))),
        Some(by) => {
            expect_levels("--by", by, data)?;
            Ok(Some(by.into()))
        }
    }
}

/// Tells which covariates could be scored apart when none is.
fn offer_by(plan: &EvaluatePlan, experiment: &Experiment, data: &Dataset, context: &Context) {
    let known = with_levels(data);
    if plan.by.is_none() && experiment.by.is_none() && !known.is_empty() {
        context.terminal.say(format!(
            "note: --by NAME scores the levels of a covariate apart; there are {}",
            known.join(", ")
        ));
    }
}

/// The plan with every default in its place.
pub(crate) fn spelled_out(
    plan: &EvaluatePlan,
    experiment: &Experiment,
    methods: &[Contestant],
    reading: crate::plan::ReadingPlan,
) -> EvaluatePlan {
    let inductive = experiment.scenarios.contains(&Scenario::Inductive);
    let used = inductive || plan.protocol == Protocol::Published;
    EvaluatePlan {
        test_share: used.then_some(experiment.test_share),
        by: Some(experiment.by.clone().unwrap_or_else(|| "none".into())),
        score_on: Some(experiment.score_on).filter(|_| !experiment.normalization.is_none()),
        methods: methods.iter().map(MethodEntry::spelled_out).collect(),
        reading,
        ..plan.clone()
    }
}

fn input_files(plan: &EvaluatePlan) -> Vec<&str> {
    let input = std::iter::once(plan.input.as_str());
    let input = input.chain(plan.samples.files());
    input.chain(plan.reading.files()).collect()
}

/// The last part of a path: what a reader of the report calls the table.
fn file_name(input: &str) -> &str {
    let name = Path::new(input).file_name();
    name.and_then(|name| name.to_str()).unwrap_or(input)
}
