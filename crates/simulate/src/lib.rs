//! Data with known truth, for tests, demonstrations and studies.
//!
//! [`Splatter`] gives counts of single cells in groups, with genes expressed differently between
//! them and molecules missed. The truth is kept: counts before anything was missed, the group of
//! each cell, the factor of each gene in each group. [`SplatterEstimator`] finds the settings that give cells like given ones.
//!
//! No file, terminal, environment variable or clock is touched here.

mod cells;
mod estimate;
mod genes;
mod settings;

pub use cells::{SimulatedCells, Splatter};
pub use estimate::{SplatterEstimate, SplatterEstimator};
pub use genes::GeneTruth;
pub use settings::SplatterSettings;
