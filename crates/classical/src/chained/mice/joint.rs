//! The Gaussian that regressions on one Gram matrix share, at work on samples.

use imputome_core::{Error, Result};
use imputome_numerics::{Cholesky, inverse, product};
use ndarray::{Array2, s};

use super::settle::{Patience, Precision, settle};

/// Steps at most, and the share of the squared residual that may be left: ours; on GTEx, R2 moves
/// in its fourth digit beyond.
const PATIENCE: Patience = Patience {
    steps: 12,
    tolerance: 1e-3,
};

/// A covariance ready to settle samples and to draw deviations.
#[derive(Debug)]
pub(super) struct JointGaussian {
    precision: Precision,
    /// Triangular, shape `[columns, columns]`: standard normal rows times this have the covariance
    /// of the columns.
    root: Array2<f32>,
    genes: usize,
}

impl JointGaussian {
    /// From the lower triangle of the covariance, row after row, and what deviations' variances are
    /// multiplied by. Refused when that is no covariance.
    pub(super) fn new(lower: &[f32], columns: usize, genes: usize, excess: f32) -> Result<Self> {
        let covariance = unpacked(lower, columns);
        let not_positive =
            || Error::Weights("the covariance of the genes is not positive definite".into());
        let factor = Cholesky::of(covariance.t().as_standard_layout().into_owned());
        let factor = factor.ok_or_else(not_positive)?;
        let root = factor.triangle().mapv(|v| v as f32 * excess.sqrt());
        let inverse = inverse(covariance).ok_or_else(not_positive)?;
        Ok(Self {
            precision: Precision::of(&inverse),
            root,
            genes,
        })
    }

    /// Brings gaps to their conditional means; gives every gene's prediction from all others.
    pub(super) fn fill(&self, values: &mut Array2<f32>, gaps: &Array2<f32>) -> Array2<f32> {
        let products = settle(values, gaps, &self.precision, PATIENCE);
        self.predictions(values, &products)
    }

    /// What draws at gaps deviate from their conditional means, shape `[samples, columns]` and 0
    /// elsewhere, from standard normal rows; and what predictions deviate with them.
    ///
    /// A row with the covariance of the columns, less its own conditional mean given what is
    /// measured, has the conditional covariance (Hoffman and Ribak 1991, doi:10.1086/186160).
    pub(super) fn deviate(
        &self,
        normals: &Array2<f32>,
        gaps: &Array2<f32>,
    ) -> (Array2<f32>, Array2<f32>) {
        let rows = product(normals.view(), self.root.view());
        let mut means = &rows * &gaps.mapv(|gap| 1.0 - gap);
        settle(&mut means, gaps, &self.precision, PATIENCE);
        let deviations = (rows - means) * gaps;
        let products = product(deviations.view(), self.precision.matrix.view());
        let predictions = self.predictions(&deviations, &products);
        (deviations, predictions)
    }

    fn predictions(&self, values: &Array2<f32>, products: &Array2<f32>) -> Array2<f32> {
        let scaled = products / &self.precision.diagonal;
        (values - &scaled).slice(s![.., ..self.genes]).to_owned()
    }
}

/// The lower triangle row after row.
pub(super) fn packed(matrix: &Array2<f64>) -> Vec<f32> {
    let rows = matrix.rows().into_iter().enumerate();
    rows.flat_map(|(j, row)| row.to_vec().into_iter().take(j + 1).map(|v| v as f32))
        .collect()
}

fn unpacked(lower: &[f32], columns: usize) -> Array2<f64> {
    let mut matrix = Array2::zeros((columns, columns));
    let mut values = lower.iter();
    for row in 0..columns {
        for (entry, &value) in matrix
            .row_mut(row)
            .iter_mut()
            .take(row + 1)
            .zip(&mut values)
        {
            *entry = f64::from(value);
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn draws_vary_as_the_conditional_covariance_says() {
        let lower = [2.0, 0.8, 1.5, 0.4, 0.6, 1.0];
        let gaussian = JointGaussian::new(&lower, 3, 3, 1.0).expect("a covariance");
        let gaps = Array2::from_shape_fn((1, 3), |(_, c)| if c == 0 { 0.0 } else { 1.0 });
        // Squares over the axes of a standard normal add up to its covariance.
        let mut sum = Array2::<f32>::zeros((3, 3));
        for axis in 0..3 {
            let normals = Array2::from_shape_fn((1, 3), |(_, c)| f32::from(u8::from(c == axis)));
            let (deviations, _) = gaussian.deviate(&normals, &gaps);
            sum += &deviations.t().dot(&deviations);
        }
        // C_mm - C_mo C_oo⁻¹ C_om with the first column measured.
        let expected = array![[0.0, 0.0, 0.0], [0.0, 1.18, 0.44], [0.0, 0.44, 0.92]];
        assert!(
            (&sum - &expected).iter().all(|e: &f32| e.abs() < 1e-4),
            "{sum}"
        );
    }
}
