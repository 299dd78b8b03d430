//! Cross-entropy of a binary target.

use super::{Average, Entries, Loss, Sums, Term};

/// Binary cross-entropy; the output is the logit of the chance that the target is 1, the target lies in `[0, 1]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BinaryCrossEntropy {
    /// What the sum over entries is divided by.
    pub average: Average,
}

impl Loss for BinaryCrossEntropy {
    fn sums(&self, sample: &Entries<'_>) -> Sums {
        // The form that no logit overflows: max(z, 0) - z t + ln(1 + exp(-|z|)).
        sample.sum(|logit, target| logit.max(0.0) - logit * target + (-logit.abs()).exp().ln_1p())
    }

    fn value(&self, samples: &[Sums]) -> f64 {
        self.average.value(samples)
    }

    fn factors(&self, samples: &[Sums]) -> Vec<f64> {
        self.average.shares(samples)
    }

    fn gradient(&self, sample: &Entries<'_>, factor: f32, gradient: &mut [f32]) {
        sample.slopes(factor, gradient, |logit, target| {
            crate::blocks::sigmoid(logit) - target
        });
    }

    fn term(&self) -> Option<Term> {
        Some(Term::CrossEntropy)
    }
}
