//! What features and expression are divided by before a network sees them.

use imputome_core::{Result, Weights};
use ndarray::{ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use super::pairs::Pairs;
use super::settings::{Features, Output, Tdimpute};

/// Added to the largest value of a learned scale, so that no target is 1, which no sigmoid
/// reaches; that of the released code's example.
const MARGIN: f64 = 0.001;

/// How features and expression reach the network, and how estimates come back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scales {
    /// Means of features, or zeros; shape `[features]`.
    center: Vec<f32>,
    /// Deviations of features, or ones; same shape.
    deviation: Vec<f32>,
    /// Mean of each gene over paired samples, shape `[genes]`.
    means: Vec<f32>,
    /// Deviation of each gene over paired samples, same shape; 0 where they teach nothing of it.
    deviations: Vec<f32>,
    /// What stands for 0 in each gene, same shape: its mean, or with a sigmoid one number for all.
    zero: Vec<f32>,
    /// What stands for 1, above that of 0.
    unit: f32,
}

/// The numbers that do not depend on the gene.
#[derive(Serialize, Deserialize)]
struct Common {
    unit: f32,
}

impl Scales {
    /// Learned from the pairs; `start` is that of a model to go on from, which keeps its unit.
    pub(super) fn learn(settings: &Tdimpute, pairs: &Pairs<'_>, start: Option<&Self>) -> Self {
        let (center, deviation) = match settings.features {
            Features::AsGiven => {
                let features = pairs.features.ncols();
                (vec![0.0; features], vec![1.0; features])
            }
            Features::Standardized => standardize(pairs.features, &pairs.rows),
        };
        let means = gene_means(pairs);
        let (deviations, pooled) = deviations_about(pairs, &means);
        let (zero, unit) = match settings.output {
            Output::Linear => (means.clone(), pooled),
            Output::Sigmoid => {
                let (zero, one) = ends(settings, pairs);
                (vec![zero as f32; means.len()], (one - zero) as f32)
            }
        };
        let mut scales = Self {
            center,
            deviation,
            means,
            deviations,
            zero,
            unit: settings.scale.map_or(unit, |scale| scale as f32),
        };
        if let Some(start) = start {
            scales.unit = start.unit;
            if settings.output == Output::Sigmoid {
                let zero = start.zero.first().copied().unwrap_or(0.0);
                scales.zero.fill(zero);
            }
        }
        scales
    }

    /// Mean of each gene over paired samples.
    pub(super) fn means(&self) -> &[f32] {
        &self.means
    }

    /// Deviation of each gene over paired samples; 0 where they teach nothing of it.
    pub(super) fn deviations(&self) -> &[f32] {
        &self.deviations
    }

    /// What an output has to be for the gene's mean.
    pub(super) fn output_of_mean(&self, gene: usize) -> f32 {
        (self.means[gene] - self.zero[gene]) / self.unit
    }

    /// Appends the features of a sample as the network reads them.
    pub(super) fn add_features(&self, features: ArrayView1<'_, f32>, to: &mut Vec<f32>) {
        let scaled = features.iter().zip(&self.center).zip(&self.deviation);
        to.extend(scaled.map(|((value, center), deviation)| (value - center) / deviation));
    }

    /// Appends the targets of a sample, 0 at gaps.
    pub(super) fn add_targets(
        &self,
        values: ArrayView1<'_, f32>,
        measured: ArrayView1<'_, bool>,
        to: &mut Vec<f32>,
    ) {
        let entries = values.into_iter().zip(measured).zip(&self.zero);
        to.extend(entries.map(|((value, &measured), zero)| match measured {
            true => (value - zero) / self.unit,
            false => 0.0,
        }));
    }

    /// An output of the network as an estimate of a gene; the mean of one of which nothing was
    /// learned.
    pub(super) fn estimate(&self, gene: usize, output: f32) -> f32 {
        match self.deviations[gene] > 0.0 {
            true => output * self.unit + self.zero[gene],
            false => self.means[gene],
        }
    }

    /// As named tensors and facts.
    pub(super) fn weights(&self) -> Weights {
        let (features, genes) = (self.center.len(), self.means.len());
        Weights::new()
            .with_tensor("center", &[features], self.center.clone())
            .with_tensor("deviation", &[features], self.deviation.clone())
            .with_tensor("means", &[genes], self.means.clone())
            .with_tensor("deviations", &[genes], self.deviations.clone())
            .with_tensor("zero", &[genes], self.zero.clone())
            .with_fact("common", &Common { unit: self.unit })
    }

    /// Back from [`Scales::weights`].
    pub(super) fn restore(weights: &Weights, features: usize, genes: usize) -> Result<Self> {
        let Common { unit } = weights.fact("common")?;
        let deviation = weights.tensor("deviation", &[features])?.to_vec();
        if !(unit.is_finite() && unit > 0.0 && deviation.iter().all(|&d| d > 0.0)) {
            let problem = "a scale that is not positive".to_string();
            return Err(imputome_core::Error::Weights(problem));
        }
        Ok(Self {
            center: weights.tensor("center", &[features])?.to_vec(),
            deviation,
            means: weights.tensor("means", &[genes])?.to_vec(),
            deviations: weights.tensor("deviations", &[genes])?.to_vec(),
            zero: weights.tensor("zero", &[genes])?.to_vec(),
            unit,
        })
    }
}

/// Mean and deviation of every column over some rows; 1 for one without deviation.
fn standardize(table: ArrayView2<'_, f32>, rows: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let count = rows.len() as f64;
    let mut means = vec![0.0_f64; table.ncols()];
    for &row in rows {
        let add = |(sum, value): (&mut f64, &f32)| *sum += f64::from(*value) / count;
        means.iter_mut().zip(table.row(row)).for_each(add);
    }
    let mut squares = vec![0.0_f64; table.ncols()];
    for &row in rows {
        for ((sum, mean), value) in squares.iter_mut().zip(&means).zip(table.row(row)) {
            *sum += (f64::from(*value) - mean).powi(2) / count;
        }
    }
    let deviation = |square: &f64| match square.sqrt() as f32 {
        deviation if deviation > 0.0 => deviation,
        _ => 1.0,
    };
    let deviations = squares.iter().map(deviation).collect();
    (means.iter().map(|&mean| mean as f32).collect(), deviations)
}

/// Mean of every gene over its measured entries: of paired samples, or of all where it has none
/// among those.
fn gene_means(pairs: &Pairs<'_>) -> Vec<f32> {
    let all: Vec<usize> = (0..pairs.values.nrows()).collect();
    let of_pairs = sums_and_counts(pairs, &pairs.rows);
    let of_all = sums_and_counts(pairs, &all);
    let mean = |((sum, count), (sum_of_all, count_of_all)): (&(f64, f64), &(f64, f64))| {
        let mean = match *count > 0.0 {
            true => sum / count,
            false => sum_of_all / count_of_all.max(1.0),
        };
        mean as f32
    };
    of_pairs.iter().zip(&of_all).map(mean).collect()
}

fn sums_and_counts(pairs: &Pairs<'_>, rows: &[usize]) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); pairs.values.ncols()];
    for &row in rows {
        let entries = pairs
            .values
            .row(row)
            .into_iter()
            .zip(pairs.measured.row(row));
        for ((value, measured), (sum, count)) in entries.zip(&mut sums) {
            if *measured {
                *sum += f64::from(*value);
                *count += 1.0;
            }
        }
    }
    sums
}

/// Deviations of measured entries about the means of their genes: of each gene, and of all
/// together (1 where there is none).
fn deviations_about(pairs: &Pairs<'_>, means: &[f32]) -> (Vec<f32>, f32) {
    let mut sums = vec![(0.0_f64, 0.0_f64); means.len()];
    for &row in &pairs.rows {
        let entries = pairs
            .values
            .row(row)
            .into_iter()
            .zip(pairs.measured.row(row));
        for (((value, measured), mean), (squares, count)) in entries.zip(means).zip(&mut sums) {
            if *measured {
                *squares += f64::from(value - mean).powi(2);
                *count += 1.0;
            }
        }
    }
    let root = |&(squares, count): &(f64, f64)| (squares / count.max(1.0)).sqrt() as f32;
    let add = |all: (f64, f64), gene: &(f64, f64)| (all.0 + gene.0, all.1 + gene.1);
    let pooled = match root(&sums.iter().fold((0.0, 0.0), add)) {
        pooled if pooled > 0.0 => pooled,
        _ => 1.0,
    };
    (sums.iter().map(root).collect(), pooled)
}

/// What 0 and 1 of a sigmoid stand for: 0 or the smallest value below it, and the scale asked for
/// or just above the largest value.
fn ends(settings: &Tdimpute, pairs: &Pairs<'_>) -> (f64, f64) {
    if let Some(scale) = settings.scale {
        return (0.0, scale);
    }
    let (mut smallest, mut largest) = (0.0_f32, f32::MIN);
    for &row in &pairs.rows {
        let entries = pairs
            .values
            .row(row)
            .into_iter()
            .zip(pairs.measured.row(row));
        for (value, _) in entries.filter(|(_, measured)| **measured) {
            smallest = smallest.min(*value);
            largest = largest.max(*value);
        }
    }
    (smallest.into(), f64::from(largest.max(smallest)) + MARGIN)
}
