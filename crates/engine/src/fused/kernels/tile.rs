//! The heart of all three products: a tile of sums that stays in registers.

use super::Lanes;

/// Rows of a tile in the forward pass and in that of the weights: with 4 vectors in a row they take up 16 registers.
pub(super) const ROWS: usize = 4;

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

/// A tile `[R, V vectors]` of sums.
pub(super) type Tile<L, const R: usize, const V: usize> = [[<L as Lanes>::Vector; V]; R];

/// Adds to every sum its products at the depths from 0 to before `depth`, one after the other.
#[inline(always)]
pub(super) fn accumulate<L: Lanes, const R: usize, const V: usize>(
    lanes: L,
    mut sums: Tile<L, R, V>,
    depth: usize,
    left: Left<'_>,
    right: Right<'_>,
) -> Tile<L, R, V> {
    for d in 0..depth {
        let vectors = load::<L, V>(lanes, &right.values[d * right.step..]);
        for (i, sums) in sums.iter_mut().enumerate() {
            let number = lanes.splat(left.values[i * left.row + d * left.step]);
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = lanes.multiply_add(number, vector, *sum);
            }
        }
    }
    sums
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
    for i in 0..R {
        tile[i] = load::<L, V>(lanes, &values[i * step..]);
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
    for i in 0..R {
        let row = &mut values[i * step..][..V * L::LANES];
        for j in 0..V {
            lanes.store(&mut row[j * L::LANES..], tile[i][j]);
        }
    }
}

#[inline(always)]
fn load<L: Lanes, const V: usize>(lanes: L, values: &[f32]) -> [L::Vector; V] {
    let values = &values[..V * L::LANES];
    let mut vectors = [lanes.splat(0.0); V];
    for j in 0..V {
        vectors[j] = lanes.load(&values[j * L::LANES..]);
    }
    vectors
}

impl<'a> Left<'a> {
    /// The same from depth `depth` on.
    #[inline(always)]
    pub(super) fn at(self, depth: usize) -> Self {
        Self {
            values: &self.values[depth * self.step..],
            ..self
        }
    }
}

impl<'a> Right<'a> {
    /// The same from depth `depth` on.
    #[inline(always)]
    pub(super) fn at(self, depth: usize) -> Self {
        Self {
            values: &self.values[depth * self.step..],
            ..self
        }
    }
}
