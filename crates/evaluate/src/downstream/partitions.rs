//! Do two groupings of the same samples agree?

use std::collections::BTreeMap;

/// What mutual information is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalization {
    /// The larger entropy of the two. As `NMI` of the R package aricode by default, which Zhou et
    /// al. 2020 used.
    Max,
    /// The mean of the two entropies. As scikit-learn's `normalized_mutual_info_score` by default.
    ArithmeticMean,
}

/// Share of pairs on which two groupings agree, less what chance gives (Hubert and Arabie 1985,
/// doi:10.1007/BF01908075): 1 when they are the same, 0 by chance, may be below.
///
/// `a` and `b` number the group of each sample, shape `[samples]`. Two groupings that both leave
/// nothing to tell apart, or everything, agree fully.
pub fn adjusted_rand_index(a: &[usize], b: &[usize]) -> f64 {
    let counts = Counts::of(a, b);
    let together = pairs(counts.joint.values());
    let (in_a, in_b) = (pairs(counts.of_a.values()), pairs(counts.of_b.values()));
    let all = pairs([a.len()].iter());
    let by_chance = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    let most = (in_a + in_b) / 2.0;
    if most == by_chance {
        return 1.0;
    }
    (together - by_chance) / (most - by_chance)
}

/// How much knowing one grouping tells about the other, in `[0, 1]` (Vinh et al. 2010, JMLR 11).
///
/// Two groupings of one group each tell all there is: 1.
pub fn normalized_mutual_information(a: &[usize], b: &[usize], by: Normalization) -> f64 {
    let counts = Counts::of(a, b);
    let n = a.len() as f64;
    let entropy = |sizes: &BTreeMap<usize, usize>| -> f64 {
        let part = |&size: &usize| size as f64 / n * (n / size as f64).ln();
        sizes.values().map(part).sum()
    };
    let (of_a, of_b) = (entropy(&counts.of_a), entropy(&counts.of_b));
    if counts.of_a.len() <= 1 && counts.of_b.len() <= 1 {
        return 1.0;
    }
    let information: f64 = counts
        .joint
        .iter()
        .map(|((in_a, in_b), &size)| {
            let apart = (counts.of_a[in_a] * counts.of_b[in_b]) as f64;
            size as f64 / n * (size as f64 * n / apart).ln()
        })
        .sum();
    let most = match by {
        Normalization::Max => of_a.max(of_b),
        Normalization::ArithmeticMean => (of_a + of_b) / 2.0,
    };
    // Rounding may leave a little less than nothing.
    (information / most).clamp(0.0, 1.0)
}

struct Counts {
    joint: BTreeMap<(usize, usize), usize>,
    of_a: BTreeMap<usize, usize>,
    of_b: BTreeMap<usize, usize>,
}

impl Counts {
    fn of(a: &[usize], b: &[usize]) -> Self {
        assert_eq!(a.len(), b.len(), "groupings of the same samples");
        let mut counts = Self {
            joint: BTreeMap::new(),
            of_a: BTreeMap::new(),
            of_b: BTreeMap::new(),
        };
        for (&a, &b) in a.iter().zip(b) {
            *counts.joint.entry((a, b)).or_default() += 1;
            *counts.of_a.entry(a).or_default() += 1;
            *counts.of_b.entry(b).or_default() += 1;
        }
        counts
    }
}

fn pairs<'a>(sizes: impl Iterator<Item = &'a usize>) -> f64 {
    sizes
        .map(|&size| size as f64 * (size as f64 - 1.0) / 2.0)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [usize; 10] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2];
    const B: [usize; 10] = [5, 5, 7, 7, 7, 7, 5, 9, 9, 3];

    #[test]
    fn measures_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1: adjusted_rand_score; normalized_mutual_info_score with
        // average_method "arithmetic" and "max" (the latter is what aricode names NMI).
        let found = [
            adjusted_rand_index(&A, &B),
            normalized_mutual_information(&A, &B, Normalization::ArithmeticMean),
            normalized_mutual_information(&A, &B, Normalization::Max),
        ];
        for (found, expected) in found.iter().zip(SKLEARN) {
            // A dozen terms near 1 in f64.
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }

    const SKLEARN: [f64; 3] = [0.28, 0.568_241_032_922_968_1, 0.525_850_251_868_233_2];

    #[test]
    fn names_of_groups_do_not_matter() {
        let renamed = A.map(|group| 40 - 3 * group);
        assert_eq!(adjusted_rand_index(&A, &renamed), 1.0);
        let found = normalized_mutual_information(&A, &renamed, Normalization::Max);
        assert!((found - 1.0).abs() < 1e-15);
    }

    #[test]
    fn one_group_tells_nothing_of_two() {
        let (one, two) = ([0; 4], [0, 0, 1, 1]);
        assert_eq!(adjusted_rand_index(&one, &two), 0.0);
        assert_eq!(
            normalized_mutual_information(&one, &two, Normalization::Max),
            0.0
        );
        assert_eq!(adjusted_rand_index(&one, &one), 1.0);
        assert_eq!(
            normalized_mutual_information(&one, &one, Normalization::Max),
            1.0
        );
        let apart = [0, 1, 2, 3];
        assert_eq!(adjusted_rand_index(&apart, &apart), 1.0);
    }
}
