//! How much memory a fit takes.

use imputome_classical::Factor;
use imputome_core::{Imputer, TableShape};
use imputome_engine::{Dense, Input, Spec};

use super::{Beside, Pmi};

/// Copies of the weights beside what the engine trains: the best ones, and a checkpoint of
/// weights, moments and these.
const COPIES_OF_WEIGHTS: u64 = 5;

/// Copies of the table: as the network reads it (values, mask), validation samples (a share of
/// values, masks and estimates), estimates of both paths, their mean and spread.
const COPIES_OF_TABLE: usize = 10;

/// Bytes for fitting and imputing beside the table, from above.
pub(super) fn estimate(settings: &Pmi, shape: TableShape) -> u64 {
    // Covariates bring at most as many inputs as they have levels and one more for each.
    let inputs = vec![Input::dense(
        "table",
        2 * (shape.genes + shape.covariate_columns),
    )];
    let hidden = |&width: &usize| Dense::linear(width).normalized().dropout(0.5);
    let blocks = settings.widths.iter().map(hidden).collect();
    let network = Spec::sequential(inputs, blocks, Dense::linear(shape.genes));
    // A batch when it learns, and many samples at once when it estimates.
    let training = network.training_bytes(settings.batch.max(shape.samples));
    let weights = network.training_bytes(0) / 3;
    let copies = weights.saturating_mul(COPIES_OF_WEIGHTS + settings.networks as u64);
    let table = shape
        .samples
        .saturating_mul(shape.genes)
        .saturating_mul(4 * COPIES_OF_TABLE) as u64;
    let beside = match settings.beside {
        Beside::Nothing => 0,
        Beside::Factor => Factor::default().memory(shape),
    };
    [training, copies, table, beside]
        .into_iter()
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_large_network_needs_gigabytes_and_the_default_far_less() {
        let shape = TableShape {
            samples: 1000,
            genes: 12_557,
            covariate_columns: 55,
            companion_features: 0,
        };
        let published = Pmi::preset("published-inductive").unwrap();
        let large = estimate(&published, shape);
        // 115.8 million numbers with two moments and the best ones are 1.85 GB already.
        assert!((1_850_000_000..10_000_000_000).contains(&large), "{large}");
        assert!(
            estimate(
                &Pmi {
                    beside: Beside::Nothing,
                    ..Pmi::default()
                },
                shape
            ) < large / 2
        );
    }
}
