//! Transfer learning: a fit that begins with what another cohort taught.

use imputome::{CompanionQuantiles, Method, Model, Normalization};
use imputome_core::{Run, TableShape};

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::memory;
use crate::plan::{ReadingPlan, SamplesPlan, TransferPlan};
use crate::reading::{Asked, Table, expect_companion, expect_scale, read};
use crate::teacher::KnownModel;

/// Where a fit begins.
pub(crate) enum Beginning {
    /// With nothing.
    Nothing,
    /// With a saved model.
    Model(Box<KnownModel>),
    /// With a cohort that is learned first.
    Source(TransferPlan, String),
}

impl Beginning {
    /// What a plan asks for. Refused where it would have no effect or is asked for twice.
    pub(crate) fn of(plan: &TransferPlan, normalization: &Normalization) -> Result<Self> {
        if plan.source.is_none() && !plan.source_companions.is_empty() {
            return Err(Failure::usage(
                "--source-companion goes with the expression table of the source, --source, which is missing",
            ));
        }
        if !plan.begins_anew() && !normalization.is_none() {
            return Err(Failure::usage(
                "--normalize cannot be joined with --start or --source: source and target must stand on one scale",
            ));
        }
        match (&plan.start, &plan.source) {
            (Some(_), Some(_)) => Err(Failure::usage(
                "--start names a model learned on a source and --source a cohort to learn first; give one of them",
            )),
            (Some(file), None) => {
                let known = KnownModel::read(file)?.with_quantiles(plan.companion_quantiles)?;
                Ok(Self::Model(Box::new(known)))
            }
            (None, Some(source)) => Ok(Self::Source(plan.clone(), source.clone())),
            (None, None) => Ok(Self::Nothing),
        }
    }

    /// The method of the model begun with, if there is one.
    pub(crate) fn method(&self) -> Option<&Method> {
        match self {
            Self::Model(known) => Some(&known.model.method),
            Self::Nothing | Self::Source(..) => None,
        }
    }

    /// Learns from `table`, which is needed no more: this takes less memory.
    pub(crate) fn fit_owned(
        self,
        method: Method,
        normalization: &Normalization,
        table: Table,
        run: &Run,
        context: &Context,
    ) -> Result<Model> {
        match self {
            Self::Nothing => Ok(Model::fit_owned_normalized(
                method,
                normalization,
                table.data,
                run,
            )?),
            other => other.fit(method, normalization, &table, run, context),
        }
    }

    /// Learns from `table`.
    pub(crate) fn fit(
        self,
        method: Method,
        normalization: &Normalization,
        table: &Table,
        run: &Run,
        context: &Context,
    ) -> Result<Model> {
        let start = match self {
            Self::Nothing => {
                return Ok(Model::fit_normalized(
                    method,
                    normalization,
                    &table.data,
                    run,
                )?);
            }
            Self::Model(known) => known.model,
            Self::Source(plan, source) => learn_source(&plan, &source, &method, run, context)?,
        };
        Ok(Model::fit_from(&start, method, &table.data, run)?)
    }
}

fn learn_source(
    plan: &TransferPlan,
    source: &str,
    method: &Method,
    run: &Run,
    context: &Context,
) -> Result<Model> {
    let samples = SamplesPlan {
        companions: plan.source_companions.clone(),
        ..SamplesPlan::default()
    };
    let reading = ReadingPlan {
        rows: plan.source_rows,
        decimal: plan.source_decimal,
        scale: plan.source_scale,
        ..ReadingPlan::default()
    };
    let asked = Asked::new(source, &reading, &samples);
    let table = read(asked, run, &context.terminal).map_err(of_source)?;
    table.expect_several_samples()?;
    expect_companion(method, &samples).map_err(of_source)?;
    expect_scale(method, &Normalization::default(), &table.data).map_err(of_source)?;
    memory::expect_room(method, &table.data, context.memory_limit)?;
    let shape = TableShape::of(&table.data);
    context.terminal.say(format!(
        "learning first from {source}: {} samples, {} genes",
        shape.samples, shape.genes
    ));
    let model = Model::fit(method.clone(), &table.data, run)?;
    match plan.companion_quantiles {
        CompanionQuantiles::Own => Ok(model),
        asked @ CompanionQuantiles::Source => Ok(model.with_companion_quantiles(asked)?),
    }
}

/// The same failure with the options of a source in place of the table's.
fn of_source(failure: Failure) -> Failure {
    let renamed = |text: &str| {
        text.replace("--companion-decimal", "--source-decimal")
            .replace("--companion", "--source-companion")
            .replace("--decimal", "--source-decimal")
            .replace("--scale", "--source-scale")
            .replace("--rows", "--source-rows")
    };
    Failure {
        message: renamed(&failure.message),
        hint: failure.hint.as_deref().map(renamed),
        ..failure
    }
}

/// Refuses quantiles of a source where there is none.
pub(crate) fn expect_source(plan: &TransferPlan, model: Option<&String>) -> Result<()> {
    let own = plan.companion_quantiles == CompanionQuantiles::Own;
    if own || model.is_some() || !plan.begins_anew() {
        return Ok(());
    }
    Err(Failure::usage(
        "--companion-quantiles source goes with a model or a source whose quantiles are taken (--model, --start or --source), or with a fit from a companion",
    ))
}
