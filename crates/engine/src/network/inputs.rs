//! The inputs of a network: gathered for each branch, and their gradients taken apart again.

use super::arithmetic::Matrix;
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
    pub(super) fn gather<M: Matrix>(&self, reads: &[Read], batch: &Batch<'_>) -> M {
        let width: usize = reads.iter().map(|read| read.width).sum();
        let means: Vec<Vec<f32>> = reads
            .iter()
            .map(|read| self.tables[read.input].as_ref())
            .map(|table| table.map(mean_row).unwrap_or_default())
            .collect();
        M::build(batch.samples, width, &|sample, start, part| {
            for (read, mean) in reads.iter().zip(&means) {
                let Some((from, part)) = read.overlap(start, part) else {
                    continue;
                };
                match (batch.inputs[read.input], &self.tables[read.input]) {
                    (InputValues::Levels(levels), Some(table)) => {
                        let row = level_row(table, levels[sample]).unwrap_or(mean);
                        part.copy_from_slice(&row[from..from + part.len()]);
                    }
                    (InputValues::Dense(values), _) => read.copy_part(values, sample, from, part),
                    (InputValues::Levels(_), None) => unreachable!("the batch is checked"),
                }
            }
        })
    }

    /// Teaches the tables, given for each branch what it reads and the gradient with respect to that.
    pub(super) fn learn<M: Matrix>(
        &mut self,
        branches: &[(&[Read], M)],
        batch: &Batch<'_>,
        learning: Learning,
    ) {
        for (input, table) in self.tables.iter_mut().enumerate() {
            let (Some(table), InputValues::Levels(levels)) = (table, batch.inputs[input]) else {
                continue;
            };
            let mut sums = vec![0.0; table.values.len()];
            let mut row = vec![0.0; table.shape[1]];
            for (reads, gradient) in branches {
                for read in reads.iter().filter(|read| read.input == input) {
                    for (sample, &level) in levels.iter().enumerate() {
                        gradient.read(sample, read.start, &mut row);
                        scatter(&mut sums, level, &row);
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
