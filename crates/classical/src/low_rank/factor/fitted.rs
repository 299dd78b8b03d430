//! A fitted factor model and what it estimates.

use imputome_core::{
    Dataset, Error, FittedImputer, Imputation, Mask, Result, Run, Summary, Weights,
};
use imputome_numerics::product;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

use super::CARD;
use crate::low_rank::columns::{Columns, CovariateColumns};
use crate::low_rank::model::{COLUMN_BLOCK, Covariances, Doubt, Model, Posterior};
use crate::low_rank::range::keep_within;

/// A fitted factor model: `x = center + W z + e` for genes and, below them, covariate columns.
#[derive(Clone, Debug)]
pub struct FittedFactor {
    pub(super) genes: Vec<String>,
    pub(super) covariates: CovariateColumns,
    /// Shape `[columns]`.
    pub(super) center: Array1<f32>,
    /// Shape `[columns, factors]`.
    pub(super) loadings: Array2<f32>,
    /// Variances, shape `[columns]`.
    pub(super) noise: Array1<f32>,
    /// Covariance of loadings in units of noise variance, shape `[factors, factors]`, and what it
    /// is multiplied by for each column, shape `[columns]`.
    pub(super) doubt: Array2<f32>,
    pub(super) doubts: Array1<f32>,
    /// Smallest and largest estimate of each gene, shape `[genes, 2]`.
    pub(super) limits: Array2<f32>,
    /// Degrees of freedom of the t distribution; nothing for a Gaussian.
    pub(super) degrees: Option<f64>,
    /// What standard deviations are multiplied by, from validation.
    pub(super) spread_factor: f32,
    pub(super) summary: Summary,
}

impl FittedFactor {
    /// How many factors there are.
    pub fn n_factors(&self) -> usize {
        self.loadings.ncols()
    }

    /// Loadings of the genes, shape `[genes, factors]`.
    pub fn loadings(&self) -> ArrayView2<'_, f32> {
        self.loadings.slice(s![..self.genes.len(), ..])
    }

    /// Means of the genes, shape `[genes]`.
    pub fn means(&self) -> ArrayView1<'_, f32> {
        self.center.slice(s![..self.genes.len()])
    }

    /// Noise variances of the genes, shape `[genes]`.
    pub fn noise_variances(&self) -> ArrayView1<'_, f32> {
        self.noise.slice(s![..self.genes.len()])
    }

    /// Estimates of every entry, shape `[samples, genes]`, without spread: half of the cost.
    pub fn estimates(&self, data: &Dataset, run: &Run) -> Result<Array2<f32>> {
        run.proceed()?;
        self.check_genes(data)?;
        let (mut columns, _) = self.covariates.encode(data);
        self.center_columns(&mut columns);
        let model = self.model();
        Ok(run.on_threads(|| {
            let posterior = model.posterior(&columns, Covariances::NotWanted);
            self.estimates_from(&posterior, &columns)
        }))
    }

    /// Everything about `data` that does not depend on what is visible, so that the same
    /// samples can be estimated many times with different entries visible.
    pub fn prepare(&self, data: &Dataset) -> Result<PreparedSamples<'_>> {
        self.check_genes(data)?;
        let (values, measured, _) = self.covariates.table(data);
        Ok(PreparedSamples {
            fitted: self,
            model: self.model(),
            values,
            measured,
        })
    }

    /// The model in f64.
    fn model(&self) -> Model {
        Model {
            loadings: self.loadings.mapv(f64::from),
            noise: self.noise.mapv(f64::from),
            doubt: Doubt {
                matrix: self.doubt.mapv(f64::from),
                columns: self.doubts.mapv(f64::from),
            },
        }
    }

    /// Centers what was measured.
    fn center_columns(&self, columns: &mut Columns) {
        let center: Vec<f64> = self.center.iter().map(|&c| f64::from(c)).collect();
        columns.standardize(&center, &vec![1.0; center.len()]);
    }

    /// Mean of every gene given the factors, within the gene's limits, in the order of the data.
    fn estimates_from(&self, posterior: &Posterior, columns: &Columns) -> Array2<f32> {
        let scores = posterior.scores.mapv(|v| v as f32);
        let mut estimates = product(scores.view(), self.loadings().t()) + self.means();
        keep_within(&mut estimates, &self.limits);
        columns.in_order(estimates)
    }

    /// Standard deviation of every gene given what the sample has measured: the root of
    /// `wᵀ Cov(z) w + ψ`, times `(ν + d) / (ν + p)` for a t distribution; times the factor that
    /// validation found.
    fn spread_from(&self, model: &Model, posterior: &Posterior, columns: &Columns) -> Array2<f32> {
        let genes = self.genes.len();
        let mut spread = Array2::zeros((columns.n_samples(), genes));
        for first in (0..genes).step_by(COLUMN_BLOCK) {
            let end = (first + COLUMN_BLOCK).min(genes);
            let variances = posterior.variances(model, first..end);
            spread
                .slice_mut(s![.., first..end])
                .assign(&(variances + self.noise.slice(s![first..end])));
        }
        for (row, mut variances) in spread.rows_mut().into_iter().enumerate() {
            let (distance, count) = (posterior.distances[row], columns.counts[row] as f64);
            let inflation = self
                .degrees
                .map_or(1.0, |nu| (nu + distance) / (nu + count));
            let root = |v: f32| (f64::from(v) * inflation).sqrt() as f32;
            variances.mapv_inplace(|v| self.spread_factor * root(v));
        }
        columns.in_order(spread)
    }

    fn check_genes(&self, data: &Dataset) -> Result<()> {
        data.expect_genes(CARD.name, &self.genes)
    }
}

impl FittedImputer for FittedFactor {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        self.check_genes(data)?;
        let (mut columns, remarks) = self.covariates.encode(data);
        self.center_columns(&mut columns);
        let model = self.model();
        let (estimates, spread) = run.on_threads(|| {
            let posterior = model.posterior(&columns, Covariances::Wanted);
            (
                self.estimates_from(&posterior, &columns),
                self.spread_from(&model, &posterior, &columns),
            )
        });
        Ok(Imputation {
            estimates,
            spread: Some(spread),
            remarks,
        })
    }

    fn weights(&self) -> Weights {
        let (columns, factors) = self.loadings.dim();
        Weights::new()
            .with_tensor("center", &[columns], self.center.to_vec())
            .with_tensor(
                "loadings",
                &[columns, factors],
                self.loadings.iter().copied().collect(),
            )
            .with_tensor("noise", &[columns], self.noise.to_vec())
            .with_tensor(
                "doubt",
                &[factors, factors],
                self.doubt.iter().copied().collect(),
            )
            .with_tensor("doubts", &[columns], self.doubts.to_vec())
            .with_tensor(
                "limits",
                &[self.genes.len(), 2],
                self.limits.iter().copied().collect(),
            )
            .with_fact("genes", &self.genes)
            .with_fact("factors", &factors)
            .with_fact("covariates", &self.covariates)
            .with_fact("degrees", &self.degrees)
            .with_fact("spread_factor", &self.spread_factor)
            .with_fact("summary", &self.summary)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

/// Rebuilds what [`FittedFactor::weights`] stored.
pub(super) fn restore(weights: &Weights) -> Result<FittedFactor> {
    let genes: Vec<String> = weights.fact("genes")?;
    let covariates: CovariateColumns = weights.fact("covariates")?;
    let factors: usize = weights.fact("factors")?;
    let columns = genes.len().saturating_add(covariates.n_columns());
    let degrees: Option<f64> = weights.fact("degrees")?;
    let spread_factor: f32 = weights.fact("spread_factor")?;
    let noise = weights.tensor("noise", &[columns])?;
    let limits = weights.tensor("limits", &[genes.len(), 2])?;
    if noise.iter().any(|&variance| variance <= 0.0)
        || limits.chunks(2).any(|pair| pair[0] > pair[1])
        || degrees.is_some_and(|nu| !(nu > 0.0 && nu.is_finite()))
        || !(spread_factor > 0.0 && spread_factor.is_finite())
    {
        return Err(Error::Weights(
            "noise variances, degrees of freedom and spread factor must be above 0 and limits in order".into(),
        ));
    }
    let table = |values: &[f32], shape: (usize, usize)| {
        Array2::from_shape_vec(shape, values.to_vec()).expect("shape was checked")
    };
    Ok(FittedFactor {
        center: Array1::from_vec(weights.tensor("center", &[columns])?.to_vec()),
        loadings: table(
            weights.tensor("loadings", &[columns, factors])?,
            (columns, factors),
        ),
        noise: Array1::from_vec(noise.to_vec()),
        doubt: table(
            weights.tensor("doubt", &[factors, factors])?,
            (factors, factors),
        ),
        doubts: Array1::from_vec(weights.tensor("doubts", &[columns])?.to_vec()),
        limits: table(limits, (genes.len(), 2)),
        summary: weights.fact("summary")?,
        genes,
        covariates,
        degrees,
        spread_factor,
    })
}

/// Samples ready to be estimated many times, each time with other entries visible.
#[derive(Debug)]
pub struct PreparedSamples<'a> {
    fitted: &'a FittedFactor,
    model: Model,
    /// Genes and covariates, 0 at gaps, shape `[samples, columns]`.
    values: Array2<f32>,
    /// 1 where measured, 0 at gaps, same shape.
    measured: Array2<f32>,
}

impl PreparedSamples<'_> {
    /// Estimates of every gene of the samples `rows` from what was measured and is visible;
    /// `visible` and the result have shape `[rows, genes]`. Threads are those of the rayon pool
    /// of the caller; the result does not depend on them.
    pub fn estimates(&self, rows: &[usize], visible: &Mask) -> Array2<f32> {
        let mut values = self.values.select(Axis(0), rows);
        let mut measured = self.measured.select(Axis(0), rows);
        let genes = self.fitted.genes.len();
        ndarray::Zip::from(values.slice_mut(s![.., ..genes]))
            .and(measured.slice_mut(s![.., ..genes]))
            .and(&visible.0)
            .for_each(|value, measured, &visible| {
                if !visible {
                    (*value, *measured) = (0.0, 0.0);
                }
            });
        let mut columns = Columns::new(values, measured);
        self.fitted.center_columns(&mut columns);
        let posterior = self.model.posterior(&columns, Covariances::NotWanted);
        self.fitted.estimates_from(&posterior, &columns)
    }
}
