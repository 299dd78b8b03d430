//! `imputome report`: the report again, from the files of a finished evaluation.

use std::path::Path;

use imputome_core::Error;
use imputome_evaluate::Evaluation;
use imputome_report::PageContext;

use crate::arguments::ReportArguments;
use crate::cells;
use crate::context::Context;
use crate::evaluation::{RUN_FILE, write_report};
use crate::failure::{Failure, Result};
use crate::plan::Record;

/// Rebuilds report and figures.
pub(crate) fn report(arguments: &ReportArguments, context: &Context) -> Result<()> {
    let folder = &arguments.folder;
    if !folder.join(Evaluation::FILES[0]).is_file() {
        return Err(Failure::input(format!(
            "{}: holds no evaluation ({} is missing)",
            folder.display(),
            Evaluation::FILES[0]
        ))
        .hint("make one: imputome evaluate INPUT -o DIR"));
    }
    if let Some(evaluation) = cells::read_evaluation(folder)? {
        let page = cells::write_cell_report(folder, &evaluation, &page_context(folder)?)?;
        context.terminal.say(format!("report: {}", page.display()));
        return Ok(());
    }
    let evaluation = Evaluation::from_files(&mut |name| {
        imputome_io::read_text(&folder.join(name))
            .map_err(|error| Error::Unusable(error.to_string()))
    })
    .map_err(|error| Failure::input(format!("{}: {error}", folder.display())))?;
    let page_context = page_context(folder)?;
    let page = write_report(folder, &evaluation, &page_context)?;
    context.terminal.say(format!("report: {}", page.display()));
    Ok(())
}

/// What `run.toml` says of the run; the page does without where it is missing.
fn page_context(folder: &Path) -> Result<PageContext> {
    let file = folder.join(RUN_FILE);
    if !file.is_file() {
        return Ok(PageContext::default());
    }
    let text = imputome_io::read_text(&file)?;
    let unusable = |error: toml::de::Error| {
        let reason = error.to_string();
        Failure::input(format!("{}: {}", file.display(), reason.trim()))
            .hint("it is no record that imputome wrote: put the file back, or remove it")
    };
    let mut plan: toml::Table = text.parse().map_err(unusable)?;
    let record: Record = match plan.remove("record") {
        Some(record) => record.try_into().map_err(unusable)?,
        None => Record::default(),
    };
    Ok(PageContext {
        version: record.program.replace("imputome ", ""),
        command: record.command_line,
        plan: text,
        date: record.date,
        machine: record.machine,
    })
}
