//! Expectation maximization that leaves gaps out.
//!
//! Each round solves, for every column, the regression of its measured entries on the factors
//! and a constant (Rubin and Thayer 1982, section 2, with sums over measured entries only). With
//! loadings taken as known, no round lowers the likelihood of what was measured; taken as
//! estimates, their covariance joins the precision of the factors. With `degrees` of freedom, samples
//! follow a multivariate t distribution and weigh `(ν + p) / (ν + d)`, `d` being their squared
//! distance over `p` measured columns (Liu and Rubin 1995, section 3).

use imputome_core::{Result, Run};
use imputome_numerics::product;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate, s};
use rayon::prelude::*;

use crate::low_rank::columns::Columns;
use crate::low_rank::model::{
    COLUMN_BLOCK, Covariances, Doubt, Model, Posterior, add_packed, factorize, n_pairs,
};

/// What EM holds fixed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constants {
    /// Degrees of freedom of the t distribution; nothing for a Gaussian.
    pub(super) degrees: Option<f64>,
    /// Precision of the prior of loadings, in samples.
    pub(super) ridge: f64,
    /// Smallest noise variance.
    pub(super) noise_floor: f64,
    /// Whether loadings count as known or as estimated.
    pub(super) loadings: Loadings,
}

/// How EM takes loadings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loadings {
    /// As known: maximum likelihood.
    #[cfg(test)]
    Known,
    /// As estimated from so many samples.
    Estimated,
}

impl Constants {
    /// Weight of a sample at squared distance `distance` over `count` measured columns.
    pub(super) fn weight(&self, distance: f64, count: usize) -> f64 {
        self.degrees
            .map_or(1.0, |nu| (nu + count as f64) / (nu + distance))
    }

    /// Log-likelihood of a sample; for the t distribution without its constant.
    fn log_likelihood(&self, distance: f64, log_determinant: f64, count: usize) -> f64 {
        let count = count as f64;
        match self.degrees {
            None => {
                let constant = count * (2.0 * std::f64::consts::PI).ln();
                -0.5 * (constant + log_determinant + distance)
            }
            Some(nu) => -0.5 * (log_determinant + (nu + count) * (distance / nu).ln_1p()),
        }
    }
}

/// A fit under way.
#[derive(Clone, Debug)]
pub(super) struct Em {
    /// Standardized columns less `center`.
    columns: Columns,
    /// Mean of each standardized column, shape `[columns]`.
    pub(super) center: Vec<f64>,
    pub(super) model: Model,
    constants: Constants,
    /// Per measured entry, before the last round.
    log_likelihood: f64,
    /// Samples in which each column was measured, shape `[columns]`.
    counts: Vec<f64>,
}

impl Em {
    /// A fit that starts from `model` with all means at 0.
    pub(super) fn new(columns: Columns, model: Model, constants: Constants) -> Self {
        Self {
            center: vec![0.0; columns.n_columns()],
            counts: columns.column_sums(&vec![1.0; columns.n_samples()], |_| 1.0),
            columns,
            model,
            constants,
            log_likelihood: f64::NEG_INFINITY,
        }
    }

    /// At most `rounds` rounds; true once the log-likelihood per measured entry changes by less
    /// than `tolerance`.
    pub(super) fn run(&mut self, rounds: usize, tolerance: f64, run: &Run) -> Result<bool> {
        for _ in 0..rounds {
            run.proceed()?;
            let now = self.round();
            let change = (now - self.log_likelihood).abs();
            self.log_likelihood = now;
            if change < tolerance {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One round; gives the log-likelihood per measured entry before it.
    pub(super) fn round(&mut self) -> f64 {
        let posterior = self.model.posterior(&self.columns, Covariances::Wanted);
        let counts = &self.columns.counts;
        let weigh = |(&distance, &count)| self.constants.weight(distance, count);
        let weights: Vec<f64> = posterior.distances.iter().zip(counts).map(weigh).collect();
        let log_likelihood: f64 = (0..counts.len())
            .map(|row| {
                self.constants.log_likelihood(
                    posterior.distances[row],
                    posterior.log_determinants[row],
                    counts[row],
                )
            })
            .sum();
        let entries = counts.iter().sum::<usize>().max(1) as f64;
        self.maximize(&posterior, &weights);
        log_likelihood / entries
    }

    /// New loadings, noise variances and means from the posterior.
    fn maximize(&mut self, posterior: &Posterior, weights: &[f64]) {
        let moments = Moments::of(&self.columns, posterior, weights);
        let squares = self.columns.column_sums(weights, |value| value * value);
        let solutions = if self.columns.measured.nrows() == 0 {
            self.regress_together(&moments)
        } else {
            self.regress_apart(&moments)
        };
        let k = self.model.n_factors();
        let mut shifts = vec![0.0; self.center.len()];
        for (column, solution) in solutions.rows().into_iter().enumerate() {
            let explained = solution.dot(&moments.cross.row(column));
            let noise = (squares[column] - explained) / self.freedom(column);
            self.model.noise[column] = noise.max(self.constants.noise_floor);
            self.model
                .loadings
                .row_mut(column)
                .assign(&solution.slice(s![..k]));
            shifts[column] = solution[k];
            self.center[column] += solution[k];
        }
        self.columns.standardize(&shifts, &vec![1.0; shifts.len()]);
        if self.constants.loadings == Loadings::Estimated {
            self.model.doubt = self.doubt(&moments);
        }
    }

    /// Samples that told of a column's noise: those where it was measured, less those used up by
    /// its loadings.
    fn freedom(&self, column: usize) -> f64 {
        let count = self.counts[column].max(1.0);
        match self.constants.loadings {
            #[cfg(test)]
            Loadings::Known => count,
            // Ours: never less than half, where factors are nearly as many as samples.
            Loadings::Estimated => (count - self.model.n_factors() as f64).max(0.5 * count),
        }
    }

    /// The systems of all columns are nearly the same but for the number of samples in them.
    fn doubt(&self, moments: &Moments) -> Doubt {
        let k = self.model.n_factors();
        let mut system = &moments.complete + &self.ridge();
        let mut sums = Array1::zeros(moments.gappy.ncols());
        for row in moments.gappy.rows() {
            sums += &row;
        }
        add_packed(&mut system, sums.view());
        let upper = factorize(system.slice(s![..k, ..k]).to_owned()).inverse();
        let n = self.columns.n_samples() as f64;
        Doubt {
            matrix: &upper + &upper.t() - Array2::from_diag(&upper.diag()),
            columns: self.counts.iter().map(|count| n / count.max(1.0)).collect(),
        }
    }

    /// Without gaps all columns share one system.
    fn regress_together(&self, moments: &Moments) -> Array2<f64> {
        let mut right = moments.cross.t().as_standard_layout().into_owned();
        factorize(&moments.complete + &self.ridge()).solve(right.view_mut());
        right.t().as_standard_layout().into_owned()
    }

    /// With gaps each column has a system of its own, over the samples where it was measured.
    fn regress_apart(&self, moments: &Moments) -> Array2<f64> {
        let shared = &moments.complete + &self.ridge();
        let mut solutions = moments.cross.clone();
        for first in (0..self.counts.len()).step_by(COLUMN_BLOCK) {
            let end = (first + COLUMN_BLOCK).min(self.counts.len());
            let measured = self.columns.measured.slice(s![.., first..end]);
            let gappy = product(measured.t(), moments.gappy.view());
            solutions
                .slice_mut(s![first..end, ..])
                .axis_iter_mut(Axis(0))
                .into_par_iter()
                .zip(gappy.axis_iter(Axis(0)))
                .for_each(|(solution, pairs)| {
                    let mut system = shared.clone();
                    add_packed(&mut system, pairs);
                    factorize(system).solve(solution.insert_axis(Axis(1)));
                });
        }
        solutions
    }

    /// The prior of loadings on the diagonal; the constant has none.
    fn ridge(&self) -> Array2<f64> {
        let k = self.model.n_factors();
        let mut diagonal = Array1::from_elem(k + 1, self.constants.ridge);
        // Ours: keeps the system of a column that was never measured solvable.
        diagonal[k] = 1e-9;
        Array2::from_diag(&diagonal)
    }
}

/// Expected products of the factors and a constant with themselves and with the columns.
struct Moments {
    /// Over samples without a gap, shape `[factors + 1, factors + 1]`.
    complete: Array2<f64>,
    /// Of each sample with gaps, packed, shape `[samples with gaps, pairs]`.
    gappy: Array2<f32>,
    /// With the columns, over measured entries, shape `[columns, factors + 1]`.
    cross: Array2<f64>,
}

impl Moments {
    fn of(columns: &Columns, posterior: &Posterior, weights: &[f64]) -> Self {
        let n_complete = columns.n_complete();
        let ones = Array2::ones((columns.n_samples(), 1));
        let scores = concatenate(Axis(1), &[posterior.scores.view(), ones.view()])
            .expect("as many ones as samples");
        let weighted = &scores * &ArrayView1::from(weights).insert_axis(Axis(1));
        let cross = product(columns.values.t(), weighted.mapv(|v| v as f32).view());
        let mut complete = product(
            weighted.slice(s![..n_complete, ..]).t(),
            scores.slice(s![..n_complete, ..]),
        );
        let mut pairs = posterior.complete_covariance.iter();
        for a in 0..posterior.scores.ncols() {
            for b in a..posterior.scores.ncols() {
                complete[(a, b)] += n_complete as f64 * pairs.next().copied().unwrap_or(0.0);
            }
        }
        Self {
            complete,
            gappy: gappy_moments(
                posterior.covariances.view(),
                scores.slice(s![n_complete.., ..]),
                weighted.slice(s![n_complete.., ..]),
            ),
            cross: cross.mapv(f64::from),
        }
    }
}

/// Covariance plus weighted square of each sample's scores, packed with the constant last.
fn gappy_moments(
    covariances: ArrayView2<'_, f32>,
    scores: ArrayView2<'_, f64>,
    weighted: ArrayView2<'_, f64>,
) -> Array2<f32> {
    let k = scores.ncols() - 1;
    let mut moments = Array2::zeros((scores.nrows(), n_pairs(k + 1)));
    moments
        .axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(row, mut pairs)| {
            let mut covariance = covariances.row(row).into_iter();
            let mut pairs = pairs.iter_mut();
            for a in 0..=k {
                for (b, pair) in (a..=k).zip(&mut pairs) {
                    let square = weighted[(row, a)] * scores[(row, b)];
                    let spread = if b < k { covariance.next() } else { None };
                    *pair = square as f32 + spread.copied().unwrap_or(0.0);
                }
            }
        });
    moments
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const GAUSSIAN: Constants = Constants {
        degrees: None,
        ridge: 0.0,
        noise_floor: 1e-4,
        loadings: Loadings::Known,
    };

    fn fixture() -> Value {
        let text = include_str!("../../../../../fixtures/classical/factor_sklearn.json");
        serde_json::from_str(text).unwrap()
    }

    fn values() -> Array2<f32> {
        let rows: Vec<Vec<f32>> = serde_json::from_value(fixture()["values"].clone()).unwrap();
        Array2::from_shape_fn((rows.len(), rows[0].len()), |(r, c)| rows[r][c])
    }

    fn begin(measured: Array2<f32>, constants: Constants) -> Em {
        let columns = Columns::new(values() * &measured, measured);
        let model = Model {
            loadings: Array2::from_shape_fn((8, 2), |(c, k)| ((c * 3 + k * 5) % 7) as f64 / 7.0),
            noise: Array1::ones(8),
            doubt: Doubt::none(8, 2),
        };
        Em::new(columns, model, constants)
    }

    /// Every third entry a gap, some samples complete.
    fn gaps() -> Array2<f32> {
        Array2::from_shape_fn((60, 8), |(s, g)| {
            f32::from(u8::from(s % 5 == 0 || (s * 7 + g * 5) % 3 != 0))
        })
    }

    #[test]
    fn the_likelihood_of_complete_data_is_that_of_scikit_learn() {
        let mut em = begin(Array2::ones((60, 8)), GAUSSIAN);
        let mut log_likelihood = 0.0;
        for _ in 0..2000 {
            log_likelihood = em.round() * 8.0;
        }
        let expected = fixture()["mean_log_likelihood"].as_f64().unwrap();
        // Products are in f32, and EM closes in slowly.
        assert!(
            (log_likelihood - expected).abs() < 1e-3,
            "{log_likelihood} {expected}"
        );
    }

    #[test]
    fn no_round_lowers_the_likelihood_of_what_was_measured() {
        let student = Constants {
            degrees: Some(8.0),
            ..GAUSSIAN
        };
        for constants in [GAUSSIAN, student] {
            let mut em = begin(gaps(), constants);
            let first = em.round();
            let mut last = first;
            for _ in 0..60 {
                let now = em.round();
                // Rounding of products in f32.
                assert!(now > last - 1e-6, "{now} after {last}");
                last = now;
            }
            assert!(last > first + 0.1);
        }
    }

    #[test]
    fn gaps_flagged_and_rows_complete_go_two_ways_to_the_same_model() {
        let mut complete = begin(Array2::ones((60, 8)), GAUSSIAN);
        let mut gappy = complete.clone();
        // The same samples, all treated as if they had gaps.
        gappy.columns.measured = Array2::ones((60, 8));
        for _ in 0..5 {
            complete.round();
            gappy.round();
        }
        let difference = &complete.model.loadings - &gappy.model.loadings;
        // Five rounds of sums in f32.
        assert!(difference.iter().all(|d| d.abs() < 1e-4));
    }
}
