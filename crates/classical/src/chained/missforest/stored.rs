//! Fitted forests as tensors and facts, and back.

use imputome_core::{CovariateEncoder, Error, Result, Weights};
use ndarray::Array2;

use super::columns::Binning;
use super::fitted::FittedMissForest;
use super::gene::GeneForest;
use crate::forest::{Bins, Forest, Tree};

/// Stands behind the last cut of a column: cuts are as many as bins allow, less one.
const NO_CUT: f32 = f32::MAX;

pub(super) fn weights(fitted: &FittedMissForest) -> Weights {
    let genes = fitted.genes.len();
    let (bins, width) = (&fitted.binning.bins, widest(&fitted.binning.bins));
    let cuts = bins.iter().flat_map(|bins| {
        let padding = std::iter::repeat_n(NO_CUT, width - bins.cuts().len());
        bins.cuts().iter().copied().chain(padding)
    });
    let trees = || fitted.forests.iter().flat_map(|f| &f.forest.trees);
    let nodes: Vec<f32> = trees().flat_map(|t| t.pairs().flatten()).collect();
    let sizes: Vec<Vec<usize>> = fitted
        .forests
        .iter()
        .map(|f| f.forest.trees.iter().map(Tree::n_nodes).collect())
        .collect();
    let ranks: Vec<f32> = fitted
        .forests
        .iter()
        .flat_map(|f| f.ranks.iter().flatten().map(|&r| f32::from(r)))
        .collect();
    let predictors = fitted.predictors.iter().map(|&p| p as f32);
    Weights::new()
        .with_tensor("cuts", &[bins.len(), width], cuts.collect())
        .with_tensor("means", &[genes], fitted.binning.means.clone())
        .with_tensor("errors", &[genes], fitted.errors.clone())
        .with_tensor(
            "predictors",
            &[genes, fitted.predictors.ncols()],
            predictors.collect(),
        )
        .with_tensor(
            "order",
            &[genes],
            fitted.order.iter().map(|&g| g as f32).collect(),
        )
        .with_tensor("nodes", &[nodes.len() / 2, 2], nodes)
        .with_tensor("ranks", &[genes, ranks.len() / genes], ranks)
        .with_tensor(
            "estimates",
            &[fitted.samples.len(), genes],
            fitted.estimates.iter().copied().collect(),
        )
        .with_fact("genes", &fitted.genes)
        .with_fact("encoder", &fitted.binning.encoder)
        .with_fact("cuts", &width)
        .with_fact("predictors", &fitted.predictors.ncols())
        .with_fact("trees", &sizes)
        .with_fact("sweeps", &fitted.sweeps)
        .with_fact("samples", &fitted.samples)
        .with_fact("fingerprints", &fitted.fingerprints)
        .with_fact("summary", &fitted.summary)
}

pub(super) fn restore(weights: &Weights) -> Result<FittedMissForest> {
    let genes: Vec<String> = weights.fact("genes")?;
    let samples: Vec<String> = weights.fact("samples")?;
    let fingerprints: Vec<u64> = weights.fact("fingerprints")?;
    let sweeps: usize = weights.fact("sweeps")?;
    let n = genes.len();
    if fingerprints.len() != samples.len() || sweeps == 0 {
        return Err(Error::Weights(
            "every sample must have a fingerprint, and sweeps must be at least 1".into(),
        ));
    }
    let binning = restore_binning(weights, n)?;
    let wanted: usize = weights.fact("predictors")?;
    let predictors = positions(weights, "predictors", &[n, wanted], n)?;
    let estimates = weights.tensor("estimates", &[samples.len(), n])?.to_vec();
    Ok(FittedMissForest {
        forests: restore_forests(weights, n, wanted, &binning)?,
        binning,
        predictors: Array2::from_shape_vec((n, wanted), predictors).expect("shape was checked"),
        order: positions(weights, "order", &[n], n)?,
        sweeps,
        errors: weights.tensor("errors", &[n])?.to_vec(),
        estimates: Array2::from_shape_vec((samples.len(), n), estimates)
            .expect("shape was checked"),
        summary: weights.fact("summary")?,
        genes,
        samples,
        fingerprints,
    })
}

fn restore_binning(weights: &Weights, genes: usize) -> Result<Binning> {
    let encoder: CovariateEncoder = weights.fact("encoder")?;
    let width: usize = weights.fact("cuts")?;
    let columns = genes + encoder.numeric.len();
    let cuts = weights.tensor("cuts", &[columns, width])?;
    let bins_of = |column: usize| {
        let cuts = &cuts[column * width..(column + 1) * width];
        let of_column = cuts.iter().copied().take_while(|&cut| cut != NO_CUT);
        Bins::from_cuts(of_column.collect())
            .ok_or_else(|| Error::Weights(format!("cuts of column {column} must ascend")))
    };
    Ok(Binning {
        bins: (0..columns).map(bins_of).collect::<Result<_>>()?,
        means: weights.tensor("means", &[genes])?.to_vec(),
        encoder,
    })
}

fn restore_forests(
    weights: &Weights,
    genes: usize,
    predictors: usize,
    binning: &Binning,
) -> Result<Vec<GeneForest>> {
    let sizes: Vec<Vec<usize>> = weights.fact("trees")?;
    let total = sizes.iter().flatten().sum();
    let nodes = weights.tensor("nodes", &[total, 2])?;
    let of_covariates: Vec<usize> = binning
        .encoder
        .categorical
        .iter()
        .map(|known| known.levels.len() + 1)
        .collect();
    let ranked: usize = of_covariates.iter().sum();
    let ranks = weights.tensor("ranks", &[genes, ranked])?;
    if sizes.len() != genes || sizes.iter().any(Vec::is_empty) {
        return Err(Error::Weights("every gene must have a tree".into()));
    }
    let columns = predictors + binning.encoder.numeric.len() + of_covariates.len();
    let mut pairs = nodes.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    let mut tree = |n: usize| {
        Tree::from_pairs(pairs.by_ref().take(n), columns)
            .ok_or_else(|| Error::Weights("a tree leads nowhere".into()))
    };
    sizes
        .iter()
        .enumerate()
        .map(|(g, sizes)| {
            let mut ranks = ranks[g * ranked..(g + 1) * ranked].iter().map(|&r| r as u8);
            let take = |&n: &usize| ranks.by_ref().take(n).collect();
            Ok(GeneForest {
                ranks: of_covariates.iter().map(take).collect(),
                forest: Forest {
                    trees: sizes.iter().map(|&n| tree(n)).collect::<Result<_>>()?,
                },
            })
        })
        .collect()
}

/// A tensor of positions below `end`.
fn positions(weights: &Weights, name: &str, shape: &[usize], end: usize) -> Result<Vec<u32>> {
    let values = weights.tensor(name, shape)?;
    if values
        .iter()
        .any(|&v| !(0.0..end as f32).contains(&v) || v.fract() != 0.0)
    {
        return Err(Error::Weights(format!("{name} must be positions of genes")));
    }
    Ok(values.iter().map(|&v| v as u32).collect())
}

fn widest(bins: &[Bins]) -> usize {
    bins.iter().map(|bins| bins.cuts().len()).max().unwrap_or(0)
}
