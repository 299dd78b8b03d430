//! The heart of all three products: a tile of sums that stays in registers.
#![expect(
    unsafe_code,
    reason = "one check for a whole product, not one for each of its terms"
)]

use super::Lanes;

/// Rows of a tile in the forward pass and in that of the weights: with 4 vectors in a row they take up 16 registers.
pub(super) const ROWS: usize = 4;

/// Numbers of a cache line.
pub(super) const LINE: usize = 16;

/// A tile `[R, V vectors]` of sums.
pub(super) type Tile<L, const R: usize, const V: usize> = [[<L as Lanes>::Vector; V]; R];

/// A matrix of which single numbers are multiplied with vectors: row `i` at depth `d` lies at `i * row + d * step`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left<'a> {
    pub(super) values: &'a [f32],
    pub(super) row: usize,
    pub(super) step: usize,
}

/// A matrix of which vectors are read: depth `d` lies at `d * step`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Right<'a> {
    pub(super) values: &'a [f32],
    pub(super) step: usize,
}

/// The two factors of a tile `[R, V vectors]`, checked to reach as far as the product does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product<'a, L, const R: usize, const V: usize> {
    lanes: L,
    left: Left<'a>,
    right: Right<'a>,
    depth: usize,
}

impl<'a, L: Lanes, const R: usize, const V: usize> Product<'a, L, R, V> {
    /// Factors of which the depths from 0 to before `depth` can be multiplied.
    #[inline(always)]
    pub(super) fn new(lanes: L, left: Left<'a>, right: Right<'a>, depth: usize) -> Self {
        if let Some(last) = depth.checked_sub(1) {
            // Saturating, so that no product of sizes wraps around to a small one.
            let down = (R - 1).saturating_mul(left.row);
            let last_left = last.saturating_mul(left.step).saturating_add(down);
            let end_right = last.saturating_mul(right.step).saturating_add(V * L::LANES);
            assert!(last_left < left.values.len() && end_right <= right.values.len());
        }
        Self {
            lanes,
            left,
            right,
            depth,
        }
    }

    /// Adds to every sum its products at the depths from `from` to before `to`, one after the other.
    #[inline(always)]
    pub(super) fn add(&self, mut sums: Tile<L, R, V>, (from, to): (usize, usize)) -> Tile<L, R, V> {
        assert!(to <= self.depth);
        let Self {
            lanes, left, right, ..
        } = *self;
        for d in from..to {
            let mut vectors = [lanes.splat(0.0); V];
            for (j, vector) in vectors.iter_mut().enumerate() {
                let start = d * right.step + j * L::LANES;
                // SAFETY: `new` saw that the last depth has V vectors; `d` is not beyond it.
                *vector =
                    lanes.load(unsafe { right.values.get_unchecked(start..start + L::LANES) });
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                // SAFETY: `new` saw that the last depth has R rows; `d` is not beyond it.
                let number = unsafe { left.values.get_unchecked(i * left.row + d * left.step) };
                let number = lanes.splat(*number);
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = lanes.multiply_add(number, vector, *sum);
                }
            }
        }
        sums
    }
}

/// A tile of zeros.
#[inline(always)]
pub(super) fn zeros<L: Lanes, const R: usize, const V: usize>(lanes: L) -> Tile<L, R, V> {
    [[lanes.splat(0.0); V]; R]
}

/// The tile that begins with `values`, of a matrix with `step` numbers in a row.
#[inline(always)]
pub(super) fn load_tile<L: Lanes, const R: usize, const V: usize>(
    lanes: L,
    values: &[f32],
    step: usize,
) -> Tile<L, R, V> {
    let mut tile = zeros::<L, R, V>(lanes);
    for (i, row) in tile.iter_mut().enumerate() {
        let values = &values[i * step..][..V * L::LANES];
        for (j, vector) in row.iter_mut().enumerate() {
            *vector = lanes.load(&values[j * L::LANES..]);
        }
    }
    tile
}

/// Writes a tile where [`load_tile`] reads it.
#[inline(always)]
pub(super) fn store_tile<L: Lanes, const R: usize, const V: usize>(
    lanes: L,
    values: &mut [f32],
    step: usize,
    tile: Tile<L, R, V>,
) {
    for (i, row) in tile.into_iter().enumerate() {
        let values = &mut values[i * step..][..V * L::LANES];
        for (j, vector) in row.into_iter().enumerate() {
            lanes.store(&mut values[j * L::LANES..], vector);
        }
    }
}
