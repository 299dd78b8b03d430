//! Settings of TDimpute.

use imputome_core::{Error, Result};
use imputome_engine::Activation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::training::Schedule;

/// Settings of TDimpute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tdimpute {
    /// Units of the hidden layer.
    #[schemars(range(min = 1, max = 100_000))]
    pub hidden: usize,
    /// Function of the hidden units.
    pub activation: HiddenActivation,
    /// Function of the outputs.
    pub output: Output,
    /// What the network reads of the companion.
    pub features: Features,
    /// What expression is divided by, or none for a number learned from training samples.
    #[schemars(range(min = 1e-6, max = 1e9))]
    pub scale: Option<f64>,
    /// What one root of the loss is taken over.
    pub loss: RootOver,
    /// Share of hidden units dropped at each step of training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// Learning rate of Adam; the highest one where a schedule changes it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub learning_rate: f64,
    /// How the learning rate goes over the epochs.
    pub schedule: Schedule,
    /// Samples in a batch.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub batch: usize,
    /// Passes over the samples, at most.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub epochs: usize,
    /// Samples in a batch when a model from another cohort is tuned.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub tuning_batch: usize,
    /// Passes over the samples when a model from another cohort is tuned, at most.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub tuning_epochs: usize,
    /// Whether a model keeps the moments of Adam and tuning goes on from them; the file is three
    /// times as large.
    pub keep_moments: bool,
    /// Epochs without a better validation loss after which training stops, or none to learn from
    /// all samples to the last epoch.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub patience: Option<usize>,
    /// Parts that samples are cut into, donors whole; each network leaves out the next part and is
    /// stopped and judged by it.
    #[schemars(range(min = 2, max = 100))]
    pub parts: usize,
    /// Networks trained, their estimates averaged.
    #[schemars(range(min = 1, max = 100))]
    pub networks: usize,
    /// What stands beside the networks.
    pub beside: Beside,
}

/// Function of the hidden units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HiddenActivation {
    /// `1 / (1 + exp(-z))`, as published.
    #[default]
    Sigmoid,
    /// `tanh(z)`.
    Tanh,
    /// `max(z, 0)`.
    Relu,
}

/// Function of the outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// `1 / (1 + exp(-z))`, as the released code has it: no estimate below 0 or above the scale.
    Sigmoid,
    /// The sum itself, added to the gene's mean.
    #[default]
    Linear,
}

/// What the network reads of the companion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Features {
    /// Values as they are, such as betas.
    AsGiven,
    /// Standard scores over the training samples.
    #[default]
    Standardized,
}

/// What one root of the loss is taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RootOver {
    /// All samples and genes of a batch, as the released code has it.
    #[default]
    Batch,
    /// The genes of each sample, as equation 1 can be read.
    Sample,
}

/// What stands beside the networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// The networks alone.
    Nothing,
    /// Ridge regression; estimates are a weighted mean of both, weights by gene from samples that
    /// neither has seen.
    #[default]
    Ridge,
}

impl Default for Tdimpute {
    /// Ours, found by cross-validation inside the training samples of two cohorts
    /// (docs/methods/tdimpute.md, "Choices").
    fn default() -> Self {
        Self {
            hidden: 256,
            activation: HiddenActivation::Sigmoid,
            output: Output::Linear,
            features: Features::Standardized,
            scale: None,
            loss: RootOver::Batch,
            dropout: 0.0,
            learning_rate: 1e-3,
            schedule: Schedule::Cosine,
            batch: 16,
            epochs: 70,
            tuning_batch: 16,
            tuning_epochs: 70,
            keep_moments: false,
            patience: Some(10),
            parts: 5,
            networks: 5,
            beside: Beside::Ridge,
        }
    }
}

impl Tdimpute {
    /// Refuses a regression beside networks that no sample is left to judge.
    pub(super) fn check_judges(&self) -> Result<()> {
        if self.beside == Beside::Nothing || self.patience.is_some() {
            return Ok(());
        }
        Err(Error::IllegalSetting {
            method: super::NAME.into(),
            setting: "beside".into(),
            rule: "nothing where patience is none: no sample is left to weigh both by".into(),
            found: "ridge".into(),
        })
    }
}

impl HiddenActivation {
    /// The activation of the engine.
    pub(super) fn of_engine(self) -> Activation {
        match self {
            Self::Sigmoid => Activation::Sigmoid,
            Self::Tanh => Activation::Tanh,
            Self::Relu => Activation::Relu,
        }
    }
}

impl Output {
    /// The activation of the engine.
    pub(super) fn of_engine(self) -> Activation {
        match self {
            Self::Sigmoid => Activation::Sigmoid,
            Self::Linear => Activation::Linear,
        }
    }
}
