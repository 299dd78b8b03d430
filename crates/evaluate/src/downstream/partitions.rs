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
    let counts = Contingency::of(a, b);
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
    let counts = Contingency::of(a, b);
    let (of_a, of_b) = counts.entropies();
    if counts.of_a.len() <= 1 && counts.of_b.len() <= 1 {
        return 1.0;
    }
    let information = counts.mutual_information();
    let most = match by {
        Normalization::Max => of_a.max(of_b),
        Normalization::ArithmeticMean => (of_a + of_b) / 2.0,
    };
    // Rounding may leave a little less than nothing.
    (information / most).clamp(0.0, 1.0)
}

/// Mutual information less what chance gives, over what is left of the mean entropy (Vinh et al.
/// 2010, JMLR 11): 1 when two groupings are the same, 0 by chance, may be below; as scikit-learn's
/// `adjusted_mutual_info_score` by default.
pub fn adjusted_mutual_information(a: &[usize], b: &[usize]) -> f64 {
    let counts = Contingency::of(a, b);
    if counts.of_a.len() == counts.of_b.len() && (counts.of_a.len() <= 1 || counts.all_apart()) {
        return 1.0;
    }
    let (of_a, of_b) = counts.entropies();
    let by_chance = counts.mutual_information_by_chance();
    let left = (of_a + of_b) / 2.0 - by_chance;
    // A difference below rounding keeps its sign and stays away from a division by 0.
    let left = if left < 0.0 {
        left.min(-f64::EPSILON)
    } else {
        left.max(f64::EPSILON)
    };
    (counts.mutual_information() - by_chance) / left
}

/// Geometric mean of the shares of pairs together in one grouping that are together in the other
/// (Fowlkes and Mallows 1983, doi:10.1080/01621459.1983.10478008), in `[0, 1]`; 0 when no pair is
/// together in both.
pub fn fowlkes_mallows_index(a: &[usize], b: &[usize]) -> f64 {
    let counts = Contingency::of(a, b);
    let together = pairs(counts.joint.values());
    if together == 0.0 {
        return 0.0;
    }
    (together / pairs(counts.of_a.values())).sqrt()
        * (together / pairs(counts.of_b.values())).sqrt()
}

struct Contingency {
    samples: usize,
    joint: BTreeMap<(usize, usize), usize>,
    of_a: BTreeMap<usize, usize>,
    of_b: BTreeMap<usize, usize>,
}

impl Contingency {
    fn of(a: &[usize], b: &[usize]) -> Self {
        assert_eq!(a.len(), b.len(), "groupings of the same samples");
        let mut counts = Self {
            samples: a.len(),
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

    /// True when no two samples share a group in either.
    fn all_apart(&self) -> bool {
        self.of_a.len() == self.samples && self.of_b.len() == self.samples
    }

    fn entropies(&self) -> (f64, f64) {
        let n = self.samples as f64;
        let entropy = |sizes: &BTreeMap<usize, usize>| -> f64 {
            let part = |&size: &usize| size as f64 / n * (n / size as f64).ln();
            sizes.values().map(part).sum()
        };
        (entropy(&self.of_a), entropy(&self.of_b))
    }

    fn mutual_information(&self) -> f64 {
        let n = self.samples as f64;
        let part = |((in_a, in_b), &size): (&(usize, usize), &usize)| {
            let apart = (self.of_a[in_a] * self.of_b[in_b]) as f64;
            size as f64 / n * (size as f64 * n / apart).ln()
        };
        self.joint.iter().map(part).sum()
    }

    /// Mean mutual information of groupings with groups of these sizes and no relation: over each
    /// pair of groups, the hypergeometric mean over the samples that they may share (Vinh et al.
    /// 2010, equation 24a).
    fn mutual_information_by_chance(&self) -> f64 {
        let n = self.samples;
        let log_factorial = log_factorials(n);
        let f = |k: usize| log_factorial[k];
        let mut sum = 0.0;
        for &a in self.of_a.values() {
            for &b in self.of_b.values() {
                let ways = f(a) + f(b) + f(n - a) + f(n - b) - f(n);
                for shared in (a + b).saturating_sub(n).max(1)..=a.min(b) {
                    let chance =
                        ways - f(shared) - f(a - shared) - f(b - shared) - f(n + shared - a - b);
                    let ratio = (n * shared) as f64 / (a * b) as f64;
                    sum += shared as f64 / n as f64 * ratio.ln() * chance.exp();
                }
            }
        }
        sum
    }
}

/// Logarithms of the factorials up to `n`, shape `[n + 1]`.
fn log_factorials(n: usize) -> Vec<f64> {
    let mut logs = vec![0.0; n + 1];
    for k in 2..=n {
        logs[k] = logs[k - 1] + (k as f64).ln();
    }
    logs
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
