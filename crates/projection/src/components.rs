//! Principal components: the directions in which points vary most.

use imputome_core::{Error, Result, Run};
use imputome_numerics::{leading_directions, product};
use ndarray::{Array2, ArrayView2, Axis, s};
use rand::RngExt;

/// Directions followed beside those asked for, and rounds of the power iteration; Halko, Martinsson
/// and Tropp 2011 (doi:10.1137/090771806) advise 5 to 10 and a few.
const BESIDE: usize = 10;
const ROUNDS: usize = 6;

/// Places of the points along the `count` directions in which they vary most, shape
/// `[points, count]`, by descending variance; fewer where the table has fewer columns or rows.
///
/// `points` has shape `[points, dimensions]`; columns are centered and not scaled. The direction
/// of an axis is the one in which its longest weight is positive. Refused: values that are not
/// finite, no point, no direction asked for.
pub fn principal_components(
    points: ArrayView2<'_, f32>,
    count: usize,
    run: &Run,
) -> Result<Array2<f32>> {
    let count = count.min(points.ncols()).min(points.nrows());
    if count == 0 || !points.iter().all(|value| value.is_finite()) {
        let problem = "components need at least one point, one direction and finite numbers";
        return Err(Error::Unusable(problem.into()));
    }
    let means = points.mapv(f64::from).mean_axis(Axis(0));
    let means = means.expect("at least one point").mapv(|mean| mean as f32);
    let centered = &points - &means;
    let followed = (count + BESIDE).min(points.ncols()).min(points.nrows());
    let mut random = run.stream("projection/components");
    let start = Array2::from_shape_simple_fn((points.ncols(), followed), || {
        random.random_range(-1.0f32..1.0)
    });
    let (_, directions) = run
        .on_threads(|| leading_directions(centered.view(), start, ROUNDS))
        .ok_or_else(|| Error::Unusable("the table is too large in value for components".into()))?;
    let mut places = product(centered.view(), directions.slice(s![.., ..count]));
    for (mut column, direction) in places.columns_mut().into_iter().zip(directions.columns()) {
        let longest = direction.iter().fold(0.0f32, |longest, &weight| {
            if weight.abs() > longest.abs() {
                weight
            } else {
                longest
            }
        });
        if longest < 0.0 {
            column.mapv_inplace(|place| -place);
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_those_of_the_axes_the_table_was_made_of() {
        // Orthogonal cosines of 64 points with amplitudes 5, 2 and 1: variances 12.5, 2 and 0.5.
        let wave = |row: usize, times: usize| {
            (std::f64::consts::PI * (row as f64 + 0.5) * times as f64 / 64.0).cos()
        };
        let table = Array2::from_shape_fn((64, 6), |(row, column)| match column {
            1 => 100.0 + 5.0 * wave(row, 1) as f32,
            3 => 2.0 * wave(row, 2) as f32,
            4 => wave(row, 3) as f32,
            _ => 7.0,
        });
        let run = Run::new(0, 2).unwrap();
        let places = principal_components(table.view(), 3, &run).unwrap();
        let variances = places.map_axis(Axis(0), |column| column.dot(&column) / 64.0);
        for (found, expected) in variances.iter().zip([12.5, 2.0, 0.5]) {
            assert!((found - expected).abs() < 1e-3, "{found}"); // sums of 64 in f32
        }
        assert!(places[(0, 0)] > 0.0);
    }

    #[test]
    fn no_more_components_than_columns() {
        let run = Run::new(0, 1).unwrap();
        let table = Array2::from_shape_fn((5, 2), |(row, column)| (row * (column + 1)) as f32);
        assert_eq!(
            principal_components(table.view(), 9, &run).unwrap().dim(),
            (5, 2)
        );
        assert!(principal_components(Array2::zeros((0, 2)).view(), 2, &run).is_err());
    }
}
