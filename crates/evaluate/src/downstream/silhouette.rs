//! Do known groups stand apart?

use imputome_core::{Error, Result, Run};
use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

/// How much nearer each point is to its own group than to the next one, by Euclidean distance
/// (Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7): `[points]`, in `[-1, 1]`, 0 for a group of one.
///
/// `points` has shape `[points, dimensions]`, `labels` numbers the group of each. Time grows with
/// the square of the points. As scikit-learn's `silhouette_samples`; its mean is the silhouette
/// score. Refused: fewer than two groups, or as many as there are points.
pub fn silhouette(points: ArrayView2<'_, f32>, labels: &[usize], run: &Run) -> Result<Vec<f64>> {
    assert_eq!(points.nrows(), labels.len(), "a group for each point");
    let groups = labels.iter().max().map_or(0, |last| last + 1);
    let mut sizes = vec![0usize; groups];
    labels.iter().for_each(|&label| sizes[label] += 1);
    let present = sizes.iter().filter(|&&size| size > 0).count();
    if present < 2 || present >= labels.len() {
        return Err(Error::Unusable(format!(
            "a silhouette needs 2 groups at least and some of more than one point; found {present} groups of {} points",
            labels.len()
        )));
    }
    let width = |point: usize| {
        let mut sums = vec![0.0; groups];
        for (other, &label) in points.rows().into_iter().zip(labels) {
            sums[label] += distance(points.row(point), other);
        }
        let own = labels[point];
        if sizes[own] == 1 {
            return 0.0;
        }
        let inside = sums[own] / (sizes[own] - 1) as f64;
        let outside = (0..groups)
            .filter(|&group| group != own && sizes[group] > 0)
            .map(|group| sums[group] / sizes[group] as f64)
            .fold(f64::INFINITY, f64::min);
        let larger = inside.max(outside);
        if larger > 0.0 {
            (outside - inside) / larger
        } else {
            0.0
        }
    };
    Ok(run.on_threads(|| (0..labels.len()).into_par_iter().map(width).collect()))
}

fn distance(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f64 {
    let squares = a
        .iter()
        .zip(b)
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_group_of_one_has_no_width() {
        let points = array![[0.0], [1.0], [10.0]];
        let run = Run::new(0, 1).unwrap();
        let found = silhouette(points.view(), &[0, 0, 1], &run).unwrap();
        // The first: 1 inside, 10 outside; the second: 1 and 9.
        assert_eq!(found, [0.9, 8.0 / 9.0, 0.0]);
    }

    #[test]
    fn one_group_is_refused() {
        let points = array![[0.0], [1.0]];
        let run = Run::new(0, 1).unwrap();
        assert!(silhouette(points.view(), &[3, 3], &run).is_err());
        assert!(silhouette(points.view(), &[0, 1], &run).is_err());
    }
}
