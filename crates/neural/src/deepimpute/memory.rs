//! How much memory a fit takes.

use imputome_core::TableShape;

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
    let training = spec(settings, predictors, targets).training_bytes(settings.batch.max(256));
    let at_once = networks.min(NETWORKS_AT_ONCE) as u64;
    let weights = 4 * settings.hidden.saturating_mul(predictors + targets) as u64;
    // Of a full table: as counts and as logarithms with positions of 4 bytes, by cell and by gene for
    // correlations, and the estimates twice.
    let tables = 4 * cells.saturating_mul(genes).saturating_mul(2 + 2 + 2 + 2) as u64;
    let reading = 4 * (AT_ONCE * (settings.hidden + targets)) as u64;
    [
        training.saturating_add(weights).saturating_mul(at_once),
        weights.saturating_mul(networks as u64),
        tables,
        reading,
    ]
    .into_iter()
    .fold(0, u64::saturating_add)
}
