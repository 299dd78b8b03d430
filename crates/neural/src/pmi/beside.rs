//! The factor model beside the network, and the estimates that both conclude.
//!
//! Ours. The factor model sees all given samples; how much the network counts is learned from
//! validation samples, with a factor model that has not seen them either.

use imputome_classical::{Factor, FittedFactor};
use imputome_core::{Curve, Dataset, FittedImputer, Imputation, Result, Run, Weights};
use ndarray::Array2;

use super::blend::{Blend, Evidence};
use super::fitted::Networks;
use super::{Beside, Pmi};
use crate::panels::Panel;
use crate::preparation::Preparation;
use crate::spread::{Misses, Spread};

/// Least standard deviation that a factor model's counts as; keeps a gene that it claims to know
/// for sure from dividing by nothing. Ours: a thousandth of a gene's standard deviation.
const LEAST_BASE: f32 = 1e-3;

/// What validation samples taught about the estimates of both paths.
#[derive(Debug)]
pub(super) struct Judgement {
    beside: Option<(FittedFactor, Blend)>,
    spread: Spread,
    /// Mean squared error on hidden validation entries by share of genes shown.
    errors: Vec<Curve>,
}

/// Estimates of both paths for a table.
struct Paths {
    network: Array2<f32>,
    factor: Option<Imputation>,
    outlying: Vec<bool>,
}

impl Paths {
    fn of(
        networks: &Networks,
        factor: Option<&FittedFactor>,
        data: &Dataset,
        run: &Run,
    ) -> Result<Self> {
        let reading = networks.read(data, run)?;
        let factor = factor.map(|factor| factor.impute(data, run)).transpose()?;
        Ok(Self {
            network: reading.estimates,
            factor,
            outlying: reading.outlying,
        })
    }

    /// The estimate of an entry of a sample that shows this share of all genes. An outlying
    /// sample is left to the factor model, which extrapolates on straight lines.
    fn blended(&self, blend: Option<&Blend>, entry: (usize, usize), shown: f64) -> f32 {
        let network = self.network[entry];
        let (Some(factor), Some(blend)) = (&self.factor, blend) else {
            return network;
        };
        let factor = factor.estimates[entry];
        if self.outlying[entry.0] {
            return factor;
        }
        factor + blend.weight(shown, entry.1) as f32 * (network - factor)
    }

    /// What the spread of an entry is a multiple of.
    fn base(&self, entry: (usize, usize)) -> f32 {
        let factor = self
            .factor
            .as_ref()
            .and_then(|factor| factor.spread.as_ref());
        factor.map_or(1.0, |spread| spread[entry].max(LEAST_BASE))
    }

    fn remark_on_outlying(&self) -> Option<String> {
        let outlying = self.outlying.iter().filter(|&&outlying| outlying).count();
        let by = if self.factor.is_some() {
            "; estimated by the factor model alone"
        } else {
            ""
        };
        let remark = format!(
            "{outlying} samples lie far from those that the network learned from (standard \
             scores of 4 and more throughout){by}"
        );
        (outlying > 0).then_some(remark)
    }
}

impl Judgement {
    /// Learns the weights of the blend and the spread from the validation rows, then fits the
    /// factor model to all of `train`.
    pub(super) fn learn(
        settings: &Pmi,
        networks: &Networks,
        prepared: &Preparation,
        train: &Dataset,
        run: &Run,
    ) -> Result<Self> {
        let quiet = run.without_checkpoints();
        let fit = |data: &Dataset| Factor::default().fit(data, &quiet);
        let learned = match settings.beside {
            Beside::Nothing => None,
            Beside::Factor => Some(fit(&train.select_samples(&prepared.learning))?),
        };
        let mut judged = Vec::new();
        for panel in Panel::of("pmi", &train.select_samples(&prepared.validation), run)? {
            let paths = Paths::of(networks, learned.as_ref(), panel.holdout.visible(), run)?;
            judged.push((panel, paths));
        }
        let blend = learned.is_some().then(|| learn_blend(&judged));
        let spread = learn_spread(&judged, blend.as_ref());
        let errors = errors(&judged, blend.as_ref());
        let beside = blend.map(|blend| Ok((fit(train)?, blend))).transpose()?;
        Ok(Self {
            beside,
            spread,
            errors,
        })
    }

    /// Weight of the network by share of genes shown, where a factor model stands beside it.
    pub(super) fn network_weights(&self) -> Option<&[(f64, f64)]> {
        self.beside.as_ref().map(|(_, blend)| blend.by_share())
    }

    /// Mean squared error of each path and of both on hidden validation entries, by share of
    /// genes shown; none in a restored model.
    pub(super) fn errors(&self) -> &[Curve] {
        &self.errors
    }

    /// The factor model, where there is one.
    pub(super) fn factor(&self) -> Option<&FittedFactor> {
        self.beside.as_ref().map(|(factor, _)| factor)
    }

    /// The estimates that both paths conclude for a table, within bounds, and their spread.
    pub(super) fn conclude(
        &self,
        networks: &Networks,
        data: &Dataset,
        run: &Run,
    ) -> Result<Imputation> {
        let paths = Paths::of(networks, self.factor(), data, run)?;
        let blend = self.beside.as_ref().map(|(_, blend)| blend);
        let mut estimates = Array2::zeros(data.values.dim());
        let mut spread = Array2::zeros(data.values.dim());
        for s in 0..data.n_samples() {
            let measured = data
                .measured
                .row(s)
                .iter()
                .filter(|&&measured| measured)
                .count();
            let shown = measured as f64 / data.n_genes() as f64;
            for g in 0..data.n_genes() {
                estimates[(s, g)] = networks.limit(g, paths.blended(blend, (s, g), shown));
                spread[(s, g)] = self.spread.at(shown, g, paths.base((s, g)));
            }
        }
        Ok(Imputation {
            estimates,
            spread: Some(spread),
            remarks: paths.remark_on_outlying().into_iter().collect(),
        })
    }

    /// As named tensors and facts.
    pub(super) fn to_weights(&self) -> Weights {
        let all = Weights::new().nested("spread", self.spread.weights());
        match &self.beside {
            None => all,
            Some((factor, blend)) => all
                .nested("factor", factor.weights())
                .nested("blend", blend.weights()),
        }
    }

    /// Back from [`Judgement::to_weights`].
    pub(super) fn restore(settings: &Pmi, weights: &Weights, genes: usize) -> Result<Self> {
        let beside = match settings.beside {
            Beside::Nothing => None,
            Beside::Factor => Some((
                Factor::default().restore(&weights.under("factor"))?,
                Blend::restore(&weights.under("blend"), genes)?,
            )),
        };
        let spread = Spread::restore(&weights.under("spread"), genes)?;
        Ok(Self {
            beside,
            spread,
            errors: Vec::new(),
        })
    }
}

fn learn_blend(judged: &[(Panel, Paths)]) -> Blend {
    let evidence = judged.iter().map(|(panel, paths)| {
        let mut evidence = Evidence::new(panel.shown, paths.network.ncols());
        if let Some(factor) = &paths.factor {
            for entry in panel.hidden() {
                let at = (entry.sample, entry.gene);
                evidence.add(entry, paths.network[at].into(), factor.estimates[at].into());
            }
        }
        evidence
    });
    Blend::learn(&evidence.collect::<Vec<_>>())
}

fn learn_spread(judged: &[(Panel, Paths)], blend: Option<&Blend>) -> Spread {
    let misses = judged.iter().map(|(panel, paths)| {
        let mut misses = Misses::new(panel.shown, paths.network.ncols());
        for entry in panel.hidden() {
            let at = (entry.sample, entry.gene);
            let estimate = paths.blended(blend, at, panel.shown);
            misses.add(entry, estimate.into(), paths.base(at).into());
        }
        misses
    });
    Spread::learn(&misses.collect::<Vec<_>>())
}

/// Whose estimates are judged.
#[derive(Clone, Copy, Debug)]
enum By<'a> {
    Network,
    Factor,
    Both(Option<&'a Blend>),
}

/// Mean squared error of each path and of both, by share of genes shown.
fn errors(judged: &[(Panel, Paths)], blend: Option<&Blend>) -> Vec<Curve> {
    let mut curves = vec![error_curve(judged, "network", By::Network)];
    if blend.is_some() {
        curves.push(error_curve(judged, "factor model", By::Factor));
        curves.push(error_curve(judged, "both", By::Both(blend)));
    }
    curves
}

fn error_curve(judged: &[(Panel, Paths)], name: &str, by: By<'_>) -> Curve {
    let point = |(panel, paths): &(Panel, Paths)| {
        let (mut squares, mut entries) = (0.0, 0.0);
        for entry in panel.hidden() {
            let at = (entry.sample, entry.gene);
            let estimate = match by {
                By::Network => paths.network[at],
                By::Factor => paths.factor.as_ref().map_or(0.0, |f| f.estimates[at]),
                By::Both(blend) => paths.blended(blend, at, panel.shown),
            };
            squares += (entry.truth - f64::from(estimate)).powi(2);
            entries += 1.0;
        }
        (panel.shown, squares / f64::max(entries, 1.0))
    };
    Curve {
        name: format!("validation error, {name}"),
        step: "share of genes shown".into(),
        points: judged.iter().map(point).collect(),
    }
}
