//! A new h5ad of cells that come window after window.

use std::path::Path;

use imputome_core::{Counts, Names};
use serde_json::Value;

use super::additions::{Column, LayerForm};
use super::layer::{Layer, rows_of};
use super::skeleton::{self, Skeleton};
use super::target::Target;
use crate::cells::file::CellFile;
use crate::{Error, Result};

/// A new h5ad on its way: counts in `X` and layers beside them, window by window.
///
/// It is written beside its place and takes it in [`NewCells::finish`]; dropped before, nothing is
/// left of it.
#[derive(Debug)]
pub struct NewCells {
    target: Target,
    counts: Layer,
    layers: Vec<Layer>,
    shape: [usize; 2],
}

impl NewCells {
    /// Begins a file of these cells and genes, with room for layers of these names.
    pub fn begin(target: &Path, cells: &Names, genes: &Names, layers: &[&str]) -> Result<Self> {
        let names = Skeleton {
            cells,
            genes,
            identifiers: None,
        };
        Self::named(target, &names, layers)
    }

    /// Begins a file of the cells and genes of another, whose identifiers of genes are kept.
    pub fn begin_like(target: &Path, input: &CellFile) -> Result<Self> {
        let names = Skeleton {
            cells: input.cells(),
            genes: input.genes(),
            identifiers: input.identifiers(),
        };
        Self::named(target, &names, &[])
    }

    fn named(target: &Path, names: &Skeleton<'_>, layers: &[&str]) -> Result<Self> {
        let target = Target::new(target, |beside| {
            skeleton::write(beside.path(), names)
                .map_err(|error| std::io::Error::other(error.to_string()))
        })?;
        let shape = [names.cells.len(), names.genes.len()];
        let counts = Layer::begin(&target, "X", shape, LayerForm::Sparse)?;
        let layers = layers
            .iter()
            .map(|name| Layer::begin(&target, &format!("layers/{name}"), shape, LayerForm::Sparse))
            .collect::<Result<_>>()?;
        Ok(Self {
            target,
            counts,
            layers,
            shape,
        })
    }

    /// Adds the next cells: their counts, and their rows of each layer in the order of
    /// [`NewCells::begin`].
    ///
    /// Refused when a table has other cells or genes than the first, or a layer is missing.
    pub fn add(&mut self, counts: &Counts, layers: &[&Counts]) -> Result<()> {
        self.expect("layers", self.layers.len(), layers.len())?;
        self.expect("genes", self.shape[1], counts.n_genes())?;
        for layer in layers {
            self.expect("cells of a layer", counts.n_cells(), layer.n_cells())?;
            self.expect("genes of a layer", counts.n_genes(), layer.n_genes())?;
        }
        self.counts.add(&self.target, &rows_of(counts))?;
        for (place, layer) in self.layers.iter_mut().zip(layers) {
            place.add(&self.target, &rows_of(layer))?;
        }
        Ok(())
    }

    /// Adds columns and, under `key` in `uns`, settings; the file takes its place.
    ///
    /// Refused when cells are missing, or when a column has another length.
    pub fn finish(
        self,
        cell_columns: &[Column],
        gene_columns: &[Column],
        (key, settings): (&str, &Value),
    ) -> Result<()> {
        let frames = [("obs", cell_columns), ("var", gene_columns)];
        for ((frame, columns), length) in frames.into_iter().zip(self.shape) {
            for column in columns {
                self.expect(&column.name, length, column.values.len())?;
                self.target.add_column(frame, column)?;
            }
            let names = columns.iter().map(|column| column.name.clone());
            self.target.name_columns(frame, names.collect())?;
        }
        self.target.add_settings(key, settings)?;
        self.finish_bare()
    }

    /// Ends a file of counts and layers alone; it takes its place. Refused when cells are missing.
    pub fn finish_bare(self) -> Result<()> {
        self.expect("cells", self.shape[0], self.counts.n_rows())?;
        self.counts.end(&self.target)?;
        for layer in self.layers {
            layer.end(&self.target)?;
        }
        self.target.commit()?;
        self.target.take_place()
    }

    fn expect(&self, what: &str, expected: usize, found: usize) -> Result<()> {
        if expected == found {
            return Ok(());
        }
        Err(Error::Request(format!(
            "{}: {what}: expected {expected}, found {found}",
            self.target.name()
        )))
    }
}
