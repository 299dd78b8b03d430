//! A file of cells by windows of rows.

use std::ops::Range;

use imputome_core::{Counts, SparseRows};

use super::entries::Entries;
use super::file::{CellFile, Lines};
use super::matrix_market::CellByCell;
use crate::Result;

/// Bytes of an entry: its column and its value.
const ENTRY_BYTES: u64 = 8;

/// The windows of a file of cells, in its order; see [`CellFile::windows`].
#[derive(Debug)]
pub struct Windows<'a> {
    file: &'a CellFile,
    size: usize,
    next: usize,
    held: Option<Held>,
    /// Entries of each cell, once counted, of a table stored by genes.
    counted: Option<Vec<usize>>,
    stream: Option<CellByCell>,
}

/// Rows that are in memory.
#[derive(Debug)]
struct Held {
    cells: Range<usize>,
    rows: SparseRows,
}

impl<'a> Windows<'a> {
    pub(super) fn new(file: &'a CellFile, size: usize) -> Self {
        Self {
            file,
            size,
            next: 0,
            held: None,
            counted: None,
            stream: None,
        }
    }

    fn rows(&mut self, cells: Range<usize>) -> Result<SparseRows> {
        match self.file.lines() {
            Lines::Cells(entries) => entries.lines(cells),
            Lines::Genes(entries) => {
                if !self.holds(&cells) {
                    self.hold_turned(entries, cells.start)?;
                }
                Ok(self.of_held(cells))
            }
            Lines::Text(matrix) => {
                let whole = cells.len() == self.file.cells().len();
                if whole || matrix.n_entries() * ENTRY_BYTES <= self.file.turning_bytes() {
                    if !self.holds(&cells) {
                        let all = 0..self.file.cells().len();
                        let rows = matrix.whole()?;
                        self.held = Some(Held { cells: all, rows });
                    }
                    return Ok(self.of_held(cells));
                }
                if self.stream.is_none() {
                    self.stream = Some(matrix.cell_by_cell()?);
                }
                let stream = self.stream.as_mut().expect("opened just above");
                stream.rows(cells)
            }
        }
    }

    fn holds(&self, cells: &Range<usize>) -> bool {
        self.held
            .as_ref()
            .is_some_and(|held| held.cells.start <= cells.start && cells.end <= held.cells.end)
    }

    /// Some of the rows in memory; all of them are handed over without a copy.
    fn of_held(&mut self, cells: Range<usize>) -> SparseRows {
        let held = self.held.take().expect("held by the caller");
        if held.cells == cells {
            return held.rows;
        }
        let first = held.cells.start;
        let starts = &held.rows.starts[cells.start - first..=cells.end - first];
        let entries = starts[0]..starts[starts.len() - 1];
        let rows = SparseRows {
            starts: starts.iter().map(|start| start - entries.start).collect(),
            columns: held.rows.columns[entries.clone()].to_vec(),
            values: held.rows.values[entries].to_vec(),
        };
        self.held = Some(held);
        rows
    }

    /// Turns as many windows from `first` on as the memory allows from genes into cells.
    fn hold_turned(&mut self, entries: &Entries, first: usize) -> Result<()> {
        let n_cells = self.file.cells().len();
        let counted = match self.counted.take() {
            Some(counted) => counted,
            None => count(entries, n_cells)?,
        };
        let allowed = self.file.turning_bytes() / ENTRY_BYTES;
        let mut last = (first + self.size).min(n_cells);
        let mut held: usize = counted[first..last].iter().sum();
        while last < n_cells {
            let next = (last + self.size).min(n_cells);
            held += counted[last..next].iter().sum::<usize>();
            if held as u64 > allowed {
                break;
            }
            last = next;
        }
        self.held = None;
        let rows = turned(entries, &counted, first..last)?;
        self.counted = Some(counted);
        self.held = Some(Held {
            cells: first..last,
            rows,
        });
        Ok(())
    }
}

impl Iterator for Windows<'_> {
    type Item = Result<Counts>;

    fn next(&mut self) -> Option<Self::Item> {
        let n_cells = self.file.cells().len();
        if self.next >= n_cells {
            return None;
        }
        let cells = self.next..(self.next + self.size).min(n_cells);
        self.next = cells.end;
        let counts = self
            .rows(cells.clone())
            .and_then(|rows| self.file.counts(cells, rows));
        if counts.is_err() {
            self.next = n_cells;
        }
        Some(counts)
    }
}

/// Number of entries of each cell in a table stored by genes.
fn count(entries: &Entries, n_cells: usize) -> Result<Vec<usize>> {
    let mut counted = vec![0; n_cells];
    for genes in entries.parts() {
        for cell in entries.lines(genes)?.columns {
            counted[cell as usize] += 1;
        }
    }
    Ok(counted)
}

/// Rows of cells from a table stored by genes, genes ascending within each.
fn turned(entries: &Entries, counted: &[usize], cells: Range<usize>) -> Result<SparseRows> {
    let mut starts = vec![0];
    for cell in cells.clone() {
        starts.push(starts[starts.len() - 1] + counted[cell]);
    }
    let mut next = starts.clone();
    let total = starts[starts.len() - 1];
    let mut columns = vec![0; total];
    let mut values = vec![0.0; total];
    for genes in entries.parts() {
        let lines = entries.lines(genes.clone())?;
        for (gene, bounds) in genes.zip(lines.starts.windows(2)) {
            for entry in bounds[0]..bounds[1] {
                let cell = lines.columns[entry] as usize;
                if cells.contains(&cell) {
                    let place = &mut next[cell - cells.start];
                    columns[*place] = gene as u32;
                    values[*place] = lines.values[entry];
                    *place += 1;
                }
            }
        }
    }
    Ok(SparseRows {
        starts,
        columns,
        values,
    })
}
