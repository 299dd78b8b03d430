//! Where points stand before they move.

use imputome_numerics::symmetric_eigen;
use ndarray::{Array2, ArrayView2, Axis};
use rand::{Rng, RngExt};

/// Largest coordinate of the start, and how far points are shaken so that equal ones can part;
/// as umap-learn 0.5.
const REACH: f64 = 10.0;
const SHAKE: f64 = 1e-4;

/// The points on their two leading principal axes, shape `[points, 2]`, scaled and shaken.
///
/// A start that knows the data matters, which one does not (Kobak and Linderman 2021,
/// doi:10.1038/s41587-020-00809-z); unlike the eigenvectors of the graph, principal axes are there
/// whether or not the graph falls apart.
pub(crate) fn start(points: ArrayView2<'_, f32>, random: &mut impl Rng) -> Array2<f64> {
    let mut places = principal_plane(points.mapv(f64::from));
    let furthest = places
        .iter()
        .fold(0.0_f64, |most, place| most.max(place.abs()));
    let scale = if furthest > 0.0 {
        REACH / furthest
    } else {
        0.0
    };
    places.mapv_inplace(|place| place * scale + SHAKE * (2.0 * random.random::<f64>() - 1.0));
    places
}

/// The points about their mean, seen along the two directions in which they vary most; the second
/// is 0 for points of one dimension.
pub(crate) fn principal_plane(mut points: Array2<f64>) -> Array2<f64> {
    let means = points.mean_axis(Axis(0)).expect("there are points");
    points -= &means;
    let mut places = Array2::zeros((points.nrows(), 2));
    let squares = points.t().dot(&points);
    let (_, axes) = symmetric_eigen(squares.view()).expect("finite values");
    for (mut place, axis) in places.columns_mut().into_iter().zip(axes.columns()) {
        // An axis has no direction of its own: its largest loading points upward.
        let larger = |most: f64, loading: &f64| match loading.abs() > most.abs() {
            true => *loading,
            false => most,
        };
        let largest = axis.iter().fold(0.0, larger);
        place.assign(&(points.dot(&axis) * largest.signum()));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use rand::SeedableRng;

    #[test]
    fn points_start_along_their_widest_directions() {
        let points = array![
            [0.0, 5.0, 0.1],
            [10.0, 5.0, 0.0],
            [-10.0, 5.0, -0.1],
            [0.0, 7.0, 0.0],
            [0.0, 3.0, 0.0]
        ];
        let mut random = rand::rngs::SmallRng::seed_from_u64(0);
        let places = start(points.view(), &mut random);
        let expected = array![
            [0.0, 0.0],
            [10.0, 0.0],
            [-10.0, 0.0],
            [0.0, 2.0],
            [0.0, -2.0]
        ];
        // The third direction turns the axes by a hundredth.
        assert!((places - expected).iter().all(|e| e.abs() < 0.01));
    }
}
