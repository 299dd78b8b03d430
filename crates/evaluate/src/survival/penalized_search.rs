//! Newton's method for a penalized hazards model, its systems by conjugate gradients.
//!
//! Nothing of the size `directions²` is made: the curvature acts through a product with the
//! samples' places, a pass over the risk sets, and a product back.

use imputome_core::{Error, Result};
use imputome_numerics::apply;
use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::RiskSets;
use super::partial_likelihood::PartialLikelihood;

/// Steps at most; ours.
const MOST_STEPS: usize = 100;
/// Halvings of a step at most; ours.
const MOST_HALVINGS: usize = 40;
/// Part of the slope, squared, that a step may leave unsolved: ours; the next step finds it.
const UNSOLVED: f64 = 1e-4;
/// Part of the last step's gain that may stay unsolved in the end: ours.
const LEFT_AT_END: f64 = 1e-2;

/// A search that goes on from one penalty to the next.
#[derive(Clone, Debug)]
pub(super) struct PenalizedSearch<'a> {
    likelihood: PartialLikelihood<'a>,
    /// Samples in the order of the risk sets, shape `[samples, directions]`.
    places: Array2<f64>,
    here: Point,
    /// Where the last penalty led, if there was one before it.
    before: Option<Point>,
    log_likelihood: f64,
}

/// Coefficients and what they predict for each sample, in the order of the risk sets.
#[derive(Clone, Debug)]
struct Point {
    coefficients: Array1<f64>,
    predictor: Array1<f64>,
}

impl Point {
    fn zero(places: &Array2<f64>) -> Self {
        Self {
            coefficients: Array1::zeros(places.ncols()),
            predictor: Array1::zeros(places.nrows()),
        }
    }

    /// This much further along a step.
    fn moved(&self, length: f64, step: &Self) -> Self {
        Self {
            coefficients: &self.coefficients + &(&step.coefficients * length),
            predictor: &self.predictor + &(&step.predictor * length),
        }
    }
}

impl<'a> PenalizedSearch<'a> {
    /// `places` in the order of the follow-up.
    pub(super) fn new(sets: &'a RiskSets, places: ArrayView2<'_, f64>) -> Self {
        let places = places.select(Axis(0), sets.order());
        Self {
            likelihood: PartialLikelihood::new(sets),
            here: Point::zero(&places),
            before: None,
            places,
            log_likelihood: f64::NEG_INFINITY,
        }
    }

    /// Derivatives by each sample's predictor where all are 0, in the order of the risk sets.
    pub(super) fn slopes_at_zero(sets: &RiskSets) -> Vec<f64> {
        let mut likelihood = PartialLikelihood::new(sets);
        let mut slopes = vec![0.0; sets.n_samples()];
        likelihood.move_to(&slopes.clone());
        likelihood.gradient(&mut slopes);
        slopes
    }

    /// Log-likelihood of a predictor in the order of the follow-up.
    pub(super) fn log_likelihood_of(sets: &RiskSets, predictor: &[f64]) -> f64 {
        let ordered: Vec<f64> = sets.order().iter().map(|&s| predictor[s]).collect();
        PartialLikelihood::new(sets).move_to(&ordered)
    }

    /// Coefficient of each direction.
    pub(super) fn coefficients(&self) -> &Array1<f64> {
        &self.here.coefficients
    }

    /// What the coefficients predict, in the order of the risk sets.
    pub(super) fn predictor(&self) -> &Array1<f64> {
        &self.here.predictor
    }

    /// Log-likelihood without the penalty.
    pub(super) fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Goes to the maximum of `log L - n · penalty / 2 · Σ b²`, ending with the step that is
    /// expected to gain less than `last_gain`; the error left is of its square. Penalties that
    /// follow each other by a constant factor start where the last two led to.
    pub(super) fn run(&mut self, penalty: f64, last_gain: f64) -> Result<()> {
        let held_back = penalty * self.places.nrows() as f64;
        let last = self.here.clone();
        if let Some(before) = &self.before {
            let there = last.moved(-1.0, before);
            self.here = last.moved(1.0, &there);
        }
        self.log_likelihood = self.likelihood.move_to(slice(&self.here.predictor));
        let diagonal = self.diagonal(held_back);
        for _ in 0..MOST_STEPS {
            let slopes = self.slopes(held_back);
            let step = self.solve(&slopes, &diagonal, (held_back, last_gain));
            let gain = slopes.dot(&step.coefficients) / 2.0;
            if !gain.is_finite() {
                break;
            }
            let moved = self.advance(&step, held_back);
            if gain < last_gain {
                self.before = Some(last);
                return Ok(());
            }
            if !moved {
                break;
            }
        }
        Err(Error::Unusable(format!(
            "a ridge hazards model found no solution at penalty {penalty}; try larger penalties"
        )))
    }

    fn slopes(&self, held_back: f64) -> Array1<f64> {
        let mut slopes = Array1::zeros(self.places.nrows());
        self.likelihood.gradient(slice_mut(&mut slopes));
        apply(self.places.t(), slopes.view()) - &self.here.coefficients * held_back
    }

    /// Solves `curvature · step = slopes` by conjugate gradients (Hestenes and Stiefel 1952,
    /// doi:10.6028/jres.049.044), preconditioned by a bound of the diagonal.
    fn solve(
        &self,
        slopes: &Array1<f64>,
        diagonal: &Array1<f64>,
        (held_back, last_gain): (f64, f64),
    ) -> Point {
        let mut step = Point::zero(&self.places);
        let mut residual = slopes.clone();
        let mut scaled = &residual / diagonal;
        let mut direction = scaled.clone();
        let mut size = residual.dot(&scaled);
        // What is left to gain is of the size of the scaled residual.
        let enough = (size * UNSOLVED).max(last_gain * LEFT_AT_END);
        for _ in 0..slopes.len() {
            if size <= f64::MIN_POSITIVE {
                break;
            }
            let predictor = apply(self.places.view(), direction.view());
            let bent = self.curvature(&direction, &predictor, held_back);
            let length = size / direction.dot(&bent);
            step.coefficients.scaled_add(length, &direction);
            step.predictor.scaled_add(length, &predictor);
            residual.scaled_add(-length, &bent);
            scaled = &residual / diagonal;
            let next = residual.dot(&scaled);
            if next <= enough {
                break;
            }
            direction *= next / size;
            direction += &scaled;
            size = next;
        }
        step
    }

    /// Curvature as if samples did not share risk sets, an upper bound of its diagonal.
    fn diagonal(&self, held_back: f64) -> Array1<f64> {
        let mut diagonal = Array1::from_elem(self.places.ncols(), held_back);
        let rows = self.places.rows().into_iter();
        for (row, expected) in rows.zip(self.likelihood.expected_events()) {
            diagonal.zip_mut_with(&row, |sum, place| *sum += expected * place * place);
        }
        diagonal
    }

    fn curvature(
        &self,
        direction: &Array1<f64>,
        predictor: &Array1<f64>,
        held_back: f64,
    ) -> Array1<f64> {
        let mut bent = Array1::zeros(predictor.len());
        self.likelihood
            .curvature(slice(predictor), slice_mut(&mut bent));
        let mut bent = apply(self.places.t(), bent.view());
        bent.scaled_add(held_back, direction);
        bent
    }

    /// Takes the step, or the first of its halves that does not lose; false when none is left.
    fn advance(&mut self, step: &Point, held_back: f64) -> bool {
        let worth = |log_likelihood: f64, coefficients: &Array1<f64>| {
            log_likelihood - held_back / 2.0 * coefficients.dot(coefficients)
        };
        let least = worth(self.log_likelihood, &self.here.coefficients);
        // Differences of a likelihood of this size below it are rounding.
        let least = least - 1e-12 * least.abs();
        let mut length = 1.0;
        for _ in 0..MOST_HALVINGS {
            let there = self.here.moved(length, step);
            let found = self.likelihood.move_to(slice(&there.predictor));
            if worth(found, &there.coefficients) >= least {
                (self.here, self.log_likelihood) = (there, found);
                return true;
            }
            length /= 2.0;
        }
        self.likelihood.move_to(slice(&self.here.predictor));
        false
    }
}

fn slice(values: &Array1<f64>) -> &[f64] {
    values.as_slice().expect("one piece by construction")
}

fn slice_mut(values: &mut Array1<f64>) -> &mut [f64] {
    values.as_slice_mut().expect("one piece by construction")
}
