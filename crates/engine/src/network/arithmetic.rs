//! What an engine on the processor brings: how one block is computed, and in what form activations lie.

use std::fmt::Debug;

use super::arrangement::Arrangement;
use super::layer::{Layer, Pass};
use super::parameter::Learning;

/// The arithmetic of a dense block, forward and backward.
pub(crate) trait Arithmetic: Debug + Copy + Send + Sync + 'static {
    /// How kernels lie in memory.
    const KERNELS: Arrangement;

    /// Activations or gradients of the samples of a batch.
    type Matrix: Matrix;

    /// What the backward pass needs of the forward pass.
    type Trace: Debug + Send + Sync;

    /// Output for an input, with what the backward pass needs.
    fn forward(self, layer: &Layer, input: &Self::Matrix, pass: Pass) -> Self::Trace;

    /// Output that a forward pass left.
    fn output(trace: &Self::Trace) -> &Self::Matrix;

    /// Gradient with respect to the input, given that with respect to the output; learns nothing.
    fn input_gradient(
        self,
        layer: &Layer,
        trace: &Self::Trace,
        gradient: Self::Matrix,
    ) -> Self::Matrix;

    /// The same, and learns. Only the input columns that `wanted` (of a first column and the one behind the last)
    /// selects need a gradient; the others may be left zero.
    fn learn(
        self,
        layer: &mut Layer,
        trace: (&Self::Matrix, &Self::Trace),
        gradient: Self::Matrix,
        wanted: &(dyn Fn(usize, usize) -> bool + Sync),
        learning: Learning,
    ) -> Self::Matrix;

    /// Moves the running statistics of a layer towards those of the batch.
    fn follow_batch(layer: &mut Layer, trace: &Self::Trace);
}

/// Numbers for every sample of a batch, in the form that suits an engine.
pub(crate) trait Matrix: Debug + Send + Sync + Sized {
    /// A matrix `[samples, width]` of which `fill(sample, start, part)` writes any part of a row.
    fn build(
        samples: usize,
        width: usize,
        fill: &(impl Fn(usize, usize, &mut [f32]) + Sync),
    ) -> Self;

    /// Writes part of the row of a sample, from column `start`.
    fn read(&self, sample: usize, start: usize, part: &mut [f32]);

    /// Adds another matrix of the same size.
    fn add(&mut self, terms: &Self);
}
