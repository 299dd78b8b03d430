//! The ridge that the data themselves ask for.
//!
//! Bayesian ridge regression gives the weights of gene `j` a prior of variance `σ_j² / r` and its
//! noise the variance `σ_j²`; the marginal likelihood (the evidence) is largest where
//! `r = γ_j σ_j² / |β_j|²`, `γ_j` being the number of weights that the data determine (MacKay
//! 1992, doi:10.1162/neco.1992.4.3.415; Tipping 2001, section 2). One Gram matrix serves all genes
//! when they share `r`, and then `r = Σ γ_j / Σ (|β_j|² / σ_j²)`. All of these follow from the
//! inverse `T = (G + r I)⁻¹`: `β_ij = -T_ij / T_jj` and
//! `γ_j = (q - 1) - r (tr T - Σ_i T_ij² / T_jj)` by the partitioned inverse.

use ndarray::{Array1, Array2};

/// Smallest share of a gene's samples that count as telling of its noise: ours.
pub(super) const LEAST_FREEDOM: f64 = 0.1;

/// What all regressions have in common and apart.
#[derive(Clone, Debug)]
pub(super) struct Regressions {
    /// Weights that the data determine, per column.
    determined: Array1<f64>,
    /// Sum of squared weights, per column.
    squares: Array1<f64>,
    /// Rows behind the Gram matrix.
    samples: f64,
}

impl Regressions {
    /// Reads the regressions of every column on all others from `inverse`, the inverse of the Gram
    /// matrix of `samples` rows with `ridge` on its diagonal.
    pub(super) fn of(inverse: &Array2<f64>, ridge: f64, samples: usize) -> Self {
        let columns = inverse.nrows();
        let diagonal = inverse.diag();
        let trace = diagonal.sum();
        let mut squares = Array1::<f64>::zeros(columns);
        for row in inverse.rows() {
            squares.zip_mut_with(&row, |sum, value| *sum += value * value);
        }
        let others = columns.saturating_sub(1) as f64;
        let samples = samples as f64;
        let determined = (0..columns)
            .map(|j| others - ridge * (trace - squares[j] / diagonal[j]))
            .map(|count| count.clamp(0.0, samples))
            .collect();
        squares.zip_mut_with(&diagonal, |sum, d| *sum = (*sum / (d * d) - 1.0).max(0.0));
        Self {
            determined,
            squares,
            samples,
        }
    }

    /// Share of the samples that is left to tell of the noise of a column.
    fn freedom(&self, column: usize) -> f64 {
        (1.0 - self.determined[column] / self.samples).max(LEAST_FREEDOM)
    }

    /// Noise variance of each column from the mean squares of its residuals where it was measured.
    fn noise(&self, residuals: &[f64], column: usize) -> f64 {
        (residuals[column] / self.freedom(column)).max(f64::MIN_POSITIVE)
    }

    /// Variance of a new value about its prediction from all other columns: residuals shrink once
    /// for the noise that weights took up and once for the noise that they bring (generalized
    /// cross-validation, Craven and Wahba 1979, doi:10.1007/BF01404567).
    pub(super) fn predictive_variances(&self, residuals: &[f64], genes: usize) -> Vec<f64> {
        (0..genes)
            .map(|j| self.noise(residuals, j) / self.freedom(j))
            .collect()
    }

    /// The ridge under which the first `genes` columns are most likely, given mean squared
    /// residuals; nothing when no weight differs from 0.
    pub(super) fn ridge(&self, residuals: &[f64], genes: usize) -> Option<f64> {
        let determined: f64 = self.determined.iter().take(genes).sum();
        let scaled: f64 = (0..genes)
            .map(|j| self.squares[j] / self.noise(residuals, j))
            .sum();
        (scaled > 0.0 && scaled.is_finite()).then(|| determined / scaled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_numerics::inverse;

    #[test]
    fn one_inverse_holds_the_ridge_regression_of_every_column_on_all_others() {
        let (samples, columns, ridge) = (40, 6, 3.0);
        let table = Array2::from_shape_fn((samples, columns), |(r, c)| {
            ((r * 31 + c * 17 + r * c * 5) % 23) as f64 - 11.0
        });
        let gram = table.t().dot(&table);
        let shared = inverse(&gram + &(Array2::<f64>::eye(columns) * ridge)).unwrap();
        let regressions = Regressions::of(&shared, ridge, samples);
        for j in 0..columns {
            let others: Vec<usize> = (0..columns).filter(|&c| c != j).collect();
            let predictors = table.select(ndarray::Axis(1), &others);
            let own = predictors.t().dot(&predictors);
            let own_inverse = inverse(&own + &(Array2::<f64>::eye(columns - 1) * ridge)).unwrap();
            let weights = own_inverse.dot(&predictors.t().dot(&table.column(j)));
            for (&other, weight) in others.iter().zip(&weights) {
                // Sums of 40 terms of order 100 in f64.
                assert!((weight + shared[(other, j)] / shared[(j, j)]).abs() < 1e-10);
            }
            let determined = (columns - 1) as f64 - ridge * own_inverse.diag().sum();
            assert!((regressions.determined[j] - determined).abs() < 1e-10);
            assert!((regressions.squares[j] - weights.dot(&weights)).abs() < 1e-10);
        }
    }
}
