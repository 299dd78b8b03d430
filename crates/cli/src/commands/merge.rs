//! `imputome merge`: shards of an evaluation become the evaluation.

use crate::arguments::MergeArguments;
use crate::context::Context;
use crate::evaluation::{self, Earlier, Shards, expect_free};
use crate::failure::{Failure, Result};
use crate::plan::EvaluatePlan;

use super::evaluate::Question;

/// Joins the shards in the folders and writes scores and report.
pub(crate) fn merge(arguments: &MergeArguments, context: &Context) -> Result<()> {
    let shards: Vec<Shards> = arguments
        .folders
        .iter()
        .map(|f| Shards::inside(f))
        .collect();
    let text = shards[0].question()?;
    for others in &shards[1..] {
        others.expect(&text)?;
    }
    let folder = arguments.output.as_ref().unwrap_or(&arguments.folders[0]);
    expect_free(folder, Earlier::from(arguments.overwrite))?;
    let plan: EvaluatePlan = toml::from_str(&text).map_err(|error| {
        let folder = arguments.folders[0].display();
        Failure::input(format!(
            "{folder}: what its shards are of cannot be read: {error}"
        ))
    })?;
    let plan = EvaluatePlan {
        output: folder.display().to_string(),
        ..plan
    };
    let question = Question::asked(plan, context)?;
    let record = question.record(context)?;
    let evaluation = evaluation::joined(&question.contest(folder), &shards, context)?;
    question.finish(evaluation, &record, context)
}
