//! How much memory a fit takes.

use imputome_classical::Factor;
use imputome_core::{Imputer, TableShape};

use super::{Beside, Pmi};

/// Copies of the weights that a fit holds at most: the weights, two moments of Adam, the best
/// ones, and a checkpoint of all these.
const COPIES_OF_WEIGHTS: usize = 8;

/// Copies of the table: as the network reads it (values, mask), validation samples (a share of
/// values, masks and estimates), estimates of both paths, their mean and spread.
const COPIES_OF_TABLE: usize = 10;

/// Numbers of a batch beside each hidden layer's: kept for the backward pass.
const COPIES_OF_BATCH: usize = 6;

/// Bytes for fitting and imputing beside the table, from above.
pub(super) fn estimate(settings: &Pmi, shape: TableShape) -> u64 {
    let genes = shape.genes;
    // Covariates bring at most as many inputs as they have levels and one more for each.
    let mut width = 2 * genes + 2 * shape.covariate_columns;
    let mut weights = 2 * shape.covariate_columns * shape.covariate_columns;
    let mut units = width;
    for &hidden in settings.widths.iter().chain([&genes]) {
        weights = weights.saturating_add(hidden.saturating_mul(width + 5));
        units += hidden;
        width = hidden;
    }
    let weights = weights.saturating_mul(COPIES_OF_WEIGHTS + settings.networks);
    let rows = settings.batch.max(shape.samples);
    let batch = rows.saturating_mul(units).saturating_mul(COPIES_OF_BATCH);
    let table = shape
        .samples
        .saturating_mul(genes)
        .saturating_mul(COPIES_OF_TABLE);
    let numbers = weights.saturating_add(batch).saturating_add(table);
    let beside = match settings.beside {
        Beside::Nothing => 0,
        Beside::Factor => Factor::default().memory(shape),
    };
    (numbers as u64).saturating_mul(4).saturating_add(beside)
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
