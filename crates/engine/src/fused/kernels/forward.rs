//! The forward product: panels of activations times blocks of weights.

use super::tile::{LINE, Left, Product, ROWS, Right, Tile, load_tile, store_tile};
use super::{Kernel, Lanes};
use crate::network::SIDE;

/// Adds `input` `[samples, ins]` times some columns of a kernel to `outputs`.
#[derive(Debug)]
pub(in crate::fused) struct ForwardPanels<'a> {
    /// All blocks of the kernel.
    pub(in crate::fused) kernel: &'a [f32],
    pub(in crate::fused) ins: usize,
    pub(in crate::fused) outs: usize,
    /// Panels `[samples, 64]`, of at least `rows` samples.
    pub(in crate::fused) input: &'a [Vec<f32>],
    /// Samples, a multiple of 4.
    pub(in crate::fused) rows: usize,
    /// Number of the first panel of the output.
    pub(in crate::fused) first: usize,
    /// The panels of the output from there on.
    pub(in crate::fused) outputs: &'a mut [Vec<f32>],
}

/// One block of weights, and what it is multiplied with.
#[derive(Debug)]
struct Block<'a> {
    weights: &'a [f32],
    /// The block that follows, fetched into the cache meanwhile.
    next: &'a [f32],
    input: &'a [f32],
    depth: usize,
    rows: usize,
    columns: usize,
}

impl Kernel for ForwardPanels<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for stripe in 0..self.input.len() {
            for number in 0..self.outputs.len() {
                let mut output = std::mem::take(&mut self.outputs[number]);
                self.block(stripe, number).multiply(lanes, &mut output);
                self.outputs[number] = output;
            }
        }
    }
}

impl ForwardPanels<'_> {
    /// The block of weights between a panel of the input and panel number `number` of the outputs here.
    #[inline(always)]
    fn block(&self, stripe: usize, number: usize) -> Block<'_> {
        let (next_stripe, next_number) = match number + 1 < self.outputs.len() {
            true => (stripe, number + 1),
            false => (stripe + 1, 0),
        };
        let columns = SIDE.min(self.outs - (self.first + number) * SIDE);
        let weights = self.weights(stripe, number);
        Block {
            weights: weights.expect("the kernel has this block"),
            next: self.weights(next_stripe, next_number).unwrap_or_default(),
            input: &self.input[stripe],
            depth: SIDE.min(self.ins - stripe * SIDE),
            rows: self.rows,
            columns: columns.next_multiple_of(LINE),
        }
    }

    #[inline(always)]
    fn weights(&self, stripe: usize, number: usize) -> Option<&[f32]> {
        let panels = self.outs.div_ceil(SIDE);
        let start = (stripe * panels + self.first + number) * SIDE * SIDE;
        self.kernel.get(start..start + SIDE * SIDE)
    }
}

impl Block<'_> {
    #[inline(always)]
    fn multiply<L: Lanes>(&self, lanes: L, output: &mut [f32]) {
        match (self.columns / L::LANES).min(L::VECTORS) {
            1 => self.multiply_vectors::<L, 1>(lanes, output),
            2 => self.multiply_vectors::<L, 2>(lanes, output),
            3 => self.multiply_vectors::<L, 3>(lanes, output),
            _ => self.multiply_vectors::<L, 4>(lanes, output),
        }
    }

    #[inline(always)]
    fn multiply_vectors<L: Lanes, const V: usize>(&self, lanes: L, output: &mut [f32]) {
        // The lines of the next block are asked for one at a time, as memory can give them; with fewer than 16 samples
        // the last ones are left to the processor's own foresight.
        let tiles = self.rows / ROWS;
        let lines = (SIDE * SIDE / LINE).div_ceil(tiles);
        for (tile, sample) in (0..self.rows).step_by(ROWS).enumerate() {
            for column in (0..self.columns).step_by(V * L::LANES) {
                let output = &mut output[sample * SIDE + column..];
                let mut sums = load_tile::<L, ROWS, V>(lanes, output, SIDE);
                let left = Left {
                    values: &self.input[sample * SIDE..],
                    row: SIDE,
                    step: 1,
                };
                let right = Right {
                    values: &self.weights[column..],
                    step: SIDE,
                };
                let product = Product::new(lanes, left, right, self.depth);
                let ahead = match column == 0 && !self.next.is_empty() {
                    true => lines.min(self.depth),
                    false => 0,
                };
                sums = self.add_ahead::<L, V>(lanes, sums, &product, (tile * lines, ahead));
                sums = product.add(sums, (ahead, self.depth));
                store_tile::<L, ROWS, V>(lanes, output, SIDE, sums);
            }
        }
    }

    /// Adds the products of the first depths and fetches a cache line of the next block, from number `line` on, at
    /// each of them.
    #[inline(always)]
    fn add_ahead<L: Lanes, const V: usize>(
        &self,
        lanes: L,
        mut sums: Tile<L, ROWS, V>,
        product: &Product<'_, L, ROWS, V>,
        (line, depths): (usize, usize),
    ) -> Tile<L, ROWS, V> {
        for d in 0..depths {
            lanes.prefetch(self.next, ((line + d) * LINE) as isize);
            sums = product.add(sums, (d, d + 1));
        }
        sums
    }
}
