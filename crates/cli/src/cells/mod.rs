//! Single cells on the command line: files of counts in, files with a new layer out.

mod evaluate;
mod fit;
mod impute;
mod learning;
mod plan;
mod simulate;

pub(crate) use evaluate::{
    CellEvaluatePlan, asks_for_cells, carry_out, evaluate, read_evaluation, write_cell_report,
};
pub(crate) use fit::fit;
pub(crate) use impute::impute;
pub(crate) use plan::CellsPlan;
pub(crate) use simulate::simulate;

use std::path::Path;

use imputome_io::{CellFile, CellOptions, Element};

use crate::failure::Result;
use crate::terminal::Terminal;

/// True when an input is a file or folder of cells.
pub(crate) fn recognizes(input: &str) -> Result<bool> {
    Ok(input != "-" && CellFile::recognizes(Path::new(input))?)
}

/// Opens a file of cells and tells what was found.
fn open(input: &str, plan: &CellsPlan, terminal: &Terminal) -> Result<CellFile> {
    let options = CellOptions {
        element: plan
            .layer
            .as_deref()
            .map_or(Element::Auto, Element::from_argument),
        ..CellOptions::default()
    };
    let file = CellFile::open_with(Path::new(input), &options)?;
    let facts = file.facts();
    terminal.say(format!(
        "note: {input}: {}, {} cells, {} genes, from {}",
        facts.form.name(),
        file.cells().len(),
        file.genes().len(),
        facts.element
    ));
    terminal.say(format!("note: {}", facts.scale_reason));
    terminal.note_all(&facts.notes);
    for warning in &facts.warnings {
        terminal.say(format!("warning: {warning}"));
    }
    Ok(file)
}
