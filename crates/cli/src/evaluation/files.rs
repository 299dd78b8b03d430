//! The files of an evaluation: tables, figures, report.

use std::path::{Path, PathBuf};

use imputome_evaluate::Evaluation;
use imputome_report::PageContext;

use crate::failure::{Failure, Result};

/// Plan and record of an evaluation, inside its folder.
pub(crate) const RUN_FILE: &str = "run.toml";

/// Whether results of an earlier run may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// They may.
    Replaced,
    /// They may not.
    Kept,
}

impl From<bool> for Earlier {
    /// By the option `--overwrite`.
    fn from(overwrite: bool) -> Self {
        if overwrite {
            Self::Replaced
        } else {
            Self::Kept
        }
    }
}

/// Refuses a folder that cannot take results, and makes it where it does not exist.
pub(crate) fn expect_free(folder: &Path, earlier: Earlier) -> Result<()> {
    if earlier == Earlier::Kept && folder.join(Evaluation::FILES[0]).exists() {
        return Err(
            Failure::usage(format!("{}: holds an evaluation already", folder.display()))
                .hint("name another folder, or replace it with --overwrite"),
        );
    }
    if folder.exists() && !folder.is_dir() {
        return Err(Failure::usage(format!(
            "{}: is a file, and results need a folder",
            folder.display()
        )));
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
    })
}

/// Writes the tables of an evaluation.
pub(crate) fn write_evaluation(folder: &Path, evaluation: &Evaluation) -> Result<()> {
    // The first file says that there is an evaluation, so it comes last.
    for (name, text) in evaluation.to_files().iter().rev() {
        imputome_io::write_bytes(&folder.join(name), text.as_bytes())?;
    }
    Ok(())
}

/// Writes report and figures; gives the place of the report.
pub(crate) fn write_report(
    folder: &Path,
    evaluation: &Evaluation,
    context: &PageContext,
) -> Result<PathBuf> {
    let drawings = folder.join("figures");
    remove_drawings(&drawings);
    std::fs::create_dir_all(&drawings).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", drawings.display()))
    })?;
    for figure in imputome_report::figures(evaluation) {
        let file = drawings.join(format!("{}.svg", figure.name));
        imputome_io::write_bytes(&file, figure.svg.as_bytes())?;
    }
    let page = folder.join("report.html");
    let text = imputome_report::page(evaluation, context);
    imputome_io::write_bytes(&page, text.as_bytes())?;
    Ok(page)
}

/// Drawings of an earlier evaluation would stand beside those of this one.
fn remove_drawings(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "svg")
        {
            // One that stays is replaced or only in the way.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
