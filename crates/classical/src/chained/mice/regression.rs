//! Bayesian ridge regression from a Gram matrix.
//!
//! Weights have the prior `N(0, 1/λ)`, noise the variance `1/α`; both are where the evidence is
//! largest: `λ = γ / |β|²` and `1/α = rss / (n - γ)`, `γ` being the number of weights that the data
//! determine (MacKay 1992, doi:10.1162/neco.1992.4.3.415; Tipping 2001, section 2, with one
//! precision for all weights). The ridge is `λ/α`.

use imputome_numerics::{Cholesky, apply, inverse};

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use super::evidence::LEAST_FREEDOM;

/// Change of the ridge, as a share, below which the evidence counts as largest: ours.
const SAME_RIDGE: f64 = 0.02;
/// Largest step of the logarithm of the ridge, and steps at most: ours.
const LONGEST_STEP: f64 = 3.0;
const MOST_STEPS: usize = 12;
/// Smallest ridge as a share of the samples: ours. Where fills of genes follow one another without
/// error, the evidence asks for none, and rounding would take its place.
const LEAST_RIDGE: f64 = 1e-5;
/// What a ridge too small for the precision of the Gram matrix is multiplied by: ours.
const FIRMER: f64 = 10.0;
/// Smallest ridge, smallest sum of squared weights: rounding.
const TINY: f64 = 1e-10;

/// Samples in which a gene was measured: predictors and values, both less their means.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    /// Shape `[samples, predictors]`.
    pub(super) predictors: Array2<f32>,
    /// Shape `[samples]`.
    pub(super) values: Array1<f32>,
}

/// A regression with the ridge that was found for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Regression {
    /// Shape `[predictors]`.
    pub(super) weights: Array1<f32>,
    /// Ridge in sums over samples.
    pub(super) ridge: f64,
    /// Noise variance.
    pub(super) noise: f64,
    /// Weights that the data determine.
    pub(super) determined: f64,
    /// Mean squared residual.
    pub(super) residual: f64,
    /// Smallest ridge.
    least_ridge: f64,
}

impl Problem {
    /// Cross products of predictors and values.
    fn cross(&self) -> Array1<f32> {
        apply(self.predictors.t(), self.values.view())
    }

    fn square(&self) -> f64 {
        self.values.iter().map(|&v| f64::from(v).powi(2)).sum()
    }

    /// The regression of largest evidence, sought from the ridge `start`, with the factor of its
    /// system.
    pub(super) fn by_evidence(&self, start: f64) -> (Regression, Cholesky) {
        let k = self.predictors.ncols();
        let mut gram = Array2::zeros((k, k));
        imputome_numerics::add_gram(&mut gram, self.predictors.view());
        let upper = gram.t().as_standard_layout().into_owned();
        let cross = self.cross().mapv(f64::from);
        let mut search = Search::from(start);
        loop {
            let (regression, factor) = self.with_ridge(&upper, &cross, search.ridge());
            let asked = regression.asked_ridge();
            if search.is_over(asked) {
                return (regression, factor);
            }
        }
    }

    fn with_ridge(
        &self,
        upper: &Array2<f64>,
        cross: &Array1<f64>,
        ridge: f64,
    ) -> (Regression, Cholesky) {
        let (samples, k) = self.predictors.dim();
        let (factor, ridge) = firm(upper, ridge);
        let mut weights = cross.clone().insert_axis(Axis(1));
        factor.solve(weights.view_mut());
        let weights = weights.remove_axis(Axis(1));
        let determined = k as f64 - ridge * factor.trace_of_inverse();
        let explained = weights.dot(cross) + ridge * weights.dot(&weights);
        let left = (self.square() - explained) / samples as f64;
        let regression = Regression::new(weights, ridge, determined, left, samples);
        (regression, factor)
    }

    /// The same from the regression of the round before and an inverse near that of the system, by
    /// conjugate gradients; the number of determined weights is taken over.
    pub(super) fn resume(&self, before: &Regression, near: &Near<'_>) -> Regression {
        let ridge = before.asked_ridge();
        let cross = self.cross();
        let system = |weights: ArrayView1<'_, f32>| {
            let fitted = apply(self.predictors.view(), weights);
            apply(self.predictors.t(), fitted.view()) + &weights * ridge as f32
        };
        let mut weights = before.weights.clone();
        let mut residual = &cross - &system(weights.view());
        let mut scaled = near.apply(residual.view());
        let mut direction = scaled.clone();
        let mut size = dot(residual.view(), scaled.view());
        let enough = NEAR_TOLERANCE * dot(cross.view(), near.apply(cross.view()).view());
        for _ in 0..NEAR_STEPS {
            if size <= enough {
                break;
            }
            let turned = system(direction.view());
            let step = (size / dot(direction.view(), turned.view()).max(TINY)) as f32;
            weights.scaled_add(step, &direction);
            residual.scaled_add(-step, &turned);
            scaled = near.apply(residual.view());
            let next = dot(residual.view(), scaled.view());
            direction = &scaled + &(direction * (next / size) as f32);
            size = next;
        }
        let errors = &self.values - &apply(self.predictors.view(), weights.view());
        let left = dot(errors.view(), errors.view()) / errors.len() as f64;
        let weights = weights.mapv(f64::from);
        Regression::new(weights, ridge, before.determined, left, errors.len())
    }
}

/// The factor of a Gram matrix with a ridge, larger than asked for where rounding calls for it, and
/// that ridge.
fn firm(upper: &Array2<f64>, mut ridge: f64) -> (Cholesky, f64) {
    loop {
        let mut system = upper.clone();
        system.diag_mut().mapv_inplace(|d| d + ridge);
        if let Some(factor) = Cholesky::of(system) {
            return (factor, ridge);
        }
        ridge *= FIRMER;
    }
}

/// Steps at most, and the share of the squared residual that may be left: ours.
const NEAR_STEPS: usize = 6;
const NEAR_TOLERANCE: f64 = 1e-5;

/// A search for the ridge that asks for itself, by secants on logarithms.
struct Search {
    at: f64,
    /// The place before, and what it asked for beyond itself.
    before: Option<(f64, f64)>,
    steps: usize,
}

impl Search {
    fn from(ridge: f64) -> Self {
        Self {
            at: ridge.ln(),
            before: None,
            steps: 0,
        }
    }

    fn ridge(&self) -> f64 {
        self.at.exp()
    }

    /// True when the ridge asks for about itself; moves on otherwise.
    fn is_over(&mut self, asked: f64) -> bool {
        let beyond = asked.ln() - self.at;
        self.steps += 1;
        if beyond.abs() < SAME_RIDGE || self.steps == MOST_STEPS {
            return true;
        }
        let secant = self.before.map_or(beyond, |(at, before)| {
            beyond * (self.at - at) / (before - beyond)
        });
        // A secant that points away from what is asked is no help.
        let step = if secant * beyond > 0.0 {
            secant
        } else {
            beyond
        };
        self.before = Some((self.at, beyond));
        self.at += step.clamp(-LONGEST_STEP, LONGEST_STEP);
        false
    }
}

impl Regression {
    fn new(
        weights: Array1<f64>,
        ridge: f64,
        determined: f64,
        residual: f64,
        samples: usize,
    ) -> Self {
        let determined = determined.clamp(TINY, samples as f64);
        let residual = residual.max(TINY);
        let freedom = (samples as f64 - determined).max(1.0);
        Self {
            weights: weights.mapv(|v| v as f32),
            ridge,
            noise: residual * samples as f64 / freedom,
            determined,
            residual,
            least_ridge: LEAST_RIDGE * samples as f64,
        }
    }

    /// Variance of a new value about its prediction, by generalized cross-validation as in the
    /// shared form.
    pub(super) fn predictive_variance(&self, samples: usize) -> f64 {
        let freedom = (1.0 - self.determined / samples as f64).max(LEAST_FREEDOM);
        self.residual / (freedom * freedom)
    }

    /// The ridge that the evidence asks for next.
    fn asked_ridge(&self) -> f64 {
        let squares = dot(self.weights.view(), self.weights.view());
        (self.determined * self.noise / squares.max(TINY)).clamp(self.least_ridge, 1.0 / TINY)
    }
}

/// The inverse of the Gram matrix of all columns with a ridge, without one of them: by the
/// partitioned inverse, `T_rest - t tᵀ / T_jj`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near<'a> {
    pub(super) inverse: ArrayView2<'a, f32>,
    /// The column left out.
    pub(super) without: usize,
}

impl Near<'_> {
    fn apply(&self, vector: ArrayView1<'_, f32>) -> Array1<f32> {
        let j = self.without;
        let mut result = apply(self.inverse, vector);
        let share = result[j] / self.inverse[(j, j)];
        result.scaled_add(-share, &self.inverse.row(j));
        result[j] = 0.0;
        result
    }
}

/// The inverse of `gram` (lower triangle, changed by a factor) with a ridge.
pub(super) fn near_inverse(mut gram: Array2<f64>, factor: f64, ridge: f64) -> Option<Array2<f32>> {
    gram.mapv_inplace(|v| v * factor);
    gram.diag_mut().mapv_inplace(|d| d + ridge);
    Some(inverse(gram)?.mapv(|v| v as f32))
}

fn dot(left: ArrayView1<'_, f32>, right: ArrayView1<'_, f32>) -> f64 {
    let terms = left.iter().zip(right);
    terms.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(a: usize, b: usize) -> f32 {
        ((a * 7919 + b * 104_729) % 1009) as f32 / 504.5 - 1.0
    }

    /// The first of six columns on the others, all less their means.
    fn problem() -> Problem {
        let mut table = Array2::from_shape_fn((60, 6), |(s, g)| {
            (wave(s, 1) * wave(g, 11) + wave(s, 2) * wave(g, 13)) * 2.0 + 0.3 * wave(s * 31 + g, 3)
        });
        let means = table.mean_axis(Axis(0)).expect("rows");
        table -= &means;
        Problem {
            predictors: table.slice(ndarray::s![.., 1..]).to_owned(),
            values: table.column(0).to_owned(),
        }
    }

    #[test]
    fn the_evidence_is_largest_where_scikit_learn_finds_it() {
        let (regression, _) = problem().by_evidence(2.0);
        // scikit-learn 1.9.1, BayesianRidge() on the same columns: coef_, lambda_ / alpha_, 1 / alpha_.
        let weights = [0.08843, -0.24271, -0.36157, -0.47568, -0.05923];
        for (found, expected) in regression.weights.iter().zip(weights) {
            // The ridge is sought to two percent.
            assert!((found - expected).abs() < 2e-3, "{found} and {expected}");
        }
        assert!((regression.ridge / 0.18866 - 1.0).abs() < 0.03);
        assert!((regression.noise / 0.017579 - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_regression_goes_on_from_the_round_before_to_the_same_weights() {
        let problem = problem();
        let (solved, _) = problem.by_evidence(2.0);
        // An inverse of all six columns, the first of which the problem leaves out.
        let (samples, k) = problem.predictors.dim();
        let mut table = Array2::zeros((samples, k + 1));
        table.column_mut(0).assign(&problem.values);
        table
            .slice_mut(ndarray::s![.., 1..])
            .assign(&problem.predictors);
        let mut gram = Array2::zeros((k + 1, k + 1));
        imputome_numerics::add_gram(&mut gram, table.view());
        let inverse = near_inverse(gram, 0.7, 0.5).expect("a ridge");
        let near = Near {
            inverse: inverse.view(),
            without: 0,
        };
        table.column_mut(0).fill(0.0);
        let wide = Problem {
            predictors: table,
            values: problem.values.clone(),
        };
        let (mut before, _) = wide.by_evidence(2.0);
        // As large, so that they ask for the same ridge.
        before.weights.swap(1, 5);
        let found = wide.resume(&before, &near);
        for (found, expected) in found.weights.iter().skip(1).zip(&solved.weights) {
            // The ridge is sought to two percent.
            assert!((found - expected).abs() < 5e-3, "{found} and {expected}");
        }
        assert_eq!(found.weights[0], 0.0);
    }
}
