//! `imputome convert` from and to files of cells.

use std::path::Path;

use imputome_core::{Counts, Dataset, Names, Run};
use imputome_io::{CellFile, CellForm, Layout, NewCells, Target, write_cell_table};

use crate::context::Context;
use crate::failure::{Failure, Result};

/// Bytes of entries that are copied at once; ours, 64 MiB of them.
const COPIED_BYTES: u64 = 1 << 26;
/// Cells of a table that are made sparse at once; ours.
const CELLS_AT_ONCE: usize = 1024;

/// True for an output that is a file of cells by its name.
pub(crate) fn named_h5ad(output: &str) -> bool {
    let ending = Path::new(output).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("h5ad"))
}

/// Writes the counts of a file of cells as a table, or as an h5ad.
pub(crate) fn convert(
    input: &str,
    output: &str,
    layer: Option<&str>,
    context: &Context,
) -> Result<()> {
    let run = context.run(0)?;
    // An ending that is none is told before anything is read.
    let layout = match named_h5ad(output) {
        true => None,
        false => Some(Layout::tsv().for_target(&Target::from_argument(output))?),
    };
    let file = super::open(input, layer, &context.terminal)?;
    match layout {
        Some(layout) => {
            let target = Target::from_argument(output);
            run.on_threads(|| write_cell_table(&target, &file, &layout, &run))?;
        }
        None => write_h5ad(&file, output, &run)?,
    }
    tell(file.cells().len(), file.genes().len(), output, context);
    Ok(())
}

fn write_h5ad(file: &CellFile, output: &str, run: &Run) -> Result<()> {
    let facts = file.facts();
    if facts.form == CellForm::H5ad {
        return Err(Failure::usage(format!("{} is an h5ad already", facts.name))
            .hint("name a table to write its counts to, such as counts.tsv.gz"));
    }
    let mut cells = NewCells::begin_like(Path::new(output), file)?;
    let progress = run.progress();
    progress.begin("writing cells", file.cells().len() as u64);
    let mut done = 0;
    for window in file.windows(file.cells_within(COPIED_BYTES)) {
        run.proceed()?;
        let window = window?;
        cells.add(&window, &[])?;
        done += window.n_cells() as u64;
        progress.advance(done, "");
    }
    progress.end();
    Ok(cells.finish_bare()?)
}

/// Writes a table of counts, called `name`, as an h5ad.
///
/// Refused: a gap, and a value that is no whole number of 0 or more.
pub(crate) fn write_table(
    data: &Dataset,
    name: &str,
    output: &str,
    context: &Context,
) -> Result<()> {
    let run = context.run(0)?;
    expect_counts(data, name)?;
    let cells = Names::new("cell", data.samples.as_slice().to_vec())?;
    let mut file = NewCells::begin(Path::new(output), &cells, &data.genes, &[])?;
    for first in (0..cells.len()).step_by(CELLS_AT_ONCE) {
        run.proceed()?;
        let rows: Vec<usize> = (first..(first + CELLS_AT_ONCE).min(cells.len())).collect();
        let values = data
            .values
            .slice(ndarray::s![first..first + rows.len(), ..]);
        let window = Counts::from_table(cells.select(&rows), data.genes.clone(), values)?;
        file.add(&window, &[])?;
    }
    file.finish_bare()?;
    tell(cells.len(), data.n_genes(), output, context);
    Ok(())
}

fn expect_counts(data: &Dataset, name: &str) -> Result<()> {
    for ((s, g), &value) in data.values.indexed_iter() {
        let found = match data.measured.get(s, g) {
            true if value >= 0.0 && value.fract() == 0.0 => continue,
            true => value.to_string(),
            false => "a gap".into(),
        };
        let failure = Failure::input(format!(
            "{name}: cell {:?}, gene {:?}: expected a count, a whole number of 0 or more, found {found}",
            &data.samples[s], &data.genes[g]
        ));
        return Err(failure.hint("a file of cells holds counts as they were measured; give the table before it was normalized, or remove what is no gene or cell"));
    }
    Ok(())
}

fn tell(cells: usize, genes: usize, output: &str, context: &Context) {
    let target = Target::from_argument(output).name();
    let told = format!("{cells} cells x {genes} genes written: {target}");
    context.terminal.say(told);
}
