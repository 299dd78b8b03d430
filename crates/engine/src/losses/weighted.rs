//! Squared error weighted by the value aimed at.

use super::{Average, Entries, Loss, Sums, Term};

/// Mean over all entries of `target * (output - target)²`, so that entries of value zero never count: the loss of
/// DeepImpute (Arisdakessian et al. 2019, Methods). Weights of the batch multiply those of the values.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ValueWeightedSquaredError;

impl Loss for ValueWeightedSquaredError {
    fn sums(&self, sample: &Entries<'_>) -> Sums {
        sample.sum(|output, target| target * (output - target) * (output - target))
    }

    fn value(&self, samples: &[Sums]) -> f64 {
        Average::Entries.value(samples)
    }

    fn factors(&self, samples: &[Sums]) -> Vec<f64> {
        Average::Entries
            .shares(samples)
            .iter()
            .map(|share| 2.0 * share)
            .collect()
    }

    fn gradient(&self, sample: &Entries<'_>, factor: f32, gradient: &mut [f32]) {
        sample.slopes(factor, gradient, |output, target| {
            target * (output - target)
        });
    }

    fn term(&self) -> Option<Term> {
        Some(Term::ValueWeighted)
    }
}
