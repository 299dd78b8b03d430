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
        let panels = self.outs.div_ceil(SIDE);
        for (stripe, input) in self.input.iter().enumerate() {
            let depth = SIDE.min(self.ins - stripe * SIDE);
            for number in 0..self.outputs.len() {
                let block = |ahead: usize| {
                    let (down, panel) = ((number + ahead) / self.outputs.len(), number + ahead);
                    let panel = self.first + panel % self.outputs.len();
                    let start = ((stripe + down) * panels + panel) * SIDE * SIDE;
                    self.kernel.get(start..start + SIDE * SIDE)
                };
                let columns = SIDE.min(self.outs - (self.first + number) * SIDE);
                let block = Block {
                    weights: block(0).expect("the kernel has this block"),
                    next: block(1).unwrap_or_default(),
                    input,
                    depth,
                    rows: self.rows,
                    columns: columns.next_multiple_of(LINE),
                };
                block.multiply(lanes, &mut self.outputs[number]);
            }
        }
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
        // The lines of the next block are asked for a few at a time, as memory can give them.
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
                let ahead = if column == 0 {
                    lines.min(self.depth)
                } else {
                    0
                };
                sums = self.add_ahead::<L, V>(lanes, sums, &product, (tile * lines, ahead));
                sums = product.add(lanes, sums, (ahead, self.depth));
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
        product: &Product<'_, ROWS, V>,
        (line, depths): (usize, usize),
    ) -> Tile<L, ROWS, V> {
        for d in 0..depths {
            lanes.prefetch(self.next, ((line + d) * LINE) as isize);
            sums = product.add(lanes, sums, (d, d + 1));
        }
        sums
    }
}
