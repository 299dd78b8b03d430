//! The learning rate over the steps of a training.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the learning rate goes over the epochs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// The same from first to last.
    Constant,
    /// Down to nothing along half a cosine (Loshchilov and Hutter 2017, equation 5, one cycle).
    #[default]
    Cosine,
}

impl Schedule {
    /// Share of the highest learning rate at a step, from 0, of `steps`.
    pub(crate) fn share(self, step: usize, steps: usize) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * step as f64 / steps as f64).cos()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_starts_full_and_ends_at_nothing() {
        let shares = [0, 50, 100].map(|step| Schedule::Cosine.share(step, 100));
        // f64 cosine of multiples of pi / 2.
        assert!(
            shares
                .iter()
                .zip([1.0, 0.5, 0.0])
                .all(|(a, b)| (a - b).abs() < 1e-12)
        );
        assert_eq!(Schedule::Constant.share(70, 100), 1.0);
    }
}
