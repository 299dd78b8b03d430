//! The seam: what every engine offers, at the level of a training step.
//!
//! Methods are written against [`Engine`] and [`Model`] alone, so that an engine with fused kernels or one on a
//! graphics card can stand in for the portable one.

use std::fmt;

use crate::adam::Adam;
use crate::batch::Batch;
use crate::error::EngineError;
use crate::losses::Loss;
use crate::spec::Spec;
use crate::weights::{State, Weights};

/// Builds networks from their declaration.
pub trait Engine: fmt::Debug + Send + Sync {
    /// A network with fresh weights: Glorot-uniform kernels, embeddings uniform in ±0.05, zero biases.
    ///
    /// The same `seed` gives the same weights and the same dropout, whatever the number of threads. Refused:
    /// a declaration that contradicts itself, settings out of range.
    fn build(&self, spec: &Spec, adam: Adam, seed: u64) -> Result<Box<dyn Model>, EngineError>;
}

/// A network with its weights and the state of its training.
pub trait Model: fmt::Debug + Send + Sync {
    /// The declaration it was built from.
    fn spec(&self) -> &Spec;

    /// Number of values it holds.
    fn parameters(&self) -> ParameterCount;

    /// Learning rate of the following updates; finite and not negative.
    fn set_learning_rate(&mut self, learning_rate: f32) -> Result<(), EngineError>;

    /// One pass in training mode, forward and backward, and what `update` says. Gives the value of the objective.
    fn step(
        &mut self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        update: Update,
    ) -> Result<f32, EngineError>;

    /// Writes the output for the batch into `output`, shape `[samples, output_width]`, in inference mode.
    fn predict(&self, batch: &Batch<'_>, output: &mut [f32]) -> Result<(), EngineError>;

    /// Value of the objective for the batch and its gradient with respect to every dense input.
    ///
    /// No weight, running statistic or count of steps changes; a generator is trained through a discriminator
    /// with this.
    fn input_gradient(
        &self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        mode: Mode,
    ) -> Result<InputGradient, EngineError>;

    /// All weights and running statistics, in the layout that every engine shares.
    fn export(&self) -> Weights;

    /// Takes weights and running statistics; the moments of Adam and the count of steps stay as they are.
    ///
    /// Refused, with nothing changed: missing or unknown names, other shapes, values that are not finite.
    fn import(&mut self, weights: &Weights) -> Result<(), EngineError>;

    /// Everything that the next step depends on; a training resumed from it gives the same bytes.
    fn state(&self) -> State;

    /// Takes up training where [`state`](Self::state) was taken. Refused as [`import`](Self::import) does.
    fn restore_state(&mut self, state: &State) -> Result<(), EngineError>;
}

/// What a step minimizes.
pub enum Objective<'a> {
    /// A loss over the whole output.
    Loss(&'a dyn Loss),
    /// A loss for each head, in the order of the output; the objective is their sum, each times its scale.
    Heads(&'a [HeadLoss<'a>]),
    /// A gradient supplied from outside, such as the one that comes back through another network.
    Gradient(&'a mut OutputGradient<'a>),
}

/// Given the output, shape `[samples, output_width]`, writes the gradient of the objective with respect to it
/// (same shape, zeros at first) and gives the value of the objective.
pub type OutputGradient<'a> = dyn FnMut(&[f32], &mut [f32]) -> f64 + 'a;

/// The loss of one head and its share in the objective.
#[derive(Debug, Clone, Copy)]
pub struct HeadLoss<'a> {
    /// The loss over the entries of the head.
    pub loss: &'a dyn Loss,
    /// Factor of the loss in the objective.
    pub scale: f32,
}

/// When the gradient of a step reaches the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// At once; no gradient is ever held. Refused while accumulated gradients wait for [`Update::Apply`].
    Now,
    /// Later: the gradient is added to those accumulated before.
    Accumulate,
    /// Now, with all gradients accumulated before added to that of this step.
    Apply,
}

/// How batch norm and dropout behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Statistics of the batch, dropout as the next step will draw it.
    Training,
    /// Running statistics, no dropout.
    Inference,
}

/// What [`Model::input_gradient`] gives.
#[derive(Debug, Clone, PartialEq)]
pub struct InputGradient {
    /// Value of the objective.
    pub value: f32,
    /// One for each input of the network, in its order: shape `[samples, width]`, empty for an embedding.
    pub inputs: Vec<Vec<f32>>,
}

/// How many values a network holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterCount {
    /// Values that training moves.
    pub trainable: usize,
    /// Running means and variances of batch norm.
    pub running: usize,
}

impl ParameterCount {
    /// Values of both kinds.
    pub fn total(self) -> usize {
        self.trainable + self.running
    }
}

impl fmt::Debug for Objective<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loss(loss) => formatter.debug_tuple("Loss").field(loss).finish(),
            Self::Heads(heads) => formatter.debug_tuple("Heads").field(heads).finish(),
            Self::Gradient(_) => formatter.write_str("Gradient"),
        }
    }
}
