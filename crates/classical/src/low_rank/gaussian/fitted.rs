//! A fitted Gaussian and what it estimates.

use imputome_core::{Dataset, Error, FittedImputer, Imputation, Result, Run, Summary, Weights};
use ndarray::{Array1, Array2, ArrayView2, s};

use super::CARD;
use super::conditional::{Filled, Gaussian, Wanted};
use super::em::Constants;
use crate::low_rank::columns::{Columns, CovariateColumns};
use crate::low_rank::range::keep_within;

/// Rows estimated at a time: ours, bounds memory for tables of many samples.
const BLOCK_ROWS: usize = 1024;

/// A fitted Gaussian over genes and, below them, covariate columns.
#[derive(Clone, Debug)]
pub struct FittedGaussian {
    pub(super) genes: Vec<String>,
    pub(super) covariates: CovariateColumns,
    /// In the unit of the table, shape `[columns]`.
    pub(super) center: Array1<f32>,
    /// What a standardized column is multiplied by, shape `[columns]`.
    pub(super) scale: Array1<f32>,
    /// Of standardized columns, without ridge, shape `[columns, columns]`.
    pub(super) covariance: Array2<f32>,
    /// Shape `[columns]`.
    pub(super) ridge: Array1<f32>,
    /// Smallest and largest estimate of each gene, shape `[genes, 2]`.
    pub(super) limits: Array2<f32>,
    /// Degrees of freedom of the t distribution; nothing for a Gaussian.
    pub(super) degrees: Option<f64>,
    /// What standard deviations are multiplied by, from validation.
    pub(super) spread_factor: f32,
    pub(super) summary: Summary,
}

impl FittedGaussian {
    /// Covariance of standardized genes without ridge, shape `[genes, genes]`.
    pub fn covariance(&self) -> ArrayView2<'_, f32> {
        let genes = self.genes.len();
        self.covariance.slice(s![..genes, ..genes])
    }

    fn constants(&self) -> Constants {
        Constants {
            degrees: self.degrees,
            genes: self.genes.len(),
        }
    }

    /// Estimates and spread of every entry, in the order of the data.
    fn estimate(
        &self,
        gaussian: &Gaussian,
        data: &Dataset,
        run: &Run,
    ) -> Result<(Array2<f32>, Array2<f32>)> {
        let (mut columns, _) = self.covariates.encode(data);
        let numbers = |of: &Array1<f32>| of.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
        columns.standardize(&numbers(&self.center), &numbers(&self.scale));
        let filled = gaussian.fill(&columns, Wanted::Variances, run)?;
        let signals = gaussian.signals(&filled);
        let genes = self.genes.len();
        let mut estimates = signals.slice(s![.., ..genes]).mapv(|v| v as f32);
        estimates *= &self.scale.slice(s![..genes]);
        estimates += &self.center.slice(s![..genes]);
        keep_within(&mut estimates, &self.limits);
        let spread = self.spread(gaussian, &filled, &columns);
        Ok((columns.in_order(estimates), columns.in_order(spread)))
    }

    /// Standard deviation given what the sample has measured; at measured entries, given all
    /// other genes.
    fn spread(&self, gaussian: &Gaussian, filled: &Filled, columns: &Columns) -> Array2<f32> {
        let genes = self.genes.len();
        let constants = self.constants();
        let given_others = gaussian.variances_given_others();
        let mut spread = Array2::zeros((columns.n_samples(), genes));
        for (row, mut spread) in spread.rows_mut().into_iter().enumerate() {
            let weight = constants.weight(filled.distances[row], columns.counts[row]);
            let gappy = row.checked_sub(columns.n_complete());
            for (gene, spread) in spread.iter_mut().enumerate() {
                let is_gap = gappy.is_some_and(|row| columns.measured[(row, gene)] == 0.0);
                let variance = if is_gap {
                    filled.variances[(row, gene)]
                } else {
                    given_others[gene]
                };
                let deviation = (variance / weight).sqrt() * f64::from(self.scale[gene]);
                *spread = (self.spread_factor * deviation as f32).max(f32::MIN_POSITIVE);
            }
        }
        spread
    }
}

impl FittedImputer for FittedGaussian {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        data.expect_genes(CARD.name, &self.genes)?;
        let (_, _, remarks) = self.covariates.of_covariates(&data.covariates);
        let covariance = self.covariance.mapv(f64::from);
        let gaussian = Gaussian::new(covariance, self.ridge.mapv(f64::from), run)?;
        let mut estimates = Array2::zeros(data.values.dim());
        let mut spread = Array2::zeros(data.values.dim());
        for first in (0..data.n_samples()).step_by(BLOCK_ROWS) {
            run.proceed()?;
            let end = (first + BLOCK_ROWS).min(data.n_samples());
            let block = data.select_samples(&(first..end).collect::<Vec<usize>>());
            let (means, deviations) = run.on_threads(|| self.estimate(&gaussian, &block, run))?;
            estimates.slice_mut(s![first..end, ..]).assign(&means);
            spread.slice_mut(s![first..end, ..]).assign(&deviations);
        }
        Ok(Imputation {
            estimates,
            spread: Some(spread),
            remarks,
        })
    }

    fn weights(&self) -> Weights {
        let columns = self.center.len();
        let flat = |table: &Array2<f32>| table.iter().copied().collect();
        Weights::new()
            .with_tensor("center", &[columns], self.center.to_vec())
            .with_tensor("scale", &[columns], self.scale.to_vec())
            .with_tensor("covariance", &[columns, columns], flat(&self.covariance))
            .with_tensor("ridge", &[columns], self.ridge.to_vec())
            .with_tensor("limits", &[self.genes.len(), 2], flat(&self.limits))
            .with_fact("genes", &self.genes)
            .with_fact("covariates", &self.covariates)
            .with_fact("degrees", &self.degrees)
            .with_fact("spread_factor", &self.spread_factor)
            .with_fact("summary", &self.summary)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

/// Rebuilds what [`FittedGaussian::weights`] stored.
pub(super) fn restore(weights: &Weights) -> Result<FittedGaussian> {
    let genes: Vec<String> = weights.fact("genes")?;
    let covariates: CovariateColumns = weights.fact("covariates")?;
    let degrees: Option<f64> = weights.fact("degrees")?;
    let spread_factor: f32 = weights.fact("spread_factor")?;
    let n = genes.len().saturating_add(covariates.n_columns());
    let limits = weights.tensor("limits", &[genes.len(), 2])?;
    let vector = |name: &str| {
        weights
            .tensor(name, &[n])
            .map(|v| Array1::from_vec(v.to_vec()))
    };
    let (scale, ridge) = (vector("scale")?, vector("ridge")?);
    if scale.iter().chain(&ridge).any(|&v| v <= 0.0)
        || limits.chunks(2).any(|pair| pair[0] > pair[1])
        || degrees.is_some_and(|nu| !(nu > 0.0 && nu.is_finite()))
        || !(spread_factor > 0.0 && spread_factor.is_finite())
    {
        return Err(Error::Weights(
            "scales, ridges, degrees of freedom and spread factor must be above 0 and limits in order".into(),
        ));
    }
    let table = |values: &[f32], shape: (usize, usize)| {
        Array2::from_shape_vec(shape, values.to_vec()).expect("shape was checked")
    };
    Ok(FittedGaussian {
        center: vector("center")?,
        covariance: table(weights.tensor("covariance", &[n, n])?, (n, n)),
        limits: table(limits, (genes.len(), 2)),
        summary: weights.fact("summary")?,
        genes,
        covariates,
        scale,
        ridge,
        degrees,
        spread_factor,
    })
}
