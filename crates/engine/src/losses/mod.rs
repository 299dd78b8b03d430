//! Losses: a reduce phase over the samples, then a gradient phase.
//!
//! The reduce phase gives two sums for each sample; the value of the loss and the gradient of every entry follow
//! from the sums of all samples, so that a root or a mean over the batch is known before the first gradient.

use std::fmt;

mod cross_entropy;
mod squared;
mod weighted;

pub use cross_entropy::BinaryCrossEntropy;
pub use squared::{MeanSquaredError, RootMeanSquaredError};
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

impl Entries<'_> {
    /// Sums of `loss(output, target)` times the weights.
    fn sum(&self, loss: impl Fn(f64, f64) -> f64) -> Sums {
        let pairs = self.output.iter().zip(self.target);
        let entries = self.output.len();
        let (mut total, mut weights) = (0.0, 0.0);
        match self.weight {
            None => {
                pairs.for_each(|(&output, &target)| {
                    total += loss(f64::from(output), f64::from(target))
                });
                weights = entries as f64;
            }
            Some(weight) => pairs
                .zip(weight)
                .filter(|&(_, &weight)| weight != 0.0)
                .for_each(|((&output, &target), &weight)| {
                    total += f64::from(weight) * loss(f64::from(output), f64::from(target));
                    weights += f64::from(weight);
                }),
        }
        Sums {
            loss: total,
            weight: weights,
            entries,
        }
    }

    /// Writes `factor * weight * slope(output, target)` for every entry.
    fn slopes(&self, factor: f32, gradient: &mut [f32], slope: impl Fn(f32, f32) -> f32) {
        let pairs = self.output.iter().zip(self.target).zip(gradient);
        match self.weight {
            None => pairs.for_each(|((&output, &target), gradient)| {
                *gradient = factor * slope(output, target)
            }),
            Some(weight) => {
                pairs
                    .zip(weight)
                    .for_each(|(((&output, &target), gradient), &weight)| {
                        *gradient = if weight == 0.0 {
                            0.0
                        } else {
                            factor * weight * slope(output, target)
                        };
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
