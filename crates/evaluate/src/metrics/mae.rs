//! Mean absolute error.

use super::{Definition, Direction, Sums};

/// MAE in standard deviations.
pub const MAE: Definition = Definition {
    name: "mae",
    title: "MAE",
    text: "Mean absolute error over all held-out entries, in standard deviations of each gene among training samples; less moved by single bad samples than rmse.",
    range: "at least 0",
    direction: Direction::SmallerIsBetter,
    source: "Standard",
};

/// [`MAE`] over the entries summed.
pub fn mae(sums: &Sums) -> f64 {
    sums.ratio(sums.absolute_errors, sums.entries)
}
