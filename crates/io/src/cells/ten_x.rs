//! The h5 files of 10x Genomics: a matrix stored cell by cell.

use super::entries::Entries;
use super::facts::{CellForm, ElementFact};
use super::file::{Lines, Opened};
use super::hdf5::{Hdf5, Node};
use super::options::{CellOptions, Element};
use super::sparse::Compressed;
use super::{refusal, text};
use crate::Result;

/// The group of a file of Cell Ranger 3 and later.
const MATRIX: &str = "matrix";

/// Opens a file of Cell Ranger 3 or later: one matrix, features with types.
pub(super) fn open(file: &Hdf5) -> Result<Opened> {
    let features = format!("{MATRIX}/features");
    let column = |name: &str| text::column(file, &format!("{features}/{name}"));
    let mut opened = open_group(file, MATRIX, column("name")?, column("id")?)?;
    if text::stands(file, &format!("{features}/feature_type"))? {
        opened.types = Some(column("feature_type")?);
    }
    Ok(opened)
}

/// Opens a file of Cell Ranger 2: one matrix for each genome.
pub(super) fn open_old(file: &Hdf5, genomes: &[String], options: &CellOptions) -> Result<Opened> {
    let genome = match (&options.element, genomes) {
        (Element::Layer(asked), _) if genomes.contains(asked) => asked,
        (Element::Layer(asked), _) => {
            return Err(refusal::content(
                file.name(),
                "",
                format!("one of the genomes {}", genomes.join(", ")),
                format!("{asked} asked for"),
                "name one of them with --layer",
            ));
        }
        (_, [only]) => only,
        (_, several) => {
            return Err(refusal::content(
                file.name(),
                "",
                "the table of one genome",
                format!("those of {}", several.join(", ")),
                "name the one to read with --layer",
            ));
        }
    };
    let column = |name: &str| text::column(file, &format!("{genome}/{name}"));
    let mut opened = open_group(file, genome, column("gene_names")?, column("genes")?)?;
    for other in genomes.iter().filter(|other| *other != genome) {
        opened.notes.push(format!("the genome {other} is left out"));
    }
    Ok(opened)
}

/// Groups that hold a matrix as Cell Ranger 2 wrote them.
pub(super) fn genomes(file: &Hdf5, groups: &[String]) -> Result<Vec<String>> {
    let mut genomes = Vec::new();
    for group in groups {
        let (_, arrays) = file.children(group)?;
        let has = |name: &str| arrays.iter().any(|array| array == name);
        if has("barcodes") && has("gene_names") && has("indptr") {
            genomes.push(group.clone());
        }
    }
    Ok(genomes)
}

fn open_group(
    file: &Hdf5,
    group: &str,
    names: Vec<String>,
    identifiers: Vec<String>,
) -> Result<Opened> {
    let cells = text::column(file, &format!("{group}/barcodes"))?;
    if identifiers.len() != names.len() {
        let expected = format!("as many identifiers as names, {}", names.len());
        return Err(file.refused(group, expected, identifiers.len().to_string()));
    }
    check_shape(file, group, names.len(), cells.len())?;
    let entries = Entries::Compressed(Compressed::open(file, group, cells.len(), names.len())?);
    let mut opened = Opened::new(CellForm::TenX, group, Lines::Cells(entries));
    opened
        .elements
        .push(ElementFact::of(group, "sparse, by cells"));
    opened.cells = cells;
    opened.genes = names;
    opened.identifiers = Some(identifiers);
    Ok(opened)
}

fn check_shape(file: &Hdf5, group: &str, genes: usize, cells: usize) -> Result<()> {
    let path = format!("{group}/shape");
    let Node::Array(shape) = file.node(&path)? else {
        return Err(file.refused(&path, "the numbers of genes and cells", "nothing"));
    };
    let found = shape.integers(0..shape.length()?)?;
    if found != [genes as i64, cells as i64] {
        let expected = format!("[{genes}, {cells}], the numbers of features and barcodes");
        return Err(shape.refused(expected, format!("{found:?}")));
    }
    Ok(())
}
