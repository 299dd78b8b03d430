//! Symmetric positive definite systems.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt;
use faer::{MatMut, MatRef, Par};
use ndarray::{Array2, ArrayViewMut2};

/// The triangular factor of a symmetric positive definite matrix.
#[derive(Clone, Debug)]
pub struct Cholesky {
    /// Row-major; the upper triangle holds the factor, the lower one has no meaning.
    factor: Array2<f64>,
}

impl Cholesky {
    /// Factorizes a square matrix, reading its upper triangle only. Nothing when it is not
    /// positive definite.
    pub fn of(matrix: Array2<f64>) -> Option<Self> {
        let n = matrix.nrows();
        assert_eq!(matrix.ncols(), n, "only square matrices have a factor");
        let mut factor = matrix.as_standard_layout().into_owned();
        let slice = factor.as_slice_mut().expect("row-major by construction");
        let scratch =
            llt::factor::cholesky_in_place_scratch::<f64>(n, Par::Seq, Default::default());
        // Read by columns, the upper triangle of a row-major matrix is a lower one.
        llt::factor::cholesky_in_place(
            MatMut::from_column_major_slice_mut(slice, n, n),
            Default::default(),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        )
        .ok()?;
        Some(Self { factor })
    }

    /// Logarithm of the determinant of the matrix.
    pub fn log_determinant(&self) -> f64 {
        2.0 * self.factor.diag().iter().map(|d| d.ln()).sum::<f64>()
    }

    /// Replaces `right`, shape `[n, m]` in row-major layout, by the solution `x` of
    /// `matrix · x = right`.
    pub fn solve(&self, mut right: ArrayViewMut2<'_, f64>) {
        let (n, m) = right.dim();
        let slice = right.as_slice_mut().expect("right sides are row-major");
        let scratch = llt::solve::solve_in_place_scratch::<f64>(n, m, Par::Seq);
        llt::solve::solve_in_place(
            self.as_faer(),
            MatMut::from_row_major_slice_mut(slice, n, m),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
        );
    }

    /// The inverse of the matrix, its upper triangle; zeros stand below the diagonal.
    pub fn inverse(&self) -> Array2<f64> {
        let n = self.factor.nrows();
        let mut inverse = Array2::zeros((n, n));
        let slice = inverse.as_slice_mut().expect("row-major by construction");
        llt::inverse::inverse(
            MatMut::from_column_major_slice_mut(slice, n, n),
            self.as_faer(),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(llt::inverse::inverse_scratch::<f64>(
                n,
                Par::Seq,
            ))),
        );
        inverse
    }

    /// The factor `U`, upper triangular with `Uᵀ · U` the matrix: standard normal rows times `U` have
    /// the matrix for their covariance.
    pub fn triangle(&self) -> Array2<f64> {
        let mut triangle = self.factor.clone();
        for (row, mut values) in triangle.rows_mut().into_iter().enumerate() {
            values.iter_mut().take(row).for_each(|value| *value = 0.0);
        }
        triangle
    }

    /// The solution `x` of `U · x = right`: for standard normal `right`, its covariance is the
    /// inverse of the matrix.
    pub fn solve_triangle(&self, mut right: Vec<f64>) -> Vec<f64> {
        for row in (0..right.len()).rev() {
            let values = self.factor.row(row);
            let after = values.iter().zip(&right).skip(row + 1);
            let known: f64 = after.map(|(value, x)| value * x).sum();
            right[row] = (right[row] - known) / values[row];
        }
        right
    }

    /// The sum of the diagonal of the inverse of the matrix.
    pub fn trace_of_inverse(&self) -> f64 {
        let n = self.factor.nrows();
        let mut triangle = Array2::<f64>::zeros((n, n));
        let slice = triangle.as_slice_mut().expect("row-major by construction");
        faer::linalg::triangular_inverse::invert_lower_triangular(
            MatMut::from_column_major_slice_mut(slice, n, n),
            self.as_faer(),
            Par::Seq,
        );
        // With L · Lᵀ the matrix, its inverse is that of Lᵀ times that of L.
        triangle.iter().map(|value| value * value).sum()
    }

    fn as_faer(&self) -> MatRef<'_, f64> {
        let n = self.factor.nrows();
        let slice = self.factor.as_slice().expect("row-major by construction");
        MatRef::from_column_major_slice(slice, n, n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn matrix() -> Array2<f64> {
        array![[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]]
    }

    #[test]
    fn a_solution_solves_its_system() {
        let mut x = array![[1.0, 0.0], [2.0, -1.0], [3.0, 4.0]];
        let right = x.clone();
        Cholesky::of(matrix()).unwrap().solve(x.view_mut());
        let back = matrix().dot(&x);
        // Three terms of order one in f64.
        assert!((back - right).iter().all(|e| e.abs() < 1e-12));
    }

    #[test]
    fn the_inverse_and_the_determinant_are_those_of_the_matrix() {
        let factor = Cholesky::of(matrix()).unwrap();
        // 4·(30 − 9) − 2·(12 − 3) + 1·(6 − 5) = 67.
        assert!((factor.log_determinant() - 67.0_f64.ln()).abs() < 1e-12);
        let upper = factor.inverse();
        assert_eq!(upper[(1, 0)], 0.0);
        let inverse = &upper + &upper.t() - Array2::from_diag(&upper.diag());
        let unit = matrix().dot(&inverse) - Array2::<f64>::eye(3);
        assert!(unit.iter().all(|e| e.abs() < 1e-12));
        assert!((factor.trace_of_inverse() - inverse.diag().sum()).abs() < 1e-12);
    }

    #[test]
    fn the_triangle_is_a_root_of_the_matrix() {
        let factor = Cholesky::of(matrix()).unwrap();
        let triangle = factor.triangle();
        assert!(
            (triangle.t().dot(&triangle) - matrix())
                .iter()
                .all(|e| e.abs() < 1e-12)
        );
        let x = ndarray::Array1::from_vec(factor.solve_triangle(vec![1.0, -2.0, 3.0]));
        let right = triangle.dot(&x);
        assert!(
            (right - array![1.0, -2.0, 3.0])
                .iter()
                .all(|e| e.abs() < 1e-12)
        );
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_factor() {
        assert!(Cholesky::of(array![[1.0, 2.0], [2.0, 1.0]]).is_none());
    }
}
