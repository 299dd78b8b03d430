//! How much memory a fit takes.

use imputome_core::TableShape;

use super::directions::ENTRIES;
use super::network::spec;
use super::reader::AT_ONCE;
use super::settings::{DeepImpute, Inputs};

/// Networks trained at once, from above: threads are not known here; ours, a large workstation.
const NETWORKS_AT_ONCE: usize = 32;

/// Bytes for fitting and imputing a full table beside it, from above.
pub(super) fn of_table(settings: &DeepImpute, shape: TableShape) -> u64 {
    let entries = shape.samples.saturating_mul(shape.genes);
    // The table as counts (positions and values of 4 bytes), and estimates twice.
    let table = 16_u64.saturating_mul(entries as u64);
    of_counts(settings, (shape.samples, shape.genes), entries).saturating_add(table)
}

/// Bytes for fitting beside a table of counts of so many cells, genes and entries that are not zero, from above.
pub(super) fn of_counts(
    settings: &DeepImpute,
    (cells, genes): (usize, usize),
    entries: usize,
) -> u64 {
    let (cells, genes) = (cells.max(1), genes.max(1));
    let targets = settings.targets.min(genes);
    let predictors = targets.saturating_mul(settings.predictors).min(genes);
    let networks = genes.div_ceil(targets).max(2);
    let width = settings.directions + 1;
    let inputs = match settings.inputs {
        Inputs::Directions => width,
        Inputs::Logs | Inputs::Standardized => predictors,
    };
    let training = spec(settings, inputs, targets).training_bytes(settings.batch.max(256));
    let at_once = networks.min(NETWORKS_AT_ONCE) as u64;
    let weights = 4 * settings.hidden.saturating_mul(inputs + width + targets) as u64;
    // Scores of every cell for every network, twice, and the table that directions are learned from.
    let scores = 8 * cells.saturating_mul(networks).saturating_mul(width) as u64;
    let scores = scores.saturating_add(4 * ENTRIES.min(cells.saturating_mul(genes)) as u64);
    // Logarithms by cell, and by gene for correlations and regressions, each with positions of 4 bytes.
    let logs = 16_u64.saturating_mul(entries as u64);
    // Those of the genes of each network that is trained, once more.
    let read = match settings.inputs {
        Inputs::Directions => targets,
        Inputs::Logs | Inputs::Standardized => (targets + predictors).min(genes),
    };
    let of_networks =
        at_once.saturating_mul((entries as u64 / genes as u64).saturating_mul(8 * read as u64));
    let reading = 4 * (AT_ONCE * (settings.hidden + targets)) as u64;
    [
        training.saturating_add(weights).saturating_mul(at_once),
        weights.saturating_mul(networks as u64),
        logs,
        of_networks,
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
        let needed = of_table(&DeepImpute::default(), shape);
        // Eight for logarithms, scores and networks, two for the entries of all seven networks at once.
        assert!((9 * table..11 * table).contains(&needed), "{needed}");
    }

    #[test]
    fn sparse_cells_need_what_their_entries_do() {
        // 50,000 cells of 20,000 genes, 5 % of them not zero.
        let needed = of_counts(&DeepImpute::default(), (50_000, 20_000), 50_000_000);
        assert!(needed < 2_000_000_000, "{needed}");
    }
}
