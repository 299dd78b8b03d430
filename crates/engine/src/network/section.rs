//! What follows the product in a dense block, for some of its columns: bias, batch norm, activation, dropout.

use super::layer::Pass;
use crate::blocks::{BatchStatistics, Normalized, column_sums, dropout_factors};
use crate::model::Mode;
use crate::random::Stream;
use crate::spec::Activation;

/// Columns of a dense block from `start` on; every vector holds one number for each.
#[derive(Debug)]
pub(crate) struct Section {
    pub(super) start: usize,
    pub(super) bias: Vec<f32>,
    pub(super) norm: Option<Norm>,
    pub(super) activation: Activation,
    pub(super) dropout: f32,
    pub(super) stream: Stream,
}

/// Batch norm of some columns.
#[derive(Debug)]
pub(super) struct Norm {
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
    pub(super) mean: Vec<f32>,
    pub(super) variance: Vec<f32>,
    pub(super) epsilon: f32,
}

/// What the backward pass needs of the forward pass; matrices are `[samples, columns]`, row by row.
#[derive(Debug)]
pub(crate) struct Trace {
    /// Output of the activation and factors of dropout, where there is dropout.
    dropped: Option<(Vec<f32>, Vec<f32>)>,
    normalized: Option<Normalized>,
    /// Statistics of the batch, where they were used.
    statistics: Option<BatchStatistics>,
}

/// Gradients of the vectors of a block.
#[derive(Debug, Default)]
pub(crate) struct SmallGradients {
    /// None where batch norm takes the mean of the batch away, and the bias with it: its gradient is zero, and what
    /// rounding leaves of it would be blown up by Adam.
    pub(crate) bias: Option<Vec<f32>>,
    /// Scale and shift of batch norm.
    pub(crate) norm: Option<(Vec<f32>, Vec<f32>)>,
}

impl Section {
    fn width(&self) -> usize {
        self.bias.len()
    }

    /// Turns the product, in place, into the output of the block.
    #[inline(always)]
    pub(crate) fn finish(&self, matrix: &mut [f32], pass: Pass) -> Trace {
        for row in matrix.chunks_exact_mut(self.width()) {
            row.iter_mut()
                .zip(&self.bias)
                .for_each(|(value, bias)| *value += bias);
        }
        let (normalized, statistics) = match &self.norm {
            None => (None, None),
            Some(norm) => norm.apply(matrix, pass.mode),
        };
        self.activation.apply(matrix);
        let dropped = (pass.mode == Mode::Training && self.dropout > 0.0).then(|| {
            let units = self.start..self.start + self.width();
            let factors =
                dropout_factors(self.stream, pass.step, self.dropout, pass.samples, units);
            let activated = matrix.to_vec();
            multiply(matrix, &factors);
            (activated, factors)
        });
        Trace {
            dropped,
            normalized,
            statistics,
        }
    }

    /// Turns the gradient with respect to the output into that with respect to the product.
    #[inline(always)]
    pub(crate) fn backward(
        &self,
        output: &[f32],
        trace: &Trace,
        gradient: &mut [f32],
    ) -> SmallGradients {
        let mut activated = output;
        if let Some((before, factors)) = &trace.dropped {
            multiply(gradient, factors);
            activated = before;
        }
        self.activation.backward(activated, gradient);
        let norm = match (&self.norm, &trace.normalized) {
            (Some(norm), Some(normalized)) => {
                let (scale, shift) = normalized.parameter_gradients(gradient);
                match trace.statistics {
                    Some(_) => normalized.backward_batch(gradient, &norm.scale, (&scale, &shift)),
                    None => normalized.backward_running(gradient, &norm.scale),
                }
                Some((scale, shift))
            }
            _ => None,
        };
        let bias = trace.statistics.is_none().then(|| {
            let sums = column_sums(gradient, self.width(), |_, value| f64::from(value));
            sums.iter().map(|&sum| sum as f32).collect()
        });
        SmallGradients { bias, norm }
    }
}

impl SmallGradients {
    /// Puts the gradients of further columns behind these.
    pub(crate) fn append(&mut self, further: Self) {
        if let Some(bias) = further.bias {
            self.bias.get_or_insert_default().extend(bias);
        }
        if let Some((scale, shift)) = further.norm {
            let (scales, shifts) = self.norm.get_or_insert_default();
            scales.extend(scale);
            shifts.extend(shift);
        }
    }

    /// Forgets what lies beyond the first `width` columns.
    pub(crate) fn truncate(&mut self, width: usize) {
        let (scales, shifts) = self
            .norm
            .iter_mut()
            .map(|(a, b)| (a, b))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        let vectors = self.bias.iter_mut().chain(scales).chain(shifts);
        vectors.for_each(|vector| vector.truncate(width));
    }
}

impl Trace {
    /// Mean and variance of the batch, where they were used.
    pub(crate) fn statistics(&self) -> Option<(&[f32], &[f32])> {
        self.statistics
            .as_ref()
            .map(|batch| (batch.mean.as_slice(), batch.variance.as_slice()))
    }
}

impl Norm {
    #[inline(always)]
    fn apply(
        &self,
        matrix: &mut [f32],
        mode: Mode,
    ) -> (Option<Normalized>, Option<BatchStatistics>) {
        let affine = (self.scale.as_slice(), self.shift.as_slice());
        match mode {
            Mode::Inference => {
                let running = (self.mean.as_slice(), self.variance.as_slice());
                let normalized = Normalized::apply(matrix, running, self.epsilon, affine);
                (Some(normalized), None)
            }
            Mode::Training => {
                let batch = BatchStatistics::of(matrix, self.scale.len());
                let statistics = (batch.mean.as_slice(), batch.variance.as_slice());
                let normalized = Normalized::apply(matrix, statistics, self.epsilon, affine);
                (Some(normalized), Some(batch))
            }
        }
    }
}

#[inline(always)]
fn multiply(values: &mut [f32], factors: &[f32]) {
    values
        .iter_mut()
        .zip(factors)
        .for_each(|(value, factor)| *value *= factor);
}
