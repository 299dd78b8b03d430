//! Distances between rows with gaps.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use pulp::Arch;

use crate::products::{add_product, product};

/// Sums kept side by side, so that the processor adds several terms at once.
const LANES: usize = 16;
/// Share of both squared lengths from which on a squared distance by products is as good as one
/// term by term: ours, rounding by 10⁻⁶ of the lengths is then 10⁻⁵ of the square.
const LARGE: f32 = 0.1;

/// A table with its gaps, ready for distances to its rows.
#[derive(Clone, Debug)]
pub struct GappyTable {
    /// 0 at gaps.
    values: Array2<f32>,
    squares: Array2<f32>,
    /// 1 where measured, else 0; nothing for a table without gaps.
    measured: Option<Array2<f32>>,
    /// Squared length of each row, over its measured columns, times all columns over those.
    squared_lengths: Vec<f32>,
}

impl GappyTable {
    /// Takes `values` and which of them were `measured`, both of shape `[rows, columns]`. What
    /// stands at a gap is not read.
    pub fn new(values: ArrayView2<'_, f32>, measured: ArrayView2<'_, bool>) -> Self {
        let shown = ndarray::Zip::from(values)
            .and(measured)
            .map_collect(|&value, &measured| if measured { value } else { 0.0 });
        let is_complete = measured.iter().all(|&m| m);
        let squares = shown.mapv(|v| v * v);
        let length = |(squares, measured): (ArrayView1<'_, f32>, ArrayView1<'_, bool>)| {
            let count = measured.iter().filter(|&&m| m).count().max(1);
            squares.sum() * squares.len() as f32 / count as f32
        };
        Self {
            squared_lengths: squares
                .rows()
                .into_iter()
                .zip(measured.rows())
                .map(length)
                .collect(),
            squares,
            values: shown,
            measured: (!is_complete).then(|| measured.mapv(|m| f32::from(u8::from(m)))),
        }
    }

    /// Values with 0 at gaps, shape `[rows, columns]`.
    pub fn values(&self) -> ArrayView2<'_, f32> {
        self.values.view()
    }

    /// True where row `row`, column `column` was measured.
    pub fn is_measured(&self, row: usize, column: usize) -> bool {
        self.measured
            .as_ref()
            .is_none_or(|measured| measured[(row, column)] > 0.0)
    }

    /// Which columns of a row were measured (1, else 0); nothing for a table without gaps.
    pub fn measured_row(&self, row: usize) -> Option<ArrayView1<'_, f32>> {
        self.measured.as_ref().map(|measured| measured.row(row))
    }

    /// Squared distances between rows of `self` and rows of `other`, shape
    /// `[rows of self, rows of other]`: the sum over columns measured in both, times all columns
    /// over those. Not a number where rows share no column.
    ///
    /// As `nan_euclidean_distances` of scikit-learn 1.9.1, squared, by products of f32: right to
    /// about 10⁻⁶ of the squared lengths of the rows.
    pub fn squared_distances_to(&self, other: &Self) -> Array2<f32> {
        let mut sums = product(self.values.view(), other.values.t());
        sums *= -2.0;
        match &other.measured {
            Some(measured) => add_product(&mut sums, self.squares.view(), measured.t()),
            None => sums += &self.squares.sum_axis(Axis(1)).insert_axis(Axis(1)),
        }
        match &self.measured {
            Some(measured) => add_product(&mut sums, measured.view(), other.squares.t()),
            None => sums += &other.squares.sum_axis(Axis(1)),
        }
        self.divide_by_shared(other, &mut sums);
        sums
    }

    fn divide_by_shared(&self, other: &Self, sums: &mut Array2<f32>) {
        let columns = self.values.ncols() as f32;
        let scaled = |sum: &mut f32, shared: f32| {
            *sum = if shared > 0.0 {
                sum.max(0.0) * columns / shared
            } else {
                f32::NAN
            };
        };
        match (&self.measured, &other.measured) {
            (None, None) => sums.mapv_inplace(|sum| sum.max(0.0)),
            (Some(measured), None) => {
                let shared = measured.sum_axis(Axis(1));
                for (mut row, &shared) in sums.rows_mut().into_iter().zip(&shared) {
                    row.iter_mut().for_each(|sum| scaled(sum, shared));
                }
            }
            (None, Some(measured)) => {
                let shared = measured.sum_axis(Axis(1));
                for mut row in sums.rows_mut() {
                    row.iter_mut()
                        .zip(&shared)
                        .for_each(|(sum, &shared)| scaled(sum, shared));
                }
            }
            (Some(left), Some(right)) => {
                let shared = product(left.view(), right.t());
                ndarray::Zip::from(sums)
                    .and(&shared)
                    .for_each(|sum, &shared| scaled(sum, shared));
            }
        }
    }

    /// The distance between row `row` of `self` and row `other_row` of `other`, not squared, given
    /// its square from [`GappyTable::squared_distances_to`]: from there where it is large against
    /// the rows, hence right to a few units in the sixth digit, and else term by term. Exactly 0
    /// for rows that agree wherever both were measured.
    pub fn refined_distance(&self, row: usize, other: &Self, other_row: usize, square: f32) -> f64 {
        let lengths = self.squared_lengths[row] + other.squared_lengths[other_row];
        if square > LARGE * lengths {
            f64::from(square).sqrt()
        } else {
            self.distance(row, other, other_row)
        }
    }

    /// The distance between row `row` of `self` and row `other_row` of `other`, not squared, term
    /// by term in f64: exactly 0 for rows that agree wherever both were measured.
    pub fn distance(&self, row: usize, other: &Self, other_row: usize) -> f64 {
        let columns = self.values.ncols();
        let (left, right) = (row_of(&self.values, row), row_of(&other.values, other_row));
        let mut sums = [0.0; LANES];
        let mut shared = columns as f64;
        // Instructions that work on several columns at once, found at run time: the same bytes.
        Arch::new().dispatch(|| match (&self.measured, &other.measured) {
            (None, None) => add_squares(&mut sums, left, right),
            (Some(one), None) => {
                shared = add_weighed(&mut sums, left, right, row_of(one, row), None);
            }
            (None, Some(one)) => {
                shared = add_weighed(&mut sums, left, right, row_of(one, other_row), None);
            }
            (Some(one), Some(two)) => {
                let two = Some(row_of(two, other_row));
                shared = add_weighed(&mut sums, left, right, row_of(one, row), two);
            }
        });
        (sums.iter().sum::<f64>() * columns as f64 / shared).sqrt()
    }
}

fn row_of(table: &Array2<f32>, row: usize) -> &[f32] {
    let columns = table.ncols();
    let values = table.as_slice().expect("row-major by construction");
    &values[row * columns..(row + 1) * columns]
}

/// Adds squared differences to sums kept side by side.
#[inline(always)]
fn add_squares(sums: &mut [f64; LANES], left: &[f32], right: &[f32]) {
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks(), right.as_chunks());
    for (left, right) in left.iter().zip(right) {
        add_chunk(sums, left, right, &[1.0; LANES]);
    }
    let (left, right) = (padded(left_rest), padded(right_rest));
    add_chunk(sums, &left, &right, &[1.0; LANES]);
}

/// The same at columns of weight 1 in `one` and, where given, in `two`; gives their number.
#[inline(always)]
fn add_weighed(
    sums: &mut [f64; LANES],
    left: &[f32],
    right: &[f32],
    one: &[f32],
    two: Option<&[f32]>,
) -> f64 {
    let two = two.unwrap_or(one);
    let mut counts = [0.0_f32; LANES];
    let mut add = |left: &Lanes, right: &Lanes, one: &Lanes, two: &Lanes| {
        let mut weights = [0.0; LANES];
        for lane in 0..LANES {
            weights[lane] = one[lane] * two[lane];
            counts[lane] += weights[lane];
        }
        add_chunk(sums, left, right, &weights);
    };
    let ((left, left_rest), (right, right_rest)) = (left.as_chunks(), right.as_chunks());
    let ((one, one_rest), (two, two_rest)) = (one.as_chunks(), two.as_chunks());
    for ((left, right), (one, two)) in left.iter().zip(right).zip(one.iter().zip(two)) {
        add(left, right, one, two);
    }
    let (left, right) = (padded(left_rest), padded(right_rest));
    add(&left, &right, &padded(one_rest), &padded(two_rest));
    // Whole numbers up to 2²⁴ are exact.
    counts.iter().map(|&count| f64::from(count)).sum()
}

type Lanes = [f32; LANES];

#[inline(always)]
fn add_chunk(sums: &mut [f64; LANES], left: &Lanes, right: &Lanes, weights: &Lanes) {
    for lane in 0..LANES {
        let difference = f64::from(left[lane]) - f64::from(right[lane]);
        sums[lane] += f64::from(weights[lane]) * difference * difference;
    }
}

/// The last columns, with zeros to fill.
#[inline(always)]
fn padded(rest: &[f32]) -> Lanes {
    let mut lanes = [0.0; LANES];
    lanes[..rest.len()].copy_from_slice(rest);
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    const GAP: f32 = 1e30;

    fn table(values: Array2<f32>) -> GappyTable {
        let measured = values.mapv(|v| v != GAP);
        GappyTable::new(values.view(), measured.view())
    }

    #[test]
    fn distances_count_shared_columns_alone() {
        let (a, b) = (
            table(array![[3.0, GAP, 6.0], [1.0, 2.0, 4.0]]),
            table(array![[1.0, GAP, 5.0], [GAP, 2.0, GAP], [1.0, 2.0, 3.0]]),
        );
        let squares = a.squared_distances_to(&b);
        // scikit-learn 1.9.1, nan_euclidean_distances(a, b) ** 2.
        assert_eq!(squares[(0, 0)], 7.5);
        assert!(squares[(0, 1)].is_nan());
        assert_eq!(squares[(1, 2)], 1.0);
        for (row, other) in [(0, 0), (0, 2), (1, 0), (1, 1), (1, 2)] {
            let exact = a.distance(row, &b, other);
            assert!((exact * exact - f64::from(squares[(row, other)])).abs() < 1e-5);
        }
    }

    #[test]
    fn a_table_without_gaps_takes_the_short_way_to_the_same_distances() {
        let full = array![[1.0, 2.0], [4.0, 6.0]];
        let complete = table(full.clone());
        let mut flagged = complete.clone();
        flagged.measured = Some(Array2::ones((2, 2)));
        for (left, right) in [
            (&complete, &flagged),
            (&flagged, &complete),
            (&flagged, &flagged),
        ] {
            assert_eq!(
                left.squared_distances_to(right),
                complete.squared_distances_to(&complete)
            );
        }
        assert_eq!(complete.squared_distances_to(&complete)[(0, 1)], 25.0);
    }

    #[test]
    fn a_refined_distance_is_exact_where_rows_are_close_and_near_elsewhere() {
        let rows = Array2::from_shape_fn((3, 50), |(r, c)| match (r, (r + c) % 7) {
            (_, 0) => GAP,
            (2, _) => ((c * 37) % 23) as f32 - 11.0,
            (_, _) => ((c * 31) % 19) as f32 / 3.0,
        });
        let table = table(rows);
        let squares = table.squared_distances_to(&table);
        for other in [1, 2] {
            let (exact, square) = (table.distance(0, &table, other), squares[(0, other)]);
            let refined = table.refined_distance(0, &table, other, square);
            // Products of f32.
            assert!(
                (refined - exact).abs() <= 1e-6 * exact,
                "{refined} and {exact}"
            );
        }
        assert_eq!(table.refined_distance(0, &table, 1, squares[(0, 1)]), 0.0);
    }
}
