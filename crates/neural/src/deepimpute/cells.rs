//! Cells as networks read them: logarithms of counts, sparse.

use std::sync::LazyLock;

use imputome_core::{Counts, Error, Result};
use serde::{Deserialize, Serialize};

use super::NAME;
use super::settings::{DeepImpute, LibrarySize, TableOf};

/// Largest value below which a table with fractions is no table of counts: the released code's
/// bound, ln(1 + count) of 22,000.
const LARGEST_LOG: f32 = 10.0;

/// Largest value that `ln(1 + count)` may have: ours, a count of 2 to the 29th.
const LARGEST_POSSIBLE_LOG: f32 = 20.0;

/// `ln(1 + count)` of the counts that nearly all entries of single cells have; ours.
static SMALL_LOGS: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|count| (count as f32).ln_1p()));

/// How values of a table become logarithms, and estimates values again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    table: TableOf,
    /// Sum that every cell is brought to, where it is.
    total: Option<f64>,
}

/// Logarithms of the counts of some cells over all genes; what is zero is not kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LogCells {
    starts: Vec<usize>,
    genes: Vec<u32>,
    logs: Vec<f32>,
}

impl Reading {
    /// Learned from the cells `rows` of a table.
    pub(super) fn learn(settings: &DeepImpute, counts: &Counts, rows: &[usize]) -> Self {
        let total = match settings.library_size {
            LibrarySize::AsCounted => None,
            LibrarySize::Normalized => {
                let mut totals: Vec<f64> = rows
                    .iter()
                    .map(|&row| cell_total(settings.table, counts, row))
                    .filter(|&total| total > 0.0)
                    .collect();
                totals.sort_unstable_by(f64::total_cmp);
                totals.get(totals.len() / 2).copied()
            }
        };
        Self {
            table: settings.table,
            total,
        }
    }

    /// As stored: the sum that cells are brought to, if any.
    pub(super) fn total(self) -> Option<f64> {
        self.total
    }

    /// Back from what was stored.
    pub(super) fn restore(table: TableOf, total: Option<f64>) -> Result<Self> {
        match total {
            Some(total) if !(total.is_finite() && total > 0.0) => Err(Error::Weights(format!(
                "cells are brought to a sum of {total}, expected a positive number"
            ))),
            _ => Ok(Self { table, total }),
        }
    }

    /// Refuses a window that does not hold what it was learned from.
    pub(super) fn expect_window(self, window: &Counts) -> Result<()> {
        expect_table(self.table, window)
    }

    /// What the counts of a cell are multiplied by.
    pub(super) fn factor(self, counts: &Counts, cell: usize) -> f32 {
        let Some(total) = self.total else {
            return 1.0;
        };
        match cell_total(self.table, counts, cell) {
            0.0 => 1.0,
            own => (total / own) as f32,
        }
    }

    /// The count that a value of the table stands for.
    pub(super) fn count(self, value: f32) -> f64 {
        match self.table {
            TableOf::Counts => f64::from(value),
            TableOf::Logs => f64::from(value).exp_m1(),
        }
    }

    /// The logarithm of a value of the table.
    pub(super) fn log(self, value: f32, factor: f32) -> f32 {
        match (self.table, self.total) {
            (TableOf::Logs, None) => value,
            (TableOf::Logs, Some(_)) => (value.exp_m1() * factor).ln_1p(),
            (TableOf::Counts, None) => log_of_count(value),
            (TableOf::Counts, Some(_)) => (value * factor).ln_1p(),
        }
    }

    /// Turns logarithms of one cell into values of the table, none of them negative.
    pub(super) fn values_of(self, logs: &mut [f32], factor: f32) {
        logs.iter_mut().for_each(|log| *log = log.max(0.0));
        if self.table == TableOf::Logs && self.total.is_none() {
            return;
        }
        imputome_engine::Activation::Exp.apply(logs);
        logs.iter_mut()
            .for_each(|value| *value = (*value - 1.0) / factor);
        if self.table == TableOf::Logs {
            logs.iter_mut().for_each(|value| *value = value.ln_1p());
        }
    }
}

/// `ln(1 + count)`.
fn log_of_count(count: f32) -> f32 {
    let whole = count as usize;
    match SMALL_LOGS.get(whole) {
        Some(&log) if whole as f32 == count => log,
        _ => count.ln_1p(),
    }
}

/// Sum of the counts of a cell.
fn cell_total(table: TableOf, counts: &Counts, cell: usize) -> f64 {
    let values = counts.row(cell).1.iter();
    match table {
        TableOf::Counts => values.map(|&value| f64::from(value)).sum(),
        TableOf::Logs => values.map(|&value| f64::from(value).exp_m1()).sum(),
    }
}

impl LogCells {
    /// The cells `rows` of a table.
    pub(super) fn of(counts: &Counts, rows: &[usize], reading: Reading) -> Self {
        let mut cells = Self {
            starts: vec![0],
            genes: Vec::new(),
            logs: Vec::new(),
        };
        for &row in rows {
            let factor = reading.factor(counts, row);
            let (genes, values) = counts.row(row);
            cells.genes.extend_from_slice(genes);
            let logs = values.iter().map(|&value| reading.log(value, factor));
            cells.logs.extend(logs);
            cells.starts.push(cells.genes.len());
        }
        cells
    }

    /// The same cells with some genes alone, under new numbers: `numbers` gives that of each gene, `u32::MAX` for one left out.
    /// Numbers of a cell need not ascend.
    pub(super) fn renumbered(&self, numbers: &[u32]) -> Self {
        let mut cells = Self {
            starts: vec![0],
            genes: Vec::new(),
            logs: Vec::new(),
        };
        for cell in 0..self.len() {
            let kept = self.row(cell).map(|(gene, log)| (numbers[gene], log));
            for (number, log) in kept.filter(|(number, _)| *number != u32::MAX) {
                cells.genes.push(number);
                cells.logs.push(log);
            }
            cells.starts.push(cells.genes.len());
        }
        cells
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Genes of a cell that are not zero, in the order of the table, with their logarithms.
    pub(super) fn row(&self, cell: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let entries = self.starts[cell]..self.starts[cell + 1];
        let genes = self.genes[entries.clone()].iter();
        genes
            .map(|&gene| gene as usize)
            .zip(self.logs[entries].iter().copied())
    }

    /// The largest logarithm, 0 where there is none.
    pub(super) fn largest(&self) -> f32 {
        self.logs.iter().copied().fold(0.0, f32::max)
    }
}

/// Refuses a table that does not hold what the settings say.
pub(super) fn expect_table(table: TableOf, counts: &Counts) -> Result<()> {
    let values = counts.values();
    if let Some(&negative) = values.iter().find(|&&value| value < 0.0) {
        return Err(Error::Refused(format!(
            "{NAME} reads counts, and the table holds {negative}; give counts that are not scaled or centered"
        )));
    }
    let largest = values.iter().copied().fold(0.0, f32::max);
    let fractions = || values.iter().any(|value| value.fract() != 0.0);
    match table {
        TableOf::Counts if largest < LARGEST_LOG && fractions() => Err(Error::Refused(format!(
            "{NAME} reads counts, and the table looks like logarithms or scaled values: its largest is {largest}, and \
             not all are whole numbers; give raw counts, or say table=logs where values are ln(1 + count)"
        ))),
        TableOf::Logs if largest > LARGEST_POSSIBLE_LOG => Err(Error::Refused(format!(
            "{NAME} was told of values ln(1 + count), and the table holds {largest}; leave table=logs out where it holds counts"
        ))),
        _ => Ok(()),
    }
}
