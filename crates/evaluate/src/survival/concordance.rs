//! Harrell's C: how often the one at higher risk has the event first.

use imputome_core::{Error, Result};

use super::FollowUp;

/// Pairs of samples of which it is known who had the event first.
///
/// A pair counts when the shorter time ended with the event; a sample last seen at the time of
/// another's event outlived it. Two events at the same time are not compared. (Harrell et al.
/// 1982, doi:10.1001/jama.1982.03320430047030; as R's `survival::concordance`.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concordance {
    /// The one at higher risk had the event first.
    pub concordant: u64,
    /// The one at lower risk had the event first.
    pub discordant: u64,
    /// Both were at the same risk.
    pub tied: u64,
}

impl Concordance {
    /// Share of concordant pairs, a tie counting half, in `[0, 1]`: 0.5 says nothing. Nothing
    /// when no pair can be compared.
    pub fn index(&self) -> Option<f64> {
        let pairs = self.concordant + self.discordant + self.tied;
        let agreeing = self.concordant as f64 + self.tied as f64 / 2.0;
        (pairs > 0).then(|| agreeing / pairs as f64)
    }
}

/// Counts the pairs that can be compared; `risks`, shape `[samples]`, is higher for those expected
/// to have the event sooner. Refused: risks that are not finite, or of other samples.
///
/// Costs `samples · log(samples)`.
pub fn concordance(follow_up: &FollowUp, risks: &[f64]) -> Result<Concordance> {
    follow_up.expect_samples("the risks", risks.len())?;
    if risks.iter().any(|risk| !risk.is_finite()) {
        return Err(Error::Unusable(
            "a risk is not a finite number and cannot be compared; leave its sample out".into(),
        ));
    }
    let mut sorted = risks.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (times, events) = (follow_up.times(), follow_up.events());
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by(|&a, &b| {
        times[b]
            .total_cmp(&times[a])
            .then(events[a].cmp(&events[b]))
    });
    let mut later = RankCounts::new(risks.len());
    let mut found = Concordance::default();
    let alike = |a: &usize, b: &usize| times[*a] == times[*b] && events[*a] == events[*b];
    // From the last time back, those last seen before those with the event: whoever is counted
    // already outlived them.
    for group in order.chunk_by(alike) {
        for &sample in group.iter().filter(|&&s| events[s]) {
            let lower = sorted.partition_point(|risk| *risk < risks[sample]);
            let upper = sorted.partition_point(|risk| *risk <= risks[sample]);
            let (below, not_above) = (later.below(lower), later.below(upper));
            found.concordant += below;
            found.tied += not_above - below;
            found.discordant += later.total - not_above;
        }
        for &sample in group {
            later.add(sorted.partition_point(|risk| *risk < risks[sample]));
        }
    }
    Ok(found)
}

/// How many of the ranks seen lie below one (Fenwick 1994, doi:10.1002/spe.4380240306).
struct RankCounts {
    sums: Vec<u64>,
    total: u64,
}

impl RankCounts {
    fn new(ranks: usize) -> Self {
        Self {
            sums: vec![0; ranks + 1],
            total: 0,
        }
    }

    fn add(&mut self, rank: usize) {
        self.total += 1;
        let mut at = rank + 1;
        while at < self.sums.len() {
            self.sums[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn below(&self, rank: usize) -> u64 {
        let (mut at, mut sum) = (rank, 0);
        while at > 0 {
            sum += self.sums[at];
            at &= at - 1;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_those_that_counting_one_by_one_finds() {
        let times: Vec<f64> = (0..80).map(|s| f64::from((s * 29) % 31)).collect();
        let events: Vec<bool> = (0..80).map(|s| (s * 7) % 5 < 3).collect();
        let risks: Vec<f64> = (0..80).map(|s| f64::from((s * 13) % 17)).collect();
        let mut expected = Concordance::default();
        for a in 0..80 {
            for b in 0..80 {
                let first = times[a] < times[b] || (times[a] == times[b] && !events[b]);
                if !(events[a] && first) {
                    continue;
                }
                match risks[a].total_cmp(&risks[b]) {
                    std::cmp::Ordering::Greater => expected.concordant += 1,
                    std::cmp::Ordering::Less => expected.discordant += 1,
                    std::cmp::Ordering::Equal => expected.tied += 1,
                }
            }
        }
        let follow_up = FollowUp::new(times, events).unwrap();
        assert_eq!(concordance(&follow_up, &risks).unwrap(), expected);
    }

    #[test]
    fn a_risk_that_names_the_next_event_has_index_1_and_its_reverse_0() {
        let follow_up = FollowUp::new(vec![1.0, 2.0, 3.0], vec![true, true, false]).unwrap();
        let index = |risks: [f64; 3]| concordance(&follow_up, &risks).unwrap().index();
        assert_eq!(index([3.0, 2.0, 1.0]), Some(1.0));
        assert_eq!(index([1.0, 2.0, 3.0]), Some(0.0));
        assert_eq!(index([1.0, 1.0, 1.0]), Some(0.5));
    }

    #[test]
    fn without_events_there_is_nothing_to_compare() {
        let follow_up = FollowUp::new(vec![1.0, 2.0], vec![false, false]).unwrap();
        assert_eq!(concordance(&follow_up, &[1.0, 2.0]).unwrap().index(), None);
        assert!(concordance(&follow_up, &[1.0, f64::NAN]).is_err());
    }
}
