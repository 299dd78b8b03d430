//! Squared error and its root.

use super::{Average, Entries, Loss, Sums, Term};

/// Mean squared error over the weighted entries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanSquaredError {
    /// What the sum of squares is divided by.
    pub average: Average,
}

impl MeanSquaredError {
    /// For each sample the squared error summed over the selected entries and divided by (their number + 1e-7),
    /// then the mean over samples: the loss of the Pseudo-Mask Imputer (Viñas et al. 2021, equation 4).
    pub fn per_sample() -> Self {
        // The offset of the released code of the paper.
        Self {
            average: Average::PerSample { offset: 1e-7 },
        }
    }

    /// Mean over all entries of the batch.
    pub fn over_entries() -> Self {
        Self {
            average: Average::Entries,
        }
    }
}

impl Loss for MeanSquaredError {
    fn sums(&self, sample: &Entries<'_>) -> Sums {
        sample.sum(squared_error)
    }

    fn value(&self, samples: &[Sums]) -> f64 {
        self.average.value(samples)
    }

    fn factors(&self, samples: &[Sums]) -> Vec<f64> {
        self.average
            .shares(samples)
            .iter()
            .map(|share| 2.0 * share)
            .collect()
    }

    fn gradient(&self, sample: &Entries<'_>, factor: f32, gradient: &mut [f32]) {
        sample.slopes(factor, gradient, |output, target| output - target);
    }

    fn term(&self) -> Option<Term> {
        Some(Term::Squared)
    }
}

/// Root of the mean squared error over the weighted entries of the whole batch.
///
/// Its gradient is zero where the error is zero everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RootMeanSquaredError;

impl Loss for RootMeanSquaredError {
    fn sums(&self, sample: &Entries<'_>) -> Sums {
        sample.sum(squared_error)
    }

    fn value(&self, samples: &[Sums]) -> f64 {
        let weight: f64 = samples.iter().map(|sums| sums.weight).sum();
        let loss: f64 = samples.iter().map(|sums| sums.loss).sum();
        if weight > 0.0 {
            (loss / weight).sqrt()
        } else {
            0.0
        }
    }

    fn factors(&self, samples: &[Sums]) -> Vec<f64> {
        let weight: f64 = samples.iter().map(|sums| sums.weight).sum();
        let root = self.value(samples);
        let factor = if root > 0.0 {
            1.0 / (weight * root)
        } else {
            0.0
        };
        vec![factor; samples.len()]
    }

    fn gradient(&self, sample: &Entries<'_>, factor: f32, gradient: &mut [f32]) {
        sample.slopes(factor, gradient, |output, target| output - target);
    }

    fn term(&self) -> Option<Term> {
        Some(Term::Squared)
    }
}

/// For each sample the root of its mean squared error over the weighted entries, then the mean over samples: the
/// loss of TDimpute as equation 1 of its paper can be read (Zhou et al. 2020).
///
/// The gradient of a sample is zero where its error is zero everywhere; a sample without weight counts as one
/// without error.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SampleRootMeanSquaredError;

impl SampleRootMeanSquaredError {
    fn root(sample: &Sums) -> f64 {
        if sample.weight > 0.0 {
            (sample.loss / sample.weight).sqrt()
        } else {
            0.0
        }
    }
}

impl Loss for SampleRootMeanSquaredError {
    fn sums(&self, sample: &Entries<'_>) -> Sums {
        sample.sum(squared_error)
    }

    fn value(&self, samples: &[Sums]) -> f64 {
        samples.iter().map(Self::root).sum::<f64>() / samples.len().max(1) as f64
    }

    fn factors(&self, samples: &[Sums]) -> Vec<f64> {
        let factor = |sample: &Sums| match Self::root(sample) {
            root if root > 0.0 => 1.0 / (sample.weight * root * samples.len() as f64),
            _ => 0.0,
        };
        samples.iter().map(factor).collect()
    }

    fn gradient(&self, sample: &Entries<'_>, factor: f32, gradient: &mut [f32]) {
        sample.slopes(factor, gradient, |output, target| output - target);
    }

    fn term(&self) -> Option<Term> {
        Some(Term::Squared)
    }
}

fn squared_error(output: f64, target: f64) -> f64 {
    (output - target) * (output - target)
}
