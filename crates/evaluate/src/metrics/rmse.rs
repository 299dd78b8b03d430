//! Root mean squared error.

use super::{Definition, Direction, Sums};

/// RMSE in standard deviations.
pub const RMSE: Definition = Definition {
    name: "rmse",
    title: "RMSE",
    text: "Root of the mean squared error over all held-out entries, in standard deviations of each gene among training samples.",
    range: "at least 0",
    direction: Direction::SmallerIsBetter,
    source: "Standard; on standard scores as in section 3.1 of the PMI paper",
};

/// [`RMSE`] over the entries summed.
pub fn rmse(sums: &Sums) -> f64 {
    sums.ratio(sums.squared_errors, sums.entries).sqrt()
}
