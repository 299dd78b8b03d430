//! What every metric is computed from: sums over the held-out entries of a gene.

use serde::{Deserialize, Serialize};

/// Sums over held-out entries, in training standard deviations of the gene from its training
/// mean, so that genes, levels and repeats add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Entries.
    #[serde(with = "crate::number")]
    pub entries: f64,
    /// Entries whose estimate is not finite; these make every metric not a number.
    #[serde(with = "crate::number")]
    pub failures: f64,
    /// Truth.
    #[serde(with = "crate::number")]
    pub truth: f64,
    /// Squared truth: squares about the training mean.
    #[serde(with = "crate::number")]
    pub truth_squares: f64,
    /// Squares of the truth about the training mean within its level.
    #[serde(with = "crate::number")]
    pub within_squares: f64,
    /// Estimate.
    #[serde(with = "crate::number")]
    pub estimate: f64,
    /// Squared estimate.
    #[serde(with = "crate::number")]
    pub estimate_squares: f64,
    /// Truth times estimate.
    #[serde(with = "crate::number")]
    pub products: f64,
    /// Squared errors.
    #[serde(with = "crate::number")]
    pub squared_errors: f64,
    /// Absolute errors.
    #[serde(with = "crate::number")]
    pub absolute_errors: f64,
    /// Entries whose truth lies within the interval of 90 %.
    #[serde(with = "crate::number")]
    pub covered: f64,
}

/// A held-out entry in training standard deviations of its gene from the gene's training mean.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What was measured.
    pub truth: f64,
    /// Training mean within the level of the sample.
    pub level_mean: f64,
    /// What the method says.
    pub estimate: f64,
    /// Standard deviation of the estimate; 0 where none is given.
    pub spread: f64,
}

impl Sums {
    /// Counts one entry in.
    pub fn add(&mut self, entry: Entry) {
        let error = entry.estimate - entry.truth;
        let finite = entry.estimate.is_finite() && entry.spread.is_finite();
        self.entries += 1.0;
        self.failures += f64::from(!finite);
        self.truth += entry.truth;
        self.truth_squares += entry.truth * entry.truth;
        self.within_squares += (entry.truth - entry.level_mean).powi(2);
        self.estimate += entry.estimate;
        self.estimate_squares += entry.estimate * entry.estimate;
        self.products += entry.truth * entry.estimate;
        self.squared_errors += error * error;
        self.absolute_errors += error.abs();
        self.covered += super::coverage::covers(entry);
    }

    /// The sums over the entries of both.
    pub fn join(&mut self, other: &Self) {
        self.entries += other.entries;
        self.failures += other.failures;
        self.truth += other.truth;
        self.truth_squares += other.truth_squares;
        self.within_squares += other.within_squares;
        self.estimate += other.estimate;
        self.estimate_squares += other.estimate_squares;
        self.products += other.products;
        self.squared_errors += other.squared_errors;
        self.absolute_errors += other.absolute_errors;
        self.covered += other.covered;
    }

    /// `numerator / denominator`; not a number where an estimate failed or there is nothing to
    /// divide by.
    pub(super) fn ratio(&self, numerator: f64, denominator: f64) -> f64 {
        if self.failures > 0.0 || denominator <= 0.0 {
            f64::NAN
        } else {
            numerator / denominator
        }
    }
}
