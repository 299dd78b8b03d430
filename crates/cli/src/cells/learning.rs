//! Learning from the cells of a file.

use imputome::Method;
use imputome::cells::{CellModel, DeepImpute, UNNAMED, cells_learned_from};
use imputome_core::{Counts, Run, SparseRows};
use imputome_io::CellFile;

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::plan::{SettingsTable, method_with};

/// Cells read at once; ours, a few megabytes of counts.
const WINDOW: usize = 4096;
/// Bytes of an entry while the cells learned from are gathered: column and value, and once more
/// while they are checked.
const BYTES_OF_AN_ENTRY: u64 = 16;

/// The method for cells: the one named, DeepImpute where none is.
pub(super) fn method(named: Option<&str>, settings: &SettingsTable) -> Result<DeepImpute> {
    if let Some(named) = named {
        super::expect_method(named, &["deepimpute"])?;
    }
    match method_with(named.unwrap_or(UNNAMED), settings)? {
        Method::DeepImpute(settings) => Ok(settings),
        other => Err(
            Failure::usage(format!("{} does not take files of cells", other.name()))
                .hint("deepimpute does; other methods take the counts as a table: imputome convert CELLS COUNTS.tsv.gz, then --zeros gaps, --normalize log1p"),
        ),
    }
}

/// A model, and from how many cells it learned.
pub(super) struct Learned {
    pub(super) model: CellModel,
    pub(super) cells: usize,
}

/// Learns from a share of the cells, drawn at random while the file passes by.
pub(super) fn learn(
    method: &DeepImpute,
    file: &CellFile,
    run: &Run,
    context: &Context,
) -> Result<Learned> {
    let chosen = cells_learned_from(method.cells, file.cells().len(), run);
    expect_room(method, file, chosen.len(), context)?;
    let counts = gathered(file, &chosen, run)?;
    // The share is drawn already: what is gathered is learned from whole.
    let settings = DeepImpute {
        cells: 1.0,
        ..method.clone()
    };
    Ok(Learned {
        model: CellModel::fit(settings, &counts, run)?.with_share(method.cells),
        cells: chosen.len(),
    })
}

fn expect_room(
    method: &DeepImpute,
    file: &CellFile,
    cells: usize,
    context: &Context,
) -> Result<()> {
    let share = cells as f64 / file.cells().len().max(1) as f64;
    let entries = (file.n_entries() as f64 * share) as usize;
    let needed = entries as u64 * BYTES_OF_AN_ENTRY
        + method.memory_of_counts((cells, file.genes().len()), entries);
    match context.memory_limit {
        Some(limit) if needed > limit.0 => Err(Failure::resource(format!(
            "learning from {cells} cells needs about {} MiB, more than --memory-limit allows",
            needed >> 20
        ))
        .hint("learn from a share of the cells: --set cells=0.1")),
        _ => Ok(()),
    }
}

fn gathered(file: &CellFile, chosen: &[usize], run: &Run) -> Result<Counts> {
    let mut rows = SparseRows {
        starts: vec![0],
        ..SparseRows::default()
    };
    let progress = run.progress();
    progress.begin("reading cells", file.cells().len() as u64);
    let (mut next, mut first) = (chosen.iter().copied().peekable(), 0);
    for window in file.windows(WINDOW) {
        run.proceed()?;
        let window = window?;
        while let Some(cell) = next.next_if(|&cell| cell < first + window.n_cells()) {
            let (columns, values) = window.row(cell - first);
            rows.columns.extend_from_slice(columns);
            rows.values.extend_from_slice(values);
            rows.starts.push(rows.columns.len());
        }
        first += window.n_cells();
        progress.advance(first as u64, "");
    }
    progress.end();
    let cells = file.cells().select(chosen);
    Ok(Counts::new(cells, file.genes().clone(), rows)?)
}
