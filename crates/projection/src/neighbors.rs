//! Nearest neighbors, exactly.

use ndarray::ArrayView2;
use rayon::prelude::*;

/// The nearest other points of one, nearest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Neighbors {
    pub(crate) points: Vec<usize>,
    /// Euclidean.
    pub(crate) distances: Vec<f64>,
}

/// The `others` nearest of every point; of equally near ones the first.
pub(crate) fn nearest(points: ArrayView2<'_, f32>, others: usize) -> Vec<Neighbors> {
    (0..points.nrows())
        .into_par_iter()
        .map(|at| nearest_of(points, at, others))
        .collect()
}

fn nearest_of(points: ArrayView2<'_, f32>, at: usize, others: usize) -> Neighbors {
    let squared = |other: usize| -> f64 {
        let pairs = points.row(at).into_iter().zip(points.row(other));
        pairs
            .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
            .sum()
    };
    let all = (0..points.nrows()).filter(|&other| other != at);
    let mut all: Vec<(f64, usize)> = all.map(|other| (squared(other), other)).collect();
    let by_distance = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    all.select_nth_unstable_by(others - 1, by_distance);
    all.truncate(others);
    all.sort_unstable_by(by_distance);
    let (distances, points) = all
        .iter()
        .map(|(square, other)| (square.sqrt(), *other))
        .unzip();
    Neighbors { points, distances }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn neighbors_come_nearest_first_and_never_hold_the_point_itself() {
        let points = array![[0.0, 0.0], [3.0, 4.0], [0.0, 1.0], [0.0, -1.0]];
        let found = nearest(points.view(), 3);
        assert_eq!(found[0].points, [2, 3, 1]);
        assert_eq!(found[0].distances, [1.0, 1.0, 5.0]);
        assert!(
            found
                .iter()
                .enumerate()
                .all(|(at, n)| !n.points.contains(&at))
        );
    }
}
