//! `imputome fit` on a file of cells.

use std::path::Path;
use std::sync::Arc;

use crate::context::Context;
use crate::evaluation::Shard;
use crate::failure::Result;
use crate::plan::{FitPlan, Record, run_file, settings_of};

use super::learning::{Learned, learn, method};
use super::plan::expect_plain;
use super::shards::{Networks, Tally, folder_of};
use imputome::Method;
use imputome::cells::DeepImpute;
use imputome_io::CellFile;

/// Learns from cells and writes model and record.
pub(crate) fn fit(
    plan: &FitPlan,
    shard: Option<Shard>,
    earlier: Option<&Record>,
    context: &Context,
) -> Result<()> {
    expect_plain(
        &plan.reading,
        &plan.samples,
        &plan.normalization,
        &plan.transfer,
    )?;
    let named = (!plan.method.is_empty()).then_some(plan.method.as_str());
    let method = method(named, &plan.settings)?;
    let run = context.run(plan.seed)?;
    let file = super::open(&plan.input, plan.cells.layer.as_deref(), &context.terminal)?;
    let networks = match shard {
        Some(shard) => Some(Arc::new(Networks::ask(
            &plan.output,
            &question(plan, &method, &file),
            shard,
            context,
        )?)),
        None => None,
    };
    let run = match &networks {
        Some(networks) => run.with_workers(networks.clone()),
        None => run,
    };
    let learned = learn(&method, &file, &run, context);
    if let Some((shard, tally)) = shard.zip(networks.and_then(|networks| networks.waiting())) {
        tell_of_shard(shard, tally, plan, context);
        return Ok(());
    }
    let Learned { model, cells } = learned?;
    context.interrupt.proceed()?;
    imputome_io::write_model(Path::new(&plan.output), &model.to_weights())?;
    let remarks = model.fitted().summary().remarks.clone();
    let method = Method::DeepImpute(method);
    let plan = FitPlan {
        method: method.name().into(),
        settings: settings_of(&method),
        ..plan.clone()
    };
    let record = super::record(&super::read_from(&file, []), remarks.clone(), context)?;
    record.compare(earlier, &context.terminal);
    record.write(&run_file(&plan.output), &plan)?;
    context.terminal.note_all(&remarks);
    context.terminal.say(format!(
        "deepimpute learned {} of {} genes from {cells} of {} cells; the model is in {}",
        model.fitted().imputed().len(),
        model.fitted().genes().len(),
        file.cells().len(),
        plan.output
    ));
    Ok(())
}

/// What networks of a shard are networks of.
fn question(plan: &FitPlan, method: &DeepImpute, file: &CellFile) -> String {
    let plan = FitPlan {
        output: String::new(),
        method: "deepimpute".into(),
        settings: settings_of(&Method::DeepImpute(method.clone())),
        ..plan.clone()
    };
    let plan = toml::to_string(&plan).expect("a plan is plain data");
    let (cells, genes) = (file.cells().len(), file.genes().len());
    format!(
        "# {cells} cells, {genes} genes, {} entries\n{plan}",
        file.n_entries()
    )
}

fn tell_of_shard(shard: Shard, tally: Tally, plan: &FitPlan, context: &Context) {
    context.terminal.say(format!(
        "shard {shard}: {} networks trained; {} of {} are in {}, and the job that finds all of them writes {}",
        tally.trained,
        tally.there,
        tally.of,
        folder_of(&plan.output).display(),
        plan.output
    ));
}
