//! A dense block with its weights: forward, backward, learning.

use super::parameter::{Learning, Parameter};
use crate::blocks::{
    BatchStatistics, Factors, Normalized, column_sums, dropout_factors, input_gradient, product,
};
use crate::model::Mode;
use crate::random::Stream;
use crate::spec::{BatchNorm, Dense};

/// A dense block.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) kernel: Parameter,
    pub(super) bias: Parameter,
    pub(super) norm: Option<Norm>,
    block: Dense,
    dropout: Stream,
}

/// The batch norm of a block.
#[derive(Debug)]
pub(super) struct Norm {
    pub(super) scale: Parameter,
    pub(super) shift: Parameter,
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

/// What the backward pass needs of the forward pass.
#[derive(Debug)]
pub(super) struct Trace {
    /// Output of the block, shape `[samples, width]`.
    pub(super) output: Vec<f32>,
    /// Output of the activation and factors of dropout, where there is dropout.
    dropped: Option<(Vec<f32>, Vec<f32>)>,
    normalized: Option<Normalized>,
    /// Statistics of the batch, where they were used.
    statistics: Option<BatchStatistics>,
}

/// How a forward pass runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass {
    pub(super) samples: usize,
    pub(super) mode: Mode,
    pub(super) step: u32,
}

/// Gradients of the small parameters of a block.
#[derive(Debug)]
struct SmallGradients {
    bias: Option<Vec<f32>>,
    norm: Option<(Vec<f32>, Vec<f32>)>,
}

impl Layer {
    /// A block named `name` over `kernel` `[ins, width]`, all else as training begins.
    pub(super) fn new(name: &str, block: &Dense, kernel: Parameter, dropout: Stream) -> Self {
        let vector = |part: &str, value: f32| {
            Parameter::new(
                format!("{name}.{part}"),
                vec![block.width],
                vec![value; block.width],
            )
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

    fn ins(&self) -> usize {
        self.kernel.shape[0]
    }

    pub(super) fn width(&self) -> usize {
        self.block.width
    }

    /// Output for `input` `[samples, ins]` with what the backward pass needs.
    pub(super) fn forward(&self, input: &[f32], pass: Pass) -> Trace {
        let shape = [pass.samples, self.ins(), self.width()];
        let mut output = product(input, &self.kernel.values, shape);
        for row in output.chunks_mut(self.width()) {
            row.iter_mut()
                .zip(&self.bias.values)
                .for_each(|(value, bias)| *value += bias);
        }
        let (normalized, statistics) = match &self.norm {
            None => (None, None),
            Some(norm) => norm.forward(&mut output, pass.mode),
        };
        self.block.activation.apply(&mut output);
        let dropped = (pass.mode == Mode::Training && self.block.dropout > 0.0).then(|| {
            let shape = [pass.samples, self.width()];
            let factors = dropout_factors(self.dropout, pass.step, self.block.dropout, shape);
            let activated = output.clone();
            multiply(&mut output, &factors);
            (activated, factors)
        });
        Trace {
            output,
            dropped,
            normalized,
            statistics,
        }
    }

    /// Gradient with respect to the input, given that with respect to the output; learns nothing.
    pub(super) fn input_gradient(&self, trace: &Trace, mut gradient: Vec<f32>) -> Vec<f32> {
        self.backward_to_product(trace, &mut gradient);
        let samples = gradient.len() / self.width();
        input_gradient(
            &gradient,
            &self.kernel.values,
            [samples, self.ins(), self.width()],
        )
    }

    /// The same, and learns. Only the input columns that `wanted` selects need a gradient; the others may be left
    /// zero.
    pub(super) fn learn(
        &mut self,
        input: &[f32],
        trace: &Trace,
        mut gradient: Vec<f32>,
        wanted: &(impl Fn(usize, usize) -> bool + Sync),
        learning: Learning,
    ) -> Vec<f32> {
        let small = self.backward_to_product(trace, &mut gradient);
        let samples = gradient.len() / self.width();
        let (ins, outs) = (self.ins(), self.width());
        let mut input_gradient = vec![0.0; samples * ins];
        let factors = Factors {
            input,
            gradient: &gradient,
            samples,
            ins,
            outs,
        };
        self.kernel
            .learn_product(factors, &mut input_gradient, wanted, learning);
        if let Some(bias) = small.bias {
            self.bias.learn(&bias, learning);
        }
        if let (Some(norm), Some((scale, shift))) = (&mut self.norm, small.norm) {
            norm.scale.learn(&scale, learning);
            norm.shift.learn(&shift, learning);
        }
        input_gradient
    }

    /// Moves the running statistics towards those of the batch.
    pub(super) fn follow_batch(&mut self, trace: &Trace) {
        if let (Some(norm), Some(statistics)) = (&mut self.norm, &trace.statistics) {
            norm.mean.follow(&statistics.mean, norm.spec.momentum);
            norm.variance
                .follow(&statistics.variance, norm.spec.momentum);
        }
    }

    /// Turns the gradient with respect to the output into that with respect to the product.
    fn backward_to_product(&self, trace: &Trace, gradient: &mut [f32]) -> SmallGradients {
        let mut activated = &trace.output;
        if let Some((before, factors)) = &trace.dropped {
            multiply(gradient, factors);
            activated = before;
        }
        self.block.activation.backward(activated, gradient);
        let norm = match (&self.norm, &trace.normalized) {
            (Some(norm), Some(normalized)) => {
                let (scale, shift) = normalized.parameter_gradients(gradient);
                let slope = &norm.scale.values;
                match trace.statistics {
                    Some(_) => normalized.backward_batch(gradient, slope, (&scale, &shift)),
                    None => normalized.backward_running(gradient, slope),
                }
                Some((scale, shift))
            }
            _ => None,
        };
        SmallGradients {
            bias: self.bias_gradient(trace, gradient),
            norm,
        }
    }

    /// None where batch norm takes the mean of the batch away, and the bias with it: its gradient is zero, and what
    /// rounding leaves of it would be blown up by Adam.
    fn bias_gradient(&self, trace: &Trace, gradient: &[f32]) -> Option<Vec<f32>> {
        trace.statistics.is_none().then(|| {
            let sums = column_sums(gradient, self.width(), |_, value| f64::from(value));
            sums.iter().map(|&sum| sum as f32).collect()
        })
    }
}

impl Norm {
    fn forward(
        &self,
        matrix: &mut [f32],
        mode: Mode,
    ) -> (Option<Normalized>, Option<BatchStatistics>) {
        let affine = (self.scale.values.as_slice(), self.shift.values.as_slice());
        let epsilon = self.spec.epsilon;
        match mode {
            Mode::Inference => {
                let running = (self.mean.values.as_slice(), self.variance.values.as_slice());
                (
                    Some(Normalized::apply(matrix, running, epsilon, affine)),
                    None,
                )
            }
            Mode::Training => {
                let batch = BatchStatistics::of(matrix, self.scale.values.len());
                let statistics = (batch.mean.as_slice(), batch.variance.as_slice());
                (
                    Some(Normalized::apply(matrix, statistics, epsilon, affine)),
                    Some(batch),
                )
            }
        }
    }
}

impl Running {
    fn follow(&mut self, batch: &[f32], momentum: f32) {
        let share = 1.0 - momentum;
        self.values
            .iter_mut()
            .zip(batch)
            .for_each(|(value, batch)| *value += share * (batch - *value));
    }
}

fn multiply(values: &mut [f32], factors: &[f32]) {
    values
        .iter_mut()
        .zip(factors)
        .for_each(|(value, factor)| *value *= factor);
}
