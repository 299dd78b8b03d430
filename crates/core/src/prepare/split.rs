//! Training, validation and test rows, with no donor on two sides.

use std::collections::HashMap;

use rand::Rng;
use rand::seq::SliceRandom;

use crate::{Dataset, Error, Result};

/// Row positions of the three parts of a split, each in table order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Rows to learn from.
    pub train: Vec<usize>,
    /// Rows to choose by, such as when to stop.
    pub validation: Vec<usize>,
    /// Rows to judge on.
    pub test: Vec<usize>,
}

impl Split {
    /// Shares of the PMI paper, section 3.1: training, validation, test.
    pub const SHARES: [f64; 3] = [0.6, 0.2, 0.2];

    /// Splits by group; every sample of a group lands on the same side.
    pub fn by_group(data: &Dataset, shares: [f64; 3], random: &mut impl Rng) -> Result<Self> {
        let mut parts = split_groups(&data.group_of_samples(), &shares, random)?;
        let test = parts.pop().expect("three shares give three parts");
        let validation = parts.pop().expect("three shares give three parts");
        let train = parts.pop().expect("three shares give three parts");
        Ok(Self {
            train,
            validation,
            test,
        })
    }
}

/// Row positions of each part, by the shares asked for, never tearing a group apart.
///
/// Groups are shuffled and dealt in turn to the part that is furthest below its share of the
/// samples. Refused when there are fewer groups than parts with a share above 0.
pub fn split_groups(
    group_of_sample: &[String],
    shares: &[f64],
    random: &mut impl Rng,
) -> Result<Vec<Vec<usize>>> {
    let mut groups = rows_by_group(group_of_sample);
    let wanted = shares.iter().filter(|&&share| share > 0.0).count();
    if groups.len() < wanted {
        return Err(Error::TooLittle {
            method: "splitting".into(),
            what: "groups (donors, or samples where no group is given)".into(),
            needed: wanted,
            found: groups.len(),
            advice: "give more samples, or name another grouping with --group".into(),
        });
    }
    groups.shuffle(random);
    let total: f64 = shares.iter().sum();
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); shares.len()];
    for rows in groups {
        let part = furthest_below(&parts, shares, total, group_of_sample.len());
        parts[part].extend(rows);
    }
    parts.iter_mut().for_each(|rows| rows.sort_unstable());
    Ok(parts)
}

/// Rows of each group; groups in order of first appearance.
fn rows_by_group(group_of_sample: &[String]) -> Vec<Vec<usize>> {
    let mut position: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (row, group) in group_of_sample.iter().enumerate() {
        let at = *position.entry(group).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(row);
    }
    groups
}

/// The part whose filling, relative to its share, is smallest; an empty part first.
fn furthest_below(parts: &[Vec<usize>], shares: &[f64], total: f64, samples: usize) -> usize {
    let filling = |p: usize| parts[p].len() as f64 / (shares[p] / total * samples as f64);
    (0..parts.len())
        .filter(|&p| shares[p] > 0.0)
        .min_by(|&a, &b| filling(a).total_cmp(&filling(b)))
        .expect("at least one share is above 0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Run;

    fn donors(n: usize, samples_each: usize) -> Vec<String> {
        (0..n * samples_each)
            .map(|s| format!("GTEX-{}", s % n))
            .collect()
    }

    #[test]
    fn no_donor_stands_on_two_sides() {
        let groups = donors(100, 7);
        for seed in 0..20 {
            let random = &mut Run::new(seed, 1).unwrap().stream("split");
            let parts = split_groups(&groups, &Split::SHARES, random).unwrap();
            for donor in groups.iter().collect::<std::collections::BTreeSet<_>>() {
                let sides = parts
                    .iter()
                    .filter(|p| p.iter().any(|&s| &groups[s] == donor))
                    .count();
                assert_eq!(sides, 1);
            }
            assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 700);
        }
    }

    #[test]
    fn shares_are_kept_within_one_group() {
        let groups = donors(100, 7);
        let random = &mut Run::new(0, 1).unwrap().stream("split");
        let parts = split_groups(&groups, &Split::SHARES, random).unwrap();
        for (part, share) in parts.iter().zip(Split::SHARES) {
            assert!((part.len() as f64 - share * 700.0).abs() <= 7.0);
        }
    }

    #[test]
    fn fewer_groups_than_parts_are_refused() {
        let random = &mut Run::new(0, 1).unwrap().stream("split");
        let error = split_groups(&donors(2, 50), &Split::SHARES, random).expect_err("two donors");
        assert!(error.to_string().contains("needs at least 3 groups"));
    }
}
