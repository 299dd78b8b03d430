//! The files of an evaluation: tables, figures, report.

use std::path::{Path, PathBuf};

use imputome_evaluate::Evaluation;
use imputome_report::{Figure, PageContext};

use crate::failure::{Failure, Result};

/// Plan and record of an evaluation, inside its folder.
pub(crate) const RUN_FILE: &str = "run.toml";

/// The report of an evaluation, inside its folder.
pub(crate) const PAGE_FILE: &str = "report.html";

/// Whether results of an earlier run may be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// They may.
    Replaced,
    /// They may not.
    #[default]
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

/// Refuses a folder that holds results already, unless they may be replaced.
pub(crate) fn expect_free(folder: &Path, earlier: Earlier) -> Result<()> {
    if earlier == Earlier::Kept && folder.join(Evaluation::FILES[0]).exists() {
        return Err(
            Failure::usage(format!("{}: holds an evaluation already", folder.display()))
                .hint("name another folder, or replace it with --overwrite"),
        );
    }
    Ok(())
}

/// A folder for results, made where there was none.
#[derive(Debug)]
pub(crate) struct MadeFolder(Vec<PathBuf>);

impl MadeFolder {
    /// Makes the folder and those above it that do not exist.
    pub(crate) fn make(folder: &Path) -> Result<Self> {
        let above = folder.ancestors().take_while(|folder| !folder.exists());
        let made = above.filter(|folder| !folder.as_os_str().is_empty());
        let made = made.map(Path::to_path_buf).collect();
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
        })?;
        Ok(Self(made))
    }

    /// Removes what was made for nothing; a folder that holds something stays.
    pub(crate) fn remove_if_empty(&self) {
        for folder in &self.0 {
            // One that holds something, or that is gone, needs nothing more.
            let _ = std::fs::remove_dir(folder);
        }
    }
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
    let page = imputome_report::page(evaluation, context);
    write_page(folder, &imputome_report::figures(evaluation), &page)
}

/// Writes a page and figures beside it; gives the place of the page.
pub(crate) fn write_page(folder: &Path, figures: &[Figure], text: &str) -> Result<PathBuf> {
    let drawings = folder.join("figures");
    remove_drawings(&drawings);
    std::fs::create_dir_all(&drawings).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", drawings.display()))
    })?;
    for figure in figures {
        let file = drawings.join(format!("{}.svg", figure.name));
        imputome_io::write_bytes(&file, figure.svg.as_bytes())?;
    }
    let page = folder.join(PAGE_FILE);
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
