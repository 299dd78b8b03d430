//! Settings of PMI.

use imputome_core::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::training::Schedule;

/// Settings of the Pseudo-Mask Imputer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pmi {
    /// Smallest share of a sample's measured genes that the network is shown in training.
    ///
    /// Alpha of equation 2. Not above `beta`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub alpha: f64,
    /// Largest share of a sample's measured genes that the network is shown in training.
    ///
    /// Beta of equation 2.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta: f64,
    /// Widths of the hidden layers, from the inputs to the output.
    #[schemars(inner(range(min = 1, max = 100_000)))]
    pub widths: Vec<usize>,
    /// Share of hidden units dropped at each step of training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// Whether hidden layers are batch-normalized.
    pub batch_norm: bool,
    /// Learning rate of Adam; the highest one where a schedule changes it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub learning_rate: f64,
    /// How the learning rate goes over the epochs.
    pub schedule: Schedule,
    /// Samples in a batch.
    #[schemars(range(min = 2, max = 1_000_000))]
    pub batch: usize,
    /// Epochs at most.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub epochs: usize,
    /// Steps in an epoch, or none for as many as show each training sample once.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub steps: Option<usize>,
    /// Epochs without a better validation loss after which training stops.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub patience: usize,
    /// Share of the samples, by whole donors, that decides when to stop.
    #[schemars(range(min = 0.05, max = 0.5))]
    pub validation: f64,
    /// Networks trained from different random numbers, their estimates averaged.
    #[schemars(range(min = 1, max = 100))]
    pub networks: usize,
    /// What stands beside the network.
    pub beside: Beside,
    /// How far an estimate may leave its gene's training range, as a share of that range, or none
    /// for no bound.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub bound: Option<f64>,
}

/// What stands beside the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// The network alone.
    Nothing,
    /// A factor model; estimates are a weighted mean of both, weights chosen by validation samples.
    #[default]
    Factor,
}

impl Default for Pmi {
    /// Ours, found on validation samples inside the training rows of GTEx (docs/methods/pmi.md,
    /// "Choices"): 2,000 steps, as many as a tenth of the released code's time allows.
    fn default() -> Self {
        Self {
            alpha: 0.05,
            beta: 0.95,
            widths: vec![512, 512],
            dropout: 0.2,
            batch_norm: true,
            learning_rate: 6e-3,
            schedule: Schedule::Cosine,
            batch: 128,
            epochs: 20,
            steps: Some(100),
            patience: 10,
            validation: 0.25,
            networks: 1,
            beside: Beside::Factor,
            bound: Some(0.1),
        }
    }
}

impl Pmi {
    /// Refuses an `alpha` above `beta` (equation 2 asks for beta in `[alpha, 1]`).
    pub(super) fn check_shares(&self) -> Result<()> {
        if self.alpha <= self.beta {
            return Ok(());
        }
        Err(Error::IllegalSetting {
            method: "pmi".into(),
            setting: "alpha".into(),
            rule: format!("at most beta, which is {}", self.beta),
            found: self.alpha.to_string(),
        })
    }
}
