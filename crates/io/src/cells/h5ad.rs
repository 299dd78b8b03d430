//! AnnData in HDF5: which tables there are, and which one is read.

use imputome_core::Scale;

use super::dense::Dense;
use super::entries::Entries;
use super::facts::{CellForm, ElementFact};
use super::file::{Lines, Opened};
use super::hdf5::{Hdf5, Node};
use super::options::{CellOptions, Element};
use super::sparse::Compressed;
use super::{refusal, text};
use crate::{Error, Result};

/// The layer that holds counts by convention (scverse).
const COUNTS: &str = "layers/counts";

/// A table that could be read.
struct Table {
    fact: ElementFact,
    lines: Lines,
    /// The data frame that names its genes.
    genes: &'static str,
}

/// Opens the table asked for, or the one that looks like counts.
pub(super) fn open(file: &Hdf5, groups: &[String], options: &CellOptions) -> Result<Opened> {
    let mut notes = Vec::new();
    let cells = text::index(file, "obs")?;
    let genes = text::index(file, "var")?;
    let mut tables = Vec::new();
    for (path, frame) in places(file, groups)? {
        let found = match frame {
            "var" => table(file, &path, frame, cells.len(), genes.len()),
            _ => text::index(file, frame)
                .and_then(|genes| table(file, &path, frame, cells.len(), genes.len())),
        };
        match found {
            Ok(Some(table)) => tables.push(table),
            Ok(None) => {}
            Err(error) if asked_for(&options.element, &path) => return Err(error),
            Err(error) => notes.push(format!("{path} cannot be read: {error}")),
        }
    }
    let mut warnings = Vec::new();
    let chosen = choose(file, &tables, &options.element, &mut notes, &mut warnings)?;
    let elements = tables.iter().map(|table| table.fact.clone()).collect();
    let table = tables.swap_remove(chosen);
    let mut opened = Opened::new(CellForm::H5ad, &table.fact.name, table.lines);
    opened.genes = match table.genes {
        "var" => genes,
        frame => text::index(file, frame)?,
    };
    let identifiers = format!("{}/gene_ids", table.genes);
    if text::stands(file, &identifiers)? {
        opened.identifiers = Some(text::column(file, &identifiers)?)
            .filter(|identifiers| identifiers.len() == opened.genes.len());
    }
    opened.cells = cells;
    opened.elements = elements;
    opened.notes = notes;
    opened.warnings = warnings;
    Ok(opened)
}

/// Where tables stand, and the data frames of their genes.
fn places(file: &Hdf5, groups: &[String]) -> Result<Vec<(String, &'static str)>> {
    let mut places = vec![("X".to_string(), "var")];
    if groups.iter().any(|group| group == "layers") {
        let (sparse, dense) = file.children("layers")?;
        places.extend(
            sparse
                .into_iter()
                .chain(dense)
                .map(|layer| (format!("layers/{layer}"), "var")),
        );
    }
    if groups.iter().any(|group| group == "raw") {
        places.push(("raw/X".into(), "raw/var"));
    } else if text::stands(file, "raw.X")? {
        places.push(("raw.X".into(), "raw.var"));
    }
    Ok(places)
}

fn asked_for(element: &Element, path: &str) -> bool {
    match element {
        Element::Auto => false,
        Element::X => path == "X",
        Element::Raw => path == "raw/X" || path == "raw.X",
        Element::Layer(name) => path.strip_prefix("layers/") == Some(name),
    }
}

/// The table at a path; nothing when none is stored there.
fn table(
    file: &Hdf5,
    path: &str,
    genes: &'static str,
    n_cells: usize,
    n_genes: usize,
) -> Result<Option<Table>> {
    let (lines, stored) = match file.node(path)? {
        Node::Nothing => return Ok(None),
        // An X of `None` is stored as an array without elements.
        Node::Array(array) if array.shape().is_empty() => return Ok(None),
        Node::Array(array) => {
            let dense = Dense::new(array, n_cells, n_genes)?;
            (Lines::Cells(Entries::Dense(dense)), "dense")
        }
        Node::Group(group) => sparse(file, path, &group, [n_cells, n_genes])?,
    };
    let (Lines::Cells(entries) | Lines::Genes(entries)) = &lines else {
        unreachable!("an h5ad holds no text matrix")
    };
    let (scale, scale_reason) = entries.look()?.scale();
    let mut fact = ElementFact::of(path, stored);
    fact.scale = Some(scale);
    fact.scale_reason = scale_reason;
    Ok(Some(Table { fact, lines, genes }))
}

/// The lines of a sparse table, and how they are stored.
fn sparse(
    file: &Hdf5,
    path: &str,
    group: &hdf5_pure::Group,
    [n_cells, n_genes]: [usize; 2],
) -> Result<(Lines, &'static str)> {
    let attributes = file.attributes(path, group)?;
    let text = |name: &str| attributes.get(name).and_then(|value| value.as_str());
    let encoding = text("encoding-type").or(text("h5sparse_format"));
    let shape = attributes.get("shape").or(attributes.get("h5sparse_shape"));
    let shape = shape.and_then(|shape| shape.to_i64s()).unwrap_or_default();
    if shape != [n_cells as i64, n_genes as i64] {
        let expected = format!("the shape [{n_cells}, {n_genes}]");
        return Err(file.refused(path, expected, format!("{shape:?}")));
    }
    match encoding {
        Some("csr_matrix" | "csr") => {
            let lines = Compressed::open(file, path, n_cells, n_genes)?;
            Ok((Lines::Cells(Entries::Compressed(lines)), "sparse, by cells"))
        }
        Some("csc_matrix" | "csc") => {
            let lines = Compressed::open(file, path, n_genes, n_cells)?;
            Ok((Lines::Genes(Entries::Compressed(lines)), "sparse, by genes"))
        }
        other => {
            let found = other.unwrap_or("no encoding-type").to_string();
            Err(file.refused(path, "csr_matrix, csc_matrix or a dense array", found))
        }
    }
}

/// The position of the table asked for, or of the one that looks like counts.
fn choose(
    file: &Hdf5,
    tables: &[Table],
    asked: &Element,
    notes: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> Result<usize> {
    let names: Vec<&str> = tables
        .iter()
        .map(|table| table.fact.name.as_str())
        .collect();
    if *asked != Element::Auto {
        let found = names.iter().position(|name| asked_for(asked, name));
        return found.ok_or_else(|| no_such_table(file, &names, asked));
    }
    let order = |name: &&str| match *name {
        COUNTS => 0,
        "X" => 1,
        "raw/X" | "raw.X" => 2,
        _ => 3,
    };
    let counts = (0..tables.len()).filter(|&t| tables[t].fact.scale == Some(Scale::Counts));
    let chosen = counts.min_by_key(|&t| (order(&names[t]), t));
    let first = (0..tables.len()).min_by_key(|&t| (order(&names[t]) == 0, order(&names[t]), t));
    let Some(table) = chosen.or(first) else {
        return Err(file.refused("", "a table in X, raw/X or layers", "none"));
    };
    let fact = &tables[table].fact;
    if chosen.is_none() {
        warnings.push(format!(
            "no table of the file looks like raw counts: {} is taken, {}",
            fact.name, fact.scale_reason
        ));
    } else if fact.name != "X" {
        notes.push(format!(
            "{} is read, which looks like raw counts ({})",
            fact.name, fact.scale_reason
        ));
    }
    Ok(table)
}

fn no_such_table(file: &Hdf5, names: &[&str], asked: &Element) -> Error {
    let asked = match asked {
        Element::Layer(name) => format!("a layer {name}"),
        Element::Raw => "raw/X".into(),
        Element::X | Element::Auto => "X".into(),
    };
    refusal::content(
        file.name(),
        "",
        format!("one of the tables {}", names.join(", ")),
        format!("{asked} asked for"),
        "name one of them with --layer",
    )
}
