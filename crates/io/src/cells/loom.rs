//! Loom files (loompy): genes in rows, cells in columns, stored with their zeros.

use super::dense::Dense;
use super::entries::Entries;
use super::facts::CellForm;
use super::file::{Lines, Opened};
use super::hdf5::Hdf5;
use super::text;
use crate::Result;

/// Attributes that may hold the names of cells, in the order they are tried (loompy's conventions,
/// then velocyto's and SCope's).
const CELL_NAMES: [&str; 4] = ["CellID", "obs_names", "cell_id", "Barcode"];
/// Attributes that may hold the names of genes.
const GENE_NAMES: [&str; 4] = ["Gene", "var_names", "gene", "Accession"];

/// Opens the main table of a loom file.
pub(super) fn open(file: &Hdf5) -> Result<Opened> {
    let matrix = file.array("matrix")?;
    let [genes, cells] = matrix.shape()[..] else {
        let found = format!("{:?}", matrix.shape());
        return Err(matrix.refused("two axes, genes and cells", found));
    };
    let (n_genes, n_cells) = (genes as usize, cells as usize);
    let cell_names = names(file, "col_attrs", &CELL_NAMES)?;
    let gene_names = names(file, "row_attrs", &GENE_NAMES)?;
    if (gene_names.len(), cell_names.len()) != (n_genes, n_cells) {
        let named = [gene_names.len(), cell_names.len()];
        let expected =
            format!("a line for each named gene and a column for each named cell, {named:?}");
        return Err(matrix.refused(expected, format!("the shape {:?}", matrix.shape())));
    }
    let entries = Entries::Dense(Dense::new(matrix, n_genes, n_cells)?);
    let mut opened = Opened::new(CellForm::Loom, "matrix", Lines::Genes(entries));
    opened.cells = cell_names;
    opened.genes = gene_names;
    Ok(opened)
}

fn names(file: &Hdf5, group: &str, candidates: &[&str]) -> Result<Vec<String>> {
    let (_, arrays) = file.children(group)?;
    match candidates
        .iter()
        .find(|name| arrays.iter().any(|array| array == **name))
    {
        Some(name) => text::column(file, &format!("{group}/{name}")),
        None => Err(file.refused(
            group,
            format!("one of {candidates:?}"),
            format!("{arrays:?}"),
        )),
    }
}
