//! `imputome simulate`: data with known truth.

use std::path::Path;

use crate::arguments::SimulateArguments;
use crate::cells;
use crate::context::Context;
use crate::evaluation::Earlier;
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::plan::{Resolved, SimulatePlan, Typed, resolve, run_file};

/// Simulates what is asked for and writes file and record.
pub(crate) fn simulate(arguments: &SimulateArguments, context: &Context) -> Result<()> {
    let Resolved { plan, earlier } = resolve::<_, SimulatePlan>(&Typed {
        command: "simulate",
        options: arguments,
        seed: context.seed,
        file: arguments.plan.as_deref(),
        needs: &[
            ("kind", "what to simulate, `imputome simulate cells`,"),
            ("output", "-o OUTPUT, the h5ad to write,"),
        ],
    })?;
    expect_h5ad(&plan.output)?;
    Places::reading(plan.like.as_deref().unwrap_or("-"))
        .with_plan_file(arguments.plan.as_deref())
        .replacing(Earlier::from(arguments.overwrite))
        .writing(&plan.output)
        .recording(run_file(&plan.output))
        .check()?;
    cells::simulate(&plan, earlier.as_ref(), context)
}

fn expect_h5ad(output: &str) -> Result<()> {
    let hint = "name a file: -o sim.h5ad";
    if output == "-" {
        return Err(Failure::usage("an h5ad cannot be written to stdout").hint(hint));
    }
    match Path::new(output).extension() {
        Some(end) if end.eq_ignore_ascii_case("h5ad") => Ok(()),
        _ => Err(Failure::usage(format!(
            "{output}: simulated cells are written as h5ad alone"
        ))
        .hint(hint)),
    }
}
