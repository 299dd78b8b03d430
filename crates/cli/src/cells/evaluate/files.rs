//! The folder of an evaluation of cells.

use std::path::{Path, PathBuf};

use imputome_core::Error;
use imputome_evaluate::cells::CellEvaluation;
use imputome_report::PageContext;
use serde::Serialize;

use crate::evaluation::{RUN_FILE, write_page};
use crate::failure::{Failure, Result};
use crate::plan::Record;

/// Writes everything an evaluation leaves; gives the place of the report.
pub(super) fn write_all(
    folder: &Path,
    evaluation: &CellEvaluation,
    record: &Record,
    plan: &impl Serialize,
) -> Result<PathBuf> {
    let text = record.with_plan(plan);
    imputome_io::write_bytes(&folder.join(RUN_FILE), text.as_bytes())?;
    let page = write_cell_report(
        folder,
        evaluation,
        &PageContext {
            version: env!("CARGO_PKG_VERSION").into(),
            command: record.command_line.clone(),
            plan: text,
            date: record.date.clone(),
            machine: record.machine.clone(),
        },
    )?;
    // The first file says that there is an evaluation, so it comes last.
    for (name, text) in evaluation.to_files().iter().rev() {
        imputome_io::write_bytes(&folder.join(name), text.as_bytes())?;
    }
    Ok(page)
}

/// Writes report and figures; gives the place of the report.
pub(crate) fn write_cell_report(
    folder: &Path,
    evaluation: &CellEvaluation,
    context: &PageContext,
) -> Result<PathBuf> {
    let figures = imputome_report::cell_figures(evaluation);
    let page = imputome_report::cell_page(evaluation, context);
    write_page(folder, &figures, &page)
}

/// The evaluation in a folder; nothing when it is one of tables.
pub(crate) fn read_evaluation(folder: &Path) -> Result<Option<CellEvaluation>> {
    let read = |name: &str| imputome_io::read_text(&folder.join(name));
    if !CellEvaluation::is_stored_in(&read(CellEvaluation::FILES[0])?) {
        return Ok(None);
    }
    let evaluation = CellEvaluation::from_files(&mut |name| {
        read(name).map_err(|error| Error::Unusable(error.to_string()))
    });
    let evaluation =
        evaluation.map_err(|error| Failure::input(format!("{}: {error}", folder.display())))?;
    Ok(Some(evaluation))
}
