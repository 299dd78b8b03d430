//! Targets in random groups, and the predictors of each.

use imputome_core::Run;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::cells::LogCells;
use super::choice::Moments;
use super::correlation::Columns;
use super::settings::{CorrelationOf, DeepImpute, Inputs};

/// Cells that correlations are taken over, at most: ours, the standard error of a correlation is
/// then below 0.023.
const CELLS_FOR_CORRELATION: usize = 2000;

/// What one network reads and gives: genes by position in the table, ascending. Networks that read
/// directions have no predictors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subnet {
    pub(super) predictors: Vec<usize>,
    pub(super) targets: Vec<usize>,
}

/// The genes that are not zero in a cell, by number among those learned from, and their counts.
pub(super) type CountsOf<'a> = dyn Fn(usize) -> Vec<(usize, f32)> + 'a;

/// Groups the targets at random, and chooses the predictors of each group by correlations.
pub(super) fn choose(
    settings: &DeepImpute,
    targets: &[usize],
    moments: &Moments,
    (cells, counts): (&LogCells, &CountsOf<'_>),
    run: &Run,
) -> Vec<Subnet> {
    let genes = moments.means.len();
    let pool: Vec<usize> = (0..genes).filter(|&gene| moments.varies(gene)).collect();
    if pool.len() < 2 {
        return Vec::new();
    }
    let groups = random_groups(settings, targets, pool.len(), run);
    if settings.inputs == Inputs::Directions {
        let subnet = |targets| Subnet {
            predictors: Vec::new(),
            targets,
        };
        return groups.into_iter().map(subnet).collect();
    }
    let rows = some_cells(cells.len(), CELLS_FOR_CORRELATION, "correlation", run);
    let columns = match settings.correlation {
        CorrelationOf::Logs => Columns::of(genes, &rows, |cell| cells.row(cell)),
        CorrelationOf::Counts => Columns::of(genes, &rows, |cell| counts(cell).into_iter()),
    };
    let strongest = run.on_threads(|| columns.strongest(&groups, &pool, settings.predictors));
    let subnets = groups.into_iter().zip(strongest);
    let subnets = subnets.map(|(targets, strongest)| {
        let mut predictors: Vec<usize> = strongest.into_iter().flatten().collect();
        predictors.sort_unstable();
        predictors.dedup();
        Subnet {
            predictors,
            targets,
        }
    });
    subnets.collect()
}

/// Random groups of sizes that differ by one at most; two where one would leave no gene to
/// predict from.
fn random_groups(
    settings: &DeepImpute,
    targets: &[usize],
    varying: usize,
    run: &Run,
) -> Vec<Vec<usize>> {
    let fewest = if varying == targets.len() { 2 } else { 1 };
    let groups = targets.len().div_ceil(settings.targets).max(fewest);
    let mut shuffled = targets.to_vec();
    shuffled.shuffle(&mut run.stream(&format!("{}/groups", super::NAME)));
    let begin = |group: usize| group * shuffled.len() / groups;
    let group = |number: usize| {
        let mut group = shuffled[begin(number)..begin(number + 1)].to_vec();
        group.sort_unstable();
        group
    };
    (0..groups)
        .map(group)
        .filter(|group| !group.is_empty())
        .collect()
}

/// Some of the cells, in order, `most` at most; `purpose` names the draw.
pub(super) fn some_cells(cells: usize, most: usize, purpose: &str, run: &Run) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..cells).collect();
    if cells > most {
        rows.shuffle(&mut run.stream(&format!("{}/{purpose}", super::NAME)));
        rows.truncate(most);
        rows.sort_unstable();
    }
    rows
}
