//! The features of a companion on one scale, and the directions in which samples differ.

use imputome_core::{Result, Run};
use imputome_numerics::{add_gram, product, symmetric_eigen};
use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::aside::aside;

/// Squared singular values below this share of the largest are rounding: ours, for sums in f32.
const RANK_TOLERANCE: f64 = 1e-6;

/// Mean and standard deviation of each feature over training samples.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FeatureScale {
    /// Shape `[features]`.
    pub(crate) center: Vec<f32>,
    /// Shape `[features]`; 0 for a feature that did not vary, which then tells nothing.
    pub(crate) deviation: Vec<f32>,
}

impl FeatureScale {
    /// Of `values`, shape `[samples, features]`.
    pub(crate) fn of(values: ArrayView2<'_, f32>) -> Self {
        let n = values.nrows().max(1) as f64;
        let mut sums = vec![0.0_f64; values.ncols()];
        for row in values.rows() {
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, &value)| *sum += f64::from(value));
        }
        let center: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
        let mut squares = vec![0.0_f64; values.ncols()];
        for row in values.rows() {
            for ((square, &value), center) in squares.iter_mut().zip(row).zip(&center) {
                *square += (f64::from(value) - center).powi(2);
            }
        }
        let deviation = squares.iter().zip(&center).map(|(square, center)| {
            let deviation = (square / n).sqrt();
            // What rounding leaves of a constant is not variation.
            if deviation > 1e-6 * center.abs() {
                deviation as f32
            } else {
                0.0
            }
        });
        Self {
            deviation: deviation.collect(),
            center: center.iter().map(|&c| c as f32).collect(),
        }
    }

    /// Standard scores of `values`, shape `[samples, features]`.
    pub(crate) fn apply(&self, values: ArrayView2<'_, f32>) -> Array2<f32> {
        let inverse: Vec<f32> = self
            .deviation
            .iter()
            .map(|&d| if d > 0.0 { d.recip() } else { 0.0 })
            .collect();
        let mut scores = values.as_standard_layout().into_owned();
        for mut row in scores.rows_mut() {
            for ((value, center), inverse) in row.iter_mut().zip(&self.center).zip(&inverse) {
                *value = (*value - center) * inverse;
            }
        }
        scores
    }
}

/// `table = left · diag(√squares) · directionsᵀ`, by the smaller of its two Gram matrices.
#[derive(Clone, Debug)]
pub(crate) struct Components {
    /// Unit vectors of samples, shape `[samples, components]`.
    pub(crate) left: Array2<f32>,
    /// Squared singular values, descending, shape `[components]`, all above 0.
    pub(crate) squares: Array1<f64>,
    /// Unit vectors of features, shape `[features, components]`.
    pub(crate) directions: Array2<f32>,
}

impl Components {
    /// All components of `table`, shape `[samples, features]`, row-major and finite.
    pub(crate) fn of(table: ArrayView2<'_, f32>, run: &Run) -> Result<Self> {
        if table.nrows() <= table.ncols() {
            Self::of_wide(table, run)
        } else {
            Self::of_tall(table, run)
        }
    }

    fn of_wide(table: ArrayView2<'_, f32>, run: &Run) -> Result<Self> {
        let (squares, left) = eigen_of_gram(table.t().as_standard_layout().view(), run)?;
        let inverse = squares.mapv(|square| square.sqrt().recip() as f32);
        let directions = product(table.t(), left.view()) * &inverse;
        Ok(Self {
            left,
            squares,
            directions,
        })
    }

    fn of_tall(table: ArrayView2<'_, f32>, run: &Run) -> Result<Self> {
        let (squares, directions) = eigen_of_gram(table, run)?;
        let inverse = squares.mapv(|square| square.sqrt().recip() as f32);
        let left = product(table, directions.view()) * &inverse;
        Ok(Self {
            left,
            squares,
            directions,
        })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.squares.len()
    }
}

/// Eigenvalues of `tableᵀ · table` above rounding, descending, and their vectors by column.
fn eigen_of_gram(table: ArrayView2<'_, f32>, run: &Run) -> Result<(Array1<f64>, Array2<f32>)> {
    run.proceed()?;
    let n = table.ncols();
    let mut gram = Array2::zeros((n, n));
    add_gram(&mut gram, table);
    for row in 0..n {
        for column in 0..row {
            gram[(column, row)] = gram[(row, column)];
        }
    }
    let found = aside(run, move || symmetric_eigen(gram.view()))?;
    let (values, vectors) = found.expect("finite tables have finite sums");
    let largest = values.first().copied().unwrap_or(0.0);
    let kept = values
        .iter()
        .take_while(|&&value| value > 0.0 && value > RANK_TOLERANCE * largest)
        .count();
    let kept: Vec<usize> = (0..kept).collect();
    let vectors = vectors.select(Axis(1), &kept).mapv(|v| v as f32);
    Ok((
        values.select(Axis(0), &kept),
        vectors.as_standard_layout().into_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn components_give_the_table_back_whichever_side_is_longer() {
        let table = array![[3.0_f32, 1.0, 0.5], [0.0, 2.0, -1.0]];
        let run = Run::new(0, 1).unwrap();
        for table in [table.clone(), table.t().as_standard_layout().into_owned()] {
            let components = Components::of(table.view(), &run).unwrap();
            assert_eq!(components.len(), 2);
            let scaled = &components.left * &components.squares.mapv(|s| s.sqrt() as f32);
            let back = scaled.dot(&components.directions.t());
            // Sums of a few terms of order one in f32.
            assert!((back - &table).iter().all(|e| e.abs() < 1e-5));
        }
    }

    #[test]
    fn a_feature_that_does_not_vary_has_no_score() {
        let values = array![[0.7_f32, 1.0], [0.7, 2.0], [0.7, 4.5]];
        let scale = FeatureScale::of(values.view());
        assert_eq!(scale.deviation[0], 0.0);
        let scores = scale.apply(values.view());
        assert!(scores.column(0).iter().all(|&score| score == 0.0));
        assert!(scores.column(1).sum().abs() < 1e-6);
        let run = Run::new(0, 1).unwrap();
        assert_eq!(Components::of(scores.view(), &run).unwrap().len(), 1);
    }
}
