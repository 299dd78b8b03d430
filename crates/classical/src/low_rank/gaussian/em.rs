//! Mean and covariance of all columns, by EM where there are gaps.
//!
//! Each round fills the gaps by their conditional means and adds what the filling leaves open to
//! the second moments (Little and Rubin, Statistical Analysis with Missing Data, section 11.2).
//! Samples follow a multivariate t distribution and weigh `(ν + p) / (ν + d)` (Liu and Rubin
//! 1995, Statistica Sinica 5, 19-39, section 3).

use imputome_core::{Result, Run};
use imputome_numerics::product;
use ndarray::{Array1, Array2, ArrayView1, Axis, s};

use super::conditional::{Filled, Gaussian, Wanted, whole};
use crate::low_rank::columns::Columns;

/// What EM holds fixed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constants {
    /// Degrees of freedom of the t distribution; nothing for a Gaussian.
    pub(super) degrees: Option<f64>,
    /// How many of the columns are genes; they stand first.
    pub(super) genes: usize,
}

impl Constants {
    /// Weight of a sample at squared distance `distance` over `count` measured columns.
    pub(super) fn weight(&self, distance: f64, count: usize) -> f64 {
        self.degrees
            .map_or(1.0, |nu| (nu + count as f64) / (nu + distance))
    }
}

/// Mean and covariance as far as EM has come.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    /// Shape `[columns]`.
    pub(super) center: Array1<f64>,
    /// Symmetric, without ridge, shape `[columns, columns]`.
    pub(super) covariance: Array2<f64>,
    /// Relative size of each column's ridge, of mean 1 over genes; shape `[columns]`.
    pub(super) shares: Array1<f64>,
}

impl Moments {
    /// Columns uncorrelated: where EM begins.
    pub(super) fn start(columns: &Columns) -> Self {
        let n = columns.n_columns();
        let ones = vec![1.0; columns.n_samples()];
        let counts = columns.column_sums(&ones, |_| 1.0);
        let squares = columns.column_sums(&ones, |value| value * value);
        let variance = squares.iter().zip(&counts).map(|(s, c)| s / c.max(1.0));
        Self {
            center: Array1::zeros(n),
            covariance: Array2::from_diag(&variance.collect::<Array1<f64>>()),
            shares: Array1::ones(n),
        }
    }

    /// The Gaussian of these moments under a ridge.
    pub(super) fn gaussian(&self, ridge: f64) -> Gaussian {
        Gaussian::new(self.covariance.clone(), &self.shares * ridge)
    }

    /// `columns` less the center.
    pub(super) fn centered(&self, columns: &Columns) -> Columns {
        let mut centered = columns.clone();
        let center = self.center.to_vec();
        centered.standardize(&center, &vec![1.0; center.len()]);
        centered
    }

    /// `rounds` rounds of EM.
    pub(super) fn improve(
        &mut self,
        columns: &Columns,
        ridge: f64,
        rounds: usize,
        constants: &Constants,
        run: &Run,
    ) -> Result<()> {
        for _ in 0..rounds {
            run.proceed()?;
            self.round(columns, ridge, constants);
        }
        Ok(())
    }

    fn round(&mut self, columns: &Columns, ridge: f64, constants: &Constants) {
        let gaussian = self.gaussian(ridge);
        let centered = self.centered(columns);
        let filled = gaussian.fill(&centered, Wanted::CovarianceSum);
        let counts = filled.distances.iter().zip(&columns.counts);
        let weights: Array1<f64> = counts
            .map(|(&distance, &count)| constants.weight(distance, count))
            .collect();
        let shift = filled.values.t().dot(&weights) / weights.sum().max(f64::MIN_POSITIVE);
        self.covariance = second_moments(&filled, shift.view(), weights.view());
        self.center += &shift;
        self.shares = shares(&gaussian.variances_given_others(), constants.genes);
    }
}

/// Weighted, about the shifted center, with what filling left open.
fn second_moments(
    filled: &Filled,
    shift: ArrayView1<'_, f64>,
    weights: ArrayView1<'_, f64>,
) -> Array2<f64> {
    let values = &filled.values - &shift;
    let weighted = &values * &weights.insert_axis(Axis(1));
    let sum = product(weighted.t(), values.view()) + whole(filled.covariance_sum.clone());
    sum / (values.nrows().max(1) as f64)
}

/// Genes that others tell little about get more of the ridge; covariates get a plain one.
fn shares(variances: &Array1<f64>, genes: usize) -> Array1<f64> {
    let of_genes = variances.slice(s![..genes]);
    let mean = of_genes.sum() / genes.max(1) as f64;
    let mut shares = Array1::ones(variances.len());
    shares.slice_mut(s![..genes]).assign(&(&of_genes / mean));
    shares
}
