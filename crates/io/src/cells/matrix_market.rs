//! A matrix in Matrix Market coordinates, as Cell Ranger writes it.
//!
//! The format: <https://math.nist.gov/MatrixMarket/formats.html>.

use std::ops::Range;
use std::path::{Path, PathBuf};

use imputome_core::SparseRows;

use super::matrix_text::Text;
use super::refusal;
use super::scale::Seen;
use crate::{Error, Result};

/// Entries looked at to recognize the scale; ours, a fraction of a second.
const LOOKED_AT: usize = 1 << 16;

/// How many genes and cells the files beside the matrix name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sides {
    /// Number of genes.
    pub(super) genes: usize,
    /// Number of cells.
    pub(super) cells: usize,
}

/// A matrix whose header was read and found to fit.
#[derive(Debug)]
pub(super) struct MatrixMarket {
    path: PathBuf,
    sides: Sides,
    declared: u64,
    /// Cells are in rows, other than Cell Ranger writes them.
    transposed: bool,
}

/// An entry of a table.
#[derive(Clone, Copy, Debug)]
struct Entry {
    cell: u32,
    gene: u32,
    value: f32,
}

impl MatrixMarket {
    /// Reads the header; refused when it does not fit the numbers of genes and cells.
    pub(super) fn open(path: &Path, sides: Sides) -> Result<Self> {
        let mut text = Text::open(path)?;
        let (rows, columns, declared) = text.header()?;
        let found = (rows, columns);
        let (genes, cells) = (sides.genes as u64, sides.cells as u64);
        if found != (genes, cells) && found != (cells, genes) {
            let expected =
                format!("{genes} rows and {cells} columns, as many as features and barcodes");
            return Err(text.refused(expected, format!("{rows} and {columns}")));
        }
        if genes.max(cells) > u64::from(u32::MAX) {
            return Err(text.refused("fewer than four billion rows", rows.to_string()));
        }
        Ok(Self {
            path: path.into(),
            sides,
            declared,
            transposed: found != (genes, cells),
        })
    }

    /// True when cells are in rows.
    pub(super) fn is_transposed(&self) -> bool {
        self.transposed
    }

    /// Number of entries that the header declares.
    pub(super) fn n_entries(&self) -> u64 {
        self.declared
    }

    /// What the first values look like.
    pub(super) fn look(&self) -> Result<Seen> {
        let mut entries = self.entries()?;
        let mut values = Vec::new();
        while values.len() < LOOKED_AT
            && let Some(entry) = entries.next_entry()?
        {
            values.push(entry.value);
        }
        let mut seen = Seen::default();
        seen.add(&values);
        Ok(seen)
    }

    /// All entries by cells, in whatever order they stand.
    pub(super) fn whole(&self) -> Result<SparseRows> {
        let mut entries = self.entries()?;
        let mut cells = Vec::new();
        let mut columns = Vec::new();
        let mut values = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            cells.push(entry.cell);
            columns.push(entry.gene);
            values.push(entry.value);
        }
        let mut starts = vec![0; self.sides.cells + 1];
        for &cell in &cells {
            starts[cell as usize + 1] += 1;
        }
        for cell in 0..self.sides.cells {
            starts[cell + 1] += starts[cell];
        }
        if !cells.is_sorted() {
            (columns, values) = by_cells(&cells, &columns, &values, &starts);
        }
        Ok(SparseRows {
            starts,
            columns,
            values,
        })
    }

    /// The entries cell after cell, as they stand.
    pub(super) fn cell_by_cell(&self) -> Result<CellByCell> {
        let mut entries = self.entries()?;
        let pending = entries.next_entry()?;
        Ok(CellByCell { entries, pending })
    }

    fn entries(&self) -> Result<EntryReader> {
        let mut text = Text::open(&self.path)?;
        text.header()?;
        Ok(EntryReader {
            text,
            sides: self.sides,
            transposed: self.transposed,
            left: self.declared,
        })
    }
}

fn by_cells(
    cells: &[u32],
    columns: &[u32],
    values: &[f32],
    starts: &[usize],
) -> (Vec<u32>, Vec<f32>) {
    let mut next = starts.to_vec();
    let mut sorted = (vec![0; columns.len()], vec![0.0; values.len()]);
    for (entry, &cell) in cells.iter().enumerate() {
        let place = &mut next[cell as usize];
        sorted.0[*place] = columns[entry];
        sorted.1[*place] = values[entry];
        *place += 1;
    }
    sorted
}

/// Entries handed out in windows of cells.
#[derive(Debug)]
pub(super) struct CellByCell {
    entries: EntryReader,
    pending: Option<Entry>,
}

impl CellByCell {
    /// The rows of some cells, which follow those handed out before.
    pub(super) fn rows(&mut self, cells: Range<usize>) -> Result<SparseRows> {
        let mut rows = SparseRows {
            starts: vec![0],
            ..SparseRows::default()
        };
        for cell in cells {
            while let Some(entry) = self.pending.filter(|entry| entry.cell as usize <= cell) {
                if (entry.cell as usize) < cell {
                    return Err(unordered(&self.entries.text, entry, cell));
                }
                rows.columns.push(entry.gene);
                rows.values.push(entry.value);
                self.pending = self.entries.next_entry()?;
            }
            rows.starts.push(rows.columns.len());
        }
        Ok(rows)
    }
}

/// The entries of a matrix, one after another.
#[derive(Debug)]
struct EntryReader {
    text: Text,
    sides: Sides,
    transposed: bool,
    left: u64,
}

impl EntryReader {
    fn next_entry(&mut self) -> Result<Option<Entry>> {
        let Some((row, column, value)) = self.text.next_triple()? else {
            if self.left == 0 {
                return Ok(None);
            }
            let expected = format!("{} entries more, as the header says", self.left);
            return Err(self.text.refused(expected, "the end"));
        };
        if self.left == 0 {
            return Err(self
                .text
                .refused("the end, as the header says", "a further entry"));
        }
        self.left -= 1;
        let (gene, cell) = match self.transposed {
            false => (row, column),
            true => (column, row),
        };
        let inside = |position: u64, count: usize| position >= 1 && position <= count as u64;
        if !inside(gene, self.sides.genes) || !inside(cell, self.sides.cells) {
            let Sides { genes, cells } = self.sides;
            let expected = format!("a gene from 1 to {genes} and a cell from 1 to {cells}");
            return Err(self.text.refused(expected, format!("{gene} and {cell}")));
        }
        if !value.is_finite() {
            return Err(self.text.refused("a finite number", value.to_string()));
        }
        Ok(Some(Entry {
            cell: (cell - 1) as u32,
            gene: (gene - 1) as u32,
            value,
        }))
    }
}

fn unordered(text: &Text, entry: Entry, after: usize) -> Error {
    refusal::content(
        &text.file,
        &format!("line {}", text.line),
        "entries that stand cell after cell, in a matrix too large to be held whole",
        format!("cell {} after cell {}", entry.cell + 1, after + 1),
        "allow more memory, or write it as h5ad with Python: scanpy.read_10x_mtx(folder).write_h5ad(path)",
    )
}
