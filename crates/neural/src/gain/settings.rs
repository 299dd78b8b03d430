//! Settings of GAIN-GTEx and GAIN-MSE.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::training::Schedule;

/// Settings of GAIN-GTEx: a generator and a discriminator that learn from each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GainGtex {
    /// Smallest share of the genes whose mask the discriminator is told by the hint.
    ///
    /// Alpha of equation 11. Not above `beta`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub alpha: f64,
    /// Largest share of the genes whose mask the discriminator is told by the hint.
    ///
    /// Beta of equation 11.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub beta: f64,
    /// Weight of the squared error beside the adversarial loss.
    ///
    /// Lambda of equation 13.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub lambda: f64,
    /// Smallest share of a sample's measured genes that the generator is shown in training.
    ///
    /// The rest counts as missing. Not above `highest_shown`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub lowest_shown: f64,
    /// Largest share of a sample's measured genes that the generator is shown in training.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub highest_shown: f64,
    /// Which measured genes the squared error is taken over.
    pub reconstruct: Reconstruct,
    /// Standard deviation of the noise at missing genes.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub noise: f64,
    /// Draws of the noise whose estimates are averaged.
    #[schemars(range(min = 1, max = 10_000))]
    pub draws: usize,
    /// Widths of the hidden layers of both networks, from the inputs to the output.
    #[schemars(inner(range(min = 1, max = 100_000)))]
    pub widths: Vec<usize>,
    /// Share of hidden units dropped at each step of training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// Whether hidden layers are batch-normalized.
    pub batch_norm: bool,
    /// How gradients become steps.
    pub optimizer: Optimizer,
    /// Learning rate of both networks; the highest one where a schedule changes it.
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
    /// How far an estimate may leave its gene's training range, as a share of that range, or none
    /// for no bound.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub bound: Option<f64>,
}

/// Settings of GAIN-MSE: the generator of GAIN-GTEx trained by its squared error alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GainMse {
    /// Smallest share of a sample's measured genes that the generator is shown in training.
    ///
    /// The rest counts as missing. Not above `highest_shown`.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub lowest_shown: f64,
    /// Largest share of a sample's measured genes that the generator is shown in training.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub highest_shown: f64,
    /// Which measured genes the squared error is taken over.
    pub reconstruct: Reconstruct,
    /// Standard deviation of the noise at missing genes.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub noise: f64,
    /// Draws of the noise whose estimates are averaged.
    #[schemars(range(min = 1, max = 10_000))]
    pub draws: usize,
    /// Widths of the hidden layers, from the inputs to the output.
    #[schemars(inner(range(min = 1, max = 100_000)))]
    pub widths: Vec<usize>,
    /// Share of hidden units dropped at each step of training.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub dropout: f64,
    /// Whether hidden layers are batch-normalized.
    pub batch_norm: bool,
    /// How gradients become steps.
    pub optimizer: Optimizer,
    /// Learning rate; the highest one where a schedule changes it.
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
    /// How far an estimate may leave its gene's training range, as a share of that range, or none
    /// for no bound.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub bound: Option<f64>,
}

/// Which measured genes of a sample the squared error is taken over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reconstruct {
    /// Those that the generator is shown (second term of equation 13).
    Shown,
    /// All of them, shown or not.
    #[default]
    Measured,
    /// Those that the generator is not shown, as the Pseudo-Mask Imputer does.
    Hidden,
}

/// How gradients become steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Adam with the constants of Keras.
    #[default]
    Adam,
    /// RMSProp with the constants of Keras, its first steps corrected as those of Adam.
    RmsProp,
}

impl Default for GainGtex {
    /// Ours, found on training rows and visible entries of GTEx (docs/methods/gain-gtex.md,
    /// "Choices"): the generator of GAIN-MSE for as many steps as a fifth of the released code's
    /// time allows.
    fn default() -> Self {
        Self {
            lambda: 10.0,
            epochs: 12,
            ..Self::around(GainMse::default())
        }
    }
}

impl GainGtex {
    /// The generator of GAIN-MSE with the adversary that all released configurations have.
    pub(super) fn around(generator: GainMse) -> Self {
        Self {
            alpha: 0.5,
            beta: 0.5,
            lambda: 1.0,
            lowest_shown: generator.lowest_shown,
            highest_shown: generator.highest_shown,
            reconstruct: generator.reconstruct,
            noise: generator.noise,
            draws: generator.draws,
            widths: generator.widths,
            dropout: generator.dropout,
            batch_norm: generator.batch_norm,
            optimizer: generator.optimizer,
            learning_rate: generator.learning_rate,
            schedule: generator.schedule,
            batch: generator.batch,
            epochs: generator.epochs,
            steps: generator.steps,
            patience: generator.patience,
            validation: generator.validation,
            bound: generator.bound,
        }
    }

    /// The settings of its generator.
    pub(super) fn generator(&self) -> GainMse {
        GainMse {
            lowest_shown: self.lowest_shown,
            highest_shown: self.highest_shown,
            reconstruct: self.reconstruct,
            noise: self.noise,
            draws: self.draws,
            widths: self.widths.clone(),
            dropout: self.dropout,
            batch_norm: self.batch_norm,
            optimizer: self.optimizer,
            learning_rate: self.learning_rate,
            schedule: self.schedule,
            batch: self.batch,
            epochs: self.epochs,
            steps: self.steps,
            patience: self.patience,
            validation: self.validation,
            bound: self.bound,
        }
    }
}

impl Default for GainMse {
    /// Ours, found on training rows and visible entries of GTEx (docs/methods/gain-gtex.md,
    /// "Choices"); widths as in the released in-place configurations for 273 genes.
    fn default() -> Self {
        Self {
            lowest_shown: 0.1,
            highest_shown: 1.0,
            reconstruct: Reconstruct::Measured,
            noise: 1.0,
            draws: 10,
            widths: vec![296, 296],
            dropout: 0.3,
            batch_norm: true,
            optimizer: Optimizer::Adam,
            learning_rate: 6e-3,
            schedule: Schedule::Cosine,
            batch: 128,
            epochs: 20,
            steps: Some(100),
            patience: 10,
            validation: 0.1,
            bound: Some(0.1),
        }
    }
}
