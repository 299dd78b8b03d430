//! `imputome fit` on a file of cells.

use std::path::Path;

use crate::context::Context;
use crate::failure::Result;
use crate::plan::{FitPlan, Record, run_file, settings_of};

use super::learning::{Learned, learn, method};
use super::plan::expect_plain;
use imputome::Method;

/// Learns from cells and writes model and record.
pub(crate) fn fit(plan: &FitPlan, earlier: Option<&Record>, context: &Context) -> Result<()> {
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
    let Learned { model, cells } = learn(&method, &file, &run, context)?;
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
