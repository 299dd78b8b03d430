//! Do groups differ in when the event comes? (Mantel 1966; Peto and Peto 1972,
//! doi:10.2307/2344317.)

use imputome_core::{Error, Result};
use imputome_numerics::Cholesky;
use ndarray::{Array1, Array2, Axis};

use super::tails::chi_square_upper;
use super::{FollowUp, RiskSets, Ties};

/// A group in the test.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogRankGroup {
    /// Its samples.
    pub samples: usize,
    /// Events in it.
    pub observed: usize,
    /// Events it would have if the group did not matter.
    pub expected: f64,
}

/// The log-rank test of any number of groups.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    /// The groups by number.
    pub groups: Vec<LogRankGroup>,
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom: groups that were ever at risk, less one.
    pub degrees: usize,
    /// Chance of as large a statistic when the group does not matter.
    pub p_value: f64,
}

/// Compares groups, `groups` numbering each sample's from 0, shape `[samples]`; with the
/// hypergeometric variance, as R's `survdiff`.
///
/// Refused: groups of other samples, fewer than two groups at risk when an event came.
pub fn log_rank(follow_up: &FollowUp, groups: &[usize]) -> Result<LogRank> {
    follow_up.expect_samples("the groups", groups.len())?;
    let n_groups = groups.iter().max().map_or(0, |most| most + 1);
    let mut found = vec![LogRankGroup::default(); n_groups];
    for (&group, &event) in groups.iter().zip(follow_up.events()) {
        found[group].samples += 1;
        found[group].observed += usize::from(event);
    }
    let (expected, variance) = moments(follow_up, groups, n_groups);
    for (group, expected) in found.iter_mut().zip(&expected) {
        group.expected = *expected;
    }
    let compared: Vec<usize> = (0..n_groups).filter(|&g| expected[g] > 0.0).collect();
    let Some((_, free)) = compared.split_last().filter(|(_, free)| !free.is_empty()) else {
        return Err(Error::Unusable(
            "the log-rank test needs two groups with samples at risk when an event came".into(),
        ));
    };
    let differences: Array1<f64> = free
        .iter()
        .map(|&g| found[g].observed as f64 - found[g].expected)
        .collect();
    let chi_square = quadratic_form(&variance, free, differences);
    Ok(LogRank {
        groups: found,
        chi_square,
        degrees: free.len(),
        p_value: chi_square_upper(chi_square, free.len()),
    })
}

/// Expected events of each group and their covariance, shapes `[groups]` and `[groups, groups]`.
fn moments(follow_up: &FollowUp, groups: &[usize], n_groups: usize) -> (Vec<f64>, Array2<f64>) {
    let sets = RiskSets::new(follow_up, Ties::Breslow);
    let mut at_risk = vec![0.0; n_groups];
    let mut expected = vec![0.0; n_groups];
    let mut variance = Array2::zeros((n_groups, n_groups));
    let mut position = sets.n_samples();
    for time in sets.event_times().iter().rev() {
        for &sample in &sets.order()[time.start..position] {
            at_risk[groups[sample]] += 1.0;
        }
        position = time.start;
        let all = (sets.n_samples() - time.start) as f64;
        let events = time.events as f64;
        let spread = if all > 1.0 {
            events * (all - events) / (all - 1.0)
        } else {
            0.0
        };
        for a in 0..n_groups {
            let share = at_risk[a] / all;
            expected[a] += events * share;
            variance[(a, a)] += spread * share;
            for b in 0..n_groups {
                variance[(a, b)] -= spread * share * at_risk[b] / all;
            }
        }
    }
    (expected, variance)
}

/// `differencesᵀ · variance⁻¹ · differences` over the free groups; 0 where nothing varies.
fn quadratic_form(variance: &Array2<f64>, free: &[usize], differences: Array1<f64>) -> f64 {
    let variance = variance.select(Axis(0), free).select(Axis(1), free);
    let Some(factor) = Cholesky::of(variance) else {
        return 0.0;
    };
    let mut solved = differences.clone().insert_axis(Axis(1));
    factor.solve(solved.view_mut());
    differences.dot(&solved.column(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_by_hand() {
        // Times 1 (group 0), 2 (group 1), 3 (group 1): expected of group 0 is 1/2 with four at
        // risk, two of them its own, then 1/3, then 1/2.
        let follow_up =
            FollowUp::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, true, false]).unwrap();
        let found = log_rank(&follow_up, &[0, 1, 1, 0]).unwrap();
        let (expected, variance) = (0.5 + 1.0 / 3.0 + 0.5, 0.25 + 2.0 / 9.0 + 0.25);
        assert!((found.groups[0].expected - expected).abs() < 1e-15);
        let statistic = (1.0 - expected) * (1.0 - expected) / variance;
        assert!((found.chi_square - statistic).abs() < 1e-14);
        assert_eq!((found.degrees, found.groups[1].observed), (1, 2));
    }

    #[test]
    fn a_group_without_samples_changes_nothing() {
        let follow_up =
            FollowUp::new(vec![1.0, 2.0, 3.0, 4.0], vec![true, true, true, false]).unwrap();
        let two = log_rank(&follow_up, &[0, 1, 1, 0]).unwrap();
        let three = log_rank(&follow_up, &[0, 2, 2, 0]).unwrap();
        assert_eq!(two.p_value, three.p_value);
        assert_eq!(three.groups[1], LogRankGroup::default());
    }

    #[test]
    fn one_group_is_refused() {
        let follow_up = FollowUp::new(vec![1.0, 2.0], vec![true, true]).unwrap();
        assert!(log_rank(&follow_up, &[0, 0]).is_err());
    }
}
