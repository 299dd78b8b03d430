//! The report of an evaluation of single cells: page, findings, figures.

mod counts;
mod findings;
mod maps;
mod page;
mod scores;

use imputome_evaluate::cells::{CellEvaluation, cell_summary};

use crate::{Figure, PageContext};

/// The report of an evaluation of single cells: one HTML document that needs no other file.
#[must_use]
pub fn cell_page(evaluation: &CellEvaluation, context: &PageContext) -> String {
    page::page(evaluation, context)
}

/// Every figure of that report, in the order of the page; those with nothing to show are left out.
#[must_use]
pub fn cell_figures(evaluation: &CellEvaluation) -> Vec<Figure> {
    let rows = cell_summary(evaluation);
    [
        scores::figure(evaluation, &rows),
        counts::figure(evaluation),
        maps::figure(evaluation),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What was found, in plain sentences: which method is best, which do not beat the mean of the
/// non-zeros and on what, which entries were judged.
#[must_use]
pub fn cell_findings(evaluation: &CellEvaluation) -> Vec<String> {
    findings::findings(evaluation, &cell_summary(evaluation))
}
