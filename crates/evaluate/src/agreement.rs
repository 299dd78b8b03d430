//! Do points of one group stand together? Shares of nearest neighbors against chance.

use std::collections::BTreeSet;

use imputome_core::{Error, Result};
use ndarray::{ArrayView2, Axis};
use rand::Rng;
use rand::seq::SliceRandom;

/// Permutations that a judgement takes; ours: p values down to 0.0001.
pub const PERMUTATIONS: usize = 10_000;

/// How often the nearest neighbor of a point belongs to the point's own group.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Points judged: those whose group has another point to agree with.
    pub judged: usize,
    /// Points judged whose nearest neighbor is of their group.
    pub agreeing: usize,
    /// Share of agreeing points to be expected when groups say nothing of places: the mean over
    /// all permutations of the groups.
    pub by_chance: f64,
    /// Permutations drawn.
    pub permutations: usize,
    /// Chance of as many agreeing points among permuted groups, in `(0, 1]`: `(b + 1) / (m + 1)`
    /// with `b` of `m` permutations as good (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585).
    pub p_value: f64,
}

impl Agreement {
    /// Share of the points judged whose nearest neighbor is of their group.
    pub fn share(&self) -> f64 {
        self.agreeing as f64 / self.judged as f64
    }
}

/// The nearest other point of each, by Euclidean distance; the first of equally near ones.
///
/// `points` has shape `[points, dimensions]`. Refused: fewer than two points, values that are
/// not finite numbers.
pub fn nearest_neighbors(points: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
    if points.nrows() < 2 {
        return Err(Error::TooLittle {
            method: "nearest neighbors".into(),
            what: "points".into(),
            needed: 2,
            found: points.nrows(),
            advice: "a point alone has no neighbor".into(),
        });
    }
    if !points.iter().all(|value| value.is_finite()) {
        return Err(Error::Unusable(
            "places of points must be finite numbers to have neighbors".into(),
        ));
    }
    Ok((0..points.nrows()).map(|at| nearest(points, at)).collect())
}

/// Whether points of one group are each other's nearest neighbors more often than chance has it.
///
/// `points` has shape `[points, dimensions]`, `groups` a group for each point; points without one
/// are left out, also as neighbors. Chance is what `permutations` draws from `random` give.
/// Nothing when no two points share a group. Refused: what [`nearest_neighbors`] refuses.
pub fn agreement(
    points: ArrayView2<'_, f32>,
    groups: &[Option<&str>],
    permutations: usize,
    random: &mut impl Rng,
) -> Result<Option<Agreement>> {
    let known: Vec<usize> = (0..points.nrows())
        .filter(|&at| groups[at].is_some())
        .collect();
    let mut labels = numbered(groups);
    let sizes = sizes(&labels);
    let judged: usize = sizes.iter().filter(|&&size| size > 1).sum();
    if judged == 0 {
        return Ok(None);
    }
    let neighbors = nearest_neighbors(points.select(Axis(0), &known).view())?;
    let agreeing = agreeing(&labels, &neighbors);
    let mut as_good = 0;
    for _ in 0..permutations {
        labels.shuffle(random);
        as_good += usize::from(self::agreeing(&labels, &neighbors) >= agreeing);
    }
    Ok(Some(Agreement {
        judged,
        agreeing,
        by_chance: by_chance(&sizes, judged),
        permutations,
        p_value: (as_good + 1) as f64 / (permutations + 1) as f64,
    }))
}

fn nearest(points: ArrayView2<'_, f32>, at: usize) -> usize {
    let distance = |other: &usize| -> f64 {
        let pairs = points.row(at).into_iter().zip(points.row(*other));
        pairs
            .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
            .sum()
    };
    (0..points.nrows())
        .filter(|&other| other != at)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        .expect("two points at least")
}

/// Groups as numbers, without the points that have none.
fn numbered(groups: &[Option<&str>]) -> Vec<usize> {
    let known = groups.iter().flatten();
    let names: BTreeSet<&&str> = known.clone().collect();
    let names: Vec<&&str> = names.into_iter().collect();
    let number = |name: &&str| names.binary_search(&name).expect("collected above");
    known.map(number).collect()
}

fn sizes(labels: &[usize]) -> Vec<usize> {
    let mut sizes = vec![0; labels.iter().max().map_or(0, |most| most + 1)];
    labels.iter().for_each(|&label| sizes[label] += 1);
    sizes
}

fn agreeing(labels: &[usize], neighbors: &[usize]) -> usize {
    let pairs = labels.iter().zip(neighbors);
    pairs
        .filter(|(label, neighbor)| **label == labels[**neighbor])
        .count()
}

/// Any other point is the neighbor with the same chance, so a point of a group of `n` agrees with
/// chance `(n - 1) / (all - 1)`.
fn by_chance(sizes: &[usize], judged: usize) -> f64 {
    let all: usize = sizes.iter().sum();
    let pairs: usize = sizes.iter().map(|&size| size * (size - 1)).sum();
    pairs as f64 / ((all - 1) * judged) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn judge(points: &Array2<f32>, groups: &[Option<&str>]) -> Result<Option<Agreement>> {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        agreement(points.view(), groups, PERMUTATIONS, &mut random)
    }

    #[test]
    fn points_in_pairs_agree_and_a_point_alone_is_not_judged() {
        let points = array![[0.0], [1.0], [10.0], [11.0], [30.0], [31.5], [50.0]];
        let groups = ["a", "a", "b", "b", "c", "c", "alone"].map(Some);
        let found = judge(&points, &groups).unwrap().unwrap();
        assert_eq!((found.judged, found.agreeing, found.share()), (6, 6, 1.0));
        // Three pairs among seven points: 3 x 2 ordered pairs over 6 x 6.
        assert!((found.by_chance - 1.0 / 6.0).abs() < 1e-12);
        // Labelings that make all three pairs: 3! of 7! / 2!^3 = 630; four standard errors of
        // 10,000 draws.
        assert!((found.p_value - 6.0 / 630.0).abs() < 4.0 * (0.0095_f64 / 10_000.0).sqrt());
    }

    #[test]
    fn chance_is_the_mean_over_permutations() {
        let points =
            Array2::from_shape_fn((9, 2), |(row, column)| ((row * 7 + column * 5) % 11) as f32);
        let groups = ["a", "b", "a", "c", "c", "b", "a", "c", "d"].map(Some);
        let neighbors = nearest_neighbors(points.view()).unwrap();
        let (mut labels, mut random) = (numbered(&groups), ChaCha8Rng::seed_from_u64(2));
        let mut sum = 0;
        for _ in 0..20_000 {
            labels.shuffle(&mut random);
            sum += agreeing(&labels, &neighbors);
        }
        let found = judge(&points, &groups).unwrap().unwrap();
        // Four standard errors of a share over 20,000 permutations.
        assert!((sum as f64 / (20_000.0 * 8.0) - found.by_chance).abs() < 0.01);
    }

    #[test]
    fn groups_without_order_do_not_agree() {
        let points = Array2::from_shape_fn((8, 1), |(row, _)| row as f32);
        let groups = ["a", "b", "a", "b", "a", "b", "a", "b"].map(Some);
        let found = judge(&points, &groups).unwrap().unwrap();
        assert_eq!((found.agreeing, found.p_value), (0, 1.0));
    }

    #[test]
    fn a_point_without_group_is_no_neighbor() {
        let points = array![[0.0], [0.1], [1.0], [9.0], [10.0]];
        let groups = [Some("a"), None, Some("a"), Some("b"), Some("b")];
        assert_eq!(judge(&points, &groups).unwrap().unwrap().agreeing, 4);
    }

    #[test]
    fn the_first_of_equally_near_points_is_the_neighbor() {
        let points = array![[0.0_f32], [1.0], [-1.0]];
        assert_eq!(nearest_neighbors(points.view()).unwrap(), [1, 0, 0]);
    }

    #[test]
    fn points_without_company_or_places_are_not_judged() {
        let points = array![[0.0], [1.0], [2.0]];
        let alone = judge(&points, &["a", "b", "c"].map(Some)).unwrap();
        assert_eq!(alone, None);
        let broken = judge(&array![[0.0], [f32::NAN], [2.0]], &["a"; 3].map(Some));
        assert!(broken.unwrap_err().to_string().contains("finite"));
        assert!(nearest_neighbors(array![[1.0]].view()).is_err());
    }
}
