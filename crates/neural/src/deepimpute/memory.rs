//! How much memory a fit takes.

use imputome_core::TableShape;

use super::directions::ENTRIES;
use super::network::spec;
use super::reader::AT_ONCE;
use super::settings::DeepImpute;

/// Networks trained at once, from above: threads are not known here; ours, a large workstation.
const NETWORKS_AT_ONCE: usize = 32;

/// Bytes for fitting and imputing beside the table, from above.
pub(super) fn estimate(settings: &DeepImpute, shape: TableShape) -> u64 {
    let (cells, genes) = (shape.samples.max(1), shape.genes.max(1));
    let targets = settings.targets.min(genes);
    let predictors = targets.saturating_mul(settings.predictors).min(genes);
    let networks = genes.div_ceil(targets).max(2);
    let width = settings.directions + 1;
    let inputs = predictors.max(width);
    let training = spec(settings, inputs, targets).training_bytes(settings.batch.max(256));
    let at_once = networks.min(NETWORKS_AT_ONCE) as u64;
    let weights = 4 * settings.hidden.saturating_mul(inputs + width + targets) as u64;
    // Scores of every cell for every network, twice, and the table that directions are learned from.
    let scores = 8 * cells.saturating_mul(networks).saturating_mul(width) as u64;
    let scores = scores.saturating_add(4 * ENTRIES.min(cells.saturating_mul(genes)) as u64);
    // Of a full table: as counts and as logarithms with positions of 4 bytes, by cell and by gene for
    // correlations, and the estimates twice.
    let tables = 4 * cells.saturating_mul(genes).saturating_mul(2 + 2 + 2 + 2) as u64;
    let reading = 4 * (AT_ONCE * (settings.hidden + targets)) as u64;
    [
        training.saturating_add(weights).saturating_mul(at_once),
        weights.saturating_mul(networks as u64),
        tables,
        scores,
        reading,
    ]
    .into_iter()
    .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_thousand_full_cells_of_the_paper_need_a_few_times_their_table() {
        let shape = TableShape {
            samples: 50_000,
            genes: 3205,
            covariate_columns: 0,
            companion_features: 0,
        };
        let table = 4 * 50_000 * 3205;
        let needed = estimate(&DeepImpute::default(), shape);
        assert!((8 * table..10 * table).contains(&needed), "{needed}");
    }
}
