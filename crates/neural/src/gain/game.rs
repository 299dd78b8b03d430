//! What is played: a generator, and an adversary where the method has one.

use imputome_core::{Error, Result};
use imputome_engine::Adam;
use serde::{Deserialize, Serialize};

use super::{GainGtex, GainMse, Optimizer, Reconstruct};
use crate::network::Layers;
use crate::preparation::Terms;

/// The settings of either method, in one form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Game {
    /// How the generator is built and trained.
    pub(super) generator: GainMse,
    /// What it plays against; none in GAIN-MSE.
    pub(super) adversary: Option<Adversary>,
}

/// The hint and the weight of the squared error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Adversary {
    /// Smallest share of genes told by the hint.
    pub(super) alpha: f64,
    /// Largest share of genes told by the hint.
    pub(super) beta: f64,
    /// Weight of the squared error.
    pub(super) lambda: f64,
}

impl From<&GainGtex> for Game {
    fn from(settings: &GainGtex) -> Self {
        Self {
            generator: settings.generator(),
            adversary: Some(Adversary {
                alpha: settings.alpha,
                beta: settings.beta,
                lambda: settings.lambda,
            }),
        }
    }
}

impl From<&GainMse> for Game {
    fn from(settings: &GainMse) -> Self {
        Self {
            generator: settings.clone(),
            adversary: None,
        }
    }
}

impl Game {
    /// Name of the method.
    pub(super) fn method(&self) -> &'static str {
        match self.adversary {
            Some(_) => "gain-gtex",
            None => "gain-mse",
        }
    }

    /// What the preparation of the table needs to know.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            method: self.method(),
            validation: self.generator.validation,
            bound: self.generator.bound,
        }
    }

    /// The hidden layers, of either network.
    pub(super) fn layers(&self) -> Layers<'_> {
        Layers {
            widths: &self.generator.widths,
            dropout: self.generator.dropout,
            batch_norm: self.generator.batch_norm,
        }
    }

    /// The optimizer, of either network.
    ///
    /// RMSProp is Adam without a first moment; rho as in Keras.
    pub(super) fn adam(&self) -> Adam {
        let adam = Adam {
            learning_rate: self.generator.learning_rate as f32,
            ..Adam::default()
        };
        match self.generator.optimizer {
            Optimizer::Adam => adam,
            Optimizer::RmsProp => Adam {
                beta1: 0.0,
                beta2: 0.9,
                ..adam
            },
        }
    }

    /// Draws that differ: one where there is no noise.
    pub(super) fn draws(&self) -> usize {
        if self.generator.noise > 0.0 {
            self.generator.draws
        } else {
            1
        }
    }

    /// Refuses shares that end before they begin, and a squared error over nothing.
    pub(super) fn check(&self) -> Result<()> {
        let refuse = |setting: &str, rule: String, found: String| {
            Err(Error::IllegalSetting {
                method: self.method().into(),
                setting: setting.into(),
                rule,
                found,
            })
        };
        let generator = &self.generator;
        let (low, high) = (generator.lowest_shown, generator.highest_shown);
        if low > high {
            let rule = format!("at most highest_shown, which is {high}");
            return refuse("lowest_shown", rule, low.to_string());
        }
        if low == 1.0 && generator.reconstruct == Reconstruct::Hidden {
            let rule = "below 1 where reconstruct is hidden".to_string();
            return refuse("lowest_shown", rule, low.to_string());
        }
        match self.adversary {
            Some(Adversary { alpha, beta, .. }) if alpha > beta => {
                let rule = format!("at most beta, which is {beta}");
                refuse("alpha", rule, alpha.to_string())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Imputer;

    #[test]
    fn shares_that_end_before_they_begin_are_refused_by_name() {
        let settings = GainGtex {
            alpha: 0.6,
            beta: 0.5,
            ..GainGtex::default()
        };
        let error = settings.check().unwrap_err().to_string();
        assert!(error.contains("alpha must be at most beta"), "{error}");
        let settings = GainMse {
            lowest_shown: 0.6,
            highest_shown: 0.5,
            ..GainMse::default()
        };
        let error = settings.check().unwrap_err().to_string();
        assert!(
            error.contains("lowest_shown must be at most highest_shown"),
            "{error}"
        );
    }

    #[test]
    fn nothing_hidden_leaves_nothing_to_learn_from_what_is_hidden() {
        let settings = GainMse {
            lowest_shown: 1.0,
            highest_shown: 1.0,
            reconstruct: Reconstruct::Hidden,
            ..GainMse::default()
        };
        let error = settings.check().unwrap_err().to_string();
        assert!(
            error.contains("below 1 where reconstruct is hidden"),
            "{error}"
        );
    }

    #[test]
    fn rms_prop_has_no_first_moment() {
        let settings = GainMse {
            optimizer: Optimizer::RmsProp,
            ..GainMse::default()
        };
        let adam = Game::from(&settings).adam();
        assert_eq!((adam.beta1, adam.beta2), (0.0, 0.9));
    }
}
