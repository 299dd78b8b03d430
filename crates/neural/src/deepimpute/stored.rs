//! A fitted DeepImpute as a model file carries it.

use std::collections::BTreeSet;

use imputome_core::{Error, Result, Weights};

use super::cells::Reading;
use super::choice::LeftOut;
use super::fitted::FittedDeepImpute;
use super::reader::Reader;
use super::settings::DeepImpute;
use super::subnets::Subnet;

/// As named tensors and facts.
pub(super) fn weights(fitted: &FittedDeepImpute) -> Weights {
    let subnets: Vec<[&[usize]; 2]> = fitted
        .readers
        .iter()
        .map(|reader| [reader.subnet.predictors.as_slice(), &reader.subnet.targets])
        .collect();
    let shares: Vec<f32> = fitted.readers.iter().map(|reader| reader.share).collect();
    let all = Weights::new()
        .with_fact("genes", &fitted.genes)
        .with_fact("left-out", &fitted.reasons)
        .with_fact("subnets", &subnets)
        .with_fact("shares", &shares)
        .with_fact("bound", &fitted.bound)
        .with_fact("total", &fitted.reading.total())
        .with_fact("summary", &fitted.summary)
        .with_tensor("nonzero-means", &[fitted.means.len()], fitted.means.clone());
    fitted
        .readers
        .iter()
        .enumerate()
        .fold(all, |all, (n, reader)| {
            let Subnet {
                predictors,
                targets,
            } = &reader.subnet;
            let (predictors, targets, units) = (predictors.len(), targets.len(), reader.units());
            let (hidden, output) = (&reader.hidden, &reader.output);
            let network = Weights::new()
                .with_tensor("hidden-kernel", &[predictors, units], hidden.0.clone())
                .with_tensor("hidden-bias", &[units], hidden.1.clone())
                .with_tensor("output-kernel", &[units, targets], output.0.clone())
                .with_tensor("output-bias", &[targets], output.1.clone());
            all.nested(&format!("network{n}"), network)
        })
}

/// Back from [`weights`].
pub(super) fn restore(settings: &DeepImpute, weights: &Weights) -> Result<FittedDeepImpute> {
    let genes: Vec<String> = weights.fact("genes")?;
    let reasons: Vec<Option<LeftOut>> = weights.fact("left-out")?;
    let subnets: Vec<[Vec<usize>; 2]> = weights.fact("subnets")?;
    let shares: Vec<f32> = weights.fact("shares")?;
    let bound: f32 = weights.fact("bound")?;
    let refuse = |problem: &str| Err(Error::Weights(format!("deepimpute: {problem}")));
    if reasons.len() != genes.len() || shares.len() != subnets.len() {
        return refuse("genes and reasons, or networks and shares, differ in number");
    }
    if !(shares.iter().all(|share| (0.0..=1.0).contains(share)) && bound >= 0.0) {
        return refuse("a share or the bound of estimates is out of range");
    }
    let subnets: Vec<Subnet> = subnets
        .into_iter()
        .map(|[predictors, targets]| Subnet {
            predictors,
            targets,
        })
        .collect();
    if !fits(&subnets, &reasons) {
        return refuse("networks and genes imputed do not fit one another");
    }
    let units = settings.hidden;
    let reader = |((n, subnet), share): ((usize, Subnet), f32)| -> Result<Reader> {
        let network = weights.under(&format!("network{n}"));
        let tensor = |name: &str, shape: &[usize]| network.tensor(name, shape).map(<[f32]>::to_vec);
        let (predictors, targets) = (subnet.predictors.len(), subnet.targets.len());
        Ok(Reader {
            hidden: (
                tensor("hidden-kernel", &[predictors, units])?,
                tensor("hidden-bias", &[units])?,
            ),
            output: (
                tensor("output-kernel", &[units, targets])?,
                tensor("output-bias", &[targets])?,
            ),
            subnet,
            share,
        })
    };
    let readers = subnets.into_iter().enumerate().zip(shares).map(reader);
    let readers = readers.collect::<Result<Vec<_>>>()?;
    let means = weights.tensor("nonzero-means", &[genes.len()])?.to_vec();
    let reading = Reading::restore(settings.table, weights.fact("total")?)?;
    let summary = weights.fact("summary")?;
    Ok(FittedDeepImpute::new(
        genes,
        reasons,
        (means, bound),
        readers,
        (reading, summary),
    ))
}

/// Whether every gene imputed is the target of exactly one network, and predictors are genes.
fn fits(subnets: &[Subnet], reasons: &[Option<LeftOut>]) -> bool {
    let mut targets = BTreeSet::new();
    let distinct = subnets
        .iter()
        .flat_map(|subnet| &subnet.targets)
        .all(|&target| targets.insert(target) && reasons.get(target) == Some(&None));
    let genes = |subnet: &Subnet| subnet.predictors.iter().all(|&gene| gene < reasons.len());
    let filled = |subnet: &Subnet| !(subnet.predictors.is_empty() || subnet.targets.is_empty());
    let imputed = reasons.iter().filter(|reason| reason.is_none()).count();
    distinct && targets.len() == imputed && subnets.iter().all(|s| genes(s) && filled(s))
}
