//! The drawings of the report.

use imputome_evaluate::Evaluation;

use crate::Figure;

/// Every figure that has something to show.
pub(crate) fn all(_evaluation: &Evaluation) -> Vec<Figure> {
    Vec::new()
}
