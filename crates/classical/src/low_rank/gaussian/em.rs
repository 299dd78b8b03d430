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
    /// Gaps counting as 0, each column brought back to its variance: where EM begins.
    pub(super) fn start(columns: &Columns) -> Self {
        let n = columns.n_columns();
        let ones = vec![1.0; columns.n_samples()];
        let counts = columns.column_sums(&ones, |_| 1.0);
        let roots: Array1<f64> = counts.iter().map(|c| c.max(1.0).sqrt()).collect();
        let values = columns.values.mapv(f64::from) / &roots;
        Self {
            center: Array1::zeros(n),
            covariance: product(values.t(), values.view()),
            shares: Array1::ones(n),
        }
    }

    /// The Gaussian of these moments under a ridge.
    pub(super) fn gaussian(&self, ridge: f64, run: &Run) -> Result<Gaussian> {
        Gaussian::new(self.covariance.clone(), &self.shares * ridge, run)
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
            self.round(columns, ridge, constants, run)?;
        }
        Ok(())
    }

    fn round(
        &mut self,
        columns: &Columns,
        ridge: f64,
        constants: &Constants,
        run: &Run,
    ) -> Result<()> {
        let gaussian = self.gaussian(ridge, run)?;
        let centered = self.centered(columns);
        let filled = gaussian.fill(&centered, Wanted::CovarianceSum, run)?;
        let counts = filled.distances.iter().zip(&columns.counts);
        let weights: Array1<f64> = counts
            .map(|(&distance, &count)| constants.weight(distance, count))
            .collect();
        let shift = filled.values.t().dot(&weights) / weights.sum().max(f64::MIN_POSITIVE);
        self.covariance = second_moments(&filled, shift.view(), weights.view());
        self.center += &shift;
        self.shares = shares(&gaussian.variances_given_others(), constants.genes);
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_numerics::Cholesky;

    const CONSTANTS: Constants = Constants {
        degrees: None,
        genes: 4,
    };

    fn run() -> Run {
        Run::new(0, 1).unwrap()
    }

    fn values() -> Array2<f32> {
        let wave = |a: usize, b: usize| ((a * 7919 + b * 104_729) % 1009) as f32 / 504.5 - 1.0;
        Array2::from_shape_fn((80, 4), |(s, g)| {
            wave(s, 1) * (g as f32 - 1.5) + wave(s, 2) + 0.5 * wave(s * 31 + g, 3)
        })
    }

    fn columns(is_gap: impl Fn(usize, usize) -> bool) -> Columns {
        let measured = Array2::from_shape_fn((80, 4), |(s, g)| f32::from(u8::from(!is_gap(s, g))));
        Columns::new(values() * &measured, measured)
    }

    #[test]
    fn without_gaps_one_round_gives_the_mean_and_covariance_of_the_sample() {
        let columns = columns(|_, _| false);
        let mut moments = Moments::start(&columns);
        moments.round(&columns, 0.1, &CONSTANTS, &run()).unwrap();
        let values = values().mapv(f64::from);
        let mean = values.mean_axis(Axis(0)).unwrap();
        let centered = &values - &mean;
        let covariance = centered.t().dot(&centered) / 80.0;
        // The same sums in another order.
        assert!((&moments.center - &mean).iter().all(|e| e.abs() < 1e-12));
        assert!(
            (&moments.covariance - &covariance)
                .iter()
                .all(|e| e.abs() < 1e-12)
        );
    }

    /// Of what was measured, constants left out.
    fn log_likelihood(moments: &Moments, columns: &Columns) -> f64 {
        let centered = moments.centered(columns);
        let of_row = |row: usize| {
            let is_seen = |c: &usize| {
                row.checked_sub(columns.n_complete())
                    .is_none_or(|gappy| columns.measured[(gappy, *c)] > 0.0)
            };
            let seen: Vec<usize> = (0..4).filter(is_seen).collect();
            let part = moments.covariance.select(Axis(0), &seen);
            let factor = Cholesky::of(part.select(Axis(1), &seen)).unwrap();
            let x = centered
                .values
                .row(row)
                .mapv(f64::from)
                .select(Axis(0), &seen);
            let mut solved = x.clone().insert_axis(Axis(1));
            factor.solve(solved.view_mut());
            -0.5 * (factor.log_determinant() + x.dot(&solved.column(0)))
        };
        (0..columns.n_samples()).map(of_row).sum()
    }

    #[test]
    fn no_round_lowers_the_likelihood_of_what_was_measured() {
        let columns = columns(|s, g| s % 4 != 0 && (s * 7 + g * 5 + s * g).is_multiple_of(3));
        let mut moments = Moments::start(&columns);
        let first = log_likelihood(&moments, &columns);
        let mut last = first;
        for _ in 0..30 {
            moments.round(&columns, 1e-9, &CONSTANTS, &run()).unwrap();
            let now = log_likelihood(&moments, &columns);
            // Values are centered in f32.
            assert!(now > last - 1e-4, "{now} after {last}");
            last = now;
        }
        assert!(last > first + 1.0, "{last} {first}");
    }

    #[test]
    fn a_gene_that_no_other_tells_of_gets_more_of_the_ridge() {
        let shares = shares(&ndarray::array![0.1, 0.3, 5.0], 2);
        let expected = ndarray::array![0.5, 1.5, 1.0];
        assert!((shares - expected).iter().all(|e: &f64| e.abs() < 1e-12));
    }
}
