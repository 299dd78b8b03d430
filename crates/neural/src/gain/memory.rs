//! How much memory a fit takes.

use imputome_core::TableShape;
use imputome_engine::{Dense, Input, Spec};

use super::game::Game;

/// Copies of the weights beside what the engine trains: the best ones, and a checkpoint of
/// weights, moments and these; no best ones of the discriminator.
const COPIES_OF_WEIGHTS: u64 = 5;

/// Copies of the table: as the networks read it (values, mask, noise), validation samples (a
/// share of values, masks and estimates), a draw, their mean and spread.
const COPIES_OF_TABLE: usize = 12;

/// Bytes for fitting and imputing beside the table, from above.
pub(super) fn estimate(game: &Game, shape: TableShape) -> u64 {
    let players = 1 + u64::from(game.adversary.is_some());
    // Covariates bring at most as many inputs as they have levels and one more for each.
    let inputs = vec![Input::dense(
        "table",
        3 * shape.genes + 2 * shape.covariate_columns,
    )];
    let hidden = |&width: &usize| Dense::linear(width).normalized().dropout(0.5);
    let blocks = game.generator.widths.iter().map(hidden).collect();
    let network = Spec::sequential(inputs, blocks, Dense::linear(shape.genes));
    // A batch when it learns, and many samples at once when it estimates.
    let training = network.training_bytes(game.generator.batch.max(shape.samples));
    let copies = (network.training_bytes(0) / 3).saturating_mul(COPIES_OF_WEIGHTS);
    let networks = training.saturating_add(copies).saturating_mul(players);
    let table = shape
        .samples
        .saturating_mul(shape.genes)
        .saturating_mul(4 * COPIES_OF_TABLE) as u64;
    networks.saturating_add(table)
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
            companion_features: 0,
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
