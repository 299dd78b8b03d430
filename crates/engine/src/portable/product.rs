//! Products with a kernel `[ins, outs]`, cut into fixed pieces that do not depend on the number of threads.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

/// Columns of the kernel that one task multiplies in the forward pass.
const PANEL_COLUMNS: usize = 512;

/// Columns of a tile of the kernel in the backward pass.
pub(crate) const TILE_COLUMNS: usize = 1024;

/// Values of the kernel in the rows that one task of the backward pass visits: with 512 KiB of weights a task is
/// long enough to be worth handing out, and short enough to keep many threads busy.
const BLOCK_VALUES: usize = 1 << 17;

/// The two factors of a kernel's gradient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factors<'a> {
    /// Input of the product, shape `[samples, ins]`.
    pub(crate) input: &'a [f32],
    /// Gradient with respect to its output, shape `[samples, outs]`.
    pub(crate) gradient: &'a [f32],
    /// Number of samples, ins and outs.
    pub(crate) samples: usize,
    pub(crate) ins: usize,
    pub(crate) outs: usize,
}

/// `input` `[samples, ins]` times `kernel` `[ins, outs]`.
pub(crate) fn product(input: &[f32], kernel: &[f32], [samples, ins, outs]: [usize; 3]) -> Vec<f32> {
    let mut output = vec![0.0; samples * outs];
    let input = MatRef::from_row_major_slice(input, samples, ins);
    let kernel = MatRef::from_row_major_slice(kernel, ins, outs);
    let panels = column_panels(
        MatMut::from_row_major_slice_mut(&mut output, samples, outs),
        PANEL_COLUMNS,
    );
    panels.into_par_iter().for_each(|(start, panel)| {
        let columns = kernel.subcols(start, panel.ncols());
        matmul(panel, Accum::Replace, input, columns, 1.0, Par::Seq);
    });
    output
}

/// Columns of `matrix` in pieces of `width`, each with its first column.
pub(crate) fn column_panels(
    matrix: MatMut<'_, f32>,
    width: usize,
) -> Vec<(usize, MatMut<'_, f32>)> {
    let mut panels = Vec::new();
    let (mut start, mut rest) = (0, matrix);
    while rest.ncols() > 0 {
        let columns = width.min(rest.ncols());
        let (panel, after) = rest.split_at_col_mut(columns);
        panels.push((start, panel));
        (start, rest) = (start + columns, after);
    }
    panels
}

/// Rows of the kernel that one task of the backward pass visits.
pub(crate) fn block_rows(outs: usize) -> usize {
    // A multiple of 8 rows fills the registers of the products.
    (BLOCK_VALUES / outs / 8 * 8).max(8)
}

impl Factors<'_> {
    /// Gradient of the tile of the kernel that starts at (`row`, `column`), written into `tile` `[rows, columns]`.
    pub(crate) fn tile_gradient(&self, [row, column]: [usize; 2], tile: MatMut<'_, f32>) {
        let input = MatRef::from_row_major_slice(self.input, self.samples, self.ins);
        let gradient = MatRef::from_row_major_slice(self.gradient, self.samples, self.outs);
        let input = input.subcols(row, tile.nrows()).transpose();
        let gradient = gradient.subcols(column, tile.ncols());
        matmul(tile, Accum::Replace, input, gradient, 1.0, Par::Seq);
    }

    /// Adds what the tile of the kernel from (`row`, `column`) contributes to the gradient of the input columns
    /// that meet its rows, `[samples, rows]`.
    pub(crate) fn add_input_gradient(
        &self,
        column: usize,
        tile: MatRef<'_, f32>,
        input_gradient: MatMut<'_, f32>,
    ) {
        let gradient = MatRef::from_row_major_slice(self.gradient, self.samples, self.outs);
        let gradient = gradient.subcols(column, tile.ncols());
        matmul(
            input_gradient,
            Accum::Add,
            gradient,
            tile.transpose(),
            1.0,
            Par::Seq,
        );
    }
}

/// Gradient with respect to the input of a product, given `gradient` `[samples, outs]` with respect to its output.
pub(crate) fn input_gradient(
    gradient: &[f32],
    kernel: &[f32],
    [samples, ins, outs]: [usize; 3],
) -> Vec<f32> {
    let mut input_gradient = vec![0.0; samples * ins];
    let gradient = MatRef::from_row_major_slice(gradient, samples, outs);
    let kernel = MatRef::from_row_major_slice(kernel, ins, outs);
    let whole = MatMut::from_row_major_slice_mut(&mut input_gradient, samples, ins);
    column_panels(whole, block_rows(outs))
        .into_par_iter()
        .for_each(|(start, panel)| {
            let rows = kernel.subrows(start, panel.ncols()).transpose();
            matmul(panel, Accum::Replace, gradient, rows, 1.0, Par::Seq);
        });
    input_gradient
}
