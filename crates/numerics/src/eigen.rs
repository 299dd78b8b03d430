//! Eigenvalues and leading directions.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{MatMut, MatRef, Par};
use ndarray::{Array1, Array2, ArrayView2, s};

use crate::products::product;

/// Eigenvalues below this share of the largest are rounding: ours, for sums in f32.
const RANK_TOLERANCE: f64 = 1e-7;

/// Eigenvalues in descending order, shape `[n]`, and their unit vectors, shape `[n, n]`, one per
/// column. Only one triangle of the symmetric `matrix` is read. Nothing when an entry is not
/// finite.
pub fn symmetric_eigen(matrix: ArrayView2<'_, f64>) -> Option<(Array1<f64>, Array2<f64>)> {
    let n = matrix.nrows();
    let matrix = matrix.as_standard_layout();
    let (mut values, mut vectors) = (vec![0.0; n], vec![0.0; n * n]);
    let scratch =
        self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Default::default());
    self_adjoint_evd(
        MatRef::from_column_major_slice(matrix.as_slice()?, n, n),
        DiagMut::from_slice_mut(&mut values),
        Some(MatMut::from_column_major_slice_mut(&mut vectors, n, n)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()?;
    values.reverse();
    // Vectors lie one after the other in ascending order.
    let rows = Array2::from_shape_vec((n, n), vectors).ok()?;
    Some((
        Array1::from_vec(values),
        rows.slice(s![..;-1, ..]).t().to_owned(),
    ))
}

/// Leading right singular directions of `table`, shape `[rows, columns]`, by power iteration
/// from `start`, shape `[columns, directions]` (Halko, Martinsson and Tropp 2011,
/// doi:10.1137/090771806, section 4.5).
///
/// Gives squared singular values in descending order, shape `[directions]`, and unit vectors,
/// shape `[columns, directions]`; both are 0 beyond the rank of the table.
pub fn leading_directions(
    table: ArrayView2<'_, f32>,
    start: Array2<f32>,
    rounds: usize,
) -> Option<(Array1<f64>, Array2<f32>)> {
    let mut basis = orthonormal(start)?;
    for _ in 0..rounds {
        let scores = product(table, basis.view());
        basis = orthonormal(product(table.t(), scores.view()))?;
    }
    let scores = product(table, basis.view());
    let squares = product(scores.t(), scores.view()).mapv(f64::from);
    let (values, rotation) = symmetric_eigen(squares.view())?;
    let directions = product(basis.view(), rotation.mapv(|v| v as f32).view());
    Some((values.mapv(|v| v.max(0.0)), directions))
}

/// The same span with orthonormal columns; columns beyond the rank are 0.
fn orthonormal(columns: Array2<f32>) -> Option<Array2<f32>> {
    Some(thin_svd(columns)?.left)
}

/// `left · diag(values) · rotationᵀ`, a table of few columns.
#[derive(Clone, Debug)]
pub struct ThinSvd {
    /// Unit vectors, shape `[rows, columns]`; 0 beyond the rank.
    pub left: Array2<f32>,
    /// Singular values in descending order, shape `[columns]`; 0 beyond the rank.
    pub values: Array1<f64>,
    /// Orthogonal, shape `[columns, columns]`.
    pub rotation: Array2<f32>,
}

/// Singular value decomposition of a table of few columns, by the eigenvectors of its Gram
/// matrix: singular values below 3·10⁻⁴ of the largest count as 0. Nothing when an entry is not
/// finite.
pub fn thin_svd(table: Array2<f32>) -> Option<ThinSvd> {
    let squares = product(table.t(), table.view()).mapv(f64::from);
    let (squares, rotation) = symmetric_eigen(squares.view())?;
    let smallest = squares
        .first()
        .map_or(0.0, |largest| largest * RANK_TOLERANCE);
    let values = squares.mapv(|square| {
        if square > smallest {
            square.sqrt()
        } else {
            0.0
        }
    });
    let inverse = values.mapv(|value| if value > 0.0 { value.recip() } else { 0.0 });
    let scaled = (&rotation * &inverse).mapv(|v| v as f32);
    Some(ThinSvd {
        left: product(table.view(), scaled.view()),
        values,
        rotation: rotation.mapv(|v| v as f32),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn eigenvalues_descend_and_vectors_match_them() {
        let matrix = array![[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 5.0]];
        let (values, vectors) = symmetric_eigen(matrix.view()).unwrap();
        for (value, expected) in values.iter().zip([5.0, 3.0, 1.0]) {
            assert!((value - expected).abs() < 1e-12);
        }
        let residual = matrix.dot(&vectors) - &vectors * &values;
        assert!(residual.iter().all(|e| e.abs() < 1e-12));
    }

    #[test]
    fn leading_directions_are_those_of_a_table_of_low_rank() {
        let table = Array2::from_shape_fn((40, 6), |(r, c)| {
            ((r % 7) as f32 - 3.0) * (c as f32 + 1.0) + ((r % 5) as f32 - 2.0)
        });
        let start = Array2::from_shape_fn((6, 3), |(r, c)| ((r * 5 + c * 3) % 7) as f32 - 3.0);
        let (values, directions) = leading_directions(table.view(), start, 4).unwrap();
        // Rank 2: what the first two directions keep is the whole table, within f32 sums.
        let kept = directions.slice(s![.., ..2]);
        let back = table.dot(&kept).dot(&kept.t());
        assert!((back - &table).iter().all(|e| e.abs() < 1e-3));
        assert!(values[2] < 1e-3 * values[1]);
    }

    #[test]
    fn a_thin_svd_gives_the_table_back() {
        let table = array![[3.0_f32, 1.0], [0.0, 2.0], [-1.0, 4.0]];
        let svd = thin_svd(table.clone()).unwrap();
        let scaled = &svd.left * &svd.values.mapv(|v| v as f32);
        let back = scaled.dot(&svd.rotation.t());
        // Sums of three terms of order ten in f32.
        assert!((back - &table).iter().all(|e| e.abs() < 1e-5));
        assert!(svd.values[0] > svd.values[1]);
        let unit = svd.left.t().dot(&svd.left) - Array2::<f32>::eye(2);
        assert!(unit.iter().all(|e| e.abs() < 1e-5));
    }

    #[test]
    fn a_thin_svd_of_equal_columns_has_one_value() {
        let svd = thin_svd(array![[1.0_f32, 1.0], [2.0, 2.0]]).unwrap();
        assert_eq!(svd.values[1], 0.0);
        assert!(svd.left.column(1).iter().all(|&v| v == 0.0));
    }
}
