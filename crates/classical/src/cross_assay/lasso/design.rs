//! Features of some samples, and sums over them.

use ndarray::{Array2, Axis};
use pulp::Arch;

/// Sums kept side by side, so that the processor adds several terms at once.
const LANES: usize = 16;

/// Features of some samples.
pub(super) struct Design {
    /// Centered over these samples, shape `[features, samples]`.
    pub(super) columns: Array2<f32>,
    /// Squared length of each feature.
    pub(super) squares: Vec<f64>,
    /// Features of the samples held out, less the same means, shape `[features, held out]`.
    pub(super) held_out: Array2<f32>,
}

impl Design {
    /// Of the rows `kept` and `held_out` of `scores`, shape `[samples, features]`.
    pub(super) fn of(scores: &Array2<f32>, kept: &[usize], held_out: &[usize]) -> Self {
        let mut columns = scores.select(Axis(0), kept).reversed_axes();
        let mut held_out = scores.select(Axis(0), held_out).reversed_axes();
        let rows = columns.rows_mut().into_iter().zip(held_out.rows_mut());
        for (mut column, mut held_out) in rows {
            let sum: f64 = column.iter().map(|&v| f64::from(v)).sum();
            let mean = (sum / column.len() as f64) as f32;
            column -= mean;
            held_out -= mean;
        }
        let columns = columns.as_standard_layout().into_owned();
        Self {
            squares: columns
                .rows()
                .into_iter()
                .map(|column| column.iter().map(|&v| f64::from(v).powi(2)).sum())
                .collect(),
            columns,
            held_out: held_out.as_standard_layout().into_owned(),
        }
    }

    /// Samples learned from.
    pub(super) fn n_samples(&self) -> usize {
        self.columns.ncols()
    }

    pub(super) fn column(&self, feature: usize) -> &[f32] {
        row_of(&self.columns, feature)
    }
}

/// A row of a row-major table.
pub(super) fn row_of(table: &Array2<f32>, row: usize) -> &[f32] {
    let values = table.as_slice().expect("row-major by construction");
    &values[row * table.ncols()..(row + 1) * table.ncols()]
}

/// Takes `weight` times a row of products off slopes.
pub(super) fn subtract_row(slopes: &mut [f64], row: &[f64], weight: f64) {
    // Instructions that work on several numbers at once, found at run time: the same bytes.
    Arch::new().dispatch(|| {
        for (slope, &value) in slopes.iter_mut().zip(row) {
            *slope -= weight * value;
        }
    });
}

/// Takes `weight` times a feature off a table's column.
pub(super) fn subtract(sums: &mut [f64], column: &[f32], weight: f64) {
    Arch::new().dispatch(|| {
        for (sum, &value) in sums.iter_mut().zip(column) {
            *sum -= weight * f64::from(value);
        }
    });
}

/// The product of two features, summed in f64.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f64 {
    Arch::new().dispatch(|| {
        let ((left, left_rest), (right, right_rest)) =
            (left.as_chunks::<LANES>(), right.as_chunks::<LANES>());
        let mut sums = [0.0_f64; LANES];
        for (left, right) in left.iter().zip(right) {
            for lane in 0..LANES {
                sums[lane] += f64::from(left[lane]) * f64::from(right[lane]);
            }
        }
        let rest = left_rest.iter().zip(right_rest);
        let rest: f64 = rest.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
        sums.iter().sum::<f64>() + rest
    })
}
