//! Newton's method for a penalized hazards model, its systems by conjugate gradients.
//!
//! Nothing of the size `directions²` is made: the curvature acts through a product with the
//! samples' places, a pass over the risk sets, and a product back.

use imputome_core::{Error, Result};
use ndarray::{Array1, Array2, Axis};

use super::RiskSets;
use super::partial_likelihood::PartialLikelihood;

/// Steps at most; ours.
const MOST_STEPS: usize = 100;
/// Halvings of a step at most; ours.
const MOST_HALVINGS: usize = 40;
/// Gain in penalized log-likelihood, expected of a step, after which the search ends: ours. The
/// step itself is still taken, and what is left then is of its square.
const LAST_GAIN: f64 = 1e-10;
/// Part of the slope that a step may leave unsolved: ours; the next step finds it.
const UNSOLVED: f64 = 1e-4;

/// A search that goes on from one penalty to the next.
#[derive(Clone, Debug)]
pub(super) struct PenalizedSearch<'a> {
    likelihood: PartialLikelihood<'a>,
    /// Samples in the order of the risk sets, shape `[samples, directions]`.
    places: Array2<f64>,
    /// The same turned, row-major, for products without strides.
    turned: Array2<f64>,
    coefficients: Array1<f64>,
    log_likelihood: f64,
}

impl<'a> PenalizedSearch<'a> {
    /// `places` in the order of the follow-up.
    pub(super) fn new(sets: &'a RiskSets, places: Array2<f64>) -> Self {
        let places = places.select(Axis(0), sets.order());
        let mut likelihood = PartialLikelihood::new(sets);
        Self {
            log_likelihood: likelihood.move_to(&vec![0.0; places.nrows()]),
            likelihood,
            turned: places.t().as_standard_layout().into_owned(),
            coefficients: Array1::zeros(places.ncols()),
            places,
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
    pub(super) fn log_likelihood_of(sets: &RiskSets, predictor: &Array1<f64>) -> f64 {
        let ordered: Vec<f64> = sets.order().iter().map(|&s| predictor[s]).collect();
        PartialLikelihood::new(sets).move_to(&ordered)
    }

    /// Coefficient of each direction.
    pub(super) fn coefficients(&self) -> &Array1<f64> {
        &self.coefficients
    }

    /// Log-likelihood without the penalty.
    pub(super) fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Goes to the maximum of `log L - n · penalty / 2 · Σ b²`.
    pub(super) fn run(&mut self, penalty: f64) -> Result<()> {
        let held_back = penalty * self.places.nrows() as f64;
        for _ in 0..MOST_STEPS {
            let slopes = self.slopes(held_back);
            let step = self.solve(&slopes, held_back);
            let gain = slopes.dot(&step) / 2.0;
            if !gain.is_finite() {
                break;
            }
            let moved = self.advance(step, held_back);
            if gain < LAST_GAIN {
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
        self.likelihood
            .gradient(slopes.as_slice_mut().expect("one piece"));
        self.turned.dot(&slopes) - &self.coefficients * held_back
    }

    /// Solves `curvature · step = slopes` by conjugate gradients (Hestenes and Stiefel 1952,
    /// doi:10.6028/jres.049.044), preconditioned by a bound of the diagonal.
    fn solve(&self, slopes: &Array1<f64>, held_back: f64) -> Array1<f64> {
        let diagonal = self.diagonal(held_back);
        let mut step = Array1::zeros(slopes.len());
        let mut residual = slopes.clone();
        let mut scaled = &residual / &diagonal;
        let mut direction = scaled.clone();
        let mut size = residual.dot(&scaled);
        let enough = size * UNSOLVED * UNSOLVED;
        for _ in 0..slopes.len() {
            let bent = self.curvature(&direction, held_back);
            let along = direction.dot(&bent);
            if along <= 0.0 || size <= f64::MIN_POSITIVE {
                break;
            }
            let length = size / along;
            step.scaled_add(length, &direction);
            residual.scaled_add(-length, &bent);
            scaled = &residual / &diagonal;
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
        for (row, expected) in self
            .places
            .rows()
            .into_iter()
            .zip(self.likelihood.expected_events())
        {
            for (sum, place) in diagonal.iter_mut().zip(row) {
                *sum += expected * place * place;
            }
        }
        diagonal
    }

    fn curvature(&self, direction: &Array1<f64>, held_back: f64) -> Array1<f64> {
        let predictor = self.places.dot(direction);
        let mut bent = Array1::zeros(predictor.len());
        self.likelihood.curvature(
            predictor.as_slice().expect("one piece"),
            bent.as_slice_mut().expect("one piece"),
        );
        self.turned.dot(&bent) + direction * held_back
    }

    /// Takes the step, or the first of its halves that does not lose; false when none is left.
    fn advance(&mut self, mut step: Array1<f64>, held_back: f64) -> bool {
        let worth = |log_likelihood: f64, coefficients: &Array1<f64>| {
            log_likelihood - held_back / 2.0 * coefficients.dot(coefficients)
        };
        let least = worth(self.log_likelihood, &self.coefficients);
        // Differences of a likelihood of this size below it are rounding.
        let least = least - 1e-12 * least.abs();
        for _ in 0..MOST_HALVINGS {
            let coefficients = &self.coefficients + &step;
            let predictor = self.places.dot(&coefficients);
            let found = self
                .likelihood
                .move_to(predictor.as_slice().expect("one piece"));
            if worth(found, &coefficients) >= least {
                (self.coefficients, self.log_likelihood) = (coefficients, found);
                return true;
            }
            step /= 2.0;
        }
        false
    }
}
