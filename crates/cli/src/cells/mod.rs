//! Single cells on the command line: files of counts in, files with a new layer out.

mod convert;
mod evaluate;
mod fit;
mod impute;
mod learning;
mod likeness;
mod plan;
mod shards;
mod simulate;

pub(crate) use convert::{convert, named_h5ad, write_table};
pub(crate) use evaluate::{
    CellEvaluatePlan, asks_for_cells, carry_out, evaluate, read_evaluation, write_cell_report,
};
pub(crate) use fit::fit;
pub(crate) use impute::impute;
pub(crate) use plan::{CellTablePlan, CellsPlan};
pub(crate) use simulate::simulate;

use std::path::Path;

use imputome::Method;
use imputome_core::Scale;
use imputome_io::{CellFile, CellOptions, Element};

use crate::context::Context;
use crate::failure::{Failure, Result, nearest};
use crate::plan::Record;
use crate::terminal::Terminal;

/// Endings of files of cells.
const ENDINGS: [&str; 4] = ["h5ad", "h5", "hdf5", "loom"];

/// True when an input is a file or folder of cells.
///
/// Refused: one that is named as such and is none.
pub(crate) fn recognizes(input: &str) -> Result<bool> {
    let path = Path::new(input);
    if input == "-" || CellFile::recognizes(path)? {
        return Ok(input != "-");
    }
    if path.is_dir() {
        return Err(Failure::input(format!(
            "{input}: a folder without matrix.mtx or matrix.mtx.gz, which those of 10x Genomics hold"
        ))
        .hint("name the folder that Cell Ranger wrote, such as filtered_feature_bc_matrix, or a file"));
    }
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let ending = ending.as_deref().and_then(|ending| ending.to_str());
    match ending.filter(|ending| path.is_file() && ENDINGS.contains(ending)) {
        None => Ok(false),
        Some(ending) => Err(Failure::input(format!(
            "{input}: its name ends in .{ending}, and its content is no HDF5, in which such files are"
        ))
        .hint("fetch or write it again if it is damaged; if it is a table of text, give it a name such as table.tsv")),
    }
}

/// Opens a file of cells and tells what was found.
pub(crate) fn open(input: &str, layer: Option<&str>, terminal: &Terminal) -> Result<CellFile> {
    crate::memory::advise_on_cells();
    let options = CellOptions {
        element: layer.map_or(Element::Auto, Element::from_argument),
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

/// Refuses values that are plainly not counts.
fn expect_counts(file: &CellFile) -> Result<()> {
    let facts = file.facts();
    match facts.scale {
        Scale::Log | Scale::Standardized => Err(Failure::policy(format!(
            "{}: {} does not look like counts: {}",
            facts.name, facts.element, facts.scale_reason
        ))
        .hint(
            "name the table that holds counts: --layer NAME; imputome inspect shows what there is",
        )),
        Scale::Counts | Scale::Tpm | Scale::Unknown => Ok(()),
    }
}

/// Refuses a method that is none; those offered instead can be used on cells.
fn expect_method(spec: &str, able: &[&str]) -> Result<()> {
    let name = spec.split(':').next().unwrap_or_default();
    if Method::named(name).is_ok() {
        return Ok(());
    }
    let failure = Failure::usage(format!(
        "no method for cells is called {name:?}; known methods: {}",
        able.join(", ")
    ));
    Err(match nearest(name, able.iter().copied()) {
        Some(meant) => failure.hint(format!("did you mean {meant}?")),
        None => failure,
    })
}

/// Files that cells are read from, and others.
fn read_from<'a>(file: &CellFile, others: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let of_cells = file.files().iter().map(|path| path.display().to_string());
    of_cells.chain(others.into_iter().cloned()).collect()
}

/// The record of an execution that read these files.
fn record(inputs: &[String], remarks: Vec<String>, context: &Context) -> Result<Record> {
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    context.record(&inputs, remarks)
}
