//! Activations in panels.

use rayon::prelude::*;

use super::work::at_least;
use crate::network::{Matrix, SIDE};

/// A matrix `[samples, width]` in panels `[samples, 64]`, each row by row.
///
/// The rows of a panel are rounded up to a multiple of 4. What lies beyond the samples or the last column has no meaning:
/// no product sums over it. A panel that nobody wanted is empty and counts as zeros.
#[derive(Debug)]
pub(super) struct Panels(pub(super) Vec<Vec<f32>>);

/// Rows of a panel for a number of samples.
pub(super) fn panel_rows(samples: usize) -> usize {
    samples.next_multiple_of(4)
}

/// Samples of a transposed panel, a multiple of the widest register.
pub(super) fn transposed_samples(samples: usize) -> usize {
    samples.next_multiple_of(16)
}

impl Matrix for Panels {
    fn build(
        samples: usize,
        width: usize,
        fill: &(impl Fn(usize, usize, &mut [f32]) + Sync),
    ) -> Self {
        let panels = (0..width.div_ceil(SIDE)).into_par_iter();
        let panels = panels.with_min_len(at_least(samples * SIDE));
        let panels = panels.map(|panel| {
            let mut values = vec![0.0; panel_rows(samples) * SIDE];
            let columns = SIDE.min(width - panel * SIDE);
            for (sample, row) in values.chunks_exact_mut(SIDE).take(samples).enumerate() {
                fill(sample, panel * SIDE, &mut row[..columns]);
            }
            values
        });
        Self(panels.collect())
    }

    fn read(&self, sample: usize, start: usize, part: &mut [f32]) {
        let mut done = 0;
        while done < part.len() {
            let (panel, column) = ((start + done) / SIDE, (start + done) % SIDE);
            let columns = (SIDE - column).min(part.len() - done);
            let part = &mut part[done..done + columns];
            match self.0[panel].as_slice() {
                [] => part.fill(0.0),
                values => part.copy_from_slice(&values[sample * SIDE + column..][..columns]),
            }
            done += columns;
        }
    }

    fn add(&mut self, terms: &Self) {
        for (sums, terms) in self.0.iter_mut().zip(&terms.0) {
            sums.iter_mut()
                .zip(terms)
                .for_each(|(sum, term)| *sum += term);
        }
    }
}

/// A panel `[samples, 64]` as `[64, samples]`, the samples rounded up to a multiple of 16 with zeros.
pub(super) fn transposed(panel: &[f32], samples: usize) -> Vec<f32> {
    let across = transposed_samples(samples);
    let mut columns = vec![0.0; SIDE * across];
    turn(panel, SIDE, &mut columns, across, [samples, SIDE]);
    columns
}

/// The panel of which `columns` `[64, samples]` is the transposed.
pub(super) fn panel_of(columns: &[f32], samples: usize) -> Vec<f32> {
    let mut panel = vec![0.0; panel_rows(samples) * SIDE];
    let across = transposed_samples(samples);
    turn(columns, across, &mut panel, SIDE, [SIDE, samples]);
    panel
}

/// Writes `from` `[rows, columns]`, transposed, into `to`; both have a number of values between two rows.
fn turn(
    from: &[f32],
    from_step: usize,
    to: &mut [f32],
    to_step: usize,
    [rows, columns]: [usize; 2],
) {
    // Squares of 16 by 16 touch whole cache lines on both sides.
    const TILE: usize = 16;
    for row in (0..rows).step_by(TILE) {
        for column in (0..columns).step_by(TILE) {
            for r in row..rows.min(row + TILE) {
                let line = &from[r * from_step + column..][..TILE.min(columns - column)];
                for (c, value) in line.iter().enumerate() {
                    to[(column + c) * to_step + r] = *value;
                }
            }
        }
    }
}
