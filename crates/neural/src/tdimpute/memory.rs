//! How much memory a fit takes.

use imputome_classical::Ridge;
use imputome_core::{Imputer, TableShape};

use super::network::spec;
use super::settings::{Beside, Tdimpute};

/// Copies of a network's weights while it is trained, beside the engine's own: the best ones, a
/// state of weights and two moments, and these four once more while a checkpoint is written.
const COPIES_UNDER_WAY: u64 = 8;

/// Copies of the expression table: samples left out with their estimates by both paths, all
/// estimates, their mean and spread.
const COPIES_OF_TABLE: usize = 8;

/// Copies of the companion: samples that a regression learns from, and all of them once more.
const COPIES_OF_COMPANION: usize = 2;

/// Bytes for fitting and imputing beside the tables, from above; a model to go on from comes on
/// top, as large as its file.
pub(super) fn estimate(settings: &Tdimpute, shape: TableShape) -> u64 {
    let (features, genes) = (shape.companion_features.max(1), shape.genes.max(1));
    let spec = spec(settings, features, genes);
    // A batch when it learns, some samples at once when it estimates.
    let batch = settings.batch.max(settings.tuning_batch);
    let training = spec.training_bytes(batch.max(super::fitted::AT_ONCE));
    let weights = spec.training_bytes(0) / 3;
    let tensors_kept = if settings.keep_moments { 3 } else { 1 };
    let copies = COPIES_UNDER_WAY + tensors_kept * settings.networks as u64;
    let of_table = COPIES_OF_TABLE.saturating_mul(genes);
    let of_companion = COPIES_OF_COMPANION.saturating_mul(features);
    let rows = of_table.saturating_add(of_companion);
    let tables = rows.saturating_mul(shape.samples).saturating_mul(4) as u64;
    let beside = match settings.beside {
        Beside::Nothing => 0,
        Beside::Ridge => Ridge::default().memory(shape),
    };
    [training, weights.saturating_mul(copies), tables, beside]
        .into_iter()
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_full_size_needs_gigabytes_and_the_default_a_tenth() {
        let shape = TableShape {
            samples: 500,
            genes: 19_027,
            covariate_columns: 0,
            companion_features: 27_717,
        };
        let published = estimate(&Tdimpute::preset("published").unwrap(), shape);
        // 187 million numbers: 12 bytes each to train them, 44 more for copies with moments.
        assert!(
            (10_000_000_000..12_000_000_000).contains(&published),
            "{published}"
        );
        let default = estimate(&Tdimpute::default(), shape);
        assert!(default < 2_000_000_000, "{default}");
    }
}
