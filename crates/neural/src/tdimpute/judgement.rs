//! What samples left out by each network teach: how much it counts beside ridge regression, and
//! how far estimates are off.
//!
//! Ours. A regression that has not seen a part either is judged on it beside the network; the one
//! that estimates later learns from all samples.

use imputome_classical::{FittedRidge, Ridge};
use imputome_core::{Dataset, FittedImputer, Result, Run, Weights};
use ndarray::Array2;

use super::fit::Cohort;
use super::fitted::{AT_ONCE, read};
use super::settings::{Beside, Tdimpute};
use super::stored::Stored;
use super::weighing::{Estimates, Weighing};

/// Where the regression stands among the weights of a model.
const BESIDE: &str = "beside";

/// The regression beside the networks, its share, and how far both together are off.
#[derive(Debug)]
pub(super) struct Judgement {
    regression: Option<FittedRidge>,
    weighing: Weighing,
}

impl Judgement {
    /// Learns from what the networks make of the rows that they left out (where none were, of some
    /// that they learned from), then fits the regression to all pairs; `source` is the regression of a model to go on from.
    pub(super) fn learn(
        settings: &Tdimpute,
        stored: &Stored,
        cohort: &Cohort<'_>,
        source: Option<&FittedRidge>,
        run: &Run,
    ) -> Result<Self> {
        let quiet = &run.without_checkpoints();
        let mut judged = Vec::new();
        let parts = cohort.parts.used(stored.networks.len());
        for part in 0..parts {
            run.proceed()?;
            judged.push(Self::judged(
                settings,
                stored,
                cohort,
                (part, source),
                quiet,
            )?);
        }
        let regression = match settings.beside {
            Beside::Nothing => None,
            Beside::Ridge => Some(regression(
                &cohort.train.select_samples(&cohort.pairs.rows),
                source,
                quiet,
            )?),
        };
        Ok(Self {
            regression,
            weighing: Weighing::learn(&judged, &between(stored, cohort, quiet)?),
        })
    }

    /// Estimates of one part by the networks that left it out and by a regression without it.
    fn judged(
        settings: &Tdimpute,
        stored: &Stored,
        cohort: &Cohort<'_>,
        (part, source): (usize, Option<&FittedRidge>),
        run: &Run,
    ) -> Result<Estimates> {
        let left_out = cohort.parts.left_out(part);
        let rows = match left_out.is_empty() {
            true => &cohort.pairs.rows[..cohort.pairs.rows.len().min(AT_ONCE)],
            false => left_out,
        };
        let data = cohort.train.select_samples(rows);
        let spec = cohort.spec();
        let by_network = read(&spec, stored, &[part], &data, run)?.mean;
        let by_regression = match settings.beside {
            Beside::Nothing => None,
            Beside::Ridge => {
                let others = cohort.train.select_samples(&cohort.others(left_out));
                let fitted = regression(&others, source, run)?;
                let mut hidden = data.clone();
                hidden.measured.0.fill(false);
                Some(fitted.impute(&hidden, run)?.estimates)
            }
        };
        Ok(Estimates {
            truth: data.values,
            measured: data.measured.0,
            by_network,
            by_regression,
        })
    }

    /// What was learned of networks and regression.
    pub(super) fn weighing(&self) -> &Weighing {
        &self.weighing
    }

    /// What the regression says of a table, where there is one.
    pub(super) fn regressed(&self, data: &Dataset, run: &Run) -> Result<Option<Array2<f32>>> {
        let Some(regression) = &self.regression else {
            return Ok(None);
        };
        Ok(Some(regression.impute(data, run)?.estimates))
    }

    /// As named tensors and facts.
    pub(super) fn weights(&self) -> Weights {
        let all = Weights::new().nested("weighing", self.weighing.weights());
        match &self.regression {
            None => all,
            Some(regression) => all.nested(BESIDE, regression.weights()),
        }
    }

    /// Back from [`Judgement::weights`].
    pub(super) fn restore(settings: &Tdimpute, weights: &Weights, genes: usize) -> Result<Self> {
        let regression = match settings.beside {
            Beside::Nothing => None,
            Beside::Ridge => Some(FittedRidge::restore(&weights.under(BESIDE))?),
        };
        Ok(Self {
            regression,
            weighing: Weighing::restore(&weights.under("weighing"), genes)?,
        })
    }
}

/// Variance between the networks on some of the pairs, shape `[samples, genes]`.
fn between(stored: &Stored, cohort: &Cohort<'_>, run: &Run) -> Result<Array2<f32>> {
    let rows = &cohort.pairs.rows[..cohort.pairs.rows.len().min(AT_ONCE)];
    let networks: Vec<usize> = (0..stored.networks.len()).collect();
    if networks.len() < 2 {
        return Ok(Array2::zeros((1, cohort.train.n_genes())));
    }
    let data = cohort.train.select_samples(rows);
    Ok(read(&cohort.spec(), stored, &networks, &data, run)?.variance)
}

fn regression(data: &Dataset, source: Option<&FittedRidge>, run: &Run) -> Result<FittedRidge> {
    match source {
        Some(source) => Ridge::default().fit_toward(source, data, run),
        None => Ridge::default().fit(data, run),
    }
}

/// The regression of a model to go on from, where it has one.
pub(super) fn source(start: &Weights) -> Result<Option<FittedRidge>> {
    let beside = start.under(BESIDE);
    let has_one = !beside.facts.is_empty();
    has_one.then(|| FittedRidge::restore(&beside)).transpose()
}
