//! `imputome demo cells`: counts of single blood cells.

use std::path::Path;

use crate::cells::{self, CellEvaluatePlan};
use crate::context::Context;
use crate::evaluation::MadeFolder;
use crate::failure::Result;
use crate::plan::ImputePlan;

use super::shown;

/// The counts, as Cell Ranger writes them (data/demo_cells/README.md tells where they come from).
const FILES: [(&str, &[u8]); 3] = [
    (
        "matrix.mtx.gz",
        include_bytes!("../../../../../data/demo_cells/matrix.mtx.gz"),
    ),
    (
        "features.tsv.gz",
        include_bytes!("../../../../../data/demo_cells/features.tsv.gz"),
    ),
    (
        "barcodes.tsv.gz",
        include_bytes!("../../../../../data/demo_cells/barcodes.tsv.gz"),
    ),
];

/// Files that the demo leaves beside the scores, to try commands on.
const CELLS: &str = "cells";
const FILLED: &str = "denoised.h5ad";

const INTRODUCTION: &str = "
These are counts of molecules in 817 blood cells of one person (10x Genomics, CC BY 4.0). Most
are zero: some because a cell has none of a gene, some because its molecules were missed. First
zeros are filled. Then counts that are not zero are hidden, ten cells of each gene; methods
fill them, and what they fill is compared with what was hidden. This takes half a minute or so.
";

/// Shows the whole path on the built-in cells.
pub(super) fn show(folder: &Path, context: &Context) -> Result<()> {
    context.terminal.say(INTRODUCTION);
    let counts = folder.join(CELLS);
    MadeFolder::make(&counts)?;
    for (name, bytes) in FILES {
        imputome_io::write_bytes(&counts.join(name), bytes)?;
    }
    let seed = context.seed.unwrap_or(0);
    let filled = folder.join(FILLED);
    let plan = ImputePlan::of_cells(shown(&counts), shown(&filled), seed);
    cells::impute(&plan, None, context)?;
    let plan = CellEvaluatePlan::usual(shown(&counts), shown(folder), seed);
    cells::carry_out(&plan, None, context)?;
    context.terminal.say(format!(
        "
Open  {report}
        the report, in a browser
Look  {filled}
        the cells with zeros filled, as a layer that Scanpy reads
      {counts}
        the counts, as 10x Genomics gives them
      {scores}
        every score, as text

Try it yourself on these cells, and then on your own (h5ad, 10x h5 or folder, loom):
      imputome inspect {counts}
      imputome evaluate {counts} -o scores --mask thinning
      imputome impute MY_CELLS.h5ad -o FILLED.h5ad
      imputome evaluate MY_CELLS.h5ad -o SCORES --by COLUMN_OF_OBS
",
        report = shown(&folder.join("report.html")),
        filled = shown(&filled),
        counts = shown(&counts),
        scores = shown(&folder.join("scores.tsv")),
    ));
    Ok(())
}
