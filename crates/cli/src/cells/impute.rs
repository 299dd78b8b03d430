//! `imputome impute` on a file of cells.

use std::path::Path;

use imputome::Method;
use imputome::cells::{CellModel, CellWindows, DeepImpute};
use imputome_core::{Counts, Run};
use imputome_io::{Additions, CellFile, CellWriter, Column, ColumnValues, LayerForm, OverInput};
use serde_json::{Value, json};

use crate::context::{Context, program};
use crate::failure::{Failure, Result};
use crate::plan::{ImputePlan, Record, run_file, settings_of};

use super::learning::{learn, method};
use super::plan::expect_no_table_options;

/// Bytes of estimates held at once; ours, hundreds of cells, several times over while they become a layer.
const WINDOW_BYTES: usize = 12 << 20;
/// Cells of a window at most; ours: of a few hundred genes more cells take more memory and no less time.
const MOST_CELLS: usize = 1024;
/// What the result adds to `obs` and `var`, after the name of its layer.
const CELL_COLUMN: &str = "zeros_filled";
const GENE_COLUMNS: [&str; 3] = ["estimated", "left_out", "zeros_filled"];
/// Where the settings lie in `uns`, each result's under the name of its layer.
const KEY: &str = "imputome";

/// Imputes the cells of a file into a new layer and writes file and record.
pub(crate) fn impute(plan: &ImputePlan, earlier: Option<&Record>, context: &Context) -> Result<()> {
    expect_no_table_options(plan)?;
    plan.cells.expect_name()?;
    expect_place(&plan.output)?;
    let teacher = Teacher::of(plan)?;
    let run = context.run(plan.seed)?;
    let file = super::open(&plan.input, plan.cells.layer.as_deref(), &context.terminal)?;
    let additions = additions(plan, context);
    CellWriter::expect_room(&file, &additions)?;
    let model = match teacher {
        Teacher::Model(model) => *model,
        Teacher::Method(method) => learn(&method, &file, &run, context)?.model,
    };
    let mut windows = model.over(file.genes(), plan.cells.policy)?;
    let mut writer = CellWriter::begin(&file, Path::new(&plan.output), additions)?;
    context.terminal.note_all(writer.notes());
    let filled = stream(&file, &mut windows, &mut writer, &run)?;
    context.interrupt.proceed()?;
    let plan = spelled_out(plan, &model);
    let remarks = windows.remarks();
    let record = super::record(
        &super::read_from(&file, &plan.model),
        remarks.clone(),
        context,
    )?;
    record.compare(earlier, &context.terminal);
    writer.finish(
        &[Column {
            name: of_layer(&plan, CELL_COLUMN),
            values: ColumnValues::Whole(filled.iter().map(|&filled| filled as i64).collect()),
        }],
        &gene_columns(&plan, &windows),
        &facts(&plan, &file, &model),
    )?;
    record.write(&run_file(&plan.output), &plan)?;
    context.terminal.note_all(&remarks);
    tell(&plan, &windows, filled.iter().sum(), context);
    Ok(())
}

/// What `uns` says of the result.
fn facts(plan: &ImputePlan, file: &CellFile, model: &CellModel) -> Value {
    json!({
        "program": program(),
        "layer": plan.cells.into,
        "counts": file.facts().element,
        "policy": plan.cells.policy.name(),
        "method": plan.method.as_deref().unwrap_or(Method::DeepImpute(model.settings().clone()).name()),
        "model": plan.model,
        // Of a model fitted earlier its own record tells the seed.
        "seed": plan.model.is_none().then_some(plan.seed),
        "settings": serde_json::to_value(model.settings()).expect("plain data"),
    })
}

/// Refuses a place that no h5ad can take.
fn expect_place(output: &str) -> Result<()> {
    if output == "-" {
        return Err(
            Failure::usage("an h5ad cannot be written to stdout").hint("name a file: -o out.h5ad")
        );
    }
    if super::named_h5ad(output) {
        return Ok(());
    }
    let message = format!("cells are written as an h5ad, and {output} does not end in .h5ad");
    Err(Failure::usage(message).hint("name a file: -o out.h5ad; imputome convert out.h5ad table.tsv.gz --layer imputed writes the result as a table"))
}

/// Where fills come from.
enum Teacher {
    /// A model fitted earlier.
    Model(Box<CellModel>),
    /// A method that learns from the cells themselves.
    Method(DeepImpute),
}

impl Teacher {
    /// What a plan asks for.
    fn of(plan: &ImputePlan) -> Result<Self> {
        let Some(stored) = &plan.model else {
            let method = method(plan.method.as_deref(), &plan.settings)?;
            return Ok(Self::Method(method));
        };
        let weights = imputome_io::read_model(Path::new(stored))?;
        if !CellModel::is_stored_in(&weights) {
            return Err(Failure::usage(format!(
                "{stored} was learned from a table of samples, and {} is a file of cells",
                plan.input
            ))
            .hint(format!(
                "learn one from cells: imputome fit {} -o MODEL",
                plan.input
            )));
        }
        Ok(Self::Model(Box::new(CellModel::from_weights(&weights)?)))
    }
}

fn additions(plan: &ImputePlan, context: &Context) -> Additions {
    Additions {
        layer: plan.cells.into.clone(),
        form: LayerForm::Sparse,
        cell_columns: vec![of_layer(plan, CELL_COLUMN)],
        gene_columns: GENE_COLUMNS.map(|name| of_layer(plan, name)).to_vec(),
        key: format!("{KEY}/{}", plan.cells.into),
        over_input: OverInput::Refused,
        memory_limit: context.memory_limit.map(|limit| limit.0),
    }
}

/// A name that tells one result from another in the same file.
fn of_layer(plan: &ImputePlan, name: &str) -> String {
    format!("{}_{name}", plan.cells.into)
}

/// Imputes window after window; gives the zeros filled in each cell.
///
/// Reading, imputing and writing go on at once where more than one thread is allowed; each keeps the order of the
/// windows, so the file has the same bytes.
fn stream(
    file: &CellFile,
    windows: &mut CellWindows<'_>,
    writer: &mut CellWriter,
    run: &Run,
) -> Result<Vec<u64>> {
    let cells = (WINDOW_BYTES / (4 * file.genes().len().max(1))).clamp(1, MOST_CELLS);
    let progress = run.progress();
    progress.begin("imputing cells", file.cells().len() as u64);
    let mut filled = Vec::with_capacity(file.cells().len());
    let mut impute = |window: &Counts| -> Result<Counts> {
        run.proceed()?;
        let imputed = windows.impute(window, run)?;
        filled.extend(imputed.filled);
        progress.advance(filled.len() as u64, "");
        Ok(imputed.counts)
    };
    if run.threads() == 1 {
        for window in file.windows(cells) {
            writer.add_counts(&impute(&window?)?)?;
        }
    } else {
        std::thread::scope(|scope| -> Result<()> {
            // One window on its way on either side bounds what is held.
            let (read, windows) = std::sync::mpsc::sync_channel(1);
            let (done, imputed) = std::sync::mpsc::sync_channel::<Counts>(1);
            scope.spawn(move || {
                // Whoever no longer listens has failed, and says why.
                let mut windows = file.windows(cells);
                while windows
                    .next()
                    .is_some_and(|window| read.send(window).is_ok())
                {}
            });
            let writing = scope.spawn(move || {
                imputed
                    .into_iter()
                    .try_for_each(|counts| writer.add_counts(&counts))
            });
            for window in windows {
                if done.send(impute(&window?)?).is_err() {
                    break;
                }
            }
            drop(done);
            Ok(writing.join().expect("a panic of the writer is its own")?)
        })?;
    }
    progress.end();
    Ok(filled)
}

fn gene_columns(plan: &ImputePlan, windows: &CellWindows<'_>) -> Vec<Column> {
    let filled = windows
        .filled()
        .iter()
        .map(|&filled| filled as i64)
        .collect();
    let values = [
        ColumnValues::Flags(windows.imputed()),
        ColumnValues::Texts(windows.reasons()),
        ColumnValues::Whole(filled),
    ];
    let columns = GENE_COLUMNS.into_iter().zip(values);
    columns
        .map(|(name, values)| Column {
            name: of_layer(plan, name),
            values,
        })
        .collect()
}

fn spelled_out(plan: &ImputePlan, model: &CellModel) -> ImputePlan {
    let mut plan = plan.clone();
    if plan.model.is_none() {
        let asked = plan.settings.get("cells").cloned();
        let method = Method::DeepImpute(model.settings().clone());
        plan.method = Some(method.name().into());
        plan.settings = settings_of(&method);
        if let Some(cells) = asked {
            plan.settings.insert("cells".into(), cells);
        }
    }
    plan
}

fn tell(plan: &ImputePlan, windows: &CellWindows<'_>, filled: u64, context: &Context) {
    let imputed = windows.imputed();
    let genes = imputed.iter().filter(|imputed| **imputed).count();
    context.terminal.say(format!(
        "{filled} zeros filled in {genes} of {} genes (var/{} says why not the others); layer {:?} of {}",
        imputed.len(),
        of_layer(plan, GENE_COLUMNS[1]),
        plan.cells.into,
        plan.output
    ));
}
