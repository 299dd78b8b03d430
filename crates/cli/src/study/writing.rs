//! A report on a study, as a page, as files and on the terminal.

use std::fmt::Write;
use std::path::Path;

use imputome_report::{Figure, PageContext, StudyReport, StudySection, StudyTable, study_page};

use crate::commands::print;
use crate::context::{Context, command_line, machine, today};
use crate::failure::{Failure, Result};

const PAGE_FILE: &str = "report.html";
const FIGURES_FOLDER: &str = "figures";

/// A file beside the page: name and text.
pub(super) type Beside = (&'static str, String);

/// Writes the page, its figures and the files beside it into the folder of the study, and prints
/// the tables of sections whose name begins with `printed`.
pub(super) fn write_report(
    report: &StudyReport,
    beside: &[Beside],
    printed: &str,
    output: &Path,
    context: &Context,
) -> Result<()> {
    for section in &report.sections {
        write_figures(output, &section.figures)?;
        if section.name.starts_with(printed) {
            print(&on_terminal(section))?;
        }
    }
    for (name, text) in beside {
        imputome_io::write_bytes(&output.join(name), text.as_bytes())?;
    }
    let page = PageContext {
        version: env!("CARGO_PKG_VERSION").into(),
        command: command_line(),
        plan: String::new(),
        date: today(),
        machine: machine(),
    };
    let file = output.join(PAGE_FILE);
    imputome_io::write_bytes(&file, study_page(report, &page).as_bytes())?;
    context.terminal.say(format!("report: {}", file.display()));
    Ok(())
}

fn write_figures(output: &Path, figures: &[Figure]) -> Result<()> {
    let folder = output.join(FIGURES_FOLDER);
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
    })?;
    for figure in figures {
        let file = folder.join(format!("{}.svg", figure.name));
        imputome_io::write_bytes(&file, figure.svg.as_bytes())?;
    }
    Ok(())
}

/// The tables of a section, and of what data they are.
fn on_terminal(section: &StudySection) -> String {
    let tables = section.tables.iter().map(aligned);
    let data = section.differs.iter().map(|line| format!("data: {line}\n"));
    tables.chain(data).collect()
}

/// A table for the terminal: columns of equal width, two spaces apart.
fn aligned(table: &StudyTable) -> String {
    let lines: Vec<&Vec<String>> = std::iter::once(&table.header).chain(&table.rows).collect();
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.header.len()).map(width).collect();
    let mut text = format!("{}\n", table.caption);
    for line in lines {
        let cells = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        let _ = writeln!(
            text,
            "  {}",
            cells.collect::<Vec<_>>().join("  ").trim_end()
        );
    }
    text.push('\n');
    text
}
