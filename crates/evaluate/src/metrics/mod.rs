//! How estimates are judged: each metric with its definition, range, direction and source.
//!
//! Errors are taken at held-out entries alone, after each gene was brought to standard scores by
//! its training entries. Every comparison has two bounds that need no run: filling in the
//! training mean (the method `mean`) has `r2` and `skill` 0, and the truth has both 1. Leaving
//! gaps alone gives no estimate, and an analysis that then reads the gene's mean gets `mean`.

mod coverage;
mod mae;
mod pearson;
mod profiles;
mod r2;
mod rmse;
mod skill;
mod sums;

pub use coverage::{COVERAGE90, coverage90};
pub use mae::{MAE, mae};
pub use pearson::{PEARSON, pearson};
pub use profiles::{MAE_TABLE, ProfileMetrics, R2_GENE, R2_SAMPLE, RMSE_TABLE, profile_metrics};
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

static DEFINITIONS: [Definition; 14] = [
    R2,
    R2_WITHIN,
    R2_HELD_OUT,
    RMSE,
    MAE,
    PEARSON,
    SKILL,
    RMSE_TABLE,
    MAE_TABLE,
    R2_SAMPLE,
    R2_GENE,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sums_of(entries: &[(f64, f64)]) -> Sums {
        let mut sums = Sums::default();
        for &(truth, estimate) in entries {
            sums.add(Entry {
                truth,
                level_mean: 0.5,
                estimate,
                spread: 1.0,
            });
        }
        sums
    }

    /// Training values 2, 3, 5, 7, 11, 13; held-out values and estimates in `REFERENCE`.
    const MEAN: f64 = 41.0 / 6.0;
    const DEVIATION: f64 = 4.017_323_597_731_316;
    const REFERENCE: [(f64, f64); 5] = [
        (1.5, 2.0),
        (4.25, 4.0),
        (6.0, 7.25),
        (9.5, 8.0),
        (12.0, 12.5),
    ];

    #[test]
    fn metrics_agree_with_numpy_scipy_and_scikit_learn() {
        let score = |value: f64| (value - MEAN) / DEVIATION;
        let sums = sums_of(&REFERENCE.map(|(t, e)| (score(t), score(e))));
        // NumPy 2.4.6, SciPy 1.17.1 (pearsonr), scikit-learn 1.9.1 (r2_score, mean_absolute_error).
        let expected = [
            (r2(&sums), 0.937_157_107_231_920_3),
            (r2_held_out(&sums), 0.937_005_039_596_832_2),
            (rmse(&sums), 0.232_845_157_711_899_87),
            (mae(&sums), 0.199_137_555_274_805_37),
            (pearson(&sums), 0.968_362_456_581_640_8),
        ];
        for (found, expected) in expected {
            // Sums of five terms near 1 in f64.
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }

    #[test]
    fn errors_by_hand() {
        // Errors 1, -1, 0 and squares of the truth 1, 4, 9; about 0.5: 0.25, 2.25, 6.25.
        let sums = sums_of(&[(1.0, 2.0), (2.0, 1.0), (3.0, 3.0)]);
        assert_eq!(r2(&sums), 1.0 - 2.0 / 14.0);
        assert_eq!(r2_within(&sums), 1.0 - 2.0 / 8.75);
        assert_eq!(r2_held_out(&sums), 0.0);
        assert_eq!(rmse(&sums), (2.0_f64 / 3.0).sqrt());
        assert_eq!(mae(&sums), 2.0 / 3.0);
        assert_eq!(skill(&sums), 1.0 - (2.0_f64 / 14.0).sqrt());
        assert_eq!(pearson(&sums), 0.5);
        assert_eq!(coverage90(&sums), 1.0);
    }

    #[test]
    fn an_estimate_that_never_changes_has_correlation_zero() {
        let entries: Vec<(f64, f64)> = (0..1000).map(|i| (f64::from(i % 7), 0.1)).collect();
        assert_eq!(pearson(&sums_of(&entries)), 0.0);
    }

    #[test]
    fn truth_beyond_1645_thousandths_of_the_spread_is_not_covered() {
        assert_eq!(coverage90(&sums_of(&[(1.65, 0.0), (1.64, 0.0)])), 0.5);
    }

    #[test]
    fn an_estimate_that_is_not_finite_leaves_no_metric_a_number() {
        for broken in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let sums = sums_of(&[(1.0, broken), (2.0, 2.0), (3.0, 3.0)]);
            assert_eq!(sums.failures, 1.0);
            for metric in [
                r2,
                r2_within,
                r2_held_out,
                rmse,
                mae,
                pearson,
                skill,
                coverage90,
            ] {
                assert!(metric(&sums).is_nan());
            }
        }
    }

    #[test]
    fn sums_join_as_if_added_one_by_one() {
        let mut parts = sums_of(&[(1.0, 2.0), (2.0, 1.0)]);
        parts.join(&sums_of(&[(3.0, 3.0)]));
        assert_eq!(parts, sums_of(&[(1.0, 2.0), (2.0, 1.0), (3.0, 3.0)]));
    }

    #[test]
    fn metric_names_are_unique() {
        for (position, definition) in definitions().iter().enumerate() {
            let first = definitions().iter().position(|d| d.name == definition.name);
            assert_eq!(first, Some(position));
        }
    }
}
