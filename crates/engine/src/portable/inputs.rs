//! The inputs of a network: gathered for each branch, and their gradients taken apart again.

use super::parameter::{Learning, Parameter};
use crate::batch::{Batch, InputValues, UNKNOWN_LEVEL};
use crate::blocks::column_sums;
use crate::reads::Read;

/// The tables of the embeddings, one place for each input.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) tables: Vec<Option<Parameter>>,
}

impl Inputs {
    /// What a branch reads, shape `[samples, width]`.
    pub(super) fn gather(&self, reads: &[Read], batch: &Batch<'_>) -> Vec<f32> {
        let width: usize = reads.iter().map(|read| read.width).sum();
        let mut gathered = vec![0.0; batch.samples * width];
        for read in reads {
            let table = self.tables[read.input].as_ref();
            let mean = table.map(mean_row).unwrap_or_default();
            for (sample, row) in gathered.chunks_mut(width).enumerate() {
                let row = &mut row[read.start..read.start + read.width];
                match (batch.inputs[read.input], table) {
                    (InputValues::Levels(levels), Some(table)) => {
                        row.copy_from_slice(level_row(table, levels[sample]).unwrap_or(&mean));
                    }
                    (InputValues::Dense(values), _) => read.copy(values, sample, row),
                    (InputValues::Levels(_), None) => unreachable!("the batch is checked"),
                }
            }
        }
        gathered
    }

    /// Teaches the tables, given for each branch what it reads and the gradient with respect to that.
    pub(super) fn learn(
        &mut self,
        branches: &[(&[Read], Vec<f32>)],
        batch: &Batch<'_>,
        learning: Learning,
    ) {
        for (input, table) in self.tables.iter_mut().enumerate() {
            let (Some(table), InputValues::Levels(levels)) = (table, batch.inputs[input]) else {
                continue;
            };
            let mut sums = vec![0.0; table.values.len()];
            for (reads, gradient) in branches {
                let width = gradient.len() / batch.samples;
                for read in reads.iter().filter(|read| read.input == input) {
                    for (row, &level) in gradient.chunks(width).zip(levels) {
                        scatter(&mut sums, level, &row[read.start..read.start + read.width]);
                    }
                }
            }
            let gradient: Vec<f32> = sums.iter().map(|&sum| sum as f32).collect();
            table.learn(&gradient, learning);
        }
    }
}

/// Mean of all rows of a table.
fn mean_row(table: &Parameter) -> Vec<f32> {
    let (levels, dim) = (table.shape[0], table.shape[1]);
    let sums = column_sums(&table.values, dim, |_, value| f64::from(value));
    sums.iter()
        .map(|sum| (sum / levels as f64) as f32)
        .collect()
}

fn level_row(table: &Parameter, level: u32) -> Option<&[f32]> {
    let dim = table.shape[1];
    (level != UNKNOWN_LEVEL).then(|| &table.values[level as usize * dim..][..dim])
}

/// Adds the gradient of one sample to the row of its level, or to all rows alike where the level is unknown.
fn scatter(sums: &mut [f64], level: u32, gradient: &[f32]) {
    let dim = gradient.len();
    let levels = sums.len() / dim;
    let (rows, share) = match level {
        UNKNOWN_LEVEL => (sums, 1.0 / levels as f64),
        level => (&mut sums[level as usize * dim..][..dim], 1.0),
    };
    for row in rows.chunks_mut(dim) {
        row.iter_mut()
            .zip(gradient)
            .for_each(|(sum, &term)| *sum += share * f64::from(term));
    }
}
