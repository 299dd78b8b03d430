//! Losses: a reduce phase over the samples, then a gradient phase.
//!
//! The reduce phase gives two sums for each sample; the value of the loss and the gradient of every entry follow
//! from the sums of all samples, so that a root or a mean over the batch is known before the first gradient.

use std::fmt;

mod cross_entropy;
mod squared;
mod weighted;

pub use cross_entropy::BinaryCrossEntropy;
pub use squared::{MeanSquaredError, RootMeanSquaredError, SampleRootMeanSquaredError};
pub use weighted::ValueWeightedSquaredError;

/// A loss over the entries of a batch.
pub trait Loss: fmt::Debug + Send + Sync {
    /// Sums over the entries of one sample.
    fn sums(&self, sample: &Entries<'_>) -> Sums;

    /// Value of the loss, from the sums of every sample, in order.
    fn value(&self, samples: &[Sums]) -> f64;

    /// Factor of the gradient of each sample's entries, shape `[samples]`, from the sums of every sample.
    fn factors(&self, samples: &[Sums]) -> Vec<f64>;

    /// Writes the gradient of one sample's entries, given the factor of the sample.
    fn gradient(&self, sample: &Entries<'_>, factor: f32, gradient: &mut [f32]);

    /// The loss of one entry, where it is a common one; an engine on a card then needs no other method for the sums
    /// and the gradient. Others are computed on the processor.
    fn term(&self) -> Option<Term> {
        None
    }
}

/// Losses of one entry that every engine knows, as a function of its output `y` and its target `t`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Term {
    /// `(y - t)²`; the factor of a sample times `y - t` is its gradient.
    Squared,
    /// `t (y - t)²`; the factor of a sample times `t (y - t)` is its gradient.
    ValueWeighted,
    /// `max(y, 0) - y t + ln(1 + exp(-|y|))`; the factor of a sample times `1 / (1 + exp(-y)) - t` is its gradient.
    CrossEntropy,
}

/// Entries of one sample; all of one length.
#[derive(Debug, Clone, Copy)]
pub struct Entries<'a> {
    /// What the network gives.
    pub output: &'a [f32],
    /// What it should give.
    pub target: &'a [f32],
    /// Weight of each entry; 1 where absent.
    pub weight: Option<&'a [f32]>,
}

/// Sums over the entries of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    /// Sum of the weighted loss of each entry.
    pub loss: f64,
    /// Sum of the weights.
    pub weight: f64,
    /// Number of entries, weighted or not.
    pub entries: usize,
}

/// What the sum of weighted entries is divided by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Average {
    /// For each sample, sum divided by (sum of its weights + `offset`); then the mean over samples.
    PerSample {
        /// Keeps a sample without weight from dividing by zero; positive.
        offset: f64,
    },
    /// Sum over the batch divided by the number of entries, whatever their weight.
    Entries,
}

impl Average {
    /// Share of each sample's sum in the value of the loss.
    fn shares(self, samples: &[Sums]) -> Vec<f64> {
        match self {
            Self::PerSample { offset } => samples
                .iter()
                .map(|sums| 1.0 / ((sums.weight + offset) * samples.len() as f64))
                .collect(),
            Self::Entries => {
                let entries: usize = samples.iter().map(|sums| sums.entries).sum();
                vec![1.0 / entries.max(1) as f64; samples.len()]
            }
        }
    }

    fn value(self, samples: &[Sums]) -> f64 {
        self.shares(samples)
            .iter()
            .zip(samples)
            .map(|(share, sums)| share * sums.loss)
            .sum()
    }
}

/// Partial sums kept side by side, so that one addition need not wait for the one before; entry number `n` goes to
/// sum number `n` modulo this.
const PARTS: usize = 8;

impl Entries<'_> {
    /// Sums of `loss(output, target)` times the weights.
    fn sum(&self, loss: impl Fn(f64, f64) -> f64) -> Sums {
        // Compiled for the instructions found at run time.
        pulp::Arch::new().dispatch(|| self.sum_inlined(&loss))
    }

    #[inline(always)]
    fn sum_inlined(&self, loss: &impl Fn(f64, f64) -> f64) -> Sums {
        let (mut total, mut weights) = ([0.0; PARTS], [0.0; PARTS]);
        let chunks = self.output.chunks(PARTS).zip(self.target.chunks(PARTS));
        for (number, (output, target)) in chunks.enumerate() {
            let weight = self.weight.map(|weight| &weight[number * PARTS..]);
            for part in 0..output.len() {
                let weight = weight.map_or(1.0, |weight| f64::from(weight[part]));
                let term = loss(f64::from(output[part]), f64::from(target[part]));
                // What has no weight does not count, whatever it is.
                total[part] += if weight == 0.0 { 0.0 } else { weight * term };
                weights[part] += weight;
            }
        }
        Sums {
            loss: total.iter().sum(),
            weight: weights.iter().sum(),
            entries: self.output.len(),
        }
    }

    /// Writes `factor * weight * slope(output, target)` for every entry.
    fn slopes(&self, factor: f32, gradient: &mut [f32], slope: impl Fn(f32, f32) -> f32) {
        pulp::Arch::new().dispatch(|| self.slopes_inlined(factor, &mut *gradient, &slope));
    }

    #[inline(always)]
    fn slopes_inlined(&self, factor: f32, gradient: &mut [f32], slope: &impl Fn(f32, f32) -> f32) {
        let pairs = self.output.iter().zip(self.target).zip(gradient);
        match self.weight {
            None => pairs.for_each(|((&output, &target), gradient)| {
                *gradient = factor * slope(output, target)
            }),
            Some(weight) => {
                pairs
                    .zip(weight)
                    .for_each(|(((&output, &target), gradient), &weight)| {
                        let slope = factor * weight * slope(output, target);
                        *gradient = if weight == 0.0 { 0.0 } else { slope };
                    })
            }
        }
    }
}

/// Value of a loss for an output that is already there, such as that of a prediction.
///
/// `output`, `target` and `weight` are `[samples, width]`.
///
/// # Panics
/// Where their sizes differ or are no multiple of `width`.
pub fn evaluate(
    loss: &dyn Loss,
    width: usize,
    output: &[f32],
    target: &[f32],
    weight: Option<&[f32]>,
) -> f64 {
    assert!(output.len() == target.len() && output.len().is_multiple_of(width.max(1)));
    assert!(weight.is_none_or(|weight| weight.len() == output.len()));
    let rows = (0..output.len())
        .step_by(width.max(1))
        .map(|start| start..start + width);
    let sums: Vec<Sums> = rows
        .map(|row| {
            loss.sums(&Entries {
                output: &output[row.clone()],
                target: &target[row.clone()],
                weight: weight.map(|weight| &weight[row]),
            })
        })
        .collect();
    loss.value(&sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gradient of all entries, two for each sample.
    fn gradient(
        loss: &dyn Loss,
        output: &[f32],
        target: &[f32],
        weight: Option<&[f32]>,
    ) -> Vec<f32> {
        let entries: Vec<Entries<'_>> = (0..output.len())
            .step_by(2)
            .map(|at| Entries {
                output: &output[at..at + 2],
                target: &target[at..at + 2],
                weight: weight.map(|weight| &weight[at..at + 2]),
            })
            .collect();
        let sums: Vec<Sums> = entries.iter().map(|entries| loss.sums(entries)).collect();
        let mut gradient = vec![f32::NAN; output.len()];
        for ((entries, factor), gradient) in entries
            .iter()
            .zip(loss.factors(&sums))
            .zip(gradient.chunks_mut(2))
        {
            loss.gradient(entries, factor as f32, gradient);
        }
        gradient
    }

    #[test]
    fn each_sample_counts_alike_however_few_entries_are_selected() {
        let loss = MeanSquaredError::per_sample();
        let (output, weight) = ([1.0, 5.0, 1.0, 1.0], [1.0, 0.0, 1.0, 1.0]);
        let value = evaluate(&loss, 2, &output, &[0.0; 4], Some(&weight));
        // Means 1 and 1 over the samples, short of 1 by the offset of 1e-7.
        assert!((value - 1.0).abs() < 2e-7);
        let expected = [1.0, 0.0, 0.5, 0.5];
        for (g, expected) in gradient(&loss, &output, &[0.0; 4], Some(&weight))
            .iter()
            .zip(expected)
        {
            // The offset again, and one rounding.
            assert!((g - expected).abs() < 3e-7);
        }
    }

    #[test]
    fn a_sample_without_selected_entries_has_neither_loss_nor_gradient() {
        let losses: [&dyn Loss; 5] = [
            &MeanSquaredError::per_sample(),
            &RootMeanSquaredError,
            &SampleRootMeanSquaredError,
            &ValueWeightedSquaredError,
            &BinaryCrossEntropy {
                average: Average::PerSample { offset: 1.0 },
            },
        ];
        for loss in losses {
            let output = [f32::INFINITY, f32::NAN];
            assert_eq!(evaluate(loss, 2, &output, &[1.0; 2], Some(&[0.0; 2])), 0.0);
            assert_eq!(
                gradient(loss, &output, &[1.0; 2], Some(&[0.0; 2])),
                [0.0; 2]
            );
        }
    }

    #[test]
    fn the_root_of_no_error_has_no_gradient() {
        assert_eq!(
            gradient(&RootMeanSquaredError, &[3.0, 4.0], &[3.0, 4.0], None),
            [0.0; 2]
        );
    }

    #[test]
    fn targets_of_value_zero_never_count() {
        let (output, target) = ([3.0, 9.0], [1.0, 0.0]);
        // One entry of two counts: 1 * 2² / 2, and its slope 2 * 1 * 2 / 2.
        assert_eq!(
            evaluate(&ValueWeightedSquaredError, 2, &output, &target, None),
            2.0
        );
        assert_eq!(
            gradient(&ValueWeightedSquaredError, &output, &target, None),
            [2.0, 0.0]
        );
    }

    #[test]
    fn cross_entropy_stays_finite_at_extreme_logits() {
        let loss = BinaryCrossEntropy {
            average: Average::Entries,
        };
        let (output, target) = ([500.0, -500.0], [0.0, 1.0]);
        assert_eq!(evaluate(&loss, 2, &output, &target, None), 500.0);
        assert_eq!(gradient(&loss, &output, &target, None), [0.5, -0.5]);
    }
}
