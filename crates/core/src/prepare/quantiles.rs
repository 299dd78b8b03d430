//! One distribution for all samples of an assay.

use serde::{Deserialize, Serialize};

/// The distribution of a source over the features of an assay, to which samples of another cohort
/// can be brought: quantile normalization (Bolstad, Irizarry, Åstrand and Speed 2003,
/// doi:10.1093/bioinformatics/19.2.185) to a given target, as preprocessCore does it.
///
/// Ascending; the mean over samples of their sorted values, those of a sample with gaps
/// interpolated to as many as there are features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetQuantiles(Vec<f32>);

/// Where the values of one sample go: each to the quantile of the target at its own place.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleMap {
    /// Distinct values of the sample, ascending.
    values: Vec<f32>,
    /// What stands for each in the target.
    quantiles: Vec<f32>,
}

impl TargetQuantiles {
    /// Learned from the measured values of each sample, in any order, over `features` features;
    /// nothing where no sample has a value.
    pub fn learn(features: usize, samples: impl IntoIterator<Item = Vec<f32>>) -> Option<Self> {
        let mut sums = vec![0.0_f64; features];
        let last = features.saturating_sub(1).max(1) as f64;
        let mut n = 0.0;
        for mut values in samples {
            if values.is_empty() {
                continue;
            }
            values.sort_unstable_by(f32::total_cmp);
            n += 1.0;
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum += quantile(&values, at as f64 / last);
            }
        }
        (n > 0.0).then(|| Self(sums.iter().map(|sum| (sum / n) as f32).collect()))
    }

    /// The map of a sample, learned from its measured values; nothing where it has none.
    ///
    /// The value of rank r among n, tied values at their mean rank, goes to the quantile
    /// (r - 1) / (n - 1) of the target, between two of its values by their distance; a single
    /// value goes to the median.
    pub fn map(&self, mut values: Vec<f32>) -> Option<SampleMap> {
        values.sort_unstable_by(f32::total_cmp);
        let last = values.len().checked_sub(1)? as f64;
        let (mut distinct, mut quantiles) = (Vec::new(), Vec::new());
        let mut below = 0;
        for tied in values.chunk_by(|a, b| a == b) {
            let place = below as f64 + (tied.len() - 1) as f64 / 2.0;
            let share = if last > 0.0 { place / last } else { 0.5 };
            distinct.push(tied[0]);
            quantiles.push(quantile(&self.0, share) as f32);
            below += tied.len();
        }
        Some(SampleMap {
            values: distinct,
            quantiles,
        })
    }

    /// Whether it is what [`TargetQuantiles::learn`] gives: numbers that ascend.
    pub fn is_whole(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|v| v.is_finite()) && self.0.is_sorted()
    }
}

impl SampleMap {
    /// What stands for a value; between the values learned from by distance, beyond them the
    /// outermost.
    pub fn apply(&self, value: f32) -> f32 {
        let above = self.values.partition_point(|&known| known < value);
        match (above.checked_sub(1), self.values.get(above)) {
            (_, Some(&known)) if known == value => self.quantiles[above],
            (None, _) => self.quantiles[0],
            (Some(below), None) => self.quantiles[below],
            (Some(below), Some(&next)) => {
                let from = self.values[below];
                let share = f64::from(value - from) / f64::from(next - from);
                let (low, high) = (self.quantiles[below], self.quantiles[above]);
                (f64::from(low) + share * f64::from(high - low)) as f32
            }
        }
    }
}

/// The quantile of sorted values, of the seventh kind of Hyndman and Fan (1996).
fn quantile(sorted: &[f32], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let below = at.floor() as usize;
    let low = f64::from(sorted[below]);
    match sorted.get(below + 1) {
        Some(&high) => low + (at - at.floor()) * (f64::from(high) - low),
        None => low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(values: &[f32]) -> TargetQuantiles {
        TargetQuantiles::learn(values.len(), [values.to_vec()]).unwrap()
    }

    fn mapped(target: &TargetQuantiles, values: &[f32]) -> Vec<f32> {
        let map = target.map(values.to_vec()).unwrap();
        values.iter().map(|&value| map.apply(value)).collect()
    }

    #[test]
    fn a_sample_of_the_target_distribution_stays_as_it_is() {
        let values = [0.5, 0.125, 0.25, 0.75];
        assert_eq!(mapped(&learned(&values), &values), values);
    }

    #[test]
    fn order_is_kept_and_tied_values_stay_tied() {
        let target = learned(&[0.0, 1.0, 4.0, 9.0, 16.0]);
        // Ranks 2.5, 1, 2.5, 4 of four are the quantiles 1/2, 0, 1/2, 1 of the target.
        let sample = mapped(&target, &[3.0, -1.0, 3.0, 10.0]);
        assert_eq!(sample, [4.0, 0.0, 4.0, 16.0]);
    }

    #[test]
    fn values_not_learned_from_stand_between_their_neighbors() {
        let map = learned(&[0.0, 10.0]).map(vec![1.0, 3.0]).unwrap();
        let placed = [0.0, 1.5, 3.0, 7.0].map(|value| map.apply(value));
        assert_eq!(placed, [0.0, 2.5, 10.0, 10.0]);
    }

    #[test]
    fn a_sample_without_values_teaches_nothing_and_has_no_map() {
        assert_eq!(TargetQuantiles::learn(2, [Vec::new()]), None);
        let target = learned(&[0.0, 10.0]);
        assert_eq!(target.map(Vec::new()), None);
        assert_eq!(mapped(&target, &[7.0]), [5.0]);
    }
}
