//! The gradient of a block of weights, applied while it is in registers.

use super::tile::{LINE, Left, Product, ROWS, Right, Tile, load_tile, store_tile, zeros};
use super::{Kernel, Lanes};
use crate::adam::{AdamStep, FADED, Moving};
use crate::network::{Learning, SIDE};

/// Teaches a block of weights the product of its inputs and the gradients of its outputs.
///
/// The update of one tile runs between the products of the next: roots and quotients take long, and leave most of the
/// multipliers free.
#[derive(Debug)]
pub(in crate::fused) struct LearnBlock<'a> {
    /// The block with its moments.
    pub(in crate::fused) moving: Moving<'a>,
    /// Gradients accumulated for it.
    pub(in crate::fused) accumulated: Option<&'a mut [f32]>,
    /// The panel `[samples, 64]` of the inputs that meet the rows of the block.
    pub(in crate::fused) input: &'a [f32],
    /// The panel `[samples, 64]` of the gradients that meet its columns.
    pub(in crate::fused) gradient: &'a [f32],
    pub(in crate::fused) samples: usize,
    /// Rows of the block that belong to the matrix.
    pub(in crate::fused) rows: usize,
    /// Columns of the block that belong to the matrix.
    pub(in crate::fused) columns: usize,
    pub(in crate::fused) learning: Learning,
}

/// The numbers of Adam, in registers.
#[derive(Debug, Clone, Copy)]
struct AdamVectors<L: Lanes> {
    first_share: L::Vector,
    second_share: L::Vector,
    rate: L::Vector,
    epsilon: L::Vector,
    faded: L::Vector,
}

impl Kernel for LearnBlock<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        self.rows = self.rows.next_multiple_of(ROWS);
        // Registers of 16 numbers are the widest.
        self.columns = self.columns.next_multiple_of(16);
        match (self.columns / L::LANES).min(L::VECTORS) {
            1 => self.learn::<L, 1>(lanes),
            2 => self.learn::<L, 2>(lanes),
            3 => self.learn::<L, 3>(lanes),
            _ => self.learn::<L, 4>(lanes),
        }
    }
}

impl<'a> LearnBlock<'a> {
    #[inline(always)]
    fn learn<L: Lanes, const V: usize>(&mut self, lanes: L) {
        match self.learning {
            Learning::Accumulate => self.accumulate::<L, V>(lanes),
            Learning::Now(step) | Learning::Apply(step) => {
                self.update::<L, V>(lanes, AdamVectors::new(lanes, step))
            }
        }
    }

    /// Adds the gradient to those accumulated.
    #[inline(always)]
    fn accumulate<L: Lanes, const V: usize>(&mut self, lanes: L) {
        for row in (0..self.rows).step_by(ROWS) {
            for column in (0..self.columns).step_by(V * L::LANES) {
                let product = self.product::<L, V>(lanes, (row, column));
                let sums = product.add(zeros::<L, ROWS, V>(lanes), (0, self.samples));
                let sums = self.with_accumulated::<L, V>(lanes, (row, column), sums);
                let accumulated = self.accumulated.as_deref_mut();
                let accumulated = accumulated.expect("the gradient is held before learning");
                let place = &mut accumulated[row * SIDE + column..];
                store_tile::<L, ROWS, V>(lanes, place, SIDE, sums);
            }
        }
    }

    /// Applies the gradient, and those accumulated, to the weights.
    #[inline(always)]
    fn update<L: Lanes, const V: usize>(&mut self, lanes: L, adam: AdamVectors<L>) {
        let mut gradient = [0.0; ROWS * SIDE];
        let mut before = None;
        let mut line = 0;
        for column in (0..self.columns).step_by(V * L::LANES) {
            for row in (0..self.rows).step_by(ROWS) {
                let product = self.product::<L, V>(lanes, (row, column));
                let mut sums = zeros::<L, ROWS, V>(lanes);
                let mut done = 0;
                if let Some(before) = before {
                    for slot in 0..ROWS * V {
                        // Narrow registers take several slots for a cache line.
                        if slot * L::LANES % LINE == 0 {
                            self.prefetch(lanes, line);
                            line += 1;
                        }
                        let depths = share(self.samples, ROWS * V, slot);
                        sums = product.add(sums, (done, done + depths));
                        done += depths;
                        self.move_vector::<L, V>(lanes, &adam, (before, slot), &gradient);
                    }
                }
                sums = product.add(sums, (done, self.samples));
                sums = self.with_accumulated::<L, V>(lanes, (row, column), sums);
                store_tile::<L, ROWS, V>(lanes, &mut gradient, SIDE, sums);
                before = Some(row * SIDE + column);
            }
        }
        let last = before.expect("a block has rows and columns");
        for slot in 0..ROWS * V {
            self.move_vector::<L, V>(lanes, &adam, (last, slot), &gradient);
        }
        if let Some(accumulated) = &mut self.accumulated {
            accumulated.fill(0.0);
        }
    }

    /// Asks for cache line number `line` of the block that follows in memory, and of its moments.
    #[inline(always)]
    fn prefetch<L: Lanes>(&self, lanes: L, line: usize) {
        let position = (SIDE * SIDE + line * LINE) as isize;
        lanes.prefetch(self.moving.values, position);
        lanes.prefetch(self.moving.first, position);
        lanes.prefetch(self.moving.second, position);
    }

    /// The factors of the gradient of a tile.
    #[inline(always)]
    fn product<L: Lanes, const V: usize>(
        &self,
        lanes: L,
        (row, column): (usize, usize),
    ) -> Product<'a, L, ROWS, V> {
        let left = Left {
            values: &self.input[row..],
            row: 1,
            step: SIDE,
        };
        let right = Right {
            values: &self.gradient[column..],
            step: SIDE,
        };
        Product::new(lanes, left, right, self.samples)
    }

    #[inline(always)]
    fn with_accumulated<L: Lanes, const V: usize>(
        &self,
        lanes: L,
        (row, column): (usize, usize),
        mut sums: Tile<L, ROWS, V>,
    ) -> Tile<L, ROWS, V> {
        if let Some(accumulated) = &self.accumulated {
            let place = &accumulated[row * SIDE + column..];
            let before = load_tile::<L, ROWS, V>(lanes, place, SIDE);
            for i in 0..ROWS {
                for j in 0..V {
                    sums[i][j] = lanes.add(before[i][j], sums[i][j]);
                }
            }
        }
        sums
    }

    /// One update of Adam for vector number `slot` of the tile that begins at `tile`, as [`AdamStep::apply`] does it.
    #[inline(always)]
    fn move_vector<L: Lanes, const V: usize>(
        &mut self,
        lanes: L,
        adam: &AdamVectors<L>,
        (tile, slot): (usize, usize),
        gradient: &[f32; ROWS * SIDE],
    ) {
        let within = slot / V * SIDE + slot % V * L::LANES;
        let g = lanes.load(&gradient[within..]);
        let position = tile + within;
        let values = &mut block(self.moving.values)[position..position + L::LANES];
        let first = &mut block(self.moving.first)[position..position + L::LANES];
        let second = &mut block(self.moving.second)[position..position + L::LANES];
        let (m, v) = (lanes.load(first), lanes.load(second));
        let m = adam.follow(lanes, m, adam.first_share, g);
        let v = adam.follow(lanes, v, adam.second_share, lanes.multiply(g, g));
        lanes.store(first, m);
        lanes.store(second, v);
        let root = lanes.add(lanes.square_root(v), adam.epsilon);
        let change = lanes.divide(lanes.multiply(adam.rate, m), root);
        let moved = lanes.subtract(lanes.load(values), change);
        lanes.store(values, moved);
    }
}

/// Depths that slot number `slot` of `slots` multiplies, so that all slots together take `depths`.
#[inline(always)]
fn share(depths: usize, slots: usize, slot: usize) -> usize {
    depths / slots + usize::from(slot < depths % slots)
}

/// A slice as the block that it is; its length is known when the kernel is compiled.
#[inline(always)]
fn block(values: &mut [f32]) -> &mut [f32; SIDE * SIDE] {
    values.try_into().expect("a whole block")
}

impl<L: Lanes> AdamVectors<L> {
    #[inline(always)]
    fn new(lanes: L, step: AdamStep) -> Self {
        Self {
            first_share: lanes.splat(step.first_share),
            second_share: lanes.splat(step.second_share),
            rate: lanes.splat(step.rate),
            epsilon: lanes.splat(step.epsilon),
            faded: lanes.splat(FADED),
        }
    }

    /// A moment moved towards `target`, and kept from subnormal numbers.
    #[inline(always)]
    fn follow(
        &self,
        lanes: L,
        moment: L::Vector,
        share: L::Vector,
        target: L::Vector,
    ) -> L::Vector {
        let way = lanes.multiply(share, lanes.subtract(target, moment));
        let moved = lanes.add(moment, way);
        lanes.subtract(lanes.add(moved, self.faded), self.faded)
    }
}
