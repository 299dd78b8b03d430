//! Singular values and vectors of a table completed by its own low-rank part.
//!
//! A round fills the gaps by the low-rank part and takes one step of subspace iteration towards
//! the singular value decomposition of the filled table, whose values are then shrunk: the filled table
//! is never formed beside its residuals (Mazumder, Hastie and Tibshirani 2010, algorithm 1 with
//! section 4.2's sparse plus low rank; subspaces warm from round to round as in Hastie, Mazumder,
//! Lee and Zadeh 2015, section 3).

use imputome_core::{Result, Run};
use imputome_numerics::{ThinSvd, add_product, leading_directions, product, thin_svd};
use ndarray::{Array1, Array2, ArrayView2, s};
use rand::{Rng, RngExt};

use crate::low_rank::table::Table;

/// Directions carried along beyond those kept, so that new ones can rise: ours.
const MORE_DIRECTIONS: usize = 10;
/// Rounds of power iteration at the start: ours, later rounds improve on the directions anyway.
const POWER_ROUNDS: usize = 3;
/// Longest step: ours. Steps below 2 converge (the gradient of the squared error at measured
/// entries has Lipschitz constant 1); those near 2 swing.
const LONGEST_STEP: f64 = 1.5;

/// What becomes of the singular values of a filled table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shrinkage {
    /// Each is lessened by this much, down to 0.
    Soft(f64),
    /// So many stay as they are, the others become 0.
    Rank(usize),
}

impl Shrinkage {
    /// The values that are left above 0 after a step of length `step`.
    fn kept(self, values: &Array1<f64>, step: f64) -> Array1<f64> {
        let shrunk = |&value: &f64| match self {
            Self::Soft(penalty) => value - step * penalty,
            Self::Rank(_) => value,
        };
        let most = match self {
            Self::Soft(_) => values.len(),
            Self::Rank(rank) => rank,
        };
        let kept = values.iter().take(most).map(shrunk);
        kept.take_while(|&value| value > 0.0).collect()
    }

    /// The penalty or the rank.
    pub(super) fn number(self) -> f64 {
        match self {
            Self::Soft(penalty) => penalty,
            Self::Rank(rank) => rank as f64,
        }
    }

    /// Steps longer than 1 pass over the gaps sooner; hard thresholds do not bear them.
    fn step(self, share: f64) -> f64 {
        match self {
            Self::Soft(_) => share.recip().clamp(1.0, LONGEST_STEP),
            Self::Rank(_) => 1.0,
        }
    }
}

/// Leading singular values and vectors of the filled table.
#[derive(Clone, Debug)]
pub(super) struct Spectrum {
    /// Shape `[samples, directions]`.
    left: Array2<f32>,
    /// Before shrinkage, in descending order, shape `[directions]`.
    values: Array1<f64>,
    /// Shape `[columns, directions]`.
    right: Array2<f32>,
    /// Share of the table that was measured.
    share: f64,
}

/// How long to go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Rounds at most.
    pub(super) rounds: usize,
    /// Squared change over squared size of the low-rank part below which it stands still.
    pub(super) tolerance: f64,
}

/// Loadings of columns and the penalty of a row's scores that go with them.
#[derive(Clone, Debug)]
pub(super) struct Loadings {
    /// Shape `[columns, rank]`.
    pub(super) matrix: Array2<f64>,
    pub(super) penalty: f64,
}

impl Spectrum {
    /// As many leading directions as `most`, gaps counting as 0.
    pub(super) fn start(table: &Table, most: usize, random: &mut impl Rng) -> Self {
        let first = Array2::from_shape_fn((table.n_columns(), most), |_| {
            random.random_range(-1.0_f32..1.0)
        });
        let (_, right) = leading_directions(table.values(), first, POWER_ROUNDS)
            .expect("standardized tables are finite");
        let scores = decompose(product(table.values(), right.view()));
        Self {
            right: product(right.view(), scores.rotation.view()),
            left: scores.left,
            values: scores.values,
            share: table.share(),
        }
    }

    /// Largest singular value of the table as it is, gaps counting as 0, for a fresh start.
    pub(super) fn largest(&self) -> f64 {
        self.values.first().copied().unwrap_or(0.0)
    }

    /// How many values are left after shrinkage.
    pub(super) fn rank(&self, shrinkage: Shrinkage) -> usize {
        shrinkage
            .kept(&self.values, shrinkage.step(self.share))
            .len()
    }

    /// Rounds until the low-rank part stands still.
    pub(super) fn settle(
        &mut self,
        table: &Table,
        shrinkage: Shrinkage,
        patience: Patience,
        run: &Run,
    ) -> Result<()> {
        let mut residuals = Array2::zeros(table.values().dim());
        for _ in 0..patience.rounds {
            run.proceed()?;
            if self.round(table, shrinkage, &mut residuals) < patience.tolerance {
                break;
            }
        }
        Ok(())
    }

    /// One round; gives the squared change of the low-rank part over its squared size before.
    fn round(&mut self, table: &Table, shrinkage: Shrinkage, residuals: &mut Array2<f32>) -> f64 {
        let step = shrinkage.step(self.share);
        let kept = shrinkage.kept(&self.values, step);
        let rank = kept.len();
        let used = (rank + MORE_DIRECTIONS).min(self.values.len());
        let old_right = self.right.slice(s![.., ..rank]).to_owned();
        let old_left = self.left.slice(s![.., ..rank]).to_owned();
        let sizes = kept.mapv(|v| v as f32);
        let scores = &old_left * &sizes;
        table.residuals(scores.view(), old_right.view(), step as f32, residuals);

        let mut columns = product(residuals.t(), self.left.slice(s![.., ..used]));
        let mut known = columns.slice_mut(s![.., ..rank]);
        known += &(&old_right * &sizes);
        let right = decompose(columns).left;
        let mut rows = product(residuals.view(), right.view());
        let overlap = product(old_right.t(), right.view());
        add_product(&mut rows, scores.view(), overlap.view());
        let ThinSvd {
            left,
            values,
            rotation,
        } = decompose(rows);
        let right = product(right.view(), rotation.view());

        self.values.slice_mut(s![..used]).assign(&values);
        self.left.slice_mut(s![.., ..used]).assign(&left);
        self.right.slice_mut(s![.., ..used]).assign(&right);
        let now = shrinkage.kept(&self.values, step);
        let old = Part::new(&old_left, &kept, &old_right);
        old.change_to(&Part::new(&self.left, &now, &self.right))
    }

    /// Loadings on the scale of standardized columns. Scores of training rows, given these, are
    /// those of the low-rank part itself (Hastie et al. 2015, section 2, `A` given `B`); for a
    /// rank, scores have variance 1 and the penalty is the variance that is left.
    pub(super) fn loadings(&self, table: &Table, shrinkage: Shrinkage) -> Loadings {
        let kept = shrinkage.kept(&self.values, shrinkage.step(self.share));
        let right = self.right.slice(s![.., ..kept.len()]).mapv(f64::from);
        match shrinkage {
            Shrinkage::Soft(penalty) => Loadings {
                matrix: right * &kept.mapv(f64::sqrt),
                penalty,
            },
            Shrinkage::Rank(_) => Loadings {
                matrix: right * &(&kept / (table.n_samples().max(1) as f64).sqrt()),
                penalty: self.variance_left(table, &kept),
            },
        }
    }

    /// Mean square of what the low-rank part leaves at measured entries.
    fn variance_left(&self, table: &Table, kept: &Array1<f64>) -> f64 {
        let rank = kept.len();
        let scores = &self.left.slice(s![.., ..rank]) * &kept.mapv(|v| v as f32);
        let mut residuals = Array2::zeros(table.values().dim());
        let right = self.right.slice(s![.., ..rank]);
        table.residuals(scores.view(), right, 1.0, &mut residuals);
        let squares: f64 = residuals.iter().map(|&r| f64::from(r).powi(2)).sum();
        squares / (self.share * residuals.len() as f64).max(1.0)
    }
}

/// `left · diag(sizes) · rightᵀ` with orthonormal sides.
struct Part<'a> {
    left: ArrayView2<'a, f32>,
    sizes: &'a Array1<f64>,
    right: ArrayView2<'a, f32>,
}

impl<'a> Part<'a> {
    fn new(left: &'a Array2<f32>, sizes: &'a Array1<f64>, right: &'a Array2<f32>) -> Self {
        Self {
            left: left.slice(s![.., ..sizes.len()]),
            right: right.slice(s![.., ..sizes.len()]),
            sizes,
        }
    }

    /// Squared difference over squared size.
    fn change_to(&self, other: &Self) -> f64 {
        let left = product(self.left.t(), other.left);
        let right = product(self.right.t(), other.right);
        let mut shared = 0.0;
        for ((a, b), &cosine) in left.indexed_iter() {
            let cosines = f64::from(cosine) * f64::from(right[(a, b)]);
            shared += cosines * self.sizes[a] * other.sizes[b];
        }
        let (before, after) = (self.sizes.dot(self.sizes), other.sizes.dot(other.sizes));
        (before + after - 2.0 * shared).max(0.0) / before.max(f64::MIN_POSITIVE)
    }
}

fn decompose(table: Array2<f32>) -> ThinSvd {
    thin_svd(table).expect("standardized tables are finite")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::low_rank::columns::CovariateColumns;
    use crate::low_rank::model::Covariances;
    use crate::low_rank::spectral::choose::row_model;
    use imputome_core::{Covariates, Dataset, Names};
    use imputome_numerics::symmetric_eigen;

    const PATIENCE: Patience = Patience {
        rounds: 500,
        tolerance: 0.0,
    };

    fn table(is_gap: impl Fn(usize, usize) -> bool) -> Table {
        let wave = |a: usize, b: usize| ((a * 7919 + b * 104_729) % 1009) as f32 / 504.5 - 1.0;
        let values = Array2::from_shape_fn((40, 12), |(s, g)| {
            let signal = 2.0 * wave(s, 1) * wave(g, 11) + wave(s, 2) * wave(g, 13);
            let value = signal + 0.4 * wave(s * 31 + g, 3);
            if is_gap(s, g) { f32::NAN } else { value }
        });
        let names = |kind: &'static str, n: usize| {
            Names::new(kind, (0..n).map(|i| format!("{kind}{i:04}")).collect()).unwrap()
        };
        let data = Dataset::new(values, names("sample", 40), names("gene", 12)).unwrap();
        let order: Vec<usize> = (0..40).collect();
        let covariates = CovariateColumns::fit(&Covariates::none(40), 0.0);
        Table::new(&data, &order, &covariates)
    }

    fn settled(table: &Table, shrinkage: Shrinkage) -> Spectrum {
        let run = Run::new(5, 1).unwrap();
        let mut spectrum = Spectrum::start(table, 11, &mut run.stream("test"));
        spectrum.settle(table, shrinkage, PATIENCE, &run).unwrap();
        spectrum
    }

    fn a_third(s: usize, g: usize) -> bool {
        (s * 7 + g * 5 + s * g).is_multiple_of(3)
    }

    /// Left and right sides of the low-rank part, sizes on the left.
    fn sides(spectrum: &Spectrum, shrinkage: Shrinkage) -> (Array2<f32>, Array2<f32>) {
        let kept = shrinkage.kept(&spectrum.values, shrinkage.step(spectrum.share));
        let left = &spectrum.left.slice(s![.., ..kept.len()]) * &kept.mapv(|v| v as f32);
        (left, spectrum.right.slice(s![.., ..kept.len()]).to_owned())
    }

    fn squared_values(table: &Table) -> Array1<f64> {
        let values = table.values().mapv(f64::from);
        symmetric_eigen(values.t().dot(&values).view()).unwrap().0
    }

    #[test]
    fn without_gaps_singular_values_are_those_of_the_table_less_the_penalty() {
        let table = table(|_, _| false);
        let spectrum = settled(&table, Shrinkage::Soft(3.0));
        let kept = Shrinkage::Soft(3.0).kept(&spectrum.values, 1.0);
        let expected = squared_values(&table).mapv(|square| square.sqrt() - 3.0);
        assert_eq!(kept.len(), expected.iter().filter(|v| **v > 0.0).count());
        for (value, expected) in kept.iter().zip(expected) {
            // Products of 40 terms in f32, values up to 17.
            assert!((value - expected).abs() < 1e-4, "{value} {expected}");
        }
    }

    #[test]
    fn what_is_left_over_certifies_the_smallest_penalized_error() {
        let (table, penalty) = (table(a_third), 2.0);
        let spectrum = settled(&table, Shrinkage::Soft(penalty));
        let (scores, right) = sides(&spectrum, Shrinkage::Soft(penalty));
        let mut residuals = Array2::zeros(table.values().dim());
        table.residuals(scores.view(), right.view(), 1.0, &mut residuals);
        // Mazumder et al. 2010, section 3: residuals are a subgradient of the penalty, that is,
        // `penalty · left · rightᵀ` and a part across it of no larger norm.
        let rank = right.ncols();
        let left = spectrum.left.slice(s![.., ..rank]);
        let along = residuals.t().dot(&left) - &right * penalty as f32;
        // Products in f32.
        assert!(along.iter().all(|e| e.abs() < 2e-3), "{along}");
        let squares = residuals.t().dot(&residuals).mapv(f64::from);
        let (squares, _) = symmetric_eigen(squares.view()).unwrap();
        assert!(squares[0].sqrt() < penalty + 2e-3);
        assert!(rank > 1 && rank < 11, "{rank}");
    }

    #[test]
    fn a_row_learned_from_projects_onto_its_row_of_the_completed_table() {
        let (table, shrinkage) = (table(a_third), Shrinkage::Soft(2.0));
        let spectrum = settled(&table, shrinkage);
        let (scores, right) = sides(&spectrum, shrinkage);
        let columns = table.columns();
        let model = row_model(&spectrum.loadings(&table, shrinkage), 1.0);
        let posterior = model.posterior(&columns, Covariances::NotWanted);
        let projected = posterior.scores.dot(&model.loadings.t());
        let difference = columns.in_order(projected.mapv(|v| v as f32)) - scores.dot(&right.t());
        // Products in f32.
        assert!(difference.iter().all(|d| d.abs() < 2e-3));
    }

    #[test]
    fn a_rank_keeps_that_many_values_as_they_are() {
        let table = table(|_, _| false);
        let spectrum = settled(&table, Shrinkage::Rank(2));
        assert_eq!(spectrum.rank(Shrinkage::Rank(2)), 2);
        let squares = squared_values(&table);
        for (value, square) in spectrum.values.iter().zip(&squares).take(2) {
            assert!((value - square.sqrt()).abs() < 1e-4);
        }
        let left_over: f64 = squares.iter().skip(2).sum::<f64>() / 480.0;
        let loadings = spectrum.loadings(&table, Shrinkage::Rank(2));
        assert!((loadings.penalty - left_over).abs() < 1e-4);
    }
}
