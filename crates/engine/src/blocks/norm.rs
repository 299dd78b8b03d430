//! Batch norm (Ioffe and Szegedy 2015, algorithm 1).

/// Mean and variance of every column.
#[derive(Debug)]
pub(crate) struct BatchStatistics {
    pub(crate) mean: Vec<f32>,
    pub(crate) variance: Vec<f32>,
}

/// What the backward pass needs of the forward pass.
#[derive(Debug)]
pub(crate) struct Normalized {
    /// `(z - mean) / sqrt(variance + epsilon)`, shape `[samples, width]`.
    values: Vec<f32>,
    /// `1 / sqrt(variance + epsilon)`, shape `[width]`.
    inverse_deviation: Vec<f32>,
}

impl BatchStatistics {
    /// Mean and population variance of every column.
    pub(crate) fn of(matrix: &[f32], width: usize) -> Self {
        let samples = (matrix.len() / width) as f64;
        let mean: Vec<f64> = column_sums(matrix, width, |_, value| f64::from(value))
            .iter()
            .map(|sum| sum / samples)
            .collect();
        let squares = column_sums(matrix, width, |column, value| {
            (f64::from(value) - mean[column]).powi(2)
        });
        Self {
            mean: mean.iter().map(|&mean| mean as f32).collect(),
            variance: squares
                .iter()
                .map(|square| (square / samples) as f32)
                .collect(),
        }
    }
}

impl Normalized {
    /// Normalizes `matrix` in place, then scales and shifts its columns.
    pub(crate) fn apply(
        matrix: &mut [f32],
        statistics: (&[f32], &[f32]),
        epsilon: f32,
        (scale, shift): (&[f32], &[f32]),
    ) -> Self {
        let (mean, variance) = statistics;
        let inverse_deviation: Vec<f32> = variance
            .iter()
            .map(|variance| 1.0 / (variance + epsilon).sqrt())
            .collect();
        let mut values = vec![0.0; matrix.len()];
        let rows = matrix
            .chunks_mut(scale.len())
            .zip(values.chunks_mut(scale.len()));
        for (row, normalized) in rows {
            for column in 0..row.len() {
                normalized[column] = (row[column] - mean[column]) * inverse_deviation[column];
                row[column] = normalized[column] * scale[column] + shift[column];
            }
        }
        Self {
            values,
            inverse_deviation,
        }
    }

    /// Gradients with respect to scale and shift, given that with respect to the block's output.
    pub(crate) fn parameter_gradients(&self, gradient: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let width = self.inverse_deviation.len();
        let mut scale = vec![0.0_f64; width];
        let mut shift = vec![0.0_f64; width];
        for (gradient, normalized) in gradient.chunks(width).zip(self.values.chunks(width)) {
            for column in 0..width {
                scale[column] += f64::from(gradient[column]) * f64::from(normalized[column]);
                shift[column] += f64::from(gradient[column]);
            }
        }
        (to_f32(&scale), to_f32(&shift))
    }

    /// Turns the gradient with respect to the output into that with respect to the input, where the statistics
    /// are those of the batch and so depend on the input.
    pub(crate) fn backward_batch(
        &self,
        gradient: &mut [f32],
        scale: &[f32],
        (scale_gradient, shift_gradient): (&[f32], &[f32]),
    ) {
        let width = scale.len();
        let per_sample = width as f32 / gradient.len() as f32;
        for (gradient, normalized) in gradient.chunks_mut(width).zip(self.values.chunks(width)) {
            for column in 0..width {
                let mean = per_sample
                    * (shift_gradient[column] + normalized[column] * scale_gradient[column]);
                gradient[column] =
                    scale[column] * self.inverse_deviation[column] * (gradient[column] - mean);
            }
        }
    }

    /// The same where the statistics are running ones, which do not depend on the input.
    pub(crate) fn backward_running(&self, gradient: &mut [f32], scale: &[f32]) {
        for gradient in gradient.chunks_mut(scale.len()) {
            for column in 0..scale.len() {
                gradient[column] *= scale[column] * self.inverse_deviation[column];
            }
        }
    }
}

/// Sum over the rows of `term(column, value)` for every column.
pub(crate) fn column_sums(
    matrix: &[f32],
    width: usize,
    term: impl Fn(usize, f32) -> f64,
) -> Vec<f64> {
    let mut sums = vec![0.0; width];
    for row in matrix.chunks(width) {
        for (column, (sum, &value)) in sums.iter_mut().zip(row).enumerate() {
            *sum += term(column, value);
        }
    }
    sums
}

fn to_f32(sums: &[f64]) -> Vec<f32> {
    sums.iter().map(|&sum| sum as f32).collect()
}
