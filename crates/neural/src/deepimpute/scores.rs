//! How logarithms of predictors reach a network.

use super::choice::Moments;
use super::settings::{DeepImpute, Inputs};

/// Means and deviations that a network's inputs are scored by.
#[derive(Clone, Debug)]
pub(super) struct InputScale {
    means: Vec<f32>,
    /// One over the standard deviation.
    factors: Vec<f32>,
    /// What a zero becomes.
    zeros: Vec<f32>,
}

impl InputScale {
    /// Of some predictors.
    pub(super) fn of(settings: &DeepImpute, predictors: &[usize], moments: &Moments) -> Self {
        let (means, factors): (Vec<f32>, Vec<f32>) = match settings.inputs {
            Inputs::Logs | Inputs::Directions => predictors.iter().map(|_| (0.0, 1.0)).unzip(),
            Inputs::Standardized => predictors
                .iter()
                .map(|&gene| (moments.means[gene], 1.0 / moments.deviations[gene]))
                .unzip(),
        };
        let zeros = means
            .iter()
            .zip(&factors)
            .map(|(mean, factor)| -mean * factor);
        Self {
            zeros: zeros.collect(),
            means,
            factors,
        }
    }

    /// What zeros become, `[predictors]`.
    pub(super) fn zeros(&self) -> &[f32] {
        &self.zeros
    }

    /// What a logarithm of predictor number `at` becomes.
    pub(super) fn score(&self, at: usize, log: f32) -> f32 {
        (log - self.means[at]) * self.factors[at]
    }

    /// A first layer over scores as one over logarithms: its kernel `[predictors, units]` and bias
    /// `[units]`, changed in place.
    pub(super) fn fold(&self, kernel: &mut [f32], bias: &mut [f32]) {
        let units = bias.len();
        let mut shifts = vec![0.0_f64; units];
        let scales = self.means.iter().zip(&self.factors);
        for (row, (&mean, &factor)) in kernel.chunks_exact_mut(units).zip(scales) {
            for (weight, shift) in row.iter_mut().zip(&mut shifts) {
                *weight *= factor;
                *shift += f64::from(*weight) * f64::from(mean);
            }
        }
        for (bias, shift) in bias.iter_mut().zip(shifts) {
            *bias = (f64::from(*bias) - shift) as f32;
        }
    }
}
