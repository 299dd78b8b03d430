//! Ridge regression of many genes on the features of a companion, from one decomposition.
//!
//! At the level of matrices: no names, no settings of a program. Threads are those of the rayon
//! pool of the caller; results are the same bytes for any number of them.

use imputome_core::{Result, Run};
use imputome_numerics::product;
use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::components::{Components, FeatureScale};
use super::errors::Errors;
use super::penalty::{Source, choose};
use super::targets::Centered;

pub use super::penalty::{Penalties, PenaltyChoice};
pub use super::targets::Targets;

/// How often gaps are filled again by what the rest of their table says: ours, a third changes
/// the fourth digit where a tenth of the entries is missing.
const REFINEMENTS: usize = 2;

/// What a ridge regression learned.
#[derive(Clone, Debug)]
pub struct RidgeRegression {
    pub(crate) scale: FeatureScale,
    /// Shape `[features, components]`.
    pub(crate) directions: Array2<f32>,
    /// Squared singular values of the standardized features, shape `[components]`.
    pub(crate) squares: Array1<f64>,
    /// What each component says of each gene before shrinking, `leftᵀ · targets`, shape
    /// `[components, genes]`.
    pub(crate) effects: Array2<f32>,
    /// Shape `[genes]`.
    pub(crate) means: Vec<f64>,
    /// Shape `[genes]`, in the unit of `squares`.
    pub(crate) penalties: Vec<f64>,
    /// Variance of each gene about its regression, shape `[genes]`.
    pub(crate) noise: Vec<f64>,
    /// Training samples.
    pub(crate) samples: usize,
    /// Coefficients of standardized features toward which this regression shrinks, times their
    /// weight; from another cohort.
    pub(crate) prior: Option<Coefficients>,
}

/// Coefficients as a product of two narrow tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficients {
    /// Shape `[features, components]`.
    pub directions: Array2<f32>,
    /// Shape `[components, genes]`.
    pub effects: Array2<f32>,
}

/// A ridge regression with what it said of its own training samples.
#[derive(Clone, Debug)]
pub struct RidgeFit {
    /// What was learned.
    pub regression: RidgeRegression,
    /// Estimate of each target from all other samples, shape `[samples, genes]`.
    pub leave_one_out: Array2<f32>,
    /// How the penalties were chosen.
    pub choice: PenaltyChoice,
}

impl RidgeRegression {
    /// Learns `targets` from `features`, shape `[samples, features]` and finite, whatever their
    /// scale: both are centered and features standardized here.
    ///
    /// Interrupted when `run` is stopped.
    pub fn fit(
        features: ArrayView2<'_, f32>,
        targets: Targets<'_>,
        shrinkage: &Shrinkage<'_>,
        run: &Run,
    ) -> Result<RidgeFit> {
        shrinkage.fit(features, targets, run)
    }

    /// Estimates for the samples of `features`, shape `[samples, genes]`.
    pub fn apply(&self, features: ArrayView2<'_, f32>) -> Array2<f32> {
        let scores = self.scale.apply(features);
        let mut estimates = self.own_coefficients().apply(scores.view());
        if let Some(prior) = &self.prior {
            estimates += &prior.apply(scores.view());
        }
        estimates += &Array1::from_iter(self.means.iter().map(|&mean| mean as f32));
        estimates
    }

    /// Standard deviation of the truth about [`RidgeRegression::apply`], same shape: what the
    /// regression leaves open, and how far the sample lies from those learned from.
    pub fn deviations(&self, features: ArrayView2<'_, f32>) -> Array2<f32> {
        let scores = self.scale.apply(features);
        let along = product(scores.view(), self.directions.view()).mapv(|t| t * t);
        let lengths = scores.map_axis(Axis(1), |row| row.dot(&row));
        let beyond = (lengths - along.sum_axis(Axis(1))).mapv(|square| square.max(0.0));
        let weights = Array2::from_shape_fn(self.effects.dim(), |(component, gene)| {
            (self.squares[component] + self.penalties[gene]).recip() as f32
        });
        let mut variances = product(along.view(), weights.view());
        let of_mean = 1.0 / self.samples as f64;
        for (mut row, &beyond) in variances.rows_mut().into_iter().zip(&beyond) {
            for (gene, variance) in row.iter_mut().enumerate() {
                let leverage = f64::from(*variance) + f64::from(beyond) / self.penalties[gene];
                *variance = (self.noise[gene] * (1.0 + of_mean + leverage)).sqrt() as f32;
            }
        }
        variances
    }

    /// Coefficients of standardized features that its own samples taught, without a prior.
    pub fn own_coefficients(&self) -> Coefficients {
        let effects = Array2::from_shape_fn(self.effects.dim(), |(component, gene)| {
            let square = self.squares[component];
            let shrunk = square.sqrt() / (square + self.penalties[gene]);
            (f64::from(self.effects[(component, gene)]) * shrunk) as f32
        });
        Coefficients {
            directions: self.directions.clone(),
            effects,
        }
    }
}

impl Coefficients {
    /// What they say of samples given in standard scores, shape `[samples, genes]`.
    pub(crate) fn apply(&self, scores: ArrayView2<'_, f32>) -> Array2<f32> {
        let along = product(scores, self.directions.view());
        product(along.view(), self.effects.view())
    }
}

/// How far coefficients are shrunk, and toward what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shrinkage<'a> {
    /// How penalties are chosen.
    pub penalties: Penalties,
    /// In place of a choice, a share of the mean squared length of the samples.
    pub penalty: Option<f64>,
    /// Coefficients (over the same features and genes, in their standard scores) toward which others
    /// are shrunk, as far as leaving samples out says; zero where there are none.
    pub prior: Option<&'a Coefficients>,
}

impl Shrinkage<'_> {
    fn fit(
        &self,
        features: ArrayView2<'_, f32>,
        targets: Targets<'_>,
        run: &Run,
    ) -> Result<RidgeFit> {
        let prior = self.prior;
        let scale = FeatureScale::of(features);
        let scores = scale.apply(features);
        let components = Components::of(scores.view(), run)?;
        let told = prior.map(|prior| Source::of(&components, prior.apply(scores.view())));
        drop(scores);
        let mut table = Centered::of(&targets);
        let mut refinements = if table.is_complete() { 0 } else { REFINEMENTS };
        loop {
            run.proceed()?;
            let choice = self.choose(&components, &table, told.as_ref());
            run.proceed()?;
            let learned = Learned::of(&components, &table, &choice, told.as_ref());
            if refinements == 0 {
                let regression = RidgeRegression {
                    scale,
                    directions: components.directions,
                    squares: components.squares,
                    effects: learned.effects,
                    means: table.means,
                    penalties: choice.penalties.clone(),
                    noise: learned.noise,
                    samples: targets.values.nrows(),
                    prior: prior.map(|prior| prior.weighed(&choice.source_weights)),
                };
                return Ok(RidgeFit {
                    regression,
                    leave_one_out: learned.leave_one_out,
                    choice,
                });
            }
            table.refine(&targets, &learned.leave_one_out);
            refinements -= 1;
        }
    }

    fn choose(
        &self,
        components: &Components,
        table: &Centered,
        source: Option<&Source>,
    ) -> PenaltyChoice {
        match self.penalty {
            Some(share) => PenaltyChoice::fixed(components, table, share),
            None => choose(components, table, source, self.penalties),
        }
    }
}

impl Coefficients {
    fn weighed(&self, weights: &[f64]) -> Self {
        let weights = Array1::from_iter(weights.iter().map(|&w| w as f32));
        Self {
            directions: self.directions.clone(),
            effects: &self.effects * &weights,
        }
    }
}

/// What follows from a choice of penalties.
struct Learned {
    effects: Array2<f32>,
    leave_one_out: Array2<f32>,
    noise: Vec<f64>,
}

impl Learned {
    fn of(
        components: &Components,
        table: &Centered,
        choice: &PenaltyChoice,
        source: Option<&Source>,
    ) -> Self {
        let mut own = table.values.clone();
        let mut from_source = Array2::zeros(own.dim());
        if let Some(source) = source {
            let weights = Array1::from_iter(choice.source_weights.iter().map(|&w| w as f32));
            from_source = &source.values * &weights;
            own -= &from_source;
        }
        let effects = product(components.left.t(), own.view());
        let errors = Errors::of(components, &own, &effects, &choice.penalties);
        let noise = errors.noise(table);
        let mut leave_one_out = &own - &errors.left_out + &from_source;
        let means = Array1::from_iter(table.means.iter().map(|&mean| mean as f32));
        leave_one_out += &means;
        Self {
            effects,
            leave_one_out,
            noise,
        }
    }
}
