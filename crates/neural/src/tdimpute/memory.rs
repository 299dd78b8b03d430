//! How much memory a fit takes.

use imputome_core::TableShape;

use super::network::spec;
use super::settings::{Beside, Tdimpute};

/// Bytes for fitting and imputing beside the tables, from above.
pub(super) fn estimate(settings: &Tdimpute, shape: TableShape) -> u64 {
    let features = shape.companion_features.max(1);
    let spec = spec(settings, features, shape.genes.max(1));
    let batch = settings.batch.max(settings.tuning_batch).max(256);
    let training = spec.training_bytes(batch);
    // Weights alone: a third of weights with moments.
    let weights = spec.training_bytes(0) / 3;
    // Those that are kept, the best of the one under way, and a copy while files are written;
    // three times as much with moments.
    let copies = (settings.networks as u64 + 2) * if settings.keep_moments { 3 } else { 1 };
    // Estimates of both paths, mean and spread, and sums in f64 of some samples.
    let table = 4 * 8 * shape.samples.saturating_mul(shape.genes) as u64;
    let beside = match settings.beside {
        Beside::Nothing => 0,
        Beside::Ridge => 0,
    };
    [training, weights.saturating_mul(copies), table, beside]
        .into_iter()
        .fold(0, u64::saturating_add)
}
