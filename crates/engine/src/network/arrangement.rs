//! How the numbers of a tensor lie in memory.

/// Side of the square blocks of [`Arrangement::Blocks`]: 64 numbers fill four registers of AVX-512, and a block of
/// 16 KiB half of a first-level cache.
pub(crate) const SIDE: usize = 64;

/// How the numbers of a matrix `[rows, columns]` lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrangement {
    /// Row by row, as every engine exports them.
    Rows,
    /// In square blocks of side 64, each row by row; all blocks of the first 64 rows come first. What lies beyond the
    /// edge of the matrix has no meaning: no product sums over it.
    Blocks,
}

impl Arrangement {
    /// Numbers that a matrix takes up.
    pub(crate) fn length(self, [rows, columns]: [usize; 2]) -> usize {
        match self {
            Self::Rows => rows * columns,
            Self::Blocks => rows.next_multiple_of(SIDE) * columns.next_multiple_of(SIDE),
        }
    }

    /// Numbers between the first of one stripe of rows and the next; a stripe is 1 row, or 64 in blocks.
    pub(crate) fn stripe(self, columns: usize) -> usize {
        match self {
            Self::Rows => columns,
            Self::Blocks => SIDE * columns.next_multiple_of(SIDE),
        }
    }

    /// Writes `row` into row number `within` of a stripe.
    pub(crate) fn put(self, stripe: &mut [f32], within: usize, row: &[f32]) {
        match self {
            Self::Rows => stripe.copy_from_slice(row),
            Self::Blocks => {
                let blocks = stripe.chunks_mut(SIDE * SIDE);
                for (block, part) in blocks.zip(row.chunks(SIDE)) {
                    block[within * SIDE..][..part.len()].copy_from_slice(part);
                }
            }
        }
    }

    /// Copies the matrix into `stored`, which lies in this arrangement.
    pub(crate) fn store(self, rows: &[f32], columns: usize, stored: &mut [f32]) {
        let per_stripe = self.rows_of_stripe() * columns;
        let stripes = stored.chunks_mut(self.stripe(columns));
        for (stripe, rows) in stripes.zip(rows.chunks(per_stripe)) {
            for (within, row) in rows.chunks(columns).enumerate() {
                self.put(stripe, within, row);
            }
        }
    }

    /// The matrix row by row.
    pub(crate) fn rows(self, stored: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
        let mut values = Vec::with_capacity(rows * columns);
        let (per_stripe, stripe) = (self.rows_of_stripe(), self.stripe(columns));
        for row in 0..rows {
            let stripe = &stored[row / per_stripe * stripe..][..stripe];
            let within = row % per_stripe;
            match self {
                Self::Rows => values.extend_from_slice(stripe),
                Self::Blocks => values.extend(
                    (0..columns).map(|c| stripe[c / SIDE * SIDE * SIDE + within * SIDE + c % SIDE]),
                ),
            }
        }
        values
    }

    pub(crate) fn rows_of_stripe(self) -> usize {
        match self {
            Self::Rows => 1,
            Self::Blocks => SIDE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_comes_back_row_by_row() {
        for shape in [[1, 1], [3, 65], [64, 64], [65, 3], [130, 200]] {
            let [rows, columns] = shape;
            let matrix: Vec<f32> = (0..rows * columns).map(|n| n as f32 + 1.0).collect();
            for arrangement in [Arrangement::Rows, Arrangement::Blocks] {
                let mut stored = vec![0.0; arrangement.length(shape)];
                arrangement.store(&matrix, columns, &mut stored);
                assert_eq!(arrangement.rows(&stored, shape), matrix);
                let sum = |values: &[f32]| values.iter().map(|&v| f64::from(v)).sum::<f64>();
                assert_eq!(sum(&stored), sum(&matrix));
            }
        }
    }
}
