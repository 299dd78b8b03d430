//! A dense block with its weights.

use super::arrangement::Arrangement;
use super::parameter::{Learning, Parameter};
use super::section::{Section, SmallGradients};
use crate::model::Mode;
use crate::random::Stream;
use crate::spec::{BatchNorm, Dense};

/// A dense block.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) kernel: Parameter,
    pub(crate) bias: Parameter,
    pub(crate) norm: Option<Norm>,
    pub(crate) block: Dense,
    dropout: Stream,
}

/// The batch norm of a block.
#[derive(Debug)]
pub(crate) struct Norm {
    pub(crate) scale: Parameter,
    pub(crate) shift: Parameter,
    pub(super) mean: Running,
    pub(super) variance: Running,
    spec: BatchNorm,
}

/// A running statistic.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) name: String,
    pub(super) values: Vec<f32>,
}

/// How a forward pass runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pass {
    pub(crate) samples: usize,
    pub(crate) mode: Mode,
    pub(crate) step: u32,
}

impl Layer {
    /// A block named `name` over `kernel` `[ins, width]`, all else as training begins.
    pub(super) fn new(name: &str, block: &Dense, kernel: Parameter, dropout: Stream) -> Self {
        let vector = |part: &str, value: f32| {
            Parameter::vector(format!("{name}.{part}"), block.width, value)
        };
        let running = |part: &str, value: f32| Running {
            name: format!("{name}.{part}"),
            values: vec![value; block.width],
        };
        let norm = block.norm.map(|spec| Norm {
            scale: vector("scale", 1.0),
            shift: vector("shift", 0.0),
            mean: running("running_mean", 0.0),
            variance: running("running_variance", 1.0),
            spec,
        });
        Self {
            kernel,
            bias: vector("bias", 0.0),
            norm,
            block: block.clone(),
            dropout,
        }
    }

    pub(crate) fn ins(&self) -> usize {
        self.kernel.shape[0]
    }

    pub(crate) fn width(&self) -> usize {
        self.block.width
    }

    /// What follows the product, for `width` columns from `start` on; beyond the last column there are zeros.
    pub(crate) fn section(&self, start: usize, width: usize) -> Section {
        let part = |values: &[f32]| {
            let end = values.len().min(start + width);
            let mut part = vec![0.0; width];
            part[..end - start].copy_from_slice(&values[start..end]);
            part
        };
        Section {
            start,
            bias: part(&self.bias.values),
            norm: self.norm.as_ref().map(|norm| super::section::Norm {
                scale: part(&norm.scale.values),
                shift: part(&norm.shift.values),
                mean: part(&norm.mean.values),
                variance: part(&norm.variance.values),
                epsilon: norm.spec.epsilon,
            }),
            activation: self.block.activation,
            dropout: self.block.dropout,
            stream: self.dropout,
        }
    }

    /// Moves the running statistics towards mean and variance of a batch, for the columns from `start` on.
    pub(crate) fn follow_batch(&mut self, start: usize, (mean, variance): (&[f32], &[f32])) {
        if let Some(norm) = &mut self.norm {
            let momentum = norm.spec.momentum;
            norm.mean.follow(start, mean, momentum);
            norm.variance.follow(start, variance, momentum);
        }
    }

    /// Learns the gradients of the vectors, each of one number for every column.
    pub(crate) fn learn_vectors(&mut self, gradients: SmallGradients, learning: Learning) {
        if let Some(bias) = gradients.bias {
            self.bias.learn(&bias, learning);
        }
        if let (Some(norm), Some((scale, shift))) = (&mut self.norm, gradients.norm) {
            norm.scale.learn(&scale, learning);
            norm.shift.learn(&shift, learning);
        }
    }

    /// The kernel of a layer that reads `ins` numbers, as an engine keeps it.
    pub(super) fn kernel(
        name: &str,
        [ins, outs]: [usize; 2],
        arrangement: Arrangement,
        fill: impl Fn(usize, &mut [f32]) + Sync,
    ) -> Parameter {
        Parameter::matrix(format!("{name}.kernel"), [ins, outs], arrangement, fill)
    }
}

impl Running {
    fn follow(&mut self, start: usize, batch: &[f32], momentum: f32) {
        let share = 1.0 - momentum;
        self.values[start..]
            .iter_mut()
            .zip(batch)
            .for_each(|(value, batch)| *value += share * (batch - *value));
    }
}
