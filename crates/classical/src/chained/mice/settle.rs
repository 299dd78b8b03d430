//! The fixed point of chained equations.
//!
//! With the precision matrix `T` of the columns, the regression of column `j` on all others
//! predicts `x_j - (x T)_j / T_jj` (partitioned inverse). Gaps at which every prediction agrees
//! with what stands there solve `T_mm x_m = -T_mo x_o`: the conditional mean of a Gaussian. Every
//! sample has a system of its own, but all share the product with `T`, so that conjugate
//! gradients (Hestenes and Stiefel 1952, doi:10.6028/jres.049.044), scaled by the diagonal, settle
//! them together.

use imputome_numerics::product;
use ndarray::{Array1, Array2, Axis, Zip};

/// A precision matrix in the precision of the table.
#[derive(Clone, Debug)]
pub(super) struct Precision {
    /// Shape `[columns, columns]`, symmetric.
    pub(super) matrix: Array2<f32>,
    /// Its diagonal.
    pub(super) diagonal: Array1<f32>,
}

impl Precision {
    pub(super) fn of(matrix: &Array2<f64>) -> Self {
        let matrix = matrix.mapv(|v| v as f32);
        Self {
            diagonal: matrix.diag().to_owned(),
            matrix,
        }
    }
}

/// When to leave it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Steps at most.
    pub(super) steps: usize,
    /// Share of the first residual (squared, scaled by the diagonal) that may be left.
    pub(super) tolerance: f64,
}

/// Brings the gaps of a few samples to where every regression agrees, from where they stand.
///
/// `values` are centered, shape `[samples, columns]`; `gaps` holds 1 at gaps and 0 elsewhere.
/// Gives `values · T`.
pub(super) fn settle(
    values: &mut Array2<f32>,
    gaps: &Array2<f32>,
    precision: &Precision,
    patience: Patience,
) -> Array2<f32> {
    let mut products = product(values.view(), precision.matrix.view());
    let mut scaled = scaled_residual(&products, gaps, precision);
    let mut sizes = sizes(&products, &scaled);
    let most: Vec<f64> = sizes.iter().map(|s| s * patience.tolerance).collect();
    let mut direction = scaled.clone();
    for _ in 0..patience.steps {
        if sizes.iter().zip(&most).all(|(size, most)| size <= most) {
            break;
        }
        let turned = product(direction.view(), precision.matrix.view());
        for (row, &size) in sizes.iter().enumerate() {
            let curvature = dot(&direction, &turned, row);
            let step = if curvature > 0.0 {
                (size / curvature) as f32
            } else {
                0.0
            };
            values.row_mut(row).scaled_add(step, &direction.row(row));
            products.row_mut(row).scaled_add(step, &turned.row(row));
        }
        scaled = scaled_residual(&products, gaps, precision);
        let next = self::sizes(&products, &scaled);
        for (row, mut direction) in direction.axis_iter_mut(Axis(0)).enumerate() {
            let keep = if sizes[row] > 0.0 {
                (next[row] / sizes[row]) as f32
            } else {
                0.0
            };
            Zip::from(&mut direction)
                .and(scaled.row(row))
                .for_each(|d, &s| *d = s + keep * *d);
        }
        sizes = next;
    }
    products
}

/// What is missing at gaps, divided by the diagonal.
fn scaled_residual(
    products: &Array2<f32>,
    gaps: &Array2<f32>,
    precision: &Precision,
) -> Array2<f32> {
    let mut scaled = products * gaps;
    for mut row in scaled.rows_mut() {
        Zip::from(&mut row)
            .and(&precision.diagonal)
            .for_each(|value, &diagonal| *value = -*value / diagonal);
    }
    scaled
}

/// Squared residual of each sample, scaled by the diagonal.
fn sizes(products: &Array2<f32>, scaled: &Array2<f32>) -> Vec<f64> {
    (0..products.nrows())
        .map(|row| -dot(products, scaled, row))
        .collect()
}

fn dot(left: &Array2<f32>, right: &Array2<f32>, row: usize) -> f64 {
    let terms = left.row(row).into_iter().zip(right.row(row));
    terms.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_numerics::inverse;
    use ndarray::array;

    #[test]
    fn gaps_settle_at_their_conditional_means() {
        let covariance = array![
            [2.0, 0.8, 0.4, 0.2],
            [0.8, 1.5, 0.6, 0.1],
            [0.4, 0.6, 1.0, 0.3],
            [0.2, 0.1, 0.3, 0.8]
        ];
        let precision = Precision::of(&inverse(covariance.clone()).unwrap());
        let mut values = array![[1.0_f32, 0.0, 0.0, -2.0]];
        let gaps = array![[0.0_f32, 1.0, 1.0, 0.0]];
        let patience = Patience {
            steps: 4,
            tolerance: 0.0,
        };
        let products = settle(&mut values, &gaps, &precision, patience);
        // C_mo C_oo⁻¹ x_o with C_oo = [[2, 0.2], [0.2, 0.8]].
        let known = [(0.8 + 0.2 * 2.0) / 1.56, (-2.0 * 2.0 - 0.2) / 1.56];
        for gap in [1, 2] {
            let mean = covariance[(gap, 0)] * known[0] + covariance[(gap, 3)] * known[1];
            assert!((f64::from(values[(0, gap)]) - mean).abs() < 1e-5);
            // Every regression agrees with the fill.
            assert!(products[(0, gap)].abs() < 1e-5);
        }
    }
}
