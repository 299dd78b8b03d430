//! The gradient of a block of weights, applied while it is in registers.

use super::tile::{Left, ROWS, Right, Tile, accumulate, load_tile, store_tile, zeros};
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

impl LearnBlock<'_> {
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
                let sums = self.products::<L, V>(lanes, (row, column), (0, self.samples));
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
        let slots = ROWS * V;
        let mut gradient = [0.0; ROWS * SIDE];
        let mut before = None;
        for column in (0..self.columns).step_by(V * L::LANES) {
            for row in (0..self.rows).step_by(ROWS) {
                let mut sums = zeros::<L, ROWS, V>(lanes);
                if let Some(before) = before {
                    for slot in 0..slots {
                        let span = (
                            slot * self.samples / slots,
                            (slot + 1) * self.samples / slots,
                        );
                        sums = self.add_products::<L, V>(lanes, sums, (row, column), span);
                        self.move_vector::<L, V>(lanes, &adam, (before, slot), &gradient);
                    }
                } else {
                    sums = self.products::<L, V>(lanes, (row, column), (0, self.samples));
                }
                sums = self.with_accumulated::<L, V>(lanes, (row, column), sums);
                store_tile::<L, ROWS, V>(lanes, &mut gradient, SIDE, sums);
                before = Some(row * SIDE + column);
            }
        }
        let last = before.expect("a block has rows and columns");
        for slot in 0..slots {
            self.move_vector::<L, V>(lanes, &adam, (last, slot), &gradient);
        }
        if let Some(accumulated) = &mut self.accumulated {
            accumulated.fill(0.0);
        }
    }

    /// Products of inputs and gradients for a tile, summed over some samples.
    #[inline(always)]
    fn products<L: Lanes, const V: usize>(
        &self,
        lanes: L,
        tile: (usize, usize),
        samples: (usize, usize),
    ) -> Tile<L, ROWS, V> {
        self.add_products::<L, V>(lanes, zeros::<L, ROWS, V>(lanes), tile, samples)
    }

    #[inline(always)]
    fn add_products<L: Lanes, const V: usize>(
        &self,
        lanes: L,
        sums: Tile<L, ROWS, V>,
        (row, column): (usize, usize),
        (from, to): (usize, usize),
    ) -> Tile<L, ROWS, V> {
        let left = Left {
            values: &self.input[from * SIDE + row..],
            row: 1,
            step: SIDE,
        };
        let right = Right {
            values: &self.gradient[from * SIDE + column..],
            step: SIDE,
        };
        accumulate::<L, ROWS, V>(lanes, sums, to - from, left, right)
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
        let values = &mut self.moving.values[position..][..L::LANES];
        let first = &mut self.moving.first[position..][..L::LANES];
        let second = &mut self.moving.second[position..][..L::LANES];
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
