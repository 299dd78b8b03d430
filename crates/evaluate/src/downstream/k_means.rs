//! Samples in groups, each near its own center.
//!
//! From the starts of k-means++ (Arthur and Vassilvitskii 2007) by Lloyd's algorithm (1982,
//! doi:10.1109/TIT.1982.1056489), then moving single points as long as that makes groups tighter,
//! as Hartigan and Wong (1979, doi:10.2307/2346830) do; the best of several starts. Zhou et al. 2020
//! used R's `kmeans`, which is the latter, with 20 starts.

use imputome_core::{Error, Result, Run};
use ndarray::{Array2, ArrayView1, ArrayView2};
use rand::RngExt;

/// How groups are sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KMeansSettings {
    /// Number of groups; 2 in Zhou et al. 2020.
    pub clusters: usize,
    /// Starts, of which the best is kept; 20 in Zhou et al. 2020.
    pub starts: usize,
    /// Rounds of a start at most; 100 in Zhou et al. 2020.
    pub rounds: usize,
}

impl Default for KMeansSettings {
    fn default() -> Self {
        Self {
            clusters: 2,
            starts: 20,
            rounds: 100,
        }
    }
}

/// Groups found.
#[derive(Clone, Debug, PartialEq)]
pub struct Clusters {
    /// Group of each point, shape `[points]`, numbered from 0 in the order they first appear.
    pub labels: Vec<usize>,
    /// Mean of each group, shape `[clusters, dimensions]`.
    pub centers: Array2<f64>,
    /// Sum of squared distances of points to their centers.
    pub within_squares: f64,
}

/// Groups `points`, shape `[points, dimensions]`, such as samples by their genes; nothing is scaled.
/// The same for the same seed.
///
/// Refused: values that are not finite, fewer points than groups, no group.
pub fn k_means(
    points: ArrayView2<'_, f32>,
    settings: &KMeansSettings,
    run: &Run,
) -> Result<Clusters> {
    if settings.clusters == 0 || points.nrows() < settings.clusters {
        return Err(Error::TooLittle {
            method: "k-means".into(),
            what: "points".into(),
            needed: settings.clusters.max(1),
            found: points.nrows(),
            advice: "ask for fewer groups, and for one at least".into(),
        });
    }
    if !points.iter().all(|value| value.is_finite()) {
        return Err(Error::Unusable(
            "a value to be grouped by is a gap; impute the table first".into(),
        ));
    }
    let points = points.mapv(f64::from);
    let mut random = run.stream("downstream/k-means");
    let mut best: Option<Clusters> = None;
    for _ in 0..settings.starts.max(1) {
        run.proceed()?;
        let start = spread_out(&points, settings.clusters, &mut random);
        let found = settled(&points, start, settings.rounds);
        if best
            .as_ref()
            .is_none_or(|best| found.within_squares < best.within_squares)
        {
            best = Some(found);
        }
    }
    Ok(renumbered(best.expect("one start at least")))
}

/// Centers drawn from the points, each with the chance of its squared distance to those drawn.
fn spread_out(points: &Array2<f64>, clusters: usize, random: &mut impl rand::Rng) -> Array2<f64> {
    let n = points.nrows();
    let mut centers = Array2::zeros((clusters, points.ncols()));
    let mut squares = vec![f64::INFINITY; n];
    for cluster in 0..clusters {
        let chosen = if cluster == 0 {
            random.random_range(0..n)
        } else {
            drawn(&squares, random.random::<f64>())
        };
        centers.row_mut(cluster).assign(&points.row(chosen));
        for (square, point) in squares.iter_mut().zip(points.rows()) {
            *square = square.min(distance(point, points.row(chosen)));
        }
    }
    centers
}

/// The position at this share of the sum of weights; the last one with weight when rounding goes
/// beyond.
fn drawn(weights: &[f64], share: f64) -> usize {
    let mut left = share * weights.iter().sum::<f64>();
    for (at, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return at;
        }
    }
    weights
        .iter()
        .rposition(|weight| *weight > 0.0)
        .unwrap_or(0)
}

fn settled(points: &Array2<f64>, mut centers: Array2<f64>, rounds: usize) -> Clusters {
    let (mut labels, mut squares) = nearest(points, &centers);
    for _ in 0..rounds {
        centers = means(points, &mut labels, &squares, centers.nrows());
        let (next, next_squares) = nearest(points, &centers);
        squares = next_squares;
        if next == labels {
            break;
        }
        labels = next;
    }
    centers = means(points, &mut labels, &squares, centers.nrows());
    for _ in 0..rounds {
        if !move_single_points(points, &mut labels, &mut centers) {
            break;
        }
    }
    let of_point =
        |(point, &label): (ArrayView1<'_, f64>, &usize)| distance(point, centers.row(label));
    Clusters {
        within_squares: points.rows().into_iter().zip(&labels).map(of_point).sum(),
        labels,
        centers,
    }
}

/// Moves each point to another group if that makes the sum of squares less, its own center having
/// less and the other more of it; true when one moved.
fn move_single_points(
    points: &Array2<f64>,
    labels: &mut [usize],
    centers: &mut Array2<f64>,
) -> bool {
    let mut sizes = vec![0.0; centers.nrows()];
    labels.iter().for_each(|&label| sizes[label] += 1.0);
    let mut moved = false;
    for (point, label) in points.rows().into_iter().zip(labels) {
        let own = *label;
        if sizes[own] < 2.0 {
            continue;
        }
        let gain = sizes[own] / (sizes[own] - 1.0) * distance(point, centers.row(own));
        let cost = |to: usize| sizes[to] / (sizes[to] + 1.0) * distance(point, centers.row(to));
        let others = (0..sizes.len()).filter(|&to| to != own);
        let best = others.min_by(|&a, &b| cost(a).total_cmp(&cost(b)));
        // A gain below this share is rounding and could go on for ever.
        let Some(best) = best.filter(|&to| cost(to) < gain * (1.0 - 1e-10)) else {
            continue;
        };
        for (group, sign) in [(own, -1.0), (best, 1.0)] {
            let size = sizes[group] + sign;
            let mut center = centers.row_mut(group);
            center.zip_mut_with(&point, |c, &x| *c += sign * (x - *c) / size);
            sizes[group] = size;
        }
        *label = best;
        moved = true;
    }
    moved
}

/// The nearest center of each point, the first of equally near ones, and the squared distance.
fn nearest(points: &Array2<f64>, centers: &Array2<f64>) -> (Vec<usize>, Vec<f64>) {
    points
        .rows()
        .into_iter()
        .map(|point| {
            let mut best = (0, f64::INFINITY);
            for (cluster, center) in centers.rows().into_iter().enumerate() {
                let square = distance(point, center);
                if square < best.1 {
                    best = (cluster, square);
                }
            }
            best
        })
        .unzip()
}

/// Mean of each group; a group that lost its points is given the one furthest from its center.
fn means(
    points: &Array2<f64>,
    labels: &mut [usize],
    squares: &[f64],
    clusters: usize,
) -> Array2<f64> {
    let mut sizes = vec![0_usize; clusters];
    labels.iter().for_each(|&label| sizes[label] += 1);
    for cluster in 0..clusters {
        if sizes[cluster] == 0 {
            let movable = (0..labels.len()).filter(|&at| sizes[labels[at]] > 1);
            let furthest = movable.max_by(|&a, &b| squares[a].total_cmp(&squares[b]));
            let furthest = furthest.expect("more points than groups");
            sizes[labels[furthest]] -= 1;
            labels[furthest] = cluster;
            sizes[cluster] = 1;
        }
    }
    let mut centers = Array2::zeros((clusters, points.ncols()));
    for (point, &label) in points.rows().into_iter().zip(labels.iter()) {
        let mut center = centers.row_mut(label);
        center += &point;
    }
    for (mut center, &size) in centers.rows_mut().into_iter().zip(&sizes) {
        center /= size as f64;
    }
    centers
}

fn distance(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn renumbered(found: Clusters) -> Clusters {
    let mut order: Vec<usize> = Vec::new();
    for label in &found.labels {
        if !order.contains(label) {
            order.push(*label);
        }
    }
    // A group may be empty when points coincide.
    let absent = (0..found.centers.nrows()).filter(|c| !found.labels.contains(c));
    order.extend(absent);
    let number = |label: &usize| order.iter().position(|o| o == label).expect("listed");
    Clusters {
        labels: found.labels.iter().map(number).collect(),
        centers: found.centers.select(ndarray::Axis(0), &order),
        within_squares: found.within_squares,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn groups_of(points: &Array2<f32>, clusters: usize, seed: u64) -> Clusters {
        let settings = KMeansSettings {
            clusters,
            ..KMeansSettings::default()
        };
        k_means(points.view(), &settings, &Run::new(seed, 1).unwrap()).unwrap()
    }

    #[test]
    fn clear_groups_are_found_whatever_the_seed() {
        let points = array![[0.0, 0.0], [9.0, 9.0], [0.0, 1.0], [9.0, 8.0], [30.0, 0.0]];
        for seed in 0..20 {
            let found = groups_of(&points, 3, seed);
            assert_eq!(found.labels, [0, 1, 0, 1, 2]);
            assert_eq!(found.centers.row(1).to_vec(), [9.0, 8.5]);
            assert_eq!(found.within_squares, 1.0);
        }
    }

    #[test]
    fn groups_that_overlap_are_as_tight_as_those_of_scikit_learn_and_of_r() {
        let points = Array2::from_shape_fn((60, 3), |(s, d)| {
            ((s * (d + 7) * 13 + s * s * 5 + d * 3) % 41) as f32
        });
        // Without clear groups 20 starts of R's kmeans find the best in three of four trials.
        let settings = KMeansSettings {
            clusters: 4,
            starts: 200,
            ..KMeansSettings::default()
        };
        let found = k_means(points.view(), &settings, &Run::new(1, 1).unwrap()).unwrap();
        // scikit-learn 1.9.1, KMeans(4, n_init=200, random_state=0).inertia_; R 4.2.2,
        // kmeans(x, 4, nstart = 1000)$tot.withinss, set.seed(1).
        let expected = 10_627.852_941_176_472;
        assert!((found.within_squares / expected - 1.0).abs() < 1e-12); // sums of 180 terms in f64
    }

    #[test]
    fn points_in_one_place_make_groups_without_spread() {
        let found = groups_of(&Array2::ones((4, 2)), 2, 0);
        assert_eq!(found.within_squares, 0.0);
        assert_eq!(found.labels.len(), 4);
    }

    #[test]
    fn fewer_points_than_groups_and_gaps_are_refused() {
        let run = Run::new(0, 1).unwrap();
        let settings = KMeansSettings::default();
        assert!(k_means(array![[1.0]].view(), &settings, &run).is_err());
        let gap = array![[1.0], [f32::NAN], [2.0]];
        assert!(k_means(gap.view(), &settings, &run).is_err());
    }
}
