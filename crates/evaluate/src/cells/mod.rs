//! Is the imputation of single cells any good?
//!
//! Nothing is a gap in counts, so what is hidden becomes zero and a method is not told.
//! [`hide`] does so after Arisdakessian et al. 2019 or evenly; [`CellScores`] judges what comes back, beside the published
//! figures always by those that a mean of the non-zeros cannot flatter. [`thin`] parts counts into
//! two independent tables, for judging without hiding. [`gene_agreement`] compares cells with the
//! same kind of cells under a microscope.

mod dropout_curve;
mod fish;
mod hiding;
mod map;
mod recipe;
mod scores;
mod thinning;

pub use dropout_curve::DropoutCurve;
pub use fish::{GeneAgreement, gene_agreement, scaled_by_housekeeping};
pub use hiding::{CellHiding, HeldOutCounts, HiddenCount, hide};
pub use map::{CellMap, CellMapSettings, cell_map};
pub use recipe::{Recipe, VaryingGenes};
pub use scores::{CellScores, zero_error};
pub use thinning::{Thinned, thin};
