//! A fitted DeepImpute as a model file carries it.

use std::collections::BTreeSet;

use imputome_core::{Error, Result, Weights};
use serde::{Deserialize, Serialize};

use super::base::Base;
use super::cells::Reading;
use super::choice::LeftOut;
use super::directions::{Directions, ScoreScale};
use super::fitted::FittedDeepImpute;
use super::network;
use super::reader::Reader;
use super::settings::{Beside, DeepImpute, Inputs};
use super::subnets::Subnet;

/// Everything about the networks that is no tensor.
#[derive(Debug, Serialize, Deserialize)]
struct Facts {
    genes: Vec<String>,
    left_out: Vec<Option<LeftOut>>,
    /// Predictors and targets of each network.
    subnets: Vec<[Vec<usize>; 2]>,
    shares: Vec<f32>,
    bound: f32,
    /// Sum that cells are brought to.
    total: Option<f64>,
    /// How many directions there are, where there are.
    directions: Option<usize>,
}

/// As named tensors and facts.
pub(super) fn weights(fitted: &FittedDeepImpute) -> Weights {
    let subnet = |reader: &Reader| {
        let subnet = reader.subnet.clone();
        [subnet.predictors, subnet.targets]
    };
    let facts = Facts {
        genes: fitted.genes.clone(),
        left_out: fitted.reasons.clone(),
        subnets: fitted.readers.iter().map(subnet).collect(),
        shares: fitted.readers.iter().map(|reader| reader.share).collect(),
        bound: fitted.bound,
        total: fitted.reading.total(),
        directions: fitted.directions.as_ref().map(|found| found.count),
    };
    let genes = fitted.genes.len();
    let mut all = Weights::new()
        .with_fact("deepimpute", &facts)
        .with_fact("summary", &fitted.summary)
        .with_tensor("nonzero-means", &[genes], fitted.means.clone());
    if let Some(Directions { loadings, count }) = &fitted.directions {
        all = all.with_tensor("directions", &[genes, *count], loadings.clone());
    }
    let networks = fitted.readers.iter().enumerate();
    networks.fold(all, |all, (n, reader)| {
        all.nested(&format!("network{n}"), network_weights(reader))
    })
}

fn network_weights(reader: &Reader) -> Weights {
    let (targets, units) = (reader.subnet.targets.len(), reader.units());
    let (hidden, output, base) = (&reader.hidden, &reader.output, &reader.base);
    let inputs = hidden.0.len() / units;
    let mut all = Weights::new()
        .with_tensor("hidden-kernel", &[inputs, units], hidden.0.clone())
        .with_tensor("hidden-bias", &[units], hidden.1.clone())
        .with_tensor("output-kernel", &[units, targets], output.0.clone())
        .with_tensor("output-bias", &[targets], output.1.clone())
        .with_tensor("base-intercepts", &[targets], base.intercepts.clone());
    if let Some(ScoreScale { centers, factors }) = &reader.scale {
        let width = centers.len();
        all = all
            .with_tensor("score-centers", &[width], centers.clone())
            .with_tensor("score-factors", &[width], factors.clone());
        if !base.slopes.is_empty() {
            all = all.with_tensor("base-slopes", &[width, targets], base.slopes.clone());
        }
    }
    all
}

/// Back from [`weights`].
pub(super) fn restore(settings: &DeepImpute, weights: &Weights) -> Result<FittedDeepImpute> {
    let facts: Facts = weights.fact("deepimpute")?;
    facts.check(settings)?;
    let genes = facts.genes.len();
    let subnets = facts.subnets.into_iter().zip(facts.shares).enumerate();
    let reader = |(n, ([predictors, targets], share)): (usize, ([Vec<usize>; 2], f32))| {
        let subnet = Subnet {
            predictors,
            targets,
        };
        let network = weights.under(&format!("network{n}"));
        restore_network(settings, (subnet, share), facts.directions, &network)
    };
    let readers = subnets.map(reader).collect::<Result<Vec<_>>>()?;
    let directions = match facts.directions {
        None => None,
        Some(count) => Some(Directions {
            loadings: weights.tensor("directions", &[genes, count])?.to_vec(),
            count,
        }),
    };
    let means = weights.tensor("nonzero-means", &[genes])?.to_vec();
    let reading = Reading::restore(settings.table, facts.total)?;
    Ok(FittedDeepImpute::new(
        facts.genes,
        facts.left_out,
        (means, facts.bound),
        readers,
        directions,
        (reading, weights.fact("summary")?),
    ))
}

fn restore_network(
    settings: &DeepImpute,
    (subnet, share): (Subnet, f32),
    directions: Option<usize>,
    network: &Weights,
) -> Result<Reader> {
    let tensor = |name: &str, shape: &[usize]| network.tensor(name, shape).map(<[f32]>::to_vec);
    let (units, targets) = (settings.hidden, subnet.targets.len());
    let width = directions.map_or(0, |count| count + 1);
    let inputs = match settings.inputs {
        Inputs::Directions => width,
        Inputs::Logs | Inputs::Standardized => subnet.predictors.len(),
    };
    let slopes = match settings.beside {
        Beside::Directions => tensor("base-slopes", &[width, targets])?,
        Beside::Nothing | Beside::NonzeroMeans => Vec::new(),
    };
    let scale = match directions {
        None => None,
        Some(_) => Some(ScoreScale {
            centers: tensor("score-centers", &[width])?,
            factors: tensor("score-factors", &[width])?,
        }),
    };
    Ok(Reader {
        hidden: (
            tensor("hidden-kernel", &[inputs, units])?,
            tensor("hidden-bias", &[units])?,
        ),
        output: (
            tensor("output-kernel", &[units, targets])?,
            tensor("output-bias", &[targets])?,
        ),
        base: Base {
            intercepts: tensor("base-intercepts", &[targets])?,
            slopes,
        },
        activation: network::output(settings),
        subnet,
        scale,
        share,
    })
}

impl Facts {
    /// Refuses facts that contradict one another or the settings.
    fn check(&self, settings: &DeepImpute) -> Result<()> {
        let refuse = |problem: &str| Err(Error::Weights(format!("{}: {problem}", super::NAME)));
        if self.left_out.len() != self.genes.len() || self.shares.len() != self.subnets.len() {
            return refuse("genes and reasons, or networks and shares, differ in number");
        }
        let in_range = self.shares.iter().all(|share| (0.0..=1.0).contains(share));
        if !(in_range && self.bound >= 0.0) {
            return refuse("a share or the bound of estimates is out of range");
        }
        let expected = settings.uses_directions() && !self.subnets.is_empty();
        if self.directions.is_some() != expected {
            return refuse("directions and settings do not fit one another");
        }
        if self
            .directions
            .is_some_and(|count| count == 0 || count > settings.directions)
        {
            return refuse("the number of directions is out of range");
        }
        if !self.subnets_fit(settings) {
            return refuse("networks and genes imputed do not fit one another");
        }
        Ok(())
    }

    /// Whether every gene imputed is the target of exactly one network, and predictors are genes.
    fn subnets_fit(&self, settings: &DeepImpute) -> bool {
        let reads_genes = settings.inputs != Inputs::Directions;
        let mut seen = BTreeSet::new();
        let fit = self.subnets.iter().all(|[predictors, targets]| {
            let known = predictors.iter().all(|&gene| gene < self.genes.len());
            let imputed =
                |&target: &usize| seen.insert(target) && self.left_out.get(target) == Some(&None);
            known
                && predictors.is_empty() != reads_genes
                && !targets.is_empty()
                && targets.iter().all(imputed)
        });
        let imputed = self
            .left_out
            .iter()
            .filter(|reason| reason.is_none())
            .count();
        fit && seen.len() == imputed
    }
}
