//! How far estimates may go.

use imputome_core::Dataset;
use ndarray::Array2;

/// How far beyond a gene's training range its estimates may go, in ranges: ours. Estimates are
/// weighted means in effect; beyond this they come from a sample unlike any seen.
const MARGIN: f32 = 0.25;
/// Each gene's training range, widened by [`MARGIN`] of it on both sides, shape `[genes, 2]`.
pub(super) fn training_range(train: &Dataset) -> Array2<f32> {
    let mut limits = Array2::zeros((train.n_genes(), 2));
    for (g, mut row) in limits.rows_mut().into_iter().enumerate() {
        let (low, high) = train
            .measured_of_gene(g)
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), (_, v)| {
                (low.min(v), high.max(v))
            });
        if low <= high {
            let margin = MARGIN * (high - low);
            row[0] = low - margin;
            row[1] = high + margin;
        }
    }
    limits
}

/// Brings every estimate, shape `[samples, genes]`, within its gene's limits, shape `[genes, 2]`.
pub(super) fn keep_within(estimates: &mut Array2<f32>, limits: &Array2<f32>) {
    for mut row in estimates.rows_mut() {
        for (estimate, limits) in row.iter_mut().zip(limits.rows()) {
            *estimate = estimate.clamp(limits[0], limits[1]);
        }
    }
}
