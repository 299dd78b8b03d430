//! Fitted chained equations and the tables that they complete.

use imputome_core::{Dataset, Error, FittedImputer, Imputation, Result, Run, Summary, Weights};
use ndarray::{Array2, Axis, concatenate, s};
use rand::{Rng, RngExt};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::CARD;
use super::equations::Equations;
use super::joint::JointGaussian;
use super::shared::SAMPLE_BLOCK;
use crate::low_rank::columns::CovariateColumns;

/// Chained equations after they have learned.
#[derive(Clone, Debug)]
pub struct FittedMice {
    pub(super) genes: Vec<String>,
    pub(super) covariates: CovariateColumns,
    /// Mean of each column, genes first.
    pub(super) center: Vec<f32>,
    /// Variance of each gene about its prediction from all other columns.
    pub(super) variances: Vec<f32>,
    /// Smallest and largest estimate of each gene, shape `[genes, 2]`.
    pub(super) limits: Array2<f32>,
    pub(super) chain: Chain,
    /// Completed tables that are pooled.
    pub(super) draws: usize,
    pub(super) summary: Summary,
}

/// What the regressions came to.
#[derive(Clone, Debug)]
pub(super) enum Chain {
    /// One Gaussian for all genes.
    Shared {
        /// Lower triangle of the covariance of the columns, row after row.
        covariance: Vec<f32>,
        /// What the variances of deviations are multiplied by.
        excess: f32,
    },
    /// A regression per gene.
    Faithful(Equations),
}

/// The word for a chain in stored models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Shared,
    Faithful,
}

/// A chain ready for samples.
enum Solver<'a> {
    Shared(JointGaussian),
    Faithful {
        equations: &'a Equations,
        /// Limits less the center.
        limits: Array2<f32>,
        deviations: Vec<f32>,
    },
}

impl Solver<'_> {
    fn fill(&self, values: &mut Array2<f32>, gaps: &Array2<f32>) -> Array2<f32> {
        match self {
            Self::Shared(gaussian) => gaussian.fill(values, gaps),
            Self::Faithful {
                equations, limits, ..
            } => equations.fill(values, gaps, limits),
        }
    }

    fn deviate(&self, gaps: &Array2<f32>, streams: &mut [impl Rng]) -> (Array2<f32>, Array2<f32>) {
        match self {
            Self::Shared(gaussian) => gaussian.deviate(&normals(gaps.ncols(), streams), gaps),
            Self::Faithful {
                equations,
                deviations,
                ..
            } => equations.deviate(gaps, deviations, streams),
        }
    }
}

/// Samples completed: a block of rows of everything asked for.
struct Block {
    estimates: Array2<f32>,
    /// Mean over pairs of squared deviations of predictions.
    between: Array2<f32>,
    /// Deviations of the completed tables, one per pair.
    deviations: Vec<Array2<f32>>,
}

/// Whether the deviations of every pair are wanted, or their variance alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deviations {
    Kept,
    Summed,
}

impl FittedMice {
    /// `draws` completed tables, each of shape `[samples, genes]`: measured entries as they are,
    /// gaps drawn from what the regressions leave open. Tables come in pairs that deviate from the
    /// estimates to opposite sides.
    pub fn completed_tables(
        &self,
        data: &Dataset,
        draws: usize,
        run: &Run,
    ) -> Result<Vec<Array2<f32>>> {
        let (blocks, _) = self.blocks(data, draws.div_ceil(2), Deviations::Kept, run)?;
        let estimates = stacked(blocks.iter().map(|b| &b.estimates));
        let mut tables = Vec::with_capacity(draws);
        for draw in 0..draws {
            let deviations = stacked(blocks.iter().map(|b| &b.deviations[draw / 2]));
            let sign = if draw % 2 == 0 { 1.0 } else { -1.0 };
            let mut imputation = Imputation::of(&estimates + &(deviations * sign));
            self.keep_within_limits(&mut imputation.estimates);
            tables.push(imputation.fill(data));
        }
        Ok(tables)
    }

    /// Every block of samples, and remarks on levels never seen.
    fn blocks(
        &self,
        data: &Dataset,
        pairs: usize,
        wanted: Deviations,
        run: &Run,
    ) -> Result<(Vec<Block>, Vec<String>)> {
        run.proceed()?;
        data.expect_genes(CARD.name, &self.genes)?;
        let (mut values, measured, remarks) = self.covariates.table(data);
        let gaps = measured.mapv_into(|m| 1.0 - m);
        for (mut row, gaps) in values.rows_mut().into_iter().zip(gaps.rows()) {
            for ((value, &gap), center) in row.iter_mut().zip(gaps).zip(&self.center) {
                *value = (*value - center) * (1.0 - gap);
            }
        }
        let blocks = run.on_threads(|| {
            let solver = self.solver()?;
            let starts: Vec<usize> = (0..values.nrows()).step_by(SAMPLE_BLOCK).collect();
            starts
                .into_par_iter()
                .map(|first| {
                    run.proceed()?;
                    let end = (first + SAMPLE_BLOCK).min(values.nrows());
                    let names = &data.samples.as_slice()[first..end];
                    let stream = |name: &String| run.stream(&format!("mice/draws/{name}"));
                    let mut streams: Vec<_> = names.iter().map(stream).collect();
                    let block = values.slice(s![first..end, ..]).to_owned();
                    let gaps = gaps.slice(s![first..end, ..]).to_owned();
                    Ok(self.block(&solver, block, &gaps, (pairs, wanted), &mut streams))
                })
                .collect::<Result<Vec<Block>>>()
        })?;
        Ok((blocks, remarks))
    }

    fn block(
        &self,
        solver: &Solver<'_>,
        mut values: Array2<f32>,
        gaps: &Array2<f32>,
        (pairs, wanted): (usize, Deviations),
        streams: &mut [impl Rng],
    ) -> Block {
        let genes = self.genes.len();
        let mut estimates = solver.fill(&mut values, gaps);
        for mut row in estimates.rows_mut() {
            for (estimate, center) in row.iter_mut().zip(&self.center) {
                *estimate += center;
            }
        }
        self.keep_within_limits(&mut estimates);
        let mut between = Array2::zeros(estimates.dim());
        let mut kept = Vec::new();
        for _ in 0..pairs {
            let (deviations, predictions) = solver.deviate(gaps, streams);
            between.zip_mut_with(&predictions, |sum, p| *sum += p * p / pairs as f32);
            if wanted == Deviations::Kept {
                kept.push(deviations.slice(s![.., ..genes]).to_owned());
            }
        }
        Block {
            estimates,
            between,
            deviations: kept,
        }
    }

    fn solver(&self) -> Result<Solver<'_>> {
        let columns = self.center.len();
        Ok(match &self.chain {
            Chain::Shared { covariance, excess } => Solver::Shared(JointGaussian::new(
                covariance,
                columns,
                self.genes.len(),
                *excess,
            )?),
            Chain::Faithful(equations) => {
                let mut limits = self.limits.clone();
                for (mut row, center) in limits.rows_mut().into_iter().zip(&self.center) {
                    row -= *center;
                }
                Solver::Faithful {
                    equations,
                    limits,
                    deviations: self.variances.iter().map(|v| v.sqrt()).collect(),
                }
            }
        })
    }

    fn keep_within_limits(&self, estimates: &mut Array2<f32>) {
        for mut row in estimates.rows_mut() {
            for (estimate, limits) in row.iter_mut().zip(self.limits.rows()) {
                *estimate = estimate.clamp(limits[0], limits[1]);
            }
        }
    }
}

impl FittedImputer for FittedMice {
    /// Estimates are means over the completed tables; the spread is the total standard deviation
    /// `√(within + (1 + 1 / m) between)` (Rubin 1987, doi:10.1002/9780470316696, section 3.3), the
    /// variance within being that of a gene about its prediction, the variance between that of the
    /// predictions.
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        let (blocks, remarks) =
            self.blocks(data, self.draws.div_ceil(2), Deviations::Summed, run)?;
        let estimates = stacked(blocks.iter().map(|b| &b.estimates));
        let mut spread = stacked(blocks.iter().map(|b| &b.between));
        let weight = 1.0 + 1.0 / self.draws as f32;
        for mut row in spread.rows_mut() {
            for (value, within) in row.iter_mut().zip(&self.variances) {
                *value = (within + weight * *value).sqrt();
            }
        }
        Ok(Imputation {
            estimates,
            spread: Some(spread),
            remarks,
        })
    }

    fn completed_tables(
        &self,
        data: &Dataset,
        count: usize,
        run: &Run,
    ) -> Result<Option<Vec<Array2<f32>>>> {
        Self::completed_tables(self, data, count, run).map(Some)
    }

    fn weights(&self) -> Weights {
        let (genes, columns) = (self.genes.len(), self.center.len());
        let weights = Weights::new()
            .with_tensor("center", &[columns], self.center.clone())
            .with_tensor("variances", &[genes], self.variances.clone())
            .with_tensor("limits", &[genes, 2], self.limits.iter().copied().collect())
            .with_fact("genes", &self.genes)
            .with_fact("covariates", &self.covariates)
            .with_fact("draws", &self.draws)
            .with_fact("summary", &self.summary);
        match &self.chain {
            Chain::Shared { covariance, excess } => weights
                .with_fact("form", &Kind::Shared)
                .with_fact("excess", excess)
                .with_tensor("covariance", &[covariance.len()], covariance.clone()),
            Chain::Faithful(equations) => {
                equations.store(weights.with_fact("form", &Kind::Faithful))
            }
        }
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

/// Rebuilds what [`FittedMice::weights`] stored.
pub(super) fn restore(weights: &Weights) -> Result<FittedMice> {
    let genes: Vec<String> = weights.fact("genes")?;
    let covariates: CovariateColumns = weights.fact("covariates")?;
    let columns = genes.len().saturating_add(covariates.n_columns());
    let draws: usize = weights.fact("draws")?;
    let variances = weights.tensor("variances", &[genes.len()])?.to_vec();
    let limits = weights.tensor("limits", &[genes.len(), 2])?;
    let chain = match weights.fact("form")? {
        Kind::Shared => {
            let excess: f32 = weights.fact("excess")?;
            if !(excess > 0.0 && excess.is_finite()) {
                return Err(Error::Weights("excess must be above 0".into()));
            }
            let length = columns.saturating_mul(columns.saturating_add(1)) / 2;
            Chain::Shared {
                covariance: weights.tensor("covariance", &[length])?.to_vec(),
                excess,
            }
        }
        Kind::Faithful => Chain::Faithful(Equations::restore(weights, genes.len(), columns)?),
    };
    if draws == 0
        || variances.iter().any(|&variance| variance <= 0.0)
        || limits.chunks(2).any(|pair| pair[0] > pair[1])
    {
        return Err(Error::Weights(
            "draws and variances must be above 0 and limits in order".into(),
        ));
    }
    let limits = Array2::from_shape_vec((genes.len(), 2), limits.to_vec());
    Ok(FittedMice {
        center: weights.tensor("center", &[columns])?.to_vec(),
        limits: limits.expect("shape was checked"),
        summary: weights.fact("summary")?,
        variances,
        genes,
        covariates,
        chain,
        draws,
    })
}

/// Standard normal rows, one stream each.
pub(super) fn normals(columns: usize, streams: &mut [impl Rng]) -> Array2<f32> {
    let mut rows = Array2::zeros((streams.len(), columns));
    for (mut row, stream) in rows.rows_mut().into_iter().zip(streams) {
        row.iter_mut()
            .for_each(|value| *value = normal(stream) as f32);
    }
    rows
}

/// A standard normal number (Box and Muller 1958, doi:10.1214/aoms/1177706645).
pub(super) fn normal(stream: &mut impl Rng) -> f64 {
    // One less a number below 1 is never 0.
    let radius = (-2.0 * (1.0 - stream.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * stream.random::<f64>()).cos()
}

/// Blocks one below the other.
fn stacked<'a>(blocks: impl Iterator<Item = &'a Array2<f32>>) -> Array2<f32> {
    let views: Vec<_> = blocks.map(|block| block.view()).collect();
    if views.is_empty() {
        return Array2::zeros((0, 0));
    }
    concatenate(Axis(0), &views).expect("blocks have the same genes")
}
