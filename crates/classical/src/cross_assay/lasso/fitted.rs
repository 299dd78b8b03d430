//! Genes as sums of a few features.

use imputome_core::{
    Curve, Dataset, Error, FittedImputer, Imputation, Result, Run, Summary, Weights,
};
use ndarray::{Array2, ArrayView2};

use super::CARD;
use super::genes::SparseGene;
use crate::cross_assay::components::FeatureScale;
use crate::cross_assay::paired::{Absent, Known, Paired, estimate};
use crate::cross_assay::targets::Centered;

/// Features up to this number keep their position exactly in an f32.
const MOST_FEATURES: usize = 1 << 24;

/// A few weighted features for every gene.
#[derive(Clone, Debug)]
pub struct FittedLasso {
    genes: Vec<String>,
    features: Vec<String>,
    scale: FeatureScale,
    means: Vec<f32>,
    /// Features of each gene and their weights.
    sums: Vec<Vec<(usize, f32)>>,
    /// Standard deviation of the cross-validated errors of each gene.
    deviations: Vec<f32>,
    absent: Absent,
    summary: Summary,
}

impl FittedLasso {
    pub(super) fn of(
        train: &Dataset,
        paired: Paired,
        scale: FeatureScale,
        table: &Centered,
        genes: Vec<SparseGene>,
    ) -> Self {
        let deviation = |gene: &SparseGene| (gene.error.sqrt() as f32).max(f32::MIN_POSITIVE);
        let sum = |gene: &SparseGene| {
            let weights = gene.weights.iter().map(|&weight| weight as f32);
            gene.features.iter().copied().zip(weights).collect()
        };
        Self {
            genes: train.genes.as_slice().to_vec(),
            means: table.means.iter().map(|&mean| mean as f32).collect(),
            deviations: genes.iter().map(deviation).collect(),
            sums: genes.iter().map(sum).collect(),
            absent: Absent::of(train),
            summary: summary(&paired, &genes),
            features: paired.feature_names,
            scale,
        }
    }

    /// Features of each gene and their weights, in units of the gene per standard deviation of the
    /// feature.
    pub fn sums(&self) -> &[Vec<(usize, f32)>] {
        &self.sums
    }

    fn told(&self, features: ArrayView2<'_, f32>) -> Array2<f32> {
        let scores = self.scale.apply(features);
        let mut estimates = Array2::zeros((scores.nrows(), self.genes.len()));
        for (scores, mut estimates) in scores.rows().into_iter().zip(estimates.rows_mut()) {
            for (gene, estimate) in estimates.iter_mut().enumerate() {
                let terms = self.sums[gene].iter();
                let terms =
                    terms.map(|&(feature, weight)| f64::from(weight) * f64::from(scores[feature]));
                *estimate = (f64::from(self.means[gene]) + terms.sum::<f64>()) as f32;
            }
        }
        estimates
    }
}

fn summary(paired: &Paired, genes: &[SparseGene]) -> Summary {
    let mut counts: Vec<usize> = genes.iter().map(|gene| gene.features.len()).collect();
    counts.sort_unstable();
    let none = counts.iter().filter(|&&count| count == 0).count();
    Summary {
        curves: Vec::<Curve>::new(),
        chosen: vec![
            ("paired samples".into(), paired.rows.len().to_string()),
            (
                "features of a gene (median)".into(),
                counts
                    .get(counts.len() / 2)
                    .copied()
                    .unwrap_or(0)
                    .to_string(),
            ),
            ("genes without any".into(), none.to_string()),
        ],
        remarks: paired.remarks.clone(),
    }
}

impl FittedImputer for FittedLasso {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        let known = Known {
            method: CARD.name,
            genes: &self.genes,
            features: &self.features,
            centers: &self.scale.center,
            absent: &self.absent,
        };
        estimate(data, &known, |features, rows| {
            let spread = Array2::from_shape_fn((rows.len(), self.genes.len()), |(_, gene)| {
                self.deviations[gene]
            });
            (run.on_threads(|| self.told(features)), Some(spread))
        })
    }

    fn weights(&self) -> Weights {
        let (genes, features) = (self.genes.len(), self.features.len());
        let counts = self.sums.iter().map(|sum| sum.len() as f32).collect();
        let terms = || self.sums.iter().flatten();
        let positions: Vec<f32> = terms().map(|(feature, _)| *feature as f32).collect();
        let weights: Vec<f32> = terms().map(|(_, weight)| *weight).collect();
        Weights::new()
            .with_tensor("center", &[features], self.scale.center.clone())
            .with_tensor("deviation", &[features], self.scale.deviation.clone())
            .with_tensor("means", &[genes], self.means.clone())
            .with_tensor("counts", &[genes], counts)
            .with_tensor("positions", &[positions.len()], positions)
            .with_tensor("weights", &[weights.len()], weights)
            .with_tensor("deviations", &[genes], self.deviations.clone())
            .with_tensor("absent.means", &[genes], self.absent.means.clone())
            .with_tensor(
                "absent.deviations",
                &[genes],
                self.absent.deviations.clone(),
            )
            .with_fact("genes", &self.genes)
            .with_fact("features", &self.features)
            .with_fact("summary", &self.summary)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

impl FittedLasso {
    /// Rebuilds what [`FittedImputer::weights`] stored.
    pub fn restore(weights: &Weights) -> Result<Self> {
        let genes: Vec<String> = weights.fact("genes")?;
        let features: Vec<String> = weights.fact("features")?;
        let (n, p) = (genes.len(), features.len());
        let list = |name: &str, n: usize| weights.tensor(name, &[n]).map(<[f32]>::to_vec);
        let fitted = Self {
            scale: FeatureScale {
                center: list("center", p)?,
                deviation: list("deviation", p)?,
            },
            means: list("means", n)?,
            sums: sums(weights, n, p)?,
            deviations: list("deviations", n)?,
            absent: Absent {
                means: list("absent.means", n)?,
                deviations: list("absent.deviations", n)?,
            },
            summary: weights.fact("summary")?,
            genes,
            features,
        };
        let positive = |values: &[f32]| values.iter().all(|&v| v > 0.0);
        if positive(&fitted.deviations) && positive(&fitted.absent.deviations) {
            Ok(fitted)
        } else {
            Err(Error::Weights("deviations of genes must be above 0".into()))
        }
    }
}

fn sums(weights: &Weights, genes: usize, features: usize) -> Result<Vec<Vec<(usize, f32)>>> {
    let counts = weights.tensor("counts", &[genes])?;
    let is_count = |&count: &f32| count >= 0.0 && count.fract() == 0.0 && count <= features as f32;
    if features > MOST_FEATURES || !counts.iter().all(is_count) {
        return Err(Error::Weights(format!(
            "counts of features must be whole numbers up to {features}"
        )));
    }
    let total: usize = counts.iter().map(|&count| count as usize).sum();
    let positions = weights.tensor("positions", &[total])?;
    let values = weights.tensor("weights", &[total])?;
    let is_position = |&at: &f32| at >= 0.0 && at.fract() == 0.0 && (at as usize) < features;
    if !positions.iter().all(is_position) {
        return Err(Error::Weights(format!(
            "positions of features must be whole numbers below {features}"
        )));
    }
    let mut terms = positions
        .iter()
        .zip(values)
        .map(|(&at, &weight)| (at as usize, weight));
    let sums = counts
        .iter()
        .map(|&count| terms.by_ref().take(count as usize).collect());
    Ok(sums.collect())
}
