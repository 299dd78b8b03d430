//! The gradient of the inputs of a block of weights.

use super::tile::{Left, Product, Right, load_tile, store_tile};
use super::{Kernel, Lanes};
use crate::network::SIDE;

/// Adds what a block of weights contributes to the gradient of its inputs.
#[derive(Debug)]
pub(in crate::fused) struct InputGradient<'a> {
    /// The block.
    pub(in crate::fused) weights: &'a [f32],
    /// Gradients that meet the columns of the block, transposed: `[64, samples]`.
    pub(in crate::fused) gradient: &'a [f32],
    /// Samples, a multiple of 16.
    pub(in crate::fused) samples: usize,
    /// Rows of the block that belong to the matrix.
    pub(in crate::fused) rows: usize,
    /// Columns of the block that belong to the matrix.
    pub(in crate::fused) columns: usize,
    /// Gradients of the inputs, transposed: `[64, samples]`.
    pub(in crate::fused) input_gradient: &'a mut [f32],
}

impl Kernel for InputGradient<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let mut sample = 0;
        while sample < self.samples {
            let vectors = ((self.samples - sample) / L::LANES).min(L::VECTORS);
            // A single vector gets more rows: 8 registers of sums and more hide how long an addition takes.
            match vectors {
                1 => self.add::<L, 8, 1>(lanes, sample),
                2 => self.add::<L, 4, 2>(lanes, sample),
                3 => self.add::<L, 4, 3>(lanes, sample),
                _ => self.add::<L, 4, 4>(lanes, sample),
            }
            sample += vectors * L::LANES;
        }
    }
}

impl InputGradient<'_> {
    #[inline(always)]
    fn add<L: Lanes, const R: usize, const V: usize>(&mut self, lanes: L, sample: usize) {
        for row in (0..self.rows.next_multiple_of(R)).step_by(R) {
            let place = &mut self.input_gradient[row * self.samples + sample..];
            let sums = load_tile::<L, R, V>(lanes, place, self.samples);
            let left = Left {
                values: &self.weights[row * SIDE..],
                row: SIDE,
                step: 1,
            };
            let right = Right {
                values: &self.gradient[sample..],
                step: self.samples,
            };
            let product = Product::new(lanes, left, right, self.columns);
            let sums = product.add(sums, (0, self.columns));
            store_tile::<L, R, V>(lanes, place, self.samples, sums);
        }
    }
}
