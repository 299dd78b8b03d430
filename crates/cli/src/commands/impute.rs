//! `imputome impute`: fill the gaps of a table.

use imputome::{Completed, Method, Model};

use crate::arguments::{ImputeArguments, Kind};
use crate::cells;
use crate::context::Context;
use crate::evaluation::Earlier;
use crate::failure::{Failure, Result};
use crate::filled::{Outputs, files_of_draws};
use crate::levels;
use crate::places::Places;
use crate::plan::{ImputePlan, Resolved, Typed, resolve, run_file, settings_of};
use crate::reading::{self, Asked, Table, expect_companion, read_with};
use crate::teacher::Teacher;
use crate::transfer::{Beginning, expect_source};

/// Fills the gaps and writes table and record.
pub(crate) fn impute(arguments: &ImputeArguments, context: &Context) -> Result<()> {
    let (kind, Resolved { plan, earlier }) = as_meant(arguments, context)?;
    if kind == Kind::Cells {
        return cells::impute(&plan, earlier.as_ref(), context);
    }
    plan.cells.expect_unused(&plan.input)?;
    levels::expect_effect(&plan.normalization)?;
    let beginning = Beginning::of(&plan.transfer, &plan.normalization)?;
    expect_source(&plan.transfer, plan.model.as_ref())?;
    let teacher = Teacher::of(&plan, &beginning)?;
    expect_effect(&plan, &teacher)?;
    if !matches!(teacher, Teacher::Unnamed(..)) {
        expect_companion(teacher.method(), &plan.samples)?;
    }
    let run = context.run(plan.seed)?;
    let asked = Asked::new(&plan.input, &plan.reading, &plan.samples);
    let options = teacher.reading_options(reading::options(asked)?)?;
    let mut table = read_with(asked, options, &run, &context.terminal)?;
    table.tell_of_cells(&context.terminal);
    let outputs = Outputs::of(&plan, &table)?;
    let (teacher, unnamed) = teacher.decided(&table);
    if let Some(choice) = &unnamed {
        context.terminal.say(choice);
    }
    expect_gaps(teacher.method(), &table)?;
    let model = teacher.model(beginning, &table, &run, context)?;
    let completed = model.impute(&table.data, &run)?;
    let drawn = match plan.draws {
        Some(draws) => model.completed_tables(&table.data, draws as usize, &run)?,
        None => Vec::new(),
    };
    context.interrupt.proceed()?;

    let plan = spelled_out(plan, &table, &model);
    let rounding = outputs.rounding(&plan, &table);
    let mut remarks = remarks(&plan, &model, &completed);
    remarks.extend(rounding.clone());
    let told = [table.remarks.as_slice(), unnamed.as_slice()].concat();
    let all = [told, remarks.clone()].concat();
    let record = context.record(&input_files(&plan), all)?;
    record.compare(earlier.as_ref(), &context.terminal);
    outputs.write(&plan, &table, &completed)?;
    outputs.write_draws(&plan, &table, &drawn)?;
    if plan.output != "-" {
        record.write(&run_file(&plan.output), &plan)?;
    }
    context.terminal.note_all(&remarks);
    let measured = rounding.map_or("unchanged", |_| "in single precision");
    tell(&plan, &completed, measured, context);
    Ok(())
}

fn as_meant(
    arguments: &ImputeArguments,
    context: &Context,
) -> Result<(Kind, Resolved<ImputePlan>)> {
    let resolved: Resolved<ImputePlan> = resolve(&Typed {
        command: "impute",
        options: arguments,
        seed: context.seed,
        file: arguments.plan.as_deref(),
        needs: &[
            ("input", "INPUT, the table with gaps,"),
            ("output", "-o OUTPUT, the table to write,"),
        ],
    })?;
    let input = &resolved.plan.input;
    let kind = Kind::of(input)?;
    context.typed.expect_effect_on(kind, input)?;
    let plan = &resolved.plan;
    if plan.model.is_some() && (plan.method.is_some() || !plan.settings.is_empty()) {
        return Err(Failure::usage(
            "the plan names a model, and a method or its settings: with a model nothing is learned",
        )
        .hint("keep the one that is meant"));
    }
    places(plan, arguments).check()?;
    Ok((kind, resolved))
}

fn places(plan: &ImputePlan, arguments: &ImputeArguments) -> Places {
    let mut places = Places::reading(&plan.input)
        .with_plans(&plan.reading, &plan.samples)
        .with_model(plan.model.as_ref())
        .with_transfer(&plan.transfer)
        .with_plan_file(arguments.plan.as_deref())
        .replacing(Earlier::from(arguments.overwrite))
        .writing(&plan.output);
    if let Some(spread) = &plan.spread {
        places = places.writing(spread);
    }
    for file in files_of_draws(plan) {
        places = places.writing(&file);
    }
    if plan.output != "-" {
        places = places.recording(run_file(&plan.output));
    }
    places
}

/// Refuses options that would have no effect.
fn expect_effect(plan: &ImputePlan, teacher: &Teacher) -> Result<()> {
    let card = teacher.method().imputer().card();
    if plan.spread.is_some() && !card.spread {
        let able: Vec<&str> = imputome::Method::all()
            .iter()
            .filter(|method| method.imputer().card().spread)
            .map(imputome::Method::name)
            .collect();
        return Err(Failure::usage(format!(
            "--spread: {} gives no standard deviations",
            card.name
        ))
        .hint(format!("methods that do: {}", able.join(", "))));
    }
    if plan.draws.is_some() && !teacher.method().draws() {
        return Err(
            Failure::usage(format!("--draws: {} draws no completed tables", card.name))
                .hint("methods that do: mice"),
        );
    }
    if plan.draws.is_some() && plan.output == "-" {
        return Err(Failure::usage(
            "--draws writes files beside OUTPUT, and OUTPUT is standard output",
        ));
    }
    let Teacher::Model(known) = teacher else {
        if plan.add_genes {
            return Err(Failure::usage(
                "--add-genes appends what a model knows, and there is no --model",
            ));
        }
        return Ok(());
    };
    if !plan.transfer.begins_anew() {
        return Err(Failure::usage(
            "--start and --source say what a fit begins with, and with --model nothing is fitted",
        ));
    }
    if !plan.normalization.is_none() {
        return Err(Failure::usage(
            "--normalize says what a fit learns from, and with --model nothing is fitted; a model undoes its own normalization",
        ));
    }
    if plan.samples.group.is_some() {
        return Err(Failure::usage(
            "--group says what a fit must not split, and with --model nothing is fitted",
        ));
    }
    if !plan.samples.companions.is_empty() && known.model.preparation.companions.is_none() {
        return Err(Failure::usage(
            "--companion would have no effect: the model was fitted without one",
        ));
    }
    if plan.samples.covariates.is_some() && known.model.preparation.covariates.is_empty() {
        return Err(Failure::usage(
            "--covariates would have no effect: the model was fitted without covariates",
        ));
    }
    Ok(())
}

/// Refuses a method that fills zeros of cells on a table without gaps, where it would do nothing.
fn expect_gaps(method: &Method, table: &Table) -> Result<()> {
    let of_cells = matches!(method, Method::DeepImpute(_) | Method::NonzeroMean(_));
    let data = &table.data;
    if !of_cells || data.measured.count() < data.n_samples() * data.n_genes() {
        return Ok(());
    }
    let name = &table.facts.name;
    Err(Failure::policy(format!(
        "{}: zeros are filled in files of cells; in a table gaps alone are, and {name} has none",
        method.name()
    ))
    .hint(format!(
        "make a file of cells of it, imputome convert {name} CELLS.h5ad, and fill that; or, where zeros mean not measured, say --zeros gaps"
    )))
}

/// The plan that repeats this run whatever later versions take by default.
fn spelled_out(plan: ImputePlan, table: &Table, model: &Model) -> ImputePlan {
    let reading = table.decided(&plan.reading);
    let (method, settings) = match plan.model {
        Some(_) => (None, plan.settings),
        None => (Some(model.method.name().into()), settings_of(&model.method)),
    };
    ImputePlan {
        method,
        settings,
        reading,
        ..plan
    }
}

fn input_files(plan: &ImputePlan) -> Vec<&str> {
    let input = std::iter::once(plan.input.as_str());
    let input = input.chain(plan.model.as_deref());
    let input = input.chain(plan.transfer.files());
    input
        .chain(plan.samples.files())
        .chain(plan.reading.files())
        .collect()
}

/// What fit and fill have to say.
fn remarks(plan: &ImputePlan, model: &Model, completed: &Completed) -> Vec<String> {
    let mut remarks = match plan.model {
        Some(_) => Vec::new(),
        None => model.summary().remarks,
    };
    remarks.extend(completed.remarks.iter().cloned());
    if let (Some(file), None) = (&plan.spread, &completed.spread) {
        remarks.push(format!(
            "{file} is not written: {} gave no standard deviations here",
            model.method.name()
        ));
    }
    let added = completed.added.genes.len();
    if plan.model.is_some() && added > 0 && !plan.add_genes {
        remarks.push(format!(
            "the model could add {added} genes that the table does not have; --add-genes appends them"
        ));
    }
    remarks
}

fn tell(plan: &ImputePlan, completed: &Completed, measured: &str, context: &Context) {
    let terminal = &context.terminal;
    if completed.filled + completed.left == 0 {
        terminal.say("the table has no gaps: nothing was filled");
    }
    let added = if plan.add_genes {
        format!(", {} genes added", completed.added.genes.len())
    } else {
        String::new()
    };
    let drawn = plan.draws.map_or(String::new(), |draws| {
        format!(" and {draws} completed tables beside it")
    });
    terminal.say(format!(
        "{} gaps filled, {} left{added}; measured values {measured}: {}{drawn}",
        completed.filled,
        completed.left,
        match plan.output.as_str() {
            "-" => "standard output",
            path => path,
        }
    ));
}
