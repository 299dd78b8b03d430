//! The arithmetic of the portable engine: matrices row by row, products by a library.

use rayon::prelude::*;

use faer::{MatMut, MatRef};

use super::product::{Factors, TILE_COLUMNS, block_rows, column_panels, input_gradient, product};
use crate::network::{
    Arithmetic, Arrangement, Layer, Learning, Matrix, Pass, SmallGradients, Stretch, Trace,
};

/// Arithmetic over whole matrices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows;

/// A matrix `[samples, width]`, row by row.
#[derive(Debug)]
pub(super) struct RowMatrix {
    values: Vec<f32>,
    width: usize,
}

impl Matrix for RowMatrix {
    fn build(
        samples: usize,
        width: usize,
        fill: &(impl Fn(usize, usize, &mut [f32]) + Sync),
    ) -> Self {
        let mut values = vec![0.0; samples * width];
        for (sample, row) in values.chunks_mut(width).enumerate() {
            fill(sample, 0, row);
        }
        Self { values, width }
    }

    fn read(&self, sample: usize, start: usize, part: &mut [f32]) {
        part.copy_from_slice(&self.values[sample * self.width + start..][..part.len()]);
    }

    fn add(&mut self, terms: &Self) {
        self.values
            .iter_mut()
            .zip(&terms.values)
            .for_each(|(sum, term)| *sum += term);
    }
}

/// A whole layer's trace, its output as a matrix.
#[derive(Debug)]
pub(super) struct RowTrace {
    output: RowMatrix,
    trace: Trace,
}

impl Arithmetic for Rows {
    const KERNELS: Arrangement = Arrangement::Rows;

    type Matrix = RowMatrix;
    type Trace = RowTrace;

    fn forward(self, layer: &Layer, input: &RowMatrix, pass: Pass) -> RowTrace {
        let width = layer.width();
        let shape = [pass.samples, layer.ins(), width];
        let mut values = product(&input.values, &layer.kernel.values, shape);
        let trace = layer.section(0, width).finish(&mut values, pass);
        RowTrace {
            output: RowMatrix { values, width },
            trace,
        }
    }

    fn output(trace: &RowTrace) -> &RowMatrix {
        &trace.output
    }

    fn input_gradient(self, layer: &Layer, trace: &RowTrace, gradient: RowMatrix) -> RowMatrix {
        let mut gradient = gradient.values;
        backward(layer, trace, &mut gradient);
        let (ins, outs) = (layer.ins(), layer.width());
        let shape = [gradient.len() / outs, ins, outs];
        RowMatrix {
            values: input_gradient(&gradient, &layer.kernel.values, shape),
            width: ins,
        }
    }

    fn learn(
        self,
        layer: &mut Layer,
        (input, trace): (&RowMatrix, &RowTrace),
        gradient: RowMatrix,
        wanted: &(dyn Fn(usize, usize) -> bool + Sync),
        learning: Learning,
    ) -> RowMatrix {
        let mut gradient = gradient.values;
        let small = backward(layer, trace, &mut gradient);
        let (ins, outs) = (layer.ins(), layer.width());
        let samples = gradient.len() / outs;
        let factors = Factors {
            input: &input.values,
            gradient: &gradient,
            samples,
            ins,
            outs,
        };
        let values = learn_product(layer, factors, wanted, learning);
        layer.learn_vectors(small, learning);
        RowMatrix { values, width: ins }
    }

    fn follow_batch(layer: &mut Layer, trace: &RowTrace) {
        if let Some(statistics) = trace.trace.statistics() {
            layer.follow_batch(0, statistics);
        }
    }
}

fn backward(layer: &Layer, trace: &RowTrace, gradient: &mut [f32]) -> SmallGradients {
    let section = layer.section(0, layer.width());
    section.backward(&trace.output.values, &trace.trace, gradient)
}

/// Learns a kernel's gradient from its factors, visiting each block of rows once: its share in the gradient of the
/// input (with the weights as they were), its own gradient, then the update, while it is in cache.
///
/// Gives the gradient of the input, `[samples, ins]`, zero but for the columns that `wanted` selects.
fn learn_product(
    layer: &mut Layer,
    factors: Factors<'_>,
    wanted: &(dyn Fn(usize, usize) -> bool + Sync),
    learning: Learning,
) -> Vec<f32> {
    let rows = block_rows(factors.outs);
    let mut values = vec![0.0; factors.samples * factors.ins];
    let gradient = MatMut::from_row_major_slice_mut(&mut values, factors.samples, factors.ins);
    let blocks = layer.kernel.stretches(rows * factors.outs, learning);
    let tasks: Vec<_> = blocks
        .into_iter()
        .zip(column_panels(gradient, rows))
        .collect();
    tasks.into_par_iter().for_each(|(block, (row, gradient))| {
        let gradient = wanted(row, row + gradient.ncols()).then_some(gradient);
        learn_block(block, factors, (row, gradient), learning);
    });
    values
}

fn learn_block(
    mut block: Stretch<'_>,
    factors: Factors<'_>,
    (row, mut input_gradient): (usize, Option<MatMut<'_, f32>>),
    learning: Learning,
) {
    let outs = factors.outs;
    let rows = block.moving.values.len() / outs;
    let mut tile = vec![0.0; rows * TILE_COLUMNS.min(outs)];
    for column in (0..outs).step_by(TILE_COLUMNS) {
        let columns = TILE_COLUMNS.min(outs - column);
        if let Some(input_gradient) = &mut input_gradient {
            let weights = MatRef::from_row_major_slice(&*block.moving.values, rows, outs);
            let weights = weights.subcols(column, columns);
            factors.add_input_gradient(column, weights, input_gradient.as_mut());
        }
        let tile = &mut tile[..rows * columns];
        let matrix = MatMut::from_row_major_slice_mut(tile, rows, columns);
        factors.tile_gradient([row, column], matrix);
        for (row, gradient) in tile.chunks(columns).enumerate() {
            block.learn(row * outs + column, gradient, learning);
        }
    }
}
