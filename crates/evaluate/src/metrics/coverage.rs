//! How honest the spread of an estimate is.

use super::sums::Entry;
use super::{Definition, Direction, Sums};

/// Coverage of the interval of 90 %.
pub const COVERAGE90: Definition = Definition {
    name: "coverage90",
    title: "Coverage of 90 % intervals",
    text: "Share of held-out values that lie within 1.645 standard deviations of their estimate, for methods that give one; 0.9 where the spread is honest, less where it claims too much.",
    range: "0 to 1",
    direction: Direction::NearerIsBetter(0.9),
    source: "Central 90 % interval of the normal distribution",
};

/// Half the width of the central 90 % interval of the normal distribution, in standard
/// deviations.
const HALF_WIDTH: f64 = 1.645;

/// 1 where the truth lies within the interval, else 0.
pub(super) fn covers(entry: Entry) -> f64 {
    f64::from((entry.truth - entry.estimate).abs() <= HALF_WIDTH * entry.spread)
}

/// [`COVERAGE90`] over the entries summed.
pub fn coverage90(sums: &Sums) -> f64 {
    sums.ratio(sums.covered, sums.entries)
}
