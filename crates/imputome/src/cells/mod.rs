//! From counts of single cells to imputed counts, window by window.
//!
//! A [`CellModel`] learns from one table and imputes others over the same genes, in any order, so
//! that a file larger than memory passes through. A [`CellPolicy`] says which entries an estimate may
//! replace; what a method does not impute, or refuses to, stays as it was measured.

mod contestants;
mod model;
mod policy;

pub use contestants::{BASELINE, ON_LOGARITHMS, USUAL, contestant, contestant_memory};
pub use imputome_neural::deepimpute::{DeepImpute, FittedDeepImpute};
pub use model::{CellModel, CellWindows, ImputedCells, cells_learned_from};
pub use policy::CellPolicy;

/// What learns where no method is named: expected counts of the genes that vary as the paper asks for
/// (docs/decisions/0011-unasked-expected-counts.md).
pub const UNNAMED: &str = "deepimpute:expected:dispersion=0.5";
