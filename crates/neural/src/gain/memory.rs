//! How much memory a fit takes.

use imputome_core::TableShape;

use super::game::Game;

/// Copies of the weights that a fit holds at most: the weights, two moments of Adam, the best
/// ones, and a checkpoint of all these; no best ones of the discriminator.
const COPIES_OF_WEIGHTS: usize = 8;

/// Copies of the table: as the networks read it (values, mask, noise), validation samples (a
/// share of values, masks and estimates), a draw, their mean and spread.
const COPIES_OF_TABLE: usize = 12;

/// Numbers of a batch beside each hidden layer's: kept for the backward pass.
const COPIES_OF_BATCH: usize = 6;

/// Bytes for fitting and imputing beside the table, from above.
pub(super) fn estimate(game: &Game, shape: TableShape) -> u64 {
    let players = 1 + usize::from(game.adversary.is_some());
    let genes = shape.genes;
    // Covariates bring at most as many inputs as they have levels and one more for each.
    let mut width = 3 * genes + 2 * shape.covariate_columns;
    let mut weights = 2 * shape.covariate_columns * shape.covariate_columns;
    let mut units = width;
    for &hidden in game.generator.widths.iter().chain([&genes]) {
        weights = weights.saturating_add(hidden.saturating_mul(width + 5));
        units += hidden;
        width = hidden;
    }
    let weights = weights.saturating_mul(COPIES_OF_WEIGHTS * players);
    let rows = game.generator.batch.max(shape.samples);
    let batch = rows.saturating_mul(units).saturating_mul(COPIES_OF_BATCH);
    let table = shape
        .samples
        .saturating_mul(genes)
        .saturating_mul(COPIES_OF_TABLE);
    let numbers = weights.saturating_add(batch).saturating_add(table);
    (numbers as u64).saturating_mul(4)
}

#[cfg(test)]
mod tests {
    use super::super::{GainGtex, GainMse};
    use super::*;

    #[test]
    fn an_adversary_doubles_what_the_published_large_networks_need() {
        let shape = TableShape {
            samples: 1000,
            genes: 12_557,
            covariate_columns: 55,
        };
        let gain = GainGtex::preset("published-inductive").unwrap();
        let with = estimate(&(&gain).into(), shape);
        // 189.1 million numbers with two moments, and the best of 106.5, are 2.7 GB already.
        assert!((2_700_000_000..12_000_000_000).contains(&with), "{with}");
        let mse = GainMse::preset("published-inductive").unwrap();
        let without = estimate(&(&mse).into(), shape);
        assert!(without < with && 2 * without > with, "{without}");
    }
}
