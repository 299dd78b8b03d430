//! What a source cohort taught, over the features and genes of another.

use std::collections::HashMap;

use imputome_core::{Error, Result, Run};
use imputome_numerics::product;
use ndarray::{Array1, Array2, Axis, s};

use super::components::Components;
use super::regression::{Coefficients, RidgeRegression};
use super::ridge::{CARD, FittedRidge};

/// Share of features or genes below which a remark is due: ours.
const FEW: f64 = 0.5;

/// Coefficients of a source over another cohort's features and genes.
pub(crate) struct Prior {
    /// 0 for features and genes that the source does not know.
    pub(crate) coefficients: Coefficients,
    /// What the user should know.
    pub(crate) remarks: Vec<String>,
}

/// What `source` says about the named features and genes.
///
/// Refused when it knows none of either.
pub(crate) fn prior(
    source: &FittedRidge,
    features: &[String],
    genes: &[String],
    run: &Run,
) -> Result<Prior> {
    let shared_features = Shared::between("features", &source.features, features)?;
    let shared_genes = Shared::between("genes", &source.genes, genes)?;
    let coefficients = source.regression.over(&shared_features.of_source, run)?;
    let rank = coefficients.effects.nrows();
    let mut directions = Array2::zeros((features.len(), rank));
    for (&to, from) in shared_features
        .of_target
        .iter()
        .zip(coefficients.directions.rows())
    {
        directions.row_mut(to).assign(&from);
    }
    let mut effects = Array2::zeros((rank, genes.len()));
    for (&to, &from) in shared_genes.of_target.iter().zip(&shared_genes.of_source) {
        effects
            .column_mut(to)
            .assign(&coefficients.effects.column(from));
    }
    Ok(Prior {
        coefficients: Coefficients {
            directions,
            effects,
        },
        remarks: [
            shared_features.remark(features.len()),
            shared_genes.remark(genes.len()),
        ]
        .into_iter()
        .flatten()
        .collect(),
    })
}

/// Names known to both cohorts, in the order of the source.
struct Shared {
    what: &'static str,
    of_source: Vec<usize>,
    of_target: Vec<usize>,
}

impl Shared {
    fn between(what: &'static str, source: &[String], target: &[String]) -> Result<Self> {
        let places: HashMap<&str, usize> = target
            .iter()
            .enumerate()
            .map(|(at, name)| (name.as_str(), at))
            .collect();
        let pairs = source
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((at, *places.get(name.as_str())?)));
        let (of_source, of_target): (Vec<usize>, Vec<usize>) = pairs.unzip();
        if of_source.is_empty() {
            return Err(Error::Unusable(format!(
                "{}: the source cohort and this one share no {what} (first there: {:?}, here: {:?}); give tables with the same names",
                CARD.name,
                source.first().map_or("none", String::as_str),
                target.first().map_or("none", String::as_str),
            )));
        }
        Ok(Self {
            what,
            of_source,
            of_target,
        })
    }

    fn remark(&self, wanted: usize) -> Option<String> {
        let shared = self.of_target.len();
        ((shared as f64) < FEW * wanted as f64).then(|| {
            format!(
                "the source cohort knows {shared} of {wanted} {}; the others are learned here alone",
                self.what
            )
        })
    }
}

impl RidgeRegression {
    /// Coefficients learned anew as if the features at these positions were all there are.
    ///
    /// The components are all that the regression saw of its samples, so that they stand for them.
    pub(crate) fn over(&self, features: &[usize], run: &Run) -> Result<Coefficients> {
        let own = if features.iter().copied().eq(0..self.directions.nrows()) {
            self.own_coefficients()
        } else {
            self.over_some(features, run)?
        };
        let Some(prior) = &self.prior else {
            return Ok(own);
        };
        let theirs = prior.directions.select(Axis(0), features);
        let join = |axis, a: &Array2<f32>, b: &Array2<f32>| {
            ndarray::concatenate(axis, &[a.view(), b.view()]).expect("one row per feature")
        };
        Ok(Coefficients {
            directions: join(Axis(1), &own.directions, &theirs),
            effects: join(Axis(0), &own.effects, &prior.effects),
        })
    }

    fn over_some(&self, features: &[usize], run: &Run) -> Result<Coefficients> {
        let lengths = self.squares.mapv(|square| square.sqrt() as f32);
        let seen = self.directions.select(Axis(0), features) * &lengths;
        let components = Components::of(seen.t().as_standard_layout().view(), run)?;
        let mut effects = product(components.left.t(), self.effects.view());
        // Fewer features have less to say, and want as much less of a penalty.
        let share = components.squares.sum() / self.squares.sum();
        let penalties = Array1::from_iter(self.penalties.iter().map(|penalty| penalty * share));
        for (square, mut row) in components.squares.iter().zip(effects.rows_mut()) {
            for (effect, penalty) in row.iter_mut().zip(&penalties) {
                *effect = (f64::from(*effect) * square.sqrt() / (square + penalty)) as f32;
            }
        }
        Ok(Coefficients {
            directions: components.directions.slice_move(s![.., ..]),
            effects,
        })
    }
}
