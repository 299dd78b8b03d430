//! `imputome fit`: learn on a table, save the model.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use imputome::{CompanionQuantiles, Method, Model};
use imputome_core::Device;

use crate::arguments::{FitArguments, Kind};
use crate::cells;
use crate::checkpoints::{CheckpointFile, checkpoint_file};
use crate::context::Context;
use crate::evaluation::Earlier;
use crate::failure::{Failure, Result};
use crate::levels::{expect_effect, expect_within};
use crate::memory;
use crate::places::Places;
use crate::plan::{
    FitPlan, Record, Resolved, Typed, method_with, resolve, run_file, settings_of, settings_with,
};
use crate::reading::{Asked, expect_companion, expect_scale, read};
use crate::teacher::CovariateKinds;
use crate::terminal::duration;
use crate::transfer::{Beginning, expect_source};

/// Learns from the table and writes model and record.
pub(crate) fn fit(arguments: &FitArguments, context: &Context) -> Result<()> {
    let (kind, Resolved { plan, earlier }) = as_meant(arguments, context)?;
    if kind == Kind::Cells {
        return cells::fit(&plan, arguments.shard, earlier.as_ref(), context);
    }
    expect_no_shard(arguments)?;
    plan.cells.expect_unused(&plan.input)?;
    expect_effect(&plan.normalization)?;
    let beginning = Beginning::of(&plan.transfer, &plan.normalization)?;
    if plan.samples.companions.is_empty() {
        expect_source(&plan.transfer, None)?;
    }
    let method = method(&plan, &beginning)?;
    expect_companion(&method, &plan.samples)?;
    let run = context.run(plan.seed)?;
    let asked = Asked::new(&plan.input, &plan.reading, &plan.samples);
    let mut table = read(asked, &run, &context.terminal)?;
    table.tell_of_cells(&context.terminal);
    table.expect_several_samples()?;
    expect_within(&plan.normalization, &table.data)?;
    expect_scale(&method, &plan.normalization, &table.data)?;
    memory::expect_room(&method, &table.data, context.memory_limit)?;
    let plan = FitPlan {
        method: method.name().into(),
        settings: settings_of(&method),
        reading: table.decided(&plan.reading),
        ..plan
    };
    let mut record = context.record(&input_files(&plan), table.remarks.clone())?;
    record.compare(earlier.as_ref(), &context.terminal);

    let checkpoint = Arc::new(checkpoint(arguments, &plan, &record, context)?);
    let started = Instant::now();
    let run = run.with_checkpoints(checkpoint.clone());
    let kinds = CovariateKinds::of(&table.data.covariates);
    let model = beginning.fit_owned(method, &plan.normalization, table, &run, context)?;
    let model = with_quantiles(model, plan.transfer.companion_quantiles)?;
    context.interrupt.proceed()?;
    imputome_io::write_model(Path::new(&plan.output), &kinds.beside(&model))?;
    checkpoint.remove();

    record.remarks.extend(model.summary().remarks);
    record.write(&run_file(&plan.output), &plan)?;
    tell(&model, &plan, started.elapsed(), context);
    Ok(())
}

fn as_meant(arguments: &FitArguments, context: &Context) -> Result<(Kind, Resolved<FitPlan>)> {
    let resolved = resolve::<_, FitPlan>(&Typed {
        command: "fit",
        options: arguments,
        seed: context.seed,
        file: arguments.plan.as_deref(),
        needs: &[
            ("input", "INPUT, the table to learn from,"),
            ("output", "-o MODEL, the model file to write,"),
        ],
    })?;
    let plan = &resolved.plan;
    let kind = Kind::of(&plan.input)?;
    context.typed.expect_effect_on(kind, &plan.input)?;
    if plan.output == "-" {
        return Err(Failure::usage("a model cannot be written to stdout")
            .hint("name a file: -o model.safetensors"));
    }
    Places::reading(&plan.input)
        .with_plans(&plan.reading, &plan.samples)
        .with_transfer(&plan.transfer)
        .with_plan_file(arguments.plan.as_deref())
        .replacing(Earlier::from(arguments.overwrite))
        .writing(&plan.output)
        .keeping(checkpoint_file(&plan.output))
        .recording(run_file(&plan.output))
        .check()?;
    Ok((kind, resolved))
}

fn expect_no_shard(arguments: &FitArguments) -> Result<()> {
    match arguments.shard {
        None => Ok(()),
        Some(_) => Err(Failure::usage(
            "--shard would have no effect on a table: its methods learn as a whole",
        )
        .hint("an evaluation of a table has shards: imputome evaluate TABLE -o DIR --shard I/N")),
    }
}

/// The method named; where none is, that of the model begun with.
fn method(plan: &FitPlan, beginning: &Beginning) -> Result<Method> {
    match (plan.method.as_str(), beginning.method()) {
        ("", None) => Err(Failure::usage("--method NAME is missing")
            .hint("see `imputome fit --help` for an example")),
        ("", Some(known)) => method_with(known.name(), &settings_with(known, &plan.settings)),
        (spec, _) => method_with(spec, &plan.settings),
    }
}

fn input_files(plan: &FitPlan) -> Vec<&str> {
    let input = std::iter::once(plan.input.as_str());
    let input = input.chain(plan.samples.files());
    let input = input.chain(plan.reading.files());
    input.chain(plan.transfer.files()).collect()
}

/// The checkpoint of this plan on these inputs, gone on from where asked for.
fn checkpoint(
    arguments: &FitArguments,
    plan: &FitPlan,
    record: &Record,
    context: &Context,
) -> Result<CheckpointFile> {
    let every = Duration::from_secs(arguments.checkpoint_every);
    let mut file = CheckpointFile::beside(&plan.output, identity(plan, record), every);
    if !arguments.resume {
        if file.path().exists() {
            context.terminal.say(format!(
                "note: {} is the checkpoint of an interrupted fit; starting anew without it (--resume would go on from it)",
                file.path().display()
            ));
        }
        return Ok(file);
    }
    let told = if file.resume()? {
        "going on from"
    } else {
        "starting from the beginning, for there is no"
    };
    context
        .terminal
        .say(format!("note: {told} {}", file.path().display()));
    Ok(file)
}

/// What must be the same for a fit to go on: the plan but for its output, inputs, program and device.
fn identity(plan: &FitPlan, record: &Record) -> String {
    let plan = FitPlan {
        output: String::new(),
        ..plan.clone()
    };
    let mut lines = toml::to_string(&plan).expect("a plan is plain data");
    lines += &format!("program = {}\n", record.program);
    // Elsewhere the rest of the fit would not be the same to the byte.
    if record.device != Device::Cpu.to_string() {
        lines += &format!("device = {} {}\n", record.device, record.precision);
    }
    for input in &record.inputs {
        lines += &format!("sha256 of {} = {}\n", input.file, input.sha256);
    }
    lines
}

/// The model that takes later companions as asked for: at the quantiles of those it was learned from,
/// or of its source.
fn with_quantiles(model: Model, asked: CompanionQuantiles) -> Result<Model> {
    match asked {
        CompanionQuantiles::Own => Ok(model),
        CompanionQuantiles::Source => Ok(model.with_companion_quantiles(asked)?),
    }
}

fn tell(model: &Model, plan: &FitPlan, took: Duration, context: &Context) {
    let summary = model.summary();
    let terminal = &context.terminal;
    for (name, value) in &summary.chosen {
        terminal.say(format!("chosen: {name} = {value}"));
    }
    terminal.note_all(&summary.remarks);
    terminal.say(format!(
        "{} learned {} genes from {} samples in {}: {}",
        model.method.name(),
        model.preparation.learned().len(),
        model.preparation.samples,
        duration(took.as_secs_f64()),
        plan.output
    ));
    terminal.say(format!(
        "next: imputome impute NEW_TABLE{} -o FILLED --model {}",
        match model.preparation.companions {
            Some(_) => " --companion ITS_COMPANION",
            None => "",
        },
        plan.output
    ));
}
