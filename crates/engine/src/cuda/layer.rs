//! A dense block on a card: forward, backward, learning.

use std::sync::Arc;

use super::card::{Argument, Card, Product};
use super::norm::{column_statistics, norm_backward_batch, norm_gradients};
use super::parameter::{Learning, Parameter};
use super::plan::Layer;
use super::workspace::{Array, count};
use crate::error::EngineError;
use crate::model::Mode;
use crate::spec::Activation;

/// The tensors of a network, in the order of its layout.
#[derive(Debug)]
pub(super) struct Tensors<C: Card> {
    pub(super) trainable: Vec<Parameter<C>>,
    pub(super) running: Vec<Array<C>>,
}

/// What the backward pass needs of the forward pass.
#[derive(Debug)]
pub(super) struct Trace<C: Card> {
    /// Output of the block, shape `[samples, width]`.
    pub(super) output: Array<C>,
    /// Output of the activation, where dropout came after it.
    activated: Option<Array<C>>,
    /// `(z - mean) / sqrt(variance + epsilon)`, where there is batch norm.
    normalized: Option<Array<C>>,
    /// Mean and variance of the batch, where they were used.
    pub(super) statistics: Option<[Array<C>; 2]>,
}

/// How a forward pass runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    pub(super) samples: usize,
    pub(super) mode: Mode,
    pub(super) step: u32,
}

/// Gradients of the small tensors of a block, by their number.
type SmallGradients<C> = Vec<(usize, Array<C>)>;

impl<C: Card> Tensors<C> {
    pub(super) fn values(&self, number: usize) -> &Array<C> {
        &self.trainable[number].values
    }

    pub(super) fn kernel(&self, layer: &Layer) -> &Array<C> {
        self.values(layer.kernel)
    }

    /// Output for `input` `[samples, ins]` with what the backward pass needs.
    pub(super) fn forward(
        &self,
        layer: &Layer,
        input: &Array<C>,
        pass: Pass,
    ) -> Result<Trace<C>, EngineError> {
        let width = layer.block.width;
        let mut output = input.workspace().room(pass.samples * width)?;
        let product = Product::forward([pass.samples, layer.ins, width]);
        output.take_product(product, input, self.kernel(layer))?;
        let (mut normalized, mut statistics) = (None, None);
        match layer.block.norm {
            None => self.bias_activate(layer, &mut output, layer.block.activation)?,
            Some(norm) => {
                self.bias_activate(layer, &mut output, Activation::Linear)?;
                if pass.mode == Mode::Training {
                    statistics = Some(column_statistics(&output, width)?);
                }
                normalized = Some(self.normalize(layer, norm, &mut output, statistics.as_ref())?);
            }
        }
        let mut activated = None;
        if pass.mode == Mode::Training && layer.block.dropout > 0.0 {
            let dropped = drop_out(layer, &output, pass)?;
            activated = Some(std::mem::replace(&mut output, dropped));
        }
        Ok(Trace {
            output,
            activated,
            normalized,
            statistics,
        })
    }

    fn bias_activate(
        &self,
        layer: &Layer,
        values: &mut Array<C>,
        activation: Activation,
    ) -> Result<(), EngineError> {
        let (bias, entries) = (self.values(layer.bias()), values.len());
        assert_eq!(bias.len(), layer.block.width);
        let workspace = Arc::clone(values.workspace());
        let arguments = vec![
            values.writes(),
            bias.reads(),
            Argument::Count(activation as u32),
            count(bias.len()),
            count(entries),
        ];
        workspace.launch("bias_activate", entries, arguments)
    }

    /// Turns the gradient with respect to the output into that with respect to the product.
    pub(super) fn backward_to_product(
        &self,
        layer: &Layer,
        trace: &Trace<C>,
        gradient: &mut Array<C>,
        pass: Pass,
    ) -> Result<SmallGradients<C>, EngineError> {
        if trace.activated.is_some() {
            drop_out_backward(layer, gradient, pass)?;
        }
        let activated = trace.activated.as_ref().unwrap_or(&trace.output);
        activation_backward(layer.block.activation, activated, gradient)?;
        let mut small = Vec::new();
        if let (Some(norm), Some(normalized)) = (layer.block.norm, &trace.normalized) {
            let [scale, shift] = norm_gradients(gradient, normalized, layer.block.width)?;
            match &trace.statistics {
                Some([_, variance]) => {
                    let gradients = [&scale, &shift];
                    let arrays = [normalized, variance, self.values(layer.scale())];
                    norm_backward_batch(gradient, arrays, gradients, norm)?;
                }
                None => self.norm_backward_running(layer, gradient, norm)?,
            }
            small.extend([(layer.scale(), scale), (layer.shift(), shift)]);
        }
        // Batch norm takes the mean of the batch away, and the bias with it: its gradient is zero.
        if trace.statistics.is_none() {
            small.push((layer.bias(), column_sums(gradient, layer.block.width, 1.0)?));
        }
        Ok(small)
    }

    /// Learns the gradients of the kernel, from its factors, and of the small tensors.
    pub(super) fn learn(
        &mut self,
        layer: &Layer,
        [input, gradient]: [&Array<C>; 2],
        small: SmallGradients<C>,
        learning: Learning,
    ) -> Result<(), EngineError> {
        let (ins, outs) = (layer.ins, layer.block.width);
        let mut kernel = input.workspace().room(ins * outs)?;
        let product = Product::kernel_gradient([gradient.len() / outs, ins, outs]);
        kernel.take_product(product, input, gradient)?;
        self.trainable[layer.kernel].learn(&kernel, learning)?;
        small
            .iter()
            .try_for_each(|(number, gradient)| self.trainable[*number].learn(gradient, learning))
    }
}

/// Sum of every column, divided by `divisor`.
pub(super) fn column_sums<C: Card>(
    matrix: &Array<C>,
    width: usize,
    divisor: f32,
) -> Result<Array<C>, EngineError> {
    let workspace = matrix.workspace();
    let mut sums = workspace.room(width)?;
    let arguments = vec![
        matrix.reads(),
        sums.writes(),
        Argument::Value(divisor),
        count(matrix.len() / width),
        count(width),
    ];
    workspace.launch("column_sums", width, arguments)?;
    Ok(sums)
}

fn drop_out<C: Card>(
    layer: &Layer,
    source: &Array<C>,
    pass: Pass,
) -> Result<Array<C>, EngineError> {
    let workspace = source.workspace();
    let mut target = workspace.room(source.len())?;
    assert_eq!(source.len(), pass.samples * layer.block.width);
    let mut arguments = vec![source.reads(), target.writes()];
    arguments.extend(dropout_arguments(layer, pass));
    workspace.launch("drop_out", dropout_threads(layer, pass), arguments)?;
    Ok(target)
}

fn drop_out_backward<C: Card>(
    layer: &Layer,
    gradient: &mut Array<C>,
    pass: Pass,
) -> Result<(), EngineError> {
    let workspace = Arc::clone(gradient.workspace());
    assert_eq!(gradient.len(), pass.samples * layer.block.width);
    let mut arguments = vec![gradient.writes()];
    arguments.extend(dropout_arguments(layer, pass));
    workspace.launch("drop_out_backward", dropout_threads(layer, pass), arguments)
}

/// One thread draws four units of a sample.
fn dropout_threads(layer: &Layer, pass: Pass) -> usize {
    pass.samples * layer.block.width.div_ceil(4)
}

fn dropout_arguments<'a, N, W>(layer: &Layer, pass: Pass) -> [Argument<'a, N, W>; 8] {
    let (seed, stream) = layer.dropout.parts();
    let rate = layer.block.dropout;
    [
        Argument::Count(seed as u32),
        Argument::Count((seed >> 32) as u32),
        Argument::Count(stream),
        Argument::Count(pass.step),
        Argument::Value(rate),
        Argument::Value(1.0 / (1.0 - rate)),
        count(pass.samples),
        count(layer.block.width),
    ]
}

fn activation_backward<C: Card>(
    activation: Activation,
    activated: &Array<C>,
    gradient: &mut Array<C>,
) -> Result<(), EngineError> {
    if activation == Activation::Linear {
        return Ok(());
    }
    let (workspace, entries) = (Arc::clone(gradient.workspace()), gradient.len());
    assert_eq!(activated.len(), entries);
    let arguments = vec![
        gradient.writes(),
        activated.reads(),
        Argument::Count(activation as u32),
        count(entries),
    ];
    workspace.launch("activation_backward", entries, arguments)
}
