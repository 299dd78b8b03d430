//! The page, from findings to settings.

use imputome_evaluate::Evaluation;

use crate::PageContext;

/// The whole document.
pub(crate) fn page(evaluation: &Evaluation, context: &PageContext) -> String {
    format!(
        "<!doctype html><title>{}</title>{}",
        evaluation.data.name, context.version
    )
}
