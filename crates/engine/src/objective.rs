//! The objective of a step: its value and the gradient of the output.

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::batch::{Batch, check_size};
use crate::error::EngineError;
use crate::losses::{Entries, Loss, Sums};
use crate::model::{HeadLoss, Objective};

/// A matrix `[samples, width]` of which a loss sees the columns from `start` to before `end`.
#[derive(Debug, Clone, Copy)]
struct Columns {
    width: usize,
    start: usize,
    end: usize,
}

/// Refuses a batch whose target does not fit, and heads that are not those of the network.
pub(crate) fn check_objective(
    objective: &Objective<'_>,
    batch: &Batch<'_>,
    heads: &[usize],
) -> Result<(), EngineError> {
    if let Objective::Gradient(_) = objective {
        return Ok(());
    }
    let size = batch.samples * heads.iter().sum::<usize>();
    check_size("the target", "values", size, batch.target.len())?;
    if let Some(weight) = batch.weight {
        check_size("the weight of the target", "values", size, weight.len())?;
    }
    match objective {
        Objective::Heads(losses) => check_size(
            "the objective",
            "losses for heads",
            heads.len(),
            losses.len(),
        ),
        _ => Ok(()),
    }
}

/// Value of the objective; writes the gradient of the output, shape `[samples, width]`, for a batch that fits. A supplied gradient is computed on the caller's thread, all else on those of `pool`.
pub(crate) fn evaluate(
    objective: Objective<'_>,
    batch: &Batch<'_>,
    (output, gradient): (&[f32], &mut [f32]),
    heads: &[usize],
    pool: &ThreadPool,
) -> f64 {
    let width = heads.iter().sum();
    match objective {
        Objective::Gradient(supplied) => {
            gradient.fill(0.0);
            supplied(output, gradient)
        }
        Objective::Loss(loss) => {
            let whole = Columns {
                width,
                start: 0,
                end: width,
            };
            pool.install(|| evaluate_loss(loss, batch, output, whole, gradient))
        }
        Objective::Heads(losses) => {
            pool.install(|| evaluate_heads(losses, batch, (output, gradient), heads))
        }
    }
}

/// Sum of the losses of all heads, each times its scale.
fn evaluate_heads(
    losses: &[HeadLoss<'_>],
    batch: &Batch<'_>,
    (output, gradient): (&[f32], &mut [f32]),
    heads: &[usize],
) -> f64 {
    let width = heads.iter().sum();
    let (mut value, mut start) = (0.0, 0);
    for (head, width_of_head) in losses.iter().zip(heads) {
        let end = start + width_of_head;
        let columns = Columns { width, start, end };
        let loss = evaluate_loss(head.loss, batch, output, columns, gradient);
        value += f64::from(head.scale) * loss;
        for row in gradient.chunks_mut(width) {
            row[start..end]
                .iter_mut()
                .for_each(|entry| *entry *= head.scale);
        }
        start = end;
    }
    value
}

fn evaluate_loss(
    loss: &dyn Loss,
    batch: &Batch<'_>,
    output: &[f32],
    columns: Columns,
    gradient: &mut [f32],
) -> f64 {
    let entries = |sample: usize| {
        let range = sample * columns.width + columns.start..sample * columns.width + columns.end;
        Entries {
            output: &output[range.clone()],
            target: &batch.target[range.clone()],
            weight: batch.weight.map(|weight| &weight[range]),
        }
    };
    let sums: Vec<Sums> = (0..batch.samples)
        .into_par_iter()
        .map(|sample| loss.sums(&entries(sample)))
        .collect();
    let factors = loss.factors(&sums);
    let rows = gradient.par_chunks_mut(columns.width).enumerate();
    rows.zip(factors).for_each(|((sample, row), factor)| {
        let row = &mut row[columns.start..columns.end];
        loss.gradient(&entries(sample), factor as f32, row);
    });
    loss.value(&sums)
}
