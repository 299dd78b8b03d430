//! Matrix products in fixed blocks of rows.
//!
//! The rows of a result are cut into blocks of [`BLOCK_ROWS`], whatever the number of threads;
//! each block is one sequential product. Threads are those of the rayon pool of the caller.

use faer::linalg::matmul::matmul;
use faer::traits::RealField;
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, CowArray, Ix2};
use rayon::prelude::*;

/// Rows of a result computed at a time: ours, enough to make packing the right matrix cheap
/// beside the product, few enough to share some hundred rows between threads.
pub const BLOCK_ROWS: usize = 128;

/// Numbers that matrices are made of: `f32` or `f64`.
pub trait Real: RealField + Copy + Send + Sync {
    /// The neutral element of addition.
    const ZERO: Self;
    /// The neutral element of multiplication.
    const ONE: Self;
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
}

/// `left · right`, shape `[left rows, right columns]`. Transposed views cost nothing extra.
pub fn product<T: Real>(left: ArrayView2<'_, T>, right: ArrayView2<'_, T>) -> Array2<T> {
    let mut result = Array2::from_elem((left.nrows(), right.ncols()), T::ZERO);
    add_product(&mut result, left, right);
    result
}

/// `matrix · vector`, shape `[rows]`. Transposed views cost nothing extra.
pub fn apply<T: Real>(matrix: ArrayView2<'_, T>, vector: ArrayView1<'_, T>) -> Array1<T> {
    product(matrix, vector.insert_axis(Axis(1))).remove_axis(Axis(1))
}

/// Adds `left · right` to `sum`, which must be in row-major layout and of the right shape.
pub fn add_product<T: Real>(
    sum: &mut Array2<T>,
    left: ArrayView2<'_, T>,
    right: ArrayView2<'_, T>,
) {
    assert_eq!(left.ncols(), right.nrows(), "inner sizes of a product");
    assert_eq!(sum.dim(), (left.nrows(), right.ncols()), "shape of a sum");
    let columns = right.ncols();
    if sum.is_empty() || left.ncols() == 0 {
        return;
    }
    let (left, right) = (contiguous(left), contiguous(right));
    let (left, right) = (as_faer(&left), as_faer(&right));
    sum.as_slice_mut()
        .expect("sums are row-major")
        .par_chunks_mut(BLOCK_ROWS * columns)
        .enumerate()
        .for_each(|(block, rows)| {
            let n = rows.len() / columns;
            matmul(
                MatMut::from_row_major_slice_mut(rows, n, columns),
                Accum::Add,
                left.subrows(block * BLOCK_ROWS, n),
                right,
                T::ONE,
                Par::Seq,
            );
        });
}

/// The view itself where it is row-major or the transpose of such; a copy elsewhere.
fn contiguous<T: Real>(view: ArrayView2<'_, T>) -> CowArray<'_, T, Ix2> {
    if view.is_standard_layout() || view.t().is_standard_layout() {
        CowArray::from(view)
    } else {
        CowArray::from(view.as_standard_layout().into_owned())
    }
}

fn as_faer<'a, T: Real>(matrix: &'a CowArray<'_, T, Ix2>) -> MatRef<'a, T> {
    let (rows, columns) = matrix.dim();
    match matrix.as_slice() {
        Some(values) => MatRef::from_row_major_slice(values, rows, columns),
        None => {
            let values = matrix
                .as_slice_memory_order()
                .expect("contiguous by construction");
            MatRef::from_column_major_slice(values, rows, columns)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, s};

    fn matrix(rows: usize, columns: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(r, c)| {
            ((r * 31 + c * 17) % 23) as f64 - 11.0
        })
    }

    #[test]
    fn products_of_any_layout_equal_the_plain_sums() {
        let (a, b) = (matrix(300, 40), matrix(40, 70));
        let expected = a.dot(&b);
        // Sums of 40 small whole numbers are exact.
        assert_eq!(product(a.view(), b.view()), expected);
        let (a_t, b_t) = (a.t().to_owned(), b.t().to_owned());
        assert_eq!(product(a_t.t(), b_t.t()), expected);
        assert_eq!(apply(a.view(), b.column(7)), expected.column(7));
        let wide = matrix(300, 80);
        let strided = wide.slice(s![.., ..;2]);
        assert_eq!(product(strided, b.view()), strided.dot(&b));
    }

    #[test]
    fn products_are_the_same_bytes_for_any_number_of_threads() {
        let a = Array2::from_shape_fn((500, 90), |(r, c)| ((r + 3 * c) as f32).sin());
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(|| product(a.view(), a.t()))
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn a_product_without_inner_columns_is_zero() {
        assert_eq!(
            product(matrix(2, 0).view(), matrix(0, 3).view()),
            Array2::<f64>::zeros((2, 3))
        );
    }
}
