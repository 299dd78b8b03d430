//! Adam in one pass over memory.

use serde::{Deserialize, Serialize};

use crate::error::EngineError;

/// Settings of Adam (Kingma and Ba 2015, algorithm 1 in the form of section 2), defaults as Keras.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Adam {
    /// Learning rate until another is set; finite and not negative.
    pub learning_rate: f32,
    /// Decay of the first moment, in `[0, 1)`.
    pub beta1: f32,
    /// Decay of the second moment, in `[0, 1)`.
    pub beta2: f32,
    /// Added to the root of the second moment ("epsilon hat" of the paper); positive.
    pub epsilon: f32,
}

impl Default for Adam {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-7,
        }
    }
}

/// Added to a moment and taken away again: larger moments stay as they are, smaller ones are rounded to multiples of
/// 1e-37 and so never become subnormal, with which processors are slow; ours. Units without gradient fade that far.
pub(crate) const FADED: f32 = 1e-30;

/// One update of Adam, its constants worked out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdamStep {
    pub(crate) first_share: f32,
    pub(crate) second_share: f32,
    pub(crate) rate: f32,
    pub(crate) epsilon: f32,
}

impl Adam {
    /// Refuses settings out of range.
    pub fn validate(&self) -> Result<(), EngineError> {
        let refuse = |setting, expected, found: f32| {
            Err(EngineError::Setting {
                setting,
                expected,
                found: f64::from(found),
            })
        };
        let share = 0.0..1.0;
        if !(self.learning_rate >= 0.0 && self.learning_rate.is_finite()) {
            return refuse(
                "learning_rate",
                "a finite number, not negative",
                self.learning_rate,
            );
        }
        if !share.contains(&self.beta1) {
            return refuse("beta1", "0 to below 1", self.beta1);
        }
        if !share.contains(&self.beta2) {
            return refuse("beta2", "0 to below 1", self.beta2);
        }
        if !(self.epsilon > 0.0 && self.epsilon.is_finite()) {
            return refuse("epsilon", "a positive number", self.epsilon);
        }
        Ok(())
    }

    /// The update number `update`, from 1, with the bias of both moments corrected.
    pub(crate) fn step(&self, update: u64) -> AdamStep {
        let power = |beta: f32| 1.0 - f64::from(beta).powf(update as f64);
        let rate = f64::from(self.learning_rate) * power(self.beta2).sqrt() / power(self.beta1);
        AdamStep {
            first_share: (1.0 - f64::from(self.beta1)) as f32,
            second_share: (1.0 - f64::from(self.beta2)) as f32,
            rate: rate as f32,
            epsilon: self.epsilon,
        }
    }
}

/// A stretch of weights with their moments, all of one length.
#[derive(Debug)]
pub(crate) struct Moving<'a> {
    pub(crate) values: &'a mut [f32],
    pub(crate) first: &'a mut [f32],
    pub(crate) second: &'a mut [f32],
}

impl AdamStep {
    /// Moves weights and moments by their gradient, in one pass.
    pub(crate) fn apply(&self, moving: Moving<'_>, gradient: &[f32]) {
        pulp::Arch::new().dispatch(|| self.apply_inlined(moving, gradient));
    }

    // Inlined into the dispatch, so that it is compiled for the instructions found at run time. Products and sums
    // stay apart (no fused multiply-add): the bits do not depend on the processor.
    #[inline(always)]
    fn apply_inlined(&self, moving: Moving<'_>, gradient: &[f32]) {
        let length = gradient.len();
        let values = &mut moving.values[..length];
        let first = &mut moving.first[..length];
        let second = &mut moving.second[..length];
        for position in 0..length {
            let g = gradient[position];
            let m = fade(first[position] + self.first_share * (g - first[position]));
            let v = fade(second[position] + self.second_share * (g * g - second[position]));
            first[position] = m;
            second[position] = v;
            values[position] -= self.rate * m / (v.sqrt() + self.epsilon);
        }
    }
}

#[inline(always)]
fn fade(moment: f32) -> f32 {
    (moment + FADED) - FADED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_without_gradient_fade_but_never_to_subnormal_numbers() {
        let (mut values, mut first, mut second) = ([1.0; 9], [0.0; 9], [0.0; 9]);
        for update in 1..2_000 {
            let gradient = if update == 1 { 1e-15 } else { 0.0 };
            let moving = Moving {
                values: &mut values,
                first: &mut first,
                second: &mut second,
            };
            Adam::default().step(update).apply(moving, &[gradient; 9]);
            assert!(
                first
                    .iter()
                    .chain(&second)
                    .all(|moment| !moment.is_subnormal())
            );
        }
        assert!(first.iter().all(|moment| *moment < 1e-36));
        assert!(values.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn the_first_update_moves_every_weight_by_the_learning_rate() {
        // With m = (1 - b1) g and v = (1 - b2) g², the corrected ratio is g / |g|, but for epsilon.
        let mut values = [1.0, 1.0, 1.0];
        let (mut first, mut second) = ([0.0; 3], [0.0; 3]);
        let moving = Moving {
            values: &mut values,
            first: &mut first,
            second: &mut second,
        };
        Adam::default().step(1).apply(moving, &[2.0, -0.5, 0.0]);
        let expected = [1.0 - 1e-3, 1.0 + 1e-3, 1.0];
        for (value, expected) in values.iter().zip(expected) {
            // Epsilon is 1e-7 beside sqrt(1e-3) * 0.5, so 6e-6 of the move of 1e-3.
            assert!((value - expected).abs() < 1e-7, "{value} {expected}");
        }
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        let sound = Adam::default();
        for adam in [
            Adam {
                learning_rate: -1.0,
                ..sound
            },
            Adam {
                learning_rate: f32::NAN,
                ..sound
            },
            Adam {
                beta1: 1.0,
                ..sound
            },
            Adam {
                beta2: -0.1,
                ..sound
            },
            Adam {
                epsilon: 0.0,
                ..sound
            },
        ] {
            assert!(matches!(adam.validate(), Err(EngineError::Setting { .. })));
        }
        assert_eq!(sound.validate(), Ok(()));
    }
}
