//! Tables of single cells, of which only what is not zero is kept.

use std::ops::Range;

use ndarray::{Array2, ArrayView2};

use crate::{Error, Names, Result};

/// A table of cells by genes that keeps its non-zero entries alone (compressed sparse rows).
///
/// Nothing in it is a gap: what is not stored is a measured zero. Rows are cells, columns are
/// genes, as in a [`crate::Dataset`]; values are what the file holds, counts as a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    cells: Names,
    genes: Names,
    /// Where each cell's entries begin, `[cells + 1]`.
    starts: Vec<usize>,
    /// Gene of each entry, ascending within a cell.
    columns: Vec<u32>,
    /// Value of each entry, finite and never zero.
    values: Vec<f32>,
}

/// The three arrays of a table in compressed sparse rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseRows {
    /// Where each row's entries begin, one more than there are rows.
    pub starts: Vec<usize>,
    /// Column of each entry, counted from 0.
    pub columns: Vec<u32>,
    /// Value of each entry.
    pub values: Vec<f32>,
}

impl Counts {
    /// A table from its rows. Entries may stand in any order within a row; stored zeros are
    /// dropped.
    ///
    /// Refused when names and rows differ in number, a column is out of range or stands twice in
    /// a row, or a value is not finite.
    pub fn new(cells: Names, genes: Names, rows: SparseRows) -> Result<Self> {
        check_sizes(&cells, &rows)?;
        let mut table = Self {
            cells,
            genes,
            starts: Vec::with_capacity(rows.starts.len()),
            columns: Vec::with_capacity(rows.columns.len()),
            values: Vec::with_capacity(rows.values.len()),
        };
        table.starts.push(0);
        let mut sorted: Vec<(u32, f32)> = Vec::new();
        for cell in 0..table.cells.len() {
            let entries = rows.starts[cell]..rows.starts[cell + 1];
            let columns = &rows.columns[entries.clone()];
            sorted.clear();
            sorted.extend(
                columns
                    .iter()
                    .copied()
                    .zip(rows.values[entries].iter().copied()),
            );
            if !columns.is_sorted() {
                sorted.sort_unstable_by_key(|&(column, _)| column);
            }
            table.check_row(cell, &sorted)?;
            for &(column, value) in sorted.iter().filter(|&&(_, value)| value != 0.0) {
                table.columns.push(column);
                table.values.push(value);
            }
            table.starts.push(table.columns.len());
        }
        Ok(table)
    }

    /// The non-zero entries of a full table, shape `[cells, genes]`.
    ///
    /// Refused as by [`Counts::new`].
    pub fn from_table(cells: Names, genes: Names, table: ArrayView2<'_, f32>) -> Result<Self> {
        if table.dim() != (cells.len(), genes.len()) {
            return Err(Error::Shape {
                what: "cells and genes of a table of counts".into(),
                expected: format!("{} by {}", cells.len(), genes.len()),
                found: format!("{} by {}", table.nrows(), table.ncols()),
            });
        }
        let mut rows = SparseRows {
            starts: vec![0],
            ..SparseRows::default()
        };
        for row in table.rows() {
            for (column, &value) in row.iter().enumerate().filter(|&(_, &value)| value != 0.0) {
                rows.columns.push(column as u32);
                rows.values.push(value);
            }
            rows.starts.push(rows.columns.len());
        }
        Self::new(cells, genes, rows)
    }

    /// Row names, unique.
    pub fn cells(&self) -> &Names {
        &self.cells
    }

    /// Column names, unique.
    pub fn genes(&self) -> &Names {
        &self.genes
    }

    /// Number of rows.
    pub fn n_cells(&self) -> usize {
        self.cells.len()
    }

    /// Number of columns.
    pub fn n_genes(&self) -> usize {
        self.genes.len()
    }

    /// Number of entries that are not zero.
    pub fn n_entries(&self) -> usize {
        self.values.len()
    }

    /// The genes that are not zero in cell `c`, ascending, and their values.
    pub fn row(&self, c: usize) -> (&[u32], &[f32]) {
        let entries = self.starts[c]..self.starts[c + 1];
        (&self.columns[entries.clone()], &self.values[entries])
    }

    /// The entry of cell `c` and gene `g`, 0 when none is stored.
    pub fn get(&self, c: usize, g: usize) -> f32 {
        let (columns, values) = self.row(c);
        columns
            .binary_search(&(g as u32))
            .map_or(0.0, |position| values[position])
    }

    /// All stored values, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The same entries with other values, `[n_entries]`; those that become zero are dropped.
    ///
    /// Refused when a value is not finite or their number differs.
    pub fn with_values(&self, values: Vec<f32>) -> Result<Self> {
        if values.len() != self.values.len() {
            return Err(Error::Shape {
                what: "values of a table of counts".into(),
                expected: self.values.len().to_string(),
                found: values.len().to_string(),
            });
        }
        let rows = SparseRows {
            starts: self.starts.clone(),
            columns: self.columns.clone(),
            values,
        };
        Self::new(self.cells.clone(), self.genes.clone(), rows)
    }

    /// Sum over the genes of each cell (its library size), `[cells]`.
    pub fn cell_totals(&self) -> Vec<f64> {
        (0..self.n_cells())
            .map(|c| self.row(c).1.iter().map(|&value| f64::from(value)).sum())
            .collect()
    }

    /// The given rows, in that order. Positions must not repeat.
    pub fn select_cells(&self, positions: &[usize]) -> Self {
        let mut starts = vec![0];
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for &c in positions {
            let (row_columns, row_values) = self.row(c);
            columns.extend_from_slice(row_columns);
            values.extend_from_slice(row_values);
            starts.push(columns.len());
        }
        Self {
            cells: self.cells.select(positions),
            genes: self.genes.clone(),
            starts,
            columns,
            values,
        }
    }

    /// The given columns, in that order. Positions must not repeat.
    pub fn select_genes(&self, positions: &[usize]) -> Self {
        let mut place = vec![u32::MAX; self.n_genes()];
        for (new, &old) in positions.iter().enumerate() {
            place[old] = new as u32;
        }
        let mut starts = vec![0];
        let mut columns = Vec::new();
        let mut values = Vec::new();
        let mut kept: Vec<(u32, f32)> = Vec::new();
        for c in 0..self.n_cells() {
            let (row_columns, row_values) = self.row(c);
            kept.clear();
            kept.extend(
                row_columns
                    .iter()
                    .zip(row_values)
                    .map(|(&column, &value)| (place[column as usize], value))
                    .filter(|&(column, _)| column != u32::MAX),
            );
            kept.sort_unstable_by_key(|&(column, _)| column);
            columns.extend(kept.iter().map(|&(column, _)| column));
            values.extend(kept.iter().map(|&(_, value)| value));
            starts.push(columns.len());
        }
        Self {
            cells: self.cells.clone(),
            genes: self.genes.select(positions),
            starts,
            columns,
            values,
        }
    }

    /// The rows of `range` with their zeros, shape `[range, genes]`.
    pub fn table(&self, range: Range<usize>) -> Array2<f32> {
        let mut table = Array2::zeros((range.len(), self.n_genes()));
        for (mut row, c) in table.rows_mut().into_iter().zip(range) {
            let (columns, values) = self.row(c);
            for (&column, &value) in columns.iter().zip(values) {
                row[column as usize] = value;
            }
        }
        table
    }

    /// Refuses what must not stand in a row, sorted by column.
    fn check_row(&self, cell: usize, sorted: &[(u32, f32)]) -> Result<()> {
        let refused = |what: String, expected: &str| {
            Err(Error::Shape {
                what: format!("cell {:?}: {what}", self.cells.as_slice()[cell]),
                expected: expected.into(),
                found: "otherwise".into(),
            })
        };
        if let Some(&(last, _)) = sorted.last()
            && last as usize >= self.genes.len()
        {
            return Err(Error::Shape {
                what: format!("gene positions of cell {:?}", self.cells.as_slice()[cell]),
                expected: format!("below {}", self.genes.len()),
                found: last.to_string(),
            });
        }
        for pair in sorted.windows(2) {
            if pair[0].0 == pair[1].0 {
                let gene = &self.genes.as_slice()[pair[0].0 as usize];
                return refused(format!("gene {gene:?}"), "one entry");
            }
        }
        match sorted.iter().find(|(_, value)| !value.is_finite()) {
            Some(&(column, _)) => {
                let gene = &self.genes.as_slice()[column as usize];
                refused(format!("value of gene {gene:?}"), "a finite number")
            }
            None => Ok(()),
        }
    }
}

/// Refuses arrays that do not fit one another.
fn check_sizes(cells: &Names, rows: &SparseRows) -> Result<()> {
    let fits = rows.starts.len() == cells.len() + 1
        && rows.starts.first() == Some(&0)
        && rows.starts.is_sorted()
        && rows.starts.last() == Some(&rows.columns.len())
        && rows.columns.len() == rows.values.len();
    if fits {
        return Ok(());
    }
    Err(Error::Shape {
        what: "sparse rows".into(),
        expected: format!(
            "{} ascending row starts from 0 to the number of entries",
            cells.len() + 1
        ),
        found: format!(
            "{} starts up to {}, {} columns, {} values",
            rows.starts.len(),
            rows.starts.last().copied().unwrap_or(0),
            rows.columns.len(),
            rows.values.len()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn names(kind: &'static str, count: usize) -> Names {
        Names::new(kind, (0..count).map(|i| format!("{kind}{i}")).collect()).unwrap()
    }

    fn small() -> Counts {
        let table = array![[0.0, 2.0, 1.0], [0.0, 0.0, 0.0], [5.0, 0.0, 3.0]];
        Counts::from_table(names("cell", 3), names("gene", 3), table.view()).unwrap()
    }

    #[test]
    fn a_table_comes_back_with_its_zeros() {
        let counts = small();
        assert_eq!(counts.n_entries(), 4);
        assert_eq!(counts.table(0..3).row(2), array![5.0, 0.0, 3.0]);
        assert_eq!((counts.get(0, 1), counts.get(0, 0)), (2.0, 0.0));
        assert_eq!(counts.cell_totals(), [3.0, 0.0, 8.0]);
    }

    #[test]
    fn entries_in_any_order_are_sorted_and_stored_zeros_dropped() {
        let rows = SparseRows {
            starts: vec![0, 3],
            columns: vec![2, 0, 1],
            values: vec![7.0, 1.0, 0.0],
        };
        let counts = Counts::new(names("cell", 1), names("gene", 3), rows).unwrap();
        assert_eq!(counts.row(0), (&[0, 2][..], &[1.0, 7.0][..]));
    }

    #[test]
    fn selection_keeps_the_order_asked_for() {
        let chosen = small().select_genes(&[2, 0]).select_cells(&[2, 0]);
        assert_eq!(chosen.table(0..2), array![[3.0, 5.0], [1.0, 0.0]]);
        assert_eq!(chosen.genes().as_slice(), ["gene2", "gene0"]);
        assert_eq!(chosen.cells().as_slice(), ["cell2", "cell0"]);
    }

    #[test]
    fn rows_that_lie_about_their_size_are_refused() {
        let refuse = |starts: &[usize], columns: &[u32], values: &[f32]| {
            let rows = SparseRows {
                starts: starts.to_vec(),
                columns: columns.to_vec(),
                values: values.to_vec(),
            };
            Counts::new(names("cell", 1), names("gene", 2), rows)
                .unwrap_err()
                .to_string()
        };
        assert!(refuse(&[0, 2], &[0], &[1.0]).contains("sparse rows"));
        assert!(refuse(&[0, 1], &[2], &[1.0]).contains("below 2"));
        assert!(refuse(&[0, 2], &[1, 1], &[1.0, 1.0]).contains("one entry"));
        assert!(refuse(&[0, 1], &[0], &[f32::NAN]).contains("finite"));
        assert!(refuse(&[0, 2, 1], &[0], &[1.0]).contains("sparse rows"));
    }
}
