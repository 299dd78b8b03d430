//! How estimates are judged: each metric with its definition, range, direction and source.
//!
//! Errors are taken at held-out entries alone, after each gene was brought to standard scores by
//! its training entries. Every comparison has two bounds that need no run: filling in the
//! training mean (the method `mean`) has `r2` and `skill` 0, and the truth has both 1. Leaving
//! gaps alone gives no estimate, and an analysis that then reads the gene's mean gets `mean`.

mod coverage;
mod mae;
mod pearson;
mod r2;
mod rmse;
mod skill;
mod sums;

pub use coverage::{COVERAGE90, coverage90};
pub use mae::{MAE, mae};
pub use pearson::{PEARSON, pearson};
pub use r2::{R2, R2_HELD_OUT, R2_WITHIN, r2, r2_held_out, r2_within};
pub use rmse::{RMSE, rmse};
pub use skill::{SKILL, skill};
pub use sums::{Entry, Sums};

/// What a metric measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Definition {
    /// Its name in tables.
    pub name: &'static str,
    /// Its name in headings.
    pub title: &'static str,
    /// What it is, in words that let a reader compute it.
    pub text: &'static str,
    /// Values it can take.
    pub range: &'static str,
    /// Which values are better.
    pub direction: Direction,
    /// Where it comes from.
    pub source: &'static str,
}

/// Which values of a metric are better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Direction {
    /// Larger values.
    LargerIsBetter,
    /// Smaller values.
    SmallerIsBetter,
    /// Values nearer to a number.
    NearerIsBetter(f64),
    /// None: a count.
    Neutral,
}

impl Direction {
    /// How bad a value is, smaller being better; nothing for a count or what is not a number.
    pub fn badness(self, value: f64) -> Option<f64> {
        let badness = match self {
            Self::LargerIsBetter => -value,
            Self::SmallerIsBetter => value,
            Self::NearerIsBetter(goal) => (value - goal).abs(),
            Self::Neutral => return None,
        };
        (!badness.is_nan()).then_some(badness)
    }
}

/// How many entries were judged.
pub const ENTRIES: Definition = Definition {
    name: "entries",
    title: "Entries",
    text: "Held-out entries judged.",
    range: "at least 1",
    direction: Direction::Neutral,
    source: "a count",
};

/// How many estimates were not finite.
pub const FAILURES: Definition = Definition {
    name: "failures",
    title: "Failures",
    text: "Held-out entries whose estimate is not a finite number. With one such entry the other metrics are not numbers: it is a failure of the method and is not passed over.",
    range: "at least 0",
    direction: Direction::Neutral,
    source: "a count",
};

static DEFINITIONS: [Definition; 10] = [
    R2,
    R2_WITHIN,
    R2_HELD_OUT,
    RMSE,
    MAE,
    PEARSON,
    SKILL,
    COVERAGE90,
    ENTRIES,
    FAILURES,
];

/// Every metric, in the order of tables.
pub fn definitions() -> &'static [Definition] {
    &DEFINITIONS
}

/// The metric called `name`.
pub fn definition(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|d| d.name == name)
}
