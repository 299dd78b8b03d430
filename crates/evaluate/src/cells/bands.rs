//! Counts and estimates in bands, so that millions of them can be drawn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Whole counts that have a band each; ours.
const SINGLE: u64 = 10;
/// From there on a band is wider than the one before by this factor; ours.
const WIDER: f64 = 1.2;
/// Height of a band of estimates, on the scale `ln(1 + count)`; ours.
pub const ESTIMATE_BAND: f64 = 0.1;

/// How many entries fall in each band of counts and of estimates.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CountBins(BTreeMap<(usize, usize), u64>);

/// One bin that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountBin {
    /// Band of the count, see [`count_band`].
    pub count: usize,
    /// Band of the estimate: `ln(1 + estimate)` in units of [`ESTIMATE_BAND`], rounded down.
    pub estimate: usize,
    /// Entries in it.
    pub entries: u64,
}

impl CountBins {
    /// Adds an entry.
    pub(super) fn add(&mut self, count: f32, estimate: f32) {
        let estimate = f64::from(estimate.max(0.0)).ln_1p() / ESTIMATE_BAND;
        let place = (band_of(count), estimate as usize);
        *self.0.entry(place).or_insert(0) += 1;
    }

    /// Adds the entries of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (&place, entries) in &other.0 {
            *self.0.entry(place).or_insert(0) += entries;
        }
    }

    /// Those that are not empty, in order.
    pub(super) fn bins(&self) -> Vec<CountBin> {
        let bin = |(&(count, estimate), &entries)| CountBin {
            count,
            estimate,
            entries,
        };
        self.0.iter().map(bin).collect()
    }
}

/// The least and the largest whole count of a band: 0, 1, ... 10 by themselves, then 11 and 12, and
/// wider and wider.
pub fn count_band(band: usize) -> (u64, u64) {
    let mut least = 0;
    for _ in 0..band {
        least = next(least);
    }
    (least, next(least) - 1)
}

/// The least count of the band after the one that begins with `least`.
fn next(least: u64) -> u64 {
    match least {
        0..=SINGLE => least + 1,
        _ => ((least as f64 * WIDER) as u64).max(least + 1),
    }
}

/// The band of a count, rounded to a whole one.
fn band_of(count: f32) -> usize {
    let count = count.max(0.0).round() as u64;
    let (mut band, mut end) = (0, next(0));
    while end <= count {
        (band, end) = (band + 1, next(end));
    }
    band
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_is_in_the_band_that_holds_it() {
        for count in 0..3000 {
            let (least, largest) = count_band(band_of(count as f32));
            assert!((least..=largest).contains(&count), "{count}");
        }
        assert_eq!(count_band(3), (3, 3));
        assert_eq!(count_band(11), (11, 12));
    }
}
