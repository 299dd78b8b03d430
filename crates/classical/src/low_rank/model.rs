//! The model and what it says about a sample: posterior of the factors.

use imputome_numerics::{Cholesky, add_product, product};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::columns::Columns;

/// Columns whose outer products are formed at a time: ours, bounds memory for wide tables.
pub(super) const COLUMN_BLOCK: usize = 1024;

/// `x = W z + e` for centered columns: `z` standard normal, `e` with a variance per column.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// `W`, shape `[columns, factors]`.
    pub(super) loadings: Array2<f64>,
    /// Variance of `e`, shape `[columns]`.
    pub(super) noise: Array1<f64>,
    /// How little is known of the loadings.
    pub(super) doubt: Doubt,
}

/// How little training samples told of the loadings: those of column `c` have the covariance
/// `matrix` times `columns[c]` times the noise variance of the column.
#[derive(Clone, Debug)]
pub(super) struct Doubt {
    /// Symmetric, shape `[factors, factors]`.
    pub(super) matrix: Array2<f64>,
    /// Shape `[columns]`.
    pub(super) columns: Array1<f64>,
}

impl Doubt {
    /// Loadings that count as certain.
    pub(super) fn none(columns: usize, factors: usize) -> Self {
        Self {
            matrix: Array2::zeros((factors, factors)),
            columns: Array1::zeros(columns),
        }
    }
}

/// Whether covariances of the posterior are wanted; they cost more than its mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covariances {
    Wanted,
    NotWanted,
}

/// What samples say about their factors, each from what it has measured alone.
#[derive(Clone, Debug)]
pub(super) struct Posterior {
    /// Means, shape `[samples, factors]`.
    pub(super) scores: Array2<f64>,
    /// Covariance shared by samples without a gap, upper triangle by rows, shape `[pairs]`.
    pub(super) complete_covariance: Vec<f64>,
    /// Covariance of each sample with gaps, as above, shape `[samples with gaps, pairs]`; no
    /// columns where not wanted.
    pub(super) covariances: Array2<f32>,
    /// Squared Mahalanobis distance of what was measured from its mean, shape `[samples]`.
    pub(super) distances: Vec<f64>,
    /// Logarithm of the determinant of the covariance of what was measured, shape `[samples]`.
    pub(super) log_determinants: Vec<f64>,
}

/// Length of the upper triangle of a square matrix.
pub(super) fn n_pairs(n: usize) -> usize {
    n * (n + 1) / 2
}

impl Model {
    pub(super) fn n_factors(&self) -> usize {
        self.loadings.ncols()
    }

    /// The same model with every noise variance multiplied by `factor`.
    pub(super) fn with_noise_times(&self, factor: f64) -> Self {
        Self {
            loadings: self.loadings.clone(),
            noise: &self.noise * factor,
            doubt: self.doubt.clone(),
        }
    }

    /// `W` with each row divided by its noise variance, shape `[columns, factors]`.
    fn scaled_loadings(&self) -> Array2<f64> {
        &self.loadings / &self.noise.view().insert_axis(Axis(1))
    }

    /// Posterior of the factors of each row of centered columns (section 2 of Rubin and Thayer
    /// 1982): precision `I + Σ w wᵀ / ψ` (and doubt about `w`) over measured columns, mean its inverse times
    /// `Σ w x / ψ`.
    pub(super) fn posterior(&self, columns: &Columns, wanted: Covariances) -> Posterior {
        let projections = product(
            columns.values.view(),
            self.scaled_loadings().mapv(|v| v as f32).view(),
        )
        .mapv(f64::from);
        let inverse_noise = self.noise.mapv(f64::recip).to_vec();
        let mut posterior = Posterior {
            scores: projections.clone(),
            complete_covariance: Vec::new(),
            covariances: Array2::zeros((columns.measured.nrows(), 0)),
            distances: columns.square_sums(&inverse_noise),
            log_determinants: self.noise_log_determinants(columns),
        };
        self.solve_complete(columns, &mut posterior);
        self.solve_gappy(columns, wanted, &mut posterior);
        for ((distance, score), projection) in posterior
            .distances
            .iter_mut()
            .zip(posterior.scores.rows())
            .zip(projections.rows())
        {
            *distance = (*distance - score.dot(&projection)).max(0.0);
        }
        posterior
    }

    /// Samples without a gap share one precision matrix.
    fn solve_complete(&self, columns: &Columns, posterior: &mut Posterior) {
        let n = columns.n_complete();
        if n == 0 {
            return;
        }
        let precision = product(self.scaled_loadings().t(), self.loadings.view())
            + Array2::<f64>::eye(self.n_factors())
            + &self.doubt.matrix * self.doubt.columns.sum();
        let factor = factorize(precision);
        let covariance = factor.inverse();
        let mut right = posterior
            .scores
            .slice(s![..n, ..])
            .t()
            .as_standard_layout()
            .into_owned();
        factor.solve(right.view_mut());
        posterior.scores.slice_mut(s![..n, ..]).assign(&right.t());
        posterior.complete_covariance = upper_triangle(&covariance).collect();
        let log_determinant = factor.log_determinant();
        posterior.log_determinants[..n]
            .iter_mut()
            .for_each(|l| *l += log_determinant);
    }

    /// Samples with gaps have a precision matrix each; all of them come from one product of the
    /// mask with the outer products `w wᵀ / ψ`.
    fn solve_gappy(&self, columns: &Columns, wanted: Covariances, posterior: &mut Posterior) {
        let (n, k) = (columns.measured.nrows(), self.n_factors());
        if n == 0 {
            return;
        }
        let mut packed = self.precision_sums(columns.measured.view());
        let doubts = self.doubts(columns);
        let n_complete = columns.n_complete();
        let mut scores = posterior.scores.slice_mut(s![n_complete.., ..]);
        let log_determinants = &mut posterior.log_determinants[n_complete..];
        packed
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(scores.axis_iter_mut(Axis(0)))
            .zip(log_determinants)
            .zip(doubts)
            .for_each(|(((mut sums, score), log_determinant), doubt)| {
                let mut precision = Array2::eye(k) + &self.doubt.matrix * doubt;
                add_packed(&mut precision, sums.view());
                let factor = factorize(precision);
                factor.solve(score.insert_axis(Axis(1)));
                *log_determinant += factor.log_determinant();
                if wanted == Covariances::Wanted {
                    let covariance = factor.inverse();
                    for (sum, value) in sums.iter_mut().zip(upper_triangle(&covariance)) {
                        *sum = value as f32;
                    }
                }
            });
        if wanted == Covariances::Wanted {
            posterior.covariances = packed;
        }
    }

    /// `Σ w wᵀ / ψ` over what each sample has measured, packed, shape `[samples, pairs]`.
    fn precision_sums(&self, measured: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut sums = Array2::zeros((measured.nrows(), n_pairs(self.n_factors())));
        for first in (0..self.noise.len()).step_by(COLUMN_BLOCK) {
            let end = (first + COLUMN_BLOCK).min(self.noise.len());
            let outer = self.outer_products(first..end, |column| self.noise[column].recip());
            add_product(&mut sums, measured.slice(s![.., first..end]), outer.view());
        }
        sums
    }

    /// `w wᵀ` times a number for each of the given columns, packed, shape `[columns, pairs]`.
    pub(super) fn outer_products(
        &self,
        columns: std::ops::Range<usize>,
        times: impl Fn(usize) -> f64 + Sync,
    ) -> Array2<f32> {
        let first = columns.start;
        let mut outer = Array2::zeros((columns.len(), n_pairs(self.n_factors())));
        outer
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .enumerate()
            .for_each(|(offset, mut row)| {
                let loading = self.loadings.row(first + offset);
                let factor = times(first + offset);
                let loading = loading.as_slice().expect("loadings are row-major");
                let row = row.as_slice_mut().expect("row-major by construction");
                let mut rest = row;
                for (a, &left) in loading.iter().enumerate() {
                    let (pairs, after) = rest.split_at_mut(loading.len() - a);
                    for (pair, &right) in pairs.iter_mut().zip(&loading[a..]) {
                        *pair = (left * factor * right) as f32;
                    }
                    rest = after;
                }
            });
        outer
    }

    /// Sum over measured columns of how uncertain their loadings are, per sample with gaps.
    fn doubts(&self, columns: &Columns) -> Vec<f64> {
        let of = |(m, doubt): (&f32, &f64)| f64::from(*m) * doubt;
        let rows = columns.measured.rows().into_iter();
        rows.map(|row| row.iter().zip(&self.doubt.columns).map(of).sum())
            .collect()
    }

    /// Σ log ψ over what each sample has measured, shape `[samples]`.
    fn noise_log_determinants(&self, columns: &Columns) -> Vec<f64> {
        let logs = self.noise.mapv(f64::ln);
        let mut sums = vec![logs.sum(); columns.n_complete()];
        sums.extend(columns.measured.rows().into_iter().map(|row| {
            let terms = row.iter().zip(&logs).map(|(m, l)| f64::from(*m) * l);
            terms.sum::<f64>()
        }));
        sums
    }
}

impl Posterior {
    /// `wᵀ Cov(z) w` for some of the columns, shape `[samples, those columns]`; covariances must
    /// have been wanted.
    pub(super) fn variances(&self, model: &Model, columns: std::ops::Range<usize>) -> Array2<f32> {
        let k = model.n_factors();
        let mut outer = model.outer_products(columns, |_| 1.0);
        // Pairs of different factors stand for both of their places in the square.
        for (pair, mut column) in outer.columns_mut().into_iter().enumerate() {
            if !is_diagonal(pair, k) {
                column *= 2.0;
            }
        }
        let complete: Array2<f32> = Array1::from_vec(self.complete_covariance.clone())
            .mapv(|v| v as f32)
            .insert_axis(Axis(0));
        let n_complete = self.scores.nrows() - self.covariances.nrows();
        let mut variances = Array2::zeros((self.scores.nrows(), outer.nrows()));
        if n_complete > 0 {
            let shared = product(complete.view(), outer.t());
            variances.slice_mut(s![..n_complete, ..]).assign(&shared);
        }
        if self.covariances.ncols() > 0 {
            let own = product(self.covariances.view(), outer.t());
            variances.slice_mut(s![n_complete.., ..]).assign(&own);
        }
        variances.mapv_inplace(|v| v.max(0.0));
        variances
    }
}

/// True for the first pair of each row of an upper triangle.
fn is_diagonal(pair: usize, k: usize) -> bool {
    let mut first = 0;
    (0..k).any(|a| {
        let found = first == pair;
        first += k - a;
        found
    })
}

/// Entries of the upper triangle, row by row.
pub(super) fn upper_triangle(matrix: &Array2<f64>) -> impl Iterator<Item = f64> + '_ {
    (0..matrix.nrows()).flat_map(move |a| matrix.slice(s![a, a..]).to_vec())
}

/// Adds a packed upper triangle to that of `matrix`.
pub(super) fn add_packed(matrix: &mut Array2<f64>, packed: ArrayView1<'_, f32>) {
    let mut pairs = packed.iter();
    for a in 0..matrix.nrows() {
        for (entry, &pair) in matrix.slice_mut(s![a, a..]).iter_mut().zip(&mut pairs) {
            *entry += f64::from(pair);
        }
    }
}

/// Identity plus a sum of squares is positive definite; rounding is met by a larger diagonal.
pub(super) fn factorize(mut precision: Array2<f64>) -> Cholesky {
    let n = precision.nrows();
    let largest = precision.diag().iter().copied().fold(1.0, f64::max);
    // Ours: one part in 10⁷ is the rounding of sums in f32, and it grows to certain success.
    for power in -7..2 {
        if let Some(factor) = Cholesky::of(precision.clone()) {
            return factor;
        }
        let more = largest * 10.0_f64.powi(power);
        precision.diag_mut().mapv_inplace(|d| d + more);
    }
    Cholesky::of(Array2::eye(n)).expect("the identity is positive definite")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn model() -> Model {
        Model {
            loadings: array![[0.9, 0.1], [-0.4, 0.7], [0.3, 0.3], [0.0, -1.2], [0.6, 0.5]],
            noise: array![0.2, 0.5, 1.0, 0.1, 0.3],
            doubt: Doubt::none(5, 2),
        }
    }

    /// Two samples with gaps around one without.
    fn columns() -> Columns {
        let measured = array![
            [1.0, 0.0, 1.0, 0.0, 1.0],
            [1.0, 1.0, 1.0, 1.0, 1.0],
            [0.0, 0.0, 0.0, 1.0, 0.0],
        ];
        let values: Array2<f32> = array![
            [0.5, 9.0, -1.0, 9.0, 2.0],
            [1.0, -0.3, 0.2, 0.8, -0.6],
            [9.0, 9.0, 9.0, 1.5, 9.0],
        ];
        Columns::new(values * &measured, measured)
    }

    /// `Σ_go Σ_oo⁻¹ x_o` and `Σ_gg − Σ_go Σ_oo⁻¹ Σ_og + ...` by the dense covariance.
    fn dense(model: &Model, columns: &Columns, row: usize) -> (Vec<f64>, Vec<f64>) {
        let covariance = model.loadings.dot(&model.loadings.t()) + Array2::from_diag(&model.noise);
        let is_seen = |c: &usize| {
            row.checked_sub(columns.n_complete())
                .is_none_or(|gappy| columns.measured[(gappy, *c)] > 0.0)
        };
        let seen: Vec<usize> = (0..model.noise.len()).filter(is_seen).collect();
        let visible = columns
            .values
            .row(row)
            .mapv(f64::from)
            .select(Axis(0), &seen);
        let own = covariance.select(Axis(0), &seen).select(Axis(1), &seen);
        // Explained by factors alone, so that a measured gene is not simply its own value.
        let signal = model.loadings.dot(&model.loadings.t());
        let cross = signal.select(Axis(1), &seen);
        let mut gain = cross.t().as_standard_layout().into_owned();
        Cholesky::of(own).unwrap().solve(gain.view_mut());
        let means = gain.t().dot(&visible).to_vec();
        let left = (0..model.noise.len())
            .map(|c| signal[(c, c)] - cross.row(c).dot(&gain.column(c)))
            .collect();
        (means, left)
    }

    #[test]
    fn means_and_variances_are_those_of_the_dense_gaussian() {
        let (model, columns) = (model(), columns());
        let posterior = model.posterior(&columns, Covariances::Wanted);
        let estimates = posterior.scores.dot(&model.loadings.t());
        let variances = posterior.variances(&model, 0..5);
        for row in 0..3 {
            let (means, left) = dense(&model, &columns, row);
            for c in 0..5 {
                // Products are in f32.
                assert!((estimates[(row, c)] - means[c]).abs() < 1e-5);
                assert!((f64::from(variances[(row, c)]) - left[c]).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn distances_and_determinants_are_those_of_the_dense_gaussian() {
        let (model, columns) = (model(), columns());
        let posterior = model.posterior(&columns, Covariances::NotWanted);
        let covariance = model.loadings.dot(&model.loadings.t()) + Array2::from_diag(&model.noise);
        let factor = Cholesky::of(covariance).unwrap();
        let values = columns.values.row(0).mapv(f64::from);
        let mut solved = values.clone().insert_axis(Axis(1));
        factor.solve(solved.view_mut());
        assert!((posterior.distances[0] - values.dot(&solved.column(0))).abs() < 1e-5);
        assert!((posterior.log_determinants[0] - factor.log_determinant()).abs() < 1e-5);
        // The last sample measured the fourth column alone, of variance 1.2² + 0.1.
        assert!((posterior.distances[2] - 1.5 * 1.5 / 1.54).abs() < 1e-5);
        assert!((posterior.log_determinants[2] - 1.54_f64.ln()).abs() < 1e-5);
    }
}
