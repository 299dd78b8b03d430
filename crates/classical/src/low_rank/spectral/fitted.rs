//! Loadings learned, and rows projected onto them.

use imputome_core::{
    Dataset, Error, FittedImputer, Imputation, MethodCard, Result, Run, Summary, Weights,
};
use imputome_numerics::product;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, s};

use crate::low_rank::columns::CovariateColumns;
use crate::low_rank::model::{Covariances, Doubt, Model};
use crate::low_rank::range::keep_within;

/// Rows projected at a time: ours, bounds memory for tables of many samples.
const BLOCK_ROWS: usize = 1024;

/// Loadings learned by a spectral method, ready for any samples over the same genes.
///
/// The scores of a sample are a ridge regression of what it has measured on the loadings.
#[derive(Clone, Debug)]
pub struct FittedSpectral {
    pub(super) card: &'static MethodCard,
    pub(super) genes: Vec<String>,
    pub(super) covariates: CovariateColumns,
    /// Shape `[columns]`.
    pub(super) center: Array1<f32>,
    /// In the unit of the table, shape `[columns, rank]`.
    pub(super) loadings: Array2<f32>,
    /// Penalty of scores times the squared scale of each column, shape `[columns]`.
    pub(super) penalties: Array1<f32>,
    /// Smallest and largest estimate of each gene, shape `[genes, 2]`.
    pub(super) limits: Array2<f32>,
    pub(super) summary: Summary,
}

impl FittedSpectral {
    /// How many directions are left above 0.
    pub fn rank(&self) -> usize {
        self.loadings.ncols()
    }

    /// Loadings of the genes, shape `[genes, rank]`.
    pub fn loadings(&self) -> ArrayView2<'_, f32> {
        self.loadings.slice(s![..self.genes.len(), ..])
    }

    /// Means of the genes, shape `[genes]`.
    pub fn means(&self) -> ArrayView1<'_, f32> {
        self.center.slice(s![..self.genes.len()])
    }

    fn model(&self) -> Model {
        Model {
            loadings: self.loadings.mapv(f64::from),
            noise: self.penalties.mapv(f64::from),
            doubt: Doubt::none(self.center.len(), self.rank()),
        }
    }

    /// Estimates of every entry, within each gene's limits.
    fn project(&self, model: &Model, data: &Dataset) -> Array2<f32> {
        let (mut columns, _) = self.covariates.encode(data);
        let center: Vec<f64> = self.center.iter().map(|&c| f64::from(c)).collect();
        columns.standardize(&center, &vec![1.0; center.len()]);
        let scores = model.posterior(&columns, Covariances::NotWanted).scores;
        let scores = scores.mapv(|v| v as f32);
        let mut estimates = product(scores.view(), self.loadings().t()) + self.means();
        keep_within(&mut estimates, &self.limits);
        columns.in_order(estimates)
    }

    /// Rebuilds what [`FittedImputer::weights`] stored.
    pub(crate) fn restore(card: &'static MethodCard, weights: &Weights) -> Result<Self> {
        let genes: Vec<String> = weights.fact("genes")?;
        let covariates: CovariateColumns = weights.fact("covariates")?;
        let rank: usize = weights.fact("rank")?;
        let columns = genes.len().saturating_add(covariates.n_columns());
        let penalties = weights.tensor("penalties", &[columns])?;
        let limits = weights.tensor("limits", &[genes.len(), 2])?;
        if penalties.iter().any(|&p| p <= 0.0) || limits.chunks(2).any(|pair| pair[0] > pair[1]) {
            return Err(Error::Weights(
                "penalties must be above 0 and limits in order".into(),
            ));
        }
        let table = |values: &[f32], shape: (usize, usize)| {
            Array2::from_shape_vec(shape, values.to_vec()).expect("shape was checked")
        };
        Ok(Self {
            card,
            center: Array1::from_vec(weights.tensor("center", &[columns])?.to_vec()),
            loadings: table(
                weights.tensor("loadings", &[columns, rank])?,
                (columns, rank),
            ),
            penalties: Array1::from_vec(penalties.to_vec()),
            limits: table(limits, (genes.len(), 2)),
            summary: weights.fact("summary")?,
            genes,
            covariates,
        })
    }
}

impl FittedImputer for FittedSpectral {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        data.expect_genes(self.card.name, &self.genes)?;
        let model = self.model();
        let mut estimates = Array2::zeros(data.values.dim());
        let (_, _, remarks) = self.covariates.of_covariates(&data.covariates);
        for first in (0..data.n_samples()).step_by(BLOCK_ROWS) {
            run.proceed()?;
            let end = (first + BLOCK_ROWS).min(data.n_samples());
            let rows: Vec<usize> = (first..end).collect();
            let block = data.select_samples(&rows);
            let found = run.on_threads(|| self.project(&model, &block));
            estimates.slice_mut(s![first..end, ..]).assign(&found);
        }
        Ok(Imputation {
            remarks,
            ..Imputation::of(estimates)
        })
    }

    fn weights(&self) -> Weights {
        let (columns, rank) = self.loadings.dim();
        let flat = |table: &Array2<f32>| table.iter().copied().collect();
        Weights::new()
            .with_tensor("center", &[columns], self.center.to_vec())
            .with_tensor("loadings", &[columns, rank], flat(&self.loadings))
            .with_tensor("penalties", &[columns], self.penalties.to_vec())
            .with_tensor("limits", &[self.genes.len(), 2], flat(&self.limits))
            .with_fact("genes", &self.genes)
            .with_fact("covariates", &self.covariates)
            .with_fact("rank", &rank)
            .with_fact("summary", &self.summary)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}
