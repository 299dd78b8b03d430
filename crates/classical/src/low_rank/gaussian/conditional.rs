//! What a sample's measured columns say about the others, under one covariance of all.

use imputome_core::{Result, Run};
use imputome_numerics::{Cholesky, product};
use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1, Axis};
use rayon::prelude::*;

use crate::aside::aside;
use crate::low_rank::columns::Columns;
use crate::low_rank::model::factorize;

/// Parts that samples are cut into when covariances are summed: ours, whatever the number of
/// threads.
const PARTS: usize = 8;

/// Centered columns that are normal with covariance `signal + diag(ridge)`.
#[derive(Clone, Debug)]
pub(super) struct Gaussian {
    /// Symmetric, the ridge on its diagonal, shape `[columns, columns]`.
    covariance: Array2<f64>,
    /// Its inverse.
    precision: Array2<f64>,
    /// What of each column's variance no other column tells, shape `[columns]`.
    ridge: Array1<f64>,
}

/// What is wanted beside conditional means; more costs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Means,
    Variances,
    /// The sum over samples of the covariance of what they miss.
    CovarianceSum,
}

/// Samples with their gaps filled by conditional means.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    /// What was measured as it is, conditional means at gaps; shape `[samples, columns]`.
    pub(super) values: Array2<f64>,
    /// Precision times values: 0 at gaps.
    pub(super) weighed: Array2<f64>,
    /// Squared Mahalanobis distance of what was measured, shape `[samples]`.
    pub(super) distances: Vec<f64>,
    /// Conditional variance at gaps, where wanted; shape `[samples, columns]` or `[0, 0]`.
    pub(super) variances: Array2<f64>,
    /// Where wanted; shape `[columns, columns]` or `[0, 0]`.
    pub(super) covariance_sum: Array2<f64>,
}

/// Samples while their gaps are filled, as [`Filled`] has them.
struct Filling<'a> {
    /// Precision times what was measured.
    pulls: &'a Array2<f64>,
    values: &'a mut Array2<f64>,
    variances: &'a mut Array2<f64>,
    wanted: Wanted,
}

impl Gaussian {
    /// The covariance of columns without noise of their own, and that noise.
    pub(super) fn new(mut signal: Array2<f64>, ridge: Array1<f64>, run: &Run) -> Result<Self> {
        let mut diagonal = signal.diag_mut();
        diagonal += &ridge;
        let covariance = signal.clone();
        Ok(Self {
            precision: aside(run, move || whole(factorize(signal).inverse()))?,
            covariance,
            ridge,
        })
    }

    /// Variance of each column given all others, shape `[columns]`.
    pub(super) fn variances_given_others(&self) -> Array1<f64> {
        self.precision.diag().mapv(f64::recip)
    }

    /// Mean of every column given what each sample has measured, its own noise left out;
    /// shape `[samples, columns]`.
    pub(super) fn signals(&self, filled: &Filled) -> Array2<f64> {
        &filled.values - &(&filled.weighed * &self.ridge)
    }

    /// Fills the gaps of centered columns.
    pub(super) fn fill(&self, columns: &Columns, wanted: Wanted, run: &Run) -> Result<Filled> {
        run.proceed()?;
        let mut values = columns.values.mapv(f64::from);
        let pulls = product(values.view(), self.precision.view());
        let columns_wanted = |wants: bool| if wants { values.dim() } else { (0, 0) };
        let mut variances = Array2::zeros(columns_wanted(wanted == Wanted::Variances));
        let n_complete = columns.n_complete();
        let mut filling = Filling {
            pulls: &pulls,
            values: &mut values,
            variances: &mut variances,
            wanted,
        };
        let sum = self.fill_parts(columns, &mut filling, run)?;
        let weighed = if n_complete == columns.n_samples() {
            pulls
        } else {
            product(values.view(), self.precision.view())
        };
        let rows = values.rows().into_iter().zip(weighed.rows());
        Ok(Filled {
            distances: rows.map(|(v, w)| v.dot(&w).max(0.0)).collect(),
            values,
            weighed,
            variances,
            covariance_sum: sum,
        })
    }

    /// Fills samples with gaps, in parts of fixed size; sums in the order of the parts.
    fn fill_parts(
        &self,
        columns: &Columns,
        filling: &mut Filling<'_>,
        run: &Run,
    ) -> Result<Array2<f64>> {
        let Filling {
            pulls,
            values,
            variances,
            wanted,
        } = filling;
        let wanted = *wanted;
        let (n_complete, gappy) = (columns.n_complete(), columns.measured.nrows());
        let size = gappy.div_ceil(PARTS).max(1);
        let sums_wanted = wanted == Wanted::CovarianceSum;
        let n = if sums_wanted { columns.n_columns() } else { 0 };
        let (_, mut gaps) = values.view_mut().split_at(Axis(0), n_complete);
        let mut spreads: Vec<Option<ArrayViewMut1<'_, f64>>> = (0..gappy).map(|_| None).collect();
        if wanted == Wanted::Variances {
            let rows = variances.rows_mut().into_iter().skip(n_complete);
            spreads = rows.map(Some).collect();
        }
        let mut rows: Vec<_> = gaps
            .rows_mut()
            .into_iter()
            .zip(spreads)
            .enumerate()
            .collect();
        let sums: Vec<Array2<f64>> = rows
            .par_chunks_mut(size)
            .map(|rows| {
                let mut sum = Array2::zeros((n, n));
                for (row, (values, variances)) in rows {
                    run.proceed()?;
                    let measured = columns.measured.row(*row);
                    let pull = pulls.row(n_complete + *row);
                    let found = self.given(values.view(), measured, pull, wanted);
                    found.enter(values, variances.as_mut(), sums_wanted.then_some(&mut sum));
                }
                Ok(sum)
            })
            .collect::<Result<_>>()?;
        let sums = sums.into_iter();
        Ok(sums.fold(Array2::zeros((n, n)), |total, part| total + part))
    }

    /// By the precision of what is missing, or by the covariance of what was measured, whichever
    /// is less work.
    fn given(
        &self,
        values: ArrayView1<'_, f64>,
        measured: ArrayView1<'_, f32>,
        pull: ArrayView1<'_, f64>,
        wanted: Wanted,
    ) -> Given {
        let (seen, missing): (Vec<usize>, Vec<usize>) =
            (0..measured.len()).partition(|&column| measured[column] > 0.0);
        // Solving for all that is missing costs 2 s²m, inverting its precision m³.
        if 2 * seen.len().pow(2) < missing.len().pow(2) {
            self.given_by_covariance(values, &seen, missing, wanted)
        } else {
            self.given_by_precision(pull, missing, wanted)
        }
    }

    /// `x_m = −T_mm⁻¹ T_mo x_o` with covariance `T_mm⁻¹`.
    fn given_by_precision(
        &self,
        pull: ArrayView1<'_, f64>,
        missing: Vec<usize>,
        wanted: Wanted,
    ) -> Given {
        let factor = factorize(square(&self.precision, &missing));
        let mut means = Array2::from_shape_fn((missing.len(), 1), |(at, _)| -pull[missing[at]]);
        factor.solve(means.view_mut());
        let covariance = (wanted != Wanted::Means).then(|| factor.inverse());
        Given {
            missing,
            means,
            covariance,
        }
    }

    /// `x_m = Σ_mo Σ_oo⁻¹ x_o` with covariance `Σ_mm − Σ_mo Σ_oo⁻¹ Σ_om`.
    fn given_by_covariance(
        &self,
        values: ArrayView1<'_, f64>,
        seen: &[usize],
        missing: Vec<usize>,
        wanted: Wanted,
    ) -> Given {
        let cross = self
            .covariance
            .select(Axis(0), seen)
            .select(Axis(1), &missing);
        let mut right = values.select(Axis(0), seen).insert_axis(Axis(1));
        let factor: Cholesky = factorize(square(&self.covariance, seen));
        factor.solve(right.view_mut());
        let means = cross.t().dot(&right).as_standard_layout().into_owned();
        let covariance = (wanted != Wanted::Means).then(|| {
            let mut gain = cross.as_standard_layout().into_owned();
            factor.solve(gain.view_mut());
            square(&self.covariance, &missing) - cross.t().dot(&gain)
        });
        Given {
            missing,
            means,
            covariance,
        }
    }
}

/// What one sample says about the columns that it misses.
struct Given {
    missing: Vec<usize>,
    /// Shape `[missing, 1]`.
    means: Array2<f64>,
    /// Its upper triangle counts.
    covariance: Option<Array2<f64>>,
}

impl Given {
    /// Writes means and variances at their places, and adds the covariance to a sum's upper triangle.
    fn enter(
        &self,
        values: &mut ArrayViewMut1<'_, f64>,
        variances: Option<&mut ArrayViewMut1<'_, f64>>,
        sum: Option<&mut Array2<f64>>,
    ) {
        for (&column, mean) in self.missing.iter().zip(&self.means) {
            values[column] = *mean;
        }
        let Some(covariance) = &self.covariance else {
            return;
        };
        if let Some(variances) = variances {
            for (&column, variance) in self.missing.iter().zip(covariance.diag()) {
                variances[column] = variance.max(0.0);
            }
        }
        if let Some(sum) = sum {
            for (a, &row) in self.missing.iter().enumerate() {
                let mut sums = sum.row_mut(row);
                let entries = self.missing[a..]
                    .iter()
                    .zip(covariance.row(a).into_iter().skip(a));
                for (&column, entry) in entries {
                    sums[column] += entry;
                }
            }
        }
    }
}

/// Rows and columns `at` of a symmetric matrix.
fn square(matrix: &Array2<f64>, at: &[usize]) -> Array2<f64> {
    let mut part = Array2::zeros((at.len(), at.len()));
    for (mut row, &from) in part.rows_mut().into_iter().zip(at) {
        let whole = matrix.row(from);
        for (entry, &column) in row.iter_mut().zip(at) {
            *entry = whole[column];
        }
    }
    part
}

/// A symmetric matrix from its upper triangle.
pub(super) fn whole(upper: Array2<f64>) -> Array2<f64> {
    let mut whole = upper;
    for row in 1..whole.nrows() {
        for column in 0..row {
            whole[(row, column)] = whole[(column, row)];
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, s};

    fn run() -> Run {
        Run::new(0, 1).unwrap()
    }

    fn gaussian() -> Gaussian {
        let signal = array![
            [1.0, 0.6, -0.3, 0.2],
            [0.6, 1.2, 0.1, 0.4],
            [-0.3, 0.1, 0.9, 0.0],
            [0.2, 0.4, 0.0, 0.7]
        ];
        Gaussian::new(signal, array![0.2, 0.1, 0.3, 0.1], &run()).unwrap()
    }

    /// One sample each: two missing, three missing, none missing.
    fn columns() -> Columns {
        let measured: Array2<f32> = array![
            [1.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [1.0, 1.0, 1.0, 1.0]
        ];
        let values: Array2<f32> = array![
            [0.5, 9.0, -1.0, 9.0],
            [9.0, 9.0, 0.7, 9.0],
            [0.3, -0.2, 0.1, 0.4]
        ];
        Columns::new(values * &measured, measured)
    }

    #[test]
    fn both_ways_give_the_conditional_mean_and_covariance() {
        let (gaussian, columns) = (gaussian(), columns());
        for row in 1..3 {
            let values = columns.values.row(row).mapv(f64::from);
            let pull = values.dot(&gaussian.precision);
            let is_seen = |c: &usize| columns.measured[(row - 1, *c)] > 0.0;
            let (seen, missing): (Vec<usize>, Vec<usize>) = (0..4).partition(is_seen);
            let one = gaussian.given_by_precision(pull.view(), missing.clone(), Wanted::Variances);
            let other =
                gaussian.given_by_covariance(values.view(), &seen, missing, Wanted::Variances);
            assert!((&one.means - &other.means).iter().all(|e| e.abs() < 1e-12));
            let (a, b) = (one.covariance.unwrap(), other.covariance.unwrap());
            for ((r, c), entry) in b.indexed_iter().filter(|((r, c), _)| r <= c) {
                assert!((a[(r, c)] - entry).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn one_measured_column_of_two_gives_the_textbook_regression() {
        let gaussian =
            Gaussian::new(array![[1.0, 0.5], [0.5, 2.0]], array![0.0, 0.0], &run()).unwrap();
        let columns = Columns::new(array![[0.8, 0.0]], array![[1.0, 0.0]]);
        let filled = gaussian.fill(&columns, Wanted::Variances, &run()).unwrap();
        assert!((filled.values[(0, 1)] - 0.4).abs() < 1e-7);
        assert!((filled.variances[(0, 1)] - 1.75).abs() < 1e-12);
        // 0.8² / 1, the value being 0.8 in f32.
        assert!((filled.distances[0] - 0.64).abs() < 1e-7);
    }

    #[test]
    fn signals_are_smoothed_where_measured_and_means_where_not() {
        let (gaussian, columns) = (gaussian(), columns());
        let filled = gaussian
            .fill(&columns, Wanted::CovarianceSum, &run())
            .unwrap();
        let signals = gaussian.signals(&filled);
        // Row 1 has measured columns 0 and 2: signal = Σ_signal,o Σ_oo⁻¹ x_o.
        let seen = [0, 2];
        let mut solved = columns.values.row(1).mapv(f64::from).select(Axis(0), &seen);
        let mut right = solved.clone().insert_axis(Axis(1));
        factorize(square(&gaussian.covariance, &seen)).solve(right.view_mut());
        solved.assign(&right.column(0));
        let mut signal = gaussian.covariance.clone();
        signal
            .diag_mut()
            .zip_mut_with(&gaussian.ridge, |d, r| *d -= r);
        let expected = signal.select(Axis(1), &seen).dot(&solved);
        let difference = &signals.slice(s![1, ..]) - &expected;
        assert!(difference.iter().all(|e| e.abs() < 1e-12), "{difference}");
        assert!(filled.covariance_sum[(1, 1)] > 0.0);
        assert_eq!(filled.covariance_sum[(2, 2)], 0.0);
    }
}
