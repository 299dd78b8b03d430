//! Gram matrices and inverses of matrices as large as the table is wide.
//!
//! Both keep to the lower triangle and cut it into blocks of rows, whatever the number of
//! threads. Threads are those of the rayon pool of the caller.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;

use crate::Cholesky;

/// Rows of a result computed at a time: ours, what lies above the diagonal of a block is wasted.
const BLOCK: usize = 64;
/// Rows of a table summed in f32 before they join the sum in f64: ours.
const CHUNK: usize = 1024;
/// Columns eliminated at a time: ours, enough to make a product of the update.
const PIVOTS: usize = 128;

/// Adds `tableᵀ · table` to the lower triangle of `sum`, shape `[columns, columns]` in row-major
/// layout. `table` must be row-major.
pub fn add_gram(sum: &mut Array2<f64>, table: ArrayView2<'_, f32>) {
    let columns = table.ncols();
    assert_eq!(sum.dim(), (columns, columns), "shape of a Gram matrix");
    if columns == 0 || table.nrows() == 0 {
        return;
    }
    let values = table.as_slice().expect("tables are row-major");
    let sum = sum.as_slice_mut().expect("sums are row-major");
    sum.par_chunks_mut(BLOCK * columns)
        .enumerate()
        .for_each(|(block, rows)| {
            let first = block * BLOCK;
            let n = rows.len() / columns;
            let width = first + n;
            let mut part = vec![0.0_f32; n * width];
            for chunk in values.chunks(CHUNK * columns) {
                let chunk = MatRef::from_row_major_slice(chunk, chunk.len() / columns, columns);
                matmul(
                    MatMut::from_row_major_slice_mut(&mut part, n, width),
                    Accum::Replace,
                    chunk.subcols(first, n).transpose(),
                    chunk.subcols(0, width),
                    1.0,
                    Par::Seq,
                );
                for (row, part) in rows.chunks_mut(columns).zip(part.chunks(width)) {
                    for (sum, &term) in row.iter_mut().zip(part) {
                        *sum += f64::from(term);
                    }
                }
            }
        });
}

/// The inverse of a symmetric positive definite matrix of which the lower triangle is read; both
/// triangles of the result are filled. Nothing when the matrix is not positive definite.
///
/// By the symmetric sweep operator (Goodnight 1979, doi:10.1080/00031305.1979.10482685) on blocks
/// of pivots, so that nearly all of the work is products.
pub fn inverse(mut matrix: Array2<f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    assert_eq!(matrix.ncols(), n, "only square matrices have an inverse");
    for first in (0..n).step_by(PIVOTS) {
        sweep(&mut matrix, first, (first + PIVOTS).min(n))?;
    }
    // Swept by every pivot, a matrix is its inverse with the sign turned.
    for row in 0..n {
        for column in 0..=row {
            let value = -matrix[(row, column)];
            matrix[(row, column)] = value;
            matrix[(column, row)] = value;
        }
    }
    Some(matrix)
}

/// Sweeps the pivots `first..end` of the lower triangle.
fn sweep(matrix: &mut Array2<f64>, first: usize, end: usize) -> Option<()> {
    let n = matrix.nrows();
    let pivots = end - first;
    let upper = matrix.slice(s![first..end, first..end]).t().to_owned();
    let upper = Cholesky::of(upper)?.inverse();
    let corner = &upper + &upper.t() - Array2::from_diag(&upper.diag());
    let mut edge = Array2::zeros((n, pivots));
    edge.slice_mut(s![..first, ..])
        .assign(&matrix.slice(s![first..end, ..first]).t());
    edge.slice_mut(s![end.., ..])
        .assign(&matrix.slice(s![end.., first..end]));
    let turned = crate::product(edge.view(), corner.view());
    subtract_lower(matrix, &turned, &edge);
    matrix
        .slice_mut(s![first..end, ..first])
        .assign(&turned.slice(s![..first, ..]).t());
    matrix
        .slice_mut(s![end.., first..end])
        .assign(&turned.slice(s![end.., ..]));
    matrix
        .slice_mut(s![first..end, first..end])
        .assign(&corner.mapv(|value| -value));
    Some(())
}

/// Subtracts `left · rightᵀ` from the lower triangle.
fn subtract_lower(matrix: &mut Array2<f64>, left: &Array2<f64>, right: &Array2<f64>) {
    let (n, inner) = left.dim();
    let left = left.as_slice().expect("row-major by construction");
    let right = right.as_slice().expect("row-major by construction");
    let right = MatRef::from_row_major_slice(right, n, inner);
    let matrix = matrix.as_slice_mut().expect("matrices are row-major");
    matrix
        .par_chunks_mut(BLOCK * n)
        .zip(left.par_chunks(BLOCK * inner))
        .enumerate()
        .for_each(|(block, (rows, left))| {
            let height = rows.len() / n;
            let width = block * BLOCK + height;
            matmul(
                MatMut::from_row_major_slice_mut(rows, height, n).subcols_mut(0, width),
                Accum::Add,
                MatRef::from_row_major_slice(left, height, inner),
                right.subrows(0, width).transpose(),
                -1.0,
                Par::Seq,
            );
        });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: usize, columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |(r, c)| {
            ((r * 31 + c * 17 + r * c) % 23) as f32 - 11.0
        })
    }

    fn gram(table: &Array2<f32>) -> Array2<f64> {
        let mut sum = Array2::zeros((table.ncols(), table.ncols()));
        add_gram(&mut sum, table.view());
        sum
    }

    #[test]
    fn a_gram_matrix_is_that_of_plain_sums() {
        let table = table(1500, 150);
        let expected = table.mapv(f64::from);
        let expected = expected.t().dot(&expected);
        let sum = gram(&table);
        for (row, column) in [(0, 0), (149, 0), (149, 149), (64, 63), (130, 70)] {
            // Sums of whole numbers below 2²⁴ are exact.
            assert_eq!(sum[(row, column)], expected[(row, column)]);
        }
        assert_eq!(sum[(0, 140)], 0.0);
    }

    #[test]
    fn an_inverse_of_several_blocks_undoes_its_matrix() {
        let mut lower = gram(&table(600, 300));
        for d in 0..300 {
            lower[(d, d)] += 50.0;
        }
        let strict =
            Array2::from_shape_fn((300, 300), |(r, c)| if r > c { lower[(r, c)] } else { 0.0 });
        let matrix = &strict + &strict.t() + Array2::from_diag(&lower.diag());
        let unit = matrix.dot(&inverse(lower).unwrap());
        // Condition below 10⁵ in f64.
        assert!(
            (unit - Array2::<f64>::eye(300))
                .iter()
                .all(|e| e.abs() < 1e-9)
        );
    }

    #[test]
    fn results_are_the_same_bytes_for_any_number_of_threads() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(|| {
                let mut matrix = gram(&table(700, 200));
                matrix.diag_mut().mapv_inplace(|d| d + 10.0);
                inverse(matrix)
            })
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_inverse() {
        assert!(inverse(ndarray::array![[1.0, 0.0], [2.0, 1.0]]).is_none());
    }
}
