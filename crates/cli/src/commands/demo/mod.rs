//! `imputome demo`: everything on built-in real data, end to end.

mod bulk;
mod methylation;

use std::borrow::Cow;
use std::path::Path;
use std::time::Instant;

use imputome_evaluate::{Evaluation, summary};
use imputome_io::Source;

use crate::arguments::DemoArguments;
use crate::context::Context;
use crate::evaluation::{Earlier, expect_free};
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::terminal::duration;

/// Shows the whole path on built-in data.
pub(crate) fn demo(arguments: &DemoArguments, context: &Context) -> Result<()> {
    let show = match arguments.data.as_str() {
        "bulk" => bulk::show,
        "methylation" => methylation::show,
        "cells" => {
            return Err(Failure::usage("the demo cells is not there yet")
                .hint("imputome demo bulk shows the program on GTEx expression"));
        }
        other => {
            return Err(Failure::usage(format!("no demo is called {other:?}"))
                .hint("there are two so far: imputome demo bulk, imputome demo methylation"));
        }
    };
    expect_free(&arguments.output, Earlier::from(arguments.overwrite))?;
    Places::default().filling(&arguments.output).check()?;
    let started = Instant::now();
    show(arguments, context)?;
    context.terminal.say(format!(
        "done in {}",
        duration(started.elapsed().as_secs_f64())
    ));
    Ok(())
}

fn memory(name: &str, bytes: &'static [u8]) -> Source {
    Source::Memory {
        name: name.into(),
        bytes: Cow::Borrowed(bytes),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The best method in one sentence, on a line of its own.
fn verdict(evaluation: &Evaluation) -> String {
    let rows = summary(evaluation);
    let best = rows.iter().find(|row| row.failed.is_none());
    best.and_then(|row| Some((row, row.metric("r2")?))).map_or(
        String::new(),
        |(row, r2)| {
            format!(
                "Best here: {}, which explains {:.0} % of the variance of what was hidden, averaged over genes.\n",
                row.method,
                100.0 * r2.mean
            )
        },
    )
}
