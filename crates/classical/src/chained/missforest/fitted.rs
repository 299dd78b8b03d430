//! Forests that have learned, and what they estimate.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use imputome_core::{Dataset, FittedImputer, Imputation, Result, Run, Summary, Weights};
use ndarray::{Array2, ArrayView1, ArrayViewMut2, Axis};
use rayon::prelude::*;

use super::chain::Learned;
use super::columns::{Binning, EncodedColumns, Screening};
use super::gene::GeneForest;
use super::{CARD, MissForest, stored};

/// Samples swept together: ours, so that a forest serves many while it is at hand.
const BLOCK_ROWS: usize = 64;

/// Forests of every gene, and the estimates of the training samples.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedMissForest {
    pub(super) genes: Vec<String>,
    pub(super) binning: Binning,
    /// Shape `[genes, predictors]`.
    pub(super) predictors: Array2<u32>,
    pub(super) forests: Vec<GeneForest>,
    /// Order of the genes in a sweep.
    pub(super) order: Vec<u32>,
    pub(super) sweeps: usize,
    /// Out-of-bag error of each gene.
    pub(super) errors: Vec<f32>,
    /// Names and fingerprints of the training samples.
    pub(super) samples: Vec<String>,
    pub(super) fingerprints: Vec<u64>,
    /// What the chain made of them, shape `[samples, genes]`: out of bag where measured.
    pub(super) estimates: Array2<f32>,
    pub(super) summary: Summary,
}

impl FittedMissForest {
    pub(super) fn new(
        settings: &MissForest,
        train: &Dataset,
        binning: Binning,
        screening: Screening,
        learned: Learned,
        summary: Summary,
    ) -> Self {
        let measured = train.measured.count_by_gene();
        let mut order: Vec<u32> = (0..measured.len() as u32).collect();
        order.sort_by_key(|&g| std::cmp::Reverse(measured[g as usize]));
        Self {
            genes: train.genes.as_slice().to_vec(),
            binning,
            predictors: screening.predictors,
            forests: learned.forests,
            order,
            sweeps: settings.sweeps,
            errors: learned.errors,
            samples: train.samples.as_slice().to_vec(),
            fingerprints: (0..train.n_samples())
                .map(|s| fingerprint(train, s))
                .collect(),
            estimates: samples_by_genes(learned.estimates),
            summary,
        }
    }

    /// Out-of-bag error of each gene: root mean square over the gene's deviation (the NRMSE of
    /// the source), shape `[genes]`; 1 is no better than the gene's mean.
    pub fn out_of_bag_errors(&self) -> &[f32] {
        &self.errors
    }

    /// The position among the training samples of each sample of `data`, if it is one of them
    /// with the same entries measured.
    fn training_rows(&self, data: &Dataset) -> Vec<Option<usize>> {
        let known: HashMap<&str, usize> =
            self.samples.iter().map(String::as_str).zip(0..).collect();
        (0..data.n_samples())
            .map(|s| {
                let row = *known.get(&data.samples[s])?;
                (fingerprint(data, s) == self.fingerprints[row]).then_some(row)
            })
            .collect()
    }

    /// The estimate of gene `g` in a sample with these bins and covariate levels.
    fn estimate(&self, g: usize, seen: ArrayView1<'_, u8>, level: impl Fn(usize) -> usize) -> f32 {
        let GeneForest { forest, ranks } = &self.forests[g];
        let predictors = self.predictors.row(g);
        let (of_genes, numeric) = (predictors.len(), seen.len() - self.genes.len());
        forest.estimate(|column| {
            if column < of_genes {
                seen[predictors[column] as usize]
            } else if column < of_genes + numeric {
                seen[self.genes.len() + column - of_genes]
            } else {
                let c = column - of_genes - numeric;
                ranks[c][level(c)]
            }
        })
    }
}

/// Samples on their way through the forests.
struct Filling<'a> {
    fitted: &'a FittedMissForest,
    data: &'a Dataset,
    /// The place of each sample among those learned from, if it is one of them.
    training_rows: Vec<Option<usize>>,
    covariates: EncodedColumns,
    run: &'a Run,
}

impl Filling<'_> {
    /// Estimates of some samples, the first of them at `first`.
    fn block(&self, first: usize, estimates: &mut ArrayViewMut2<'_, f32>) -> Result<()> {
        let mut new = Vec::new();
        for (at, mut row) in estimates.rows_mut().into_iter().enumerate() {
            match self.training_rows[first + at] {
                Some(known) => row.assign(&self.fitted.estimates.row(known)),
                None => new.push(first + at),
            }
        }
        let swept = self.sweep(&new)?;
        for (&s, row) in new.iter().zip(swept.rows()) {
            estimates.row_mut(s - first).assign(&row);
        }
        Ok(())
    }

    /// Sweeps over new samples: gaps start at the gene's mean, measured values stay.
    fn sweep(&self, rows: &[usize]) -> Result<Array2<f32>> {
        let (fitted, data, covariates) = (self.fitted, self.data, &self.covariates);
        let genes = fitted.genes.len();
        let (bins, means) = (&fitted.binning.bins, &fitted.binning.means);
        let mut estimates = Array2::from_shape_fn((rows.len(), genes), |(_, g)| means[g]);
        let mut seen = Array2::zeros((rows.len(), bins.len()));
        for (at, &s) in rows.iter().enumerate() {
            for g in 0..genes {
                let value = data.entry(s, g).unwrap_or(means[g]);
                seen[(at, g)] = bins[g].bin(value);
            }
            for (c, numeric) in covariates.numeric.iter().enumerate() {
                seen[(at, genes + c)] = numeric[s];
            }
        }
        for sweep in 1..=fitted.sweeps {
            for g in fitted.order.iter().map(|&g| g as usize) {
                self.run.proceed()?;
                for (at, &s) in rows.iter().enumerate() {
                    let measured = data.measured.get(s, g);
                    // Estimates of measured entries are seen by nobody: one is enough.
                    if measured && sweep < fitted.sweeps {
                        continue;
                    }
                    let estimate = fitted.estimate(g, seen.row(at), |c| covariates.levels[c][s]);
                    estimates[(at, g)] = estimate;
                    if !measured {
                        seen[(at, g)] = bins[g].bin(estimate);
                    }
                }
            }
        }
        Ok(estimates)
    }
}

impl FittedImputer for FittedMissForest {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        data.expect_genes(CARD.name, &self.genes)?;
        let (covariates, remarks) = self.binning.encode(&data.covariates);
        let filling = Filling {
            fitted: self,
            data,
            training_rows: self.training_rows(data),
            covariates,
            run,
        };
        let mut estimates = Array2::zeros(data.values.dim());
        let blocks = data.n_samples().div_ceil(BLOCK_ROWS);
        run.progress().begin("sweeping over samples", blocks as u64);
        let done = AtomicU64::new(0);
        run.on_threads(|| {
            estimates
                .axis_chunks_iter_mut(Axis(0), BLOCK_ROWS)
                .into_par_iter()
                .enumerate()
                .try_for_each(|(block, mut rows)| {
                    run.proceed()?;
                    filling.block(block * BLOCK_ROWS, &mut rows)?;
                    let done = 1 + done.fetch_add(1, Ordering::Relaxed);
                    run.progress().advance(done, "");
                    Ok(())
                })
        })?;
        run.progress().end();
        Ok(Imputation {
            remarks,
            ..Imputation::of(estimates)
        })
    }

    fn weights(&self) -> Weights {
        stored::weights(self)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

/// A number that tells a sample's measured entries from others (FNV-1a, 64 bits).
fn fingerprint(data: &Dataset, s: usize) -> u64 {
    (0..data.n_genes()).fold(0xcbf2_9ce4_8422_2325, |hash, g| {
        let bits = data.entry(s, g).map_or(u32::MAX, f32::to_bits);
        (hash ^ u64::from(bits)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// From one vector per gene to a table of samples; frees each vector as it goes.
fn samples_by_genes(estimates: Vec<Vec<f32>>) -> Array2<f32> {
    let samples = estimates.first().map_or(0, Vec::len);
    let mut table = Array2::zeros((samples, estimates.len()));
    for (mut column, values) in table.columns_mut().into_iter().zip(estimates) {
        column.assign(&ArrayView1::from(&values));
    }
    table
}
