//! Samples of which both expression and the companion are known, and those to be told.

use imputome_core::{Companion, Dataset, Error, Imputation, Result};
use ndarray::{Array2, ArrayView2, Axis};

use super::targets::Targets;
use crate::per_gene::mean::gene_means;

/// Paired samples at least: ours, fewer leave nothing to choose by.
const FEWEST: usize = 5;
/// Paired samples below which a remark is due: ours, a correlation of 30 samples is known to ±0.18.
const FEW: usize = 30;

/// The paired samples of a cohort, in the order of their names: whatever the order of the table,
/// they teach the same.
#[derive(Debug)]
pub(crate) struct Paired {
    /// Their rows.
    pub(crate) rows: Vec<usize>,
    /// Values of the companion, gaps at the mean of their feature, shape `[samples, features]`.
    pub(crate) features: Array2<f32>,
    /// Expression, shape `[samples, genes]`.
    values: Array2<f32>,
    measured: Array2<bool>,
    /// Names of the features.
    pub(crate) feature_names: Vec<String>,
    /// What the user should know.
    pub(crate) remarks: Vec<String>,
}

impl Paired {
    /// Refused without a companion and with too few paired samples.
    pub(crate) fn of(train: &Dataset, method: &str) -> Result<Self> {
        let companion = train.companion(method)?;
        let mut rows = train.paired_samples();
        rows.sort_by_key(|&s| &train.samples[s]);
        if rows.len() < FEWEST {
            return Err(Error::TooLittle {
                method: method.into(),
                what: format!("samples with both expression and {}", companion.name),
                needed: FEWEST,
                found: rows.len(),
                advice: "add samples that have both, or check that their names agree".into(),
            });
        }
        let remarks = (rows.len() < FEW).then(|| {
            format!(
                "{} samples have both expression and {}: too few to judge a choice by, treat estimates with care",
                rows.len(),
                companion.name
            )
        });
        let mut features = companion.values.select(Axis(0), &rows);
        let measured = companion.measured.0.select(Axis(0), &rows);
        fill_by_column_means(&mut features, measured.view());
        Ok(Self {
            features,
            values: train.values.select(Axis(0), &rows),
            measured: train.measured.0.select(Axis(0), &rows),
            feature_names: companion.features.as_slice().to_vec(),
            remarks: remarks.into_iter().collect(),
            rows,
        })
    }

    /// Expression to be learned.
    pub(crate) fn targets(&self) -> Targets<'_> {
        Targets {
            values: self.values.view(),
            measured: self.measured.view(),
        }
    }
}

fn fill_by_column_means(values: &mut Array2<f32>, measured: ArrayView2<'_, bool>) {
    for (mut column, measured) in values.columns_mut().into_iter().zip(measured.columns()) {
        let known = column.iter().zip(measured).filter(|(_, m)| **m);
        let (sum, n) = known.fold((0.0, 0), |(sum, n), (v, _)| (sum + f64::from(*v), n + 1));
        let mean = (sum / f64::from(n.max(1))) as f32;
        let gaps = column.iter_mut().zip(measured).filter(|(_, m)| !**m);
        gaps.for_each(|(value, _)| *value = mean);
    }
}

/// What every gene gets where the companion says nothing.
#[derive(Clone, Debug)]
pub(crate) struct Absent {
    /// Mean of each gene, shape `[genes]`.
    pub(crate) means: Vec<f32>,
    /// Standard deviation of each gene, shape `[genes]`, above 0.
    pub(crate) deviations: Vec<f32>,
}

impl Absent {
    /// Of all measured entries.
    pub(crate) fn of(train: &Dataset) -> Self {
        let means = gene_means(train);
        let deviations = means.iter().enumerate().map(|(gene, &mean)| {
            let squares = train.measured_of_gene(gene);
            let squares = squares.map(|(_, value)| f64::from(value - mean).powi(2));
            let (sum, n) = squares.fold((0.0, 0), |(sum, n), square| (sum + square, n + 1));
            ((sum / f64::from(n.max(1))).sqrt() as f32).max(f32::MIN_POSITIVE)
        });
        Self {
            deviations: deviations.collect(),
            means,
        }
    }
}

/// Estimates by `apply` where the companion is present, means where it is not, with a remark.
///
/// `apply` receives the companion of the present samples, gaps at `centers`, and gives estimates and
/// their standard deviations where the method has them.
pub(crate) fn estimate(
    data: &Dataset,
    known: &Known<'_>,
    apply: impl FnOnce(ArrayView2<'_, f32>, &[usize]) -> (Array2<f32>, Option<Array2<f32>>),
) -> Result<Imputation> {
    data.expect_genes(known.method, known.genes)?;
    let companion = data.companion(known.method)?;
    expect_features(companion, known)?;
    let rows: Vec<usize> = (0..data.n_samples())
        .filter(|&s| companion.present(s))
        .collect();
    let (told, deviations) = apply(features_at(companion, &rows, known.centers).view(), &rows);
    let spread_out = |told: &Array2<f32>, else_: &[f32]| {
        let mut table = Array2::from_shape_fn(data.values.dim(), |(_, gene)| else_[gene]);
        for (&row, told) in rows.iter().zip(told.rows()) {
            table.row_mut(row).assign(&told);
        }
        table
    };
    let without = data.n_samples() - rows.len();
    let remarks = (without > 0).then(|| {
        format!(
            "{without} of {} samples have no {} and got the mean of every gene",
            data.n_samples(),
            companion.name
        )
    });
    Ok(Imputation {
        estimates: spread_out(&told, &known.absent.means),
        spread: deviations.map(|table| spread_out(&table, &known.absent.deviations)),
        remarks: remarks.into_iter().collect(),
    })
}

/// What a fitted method of this module knows of genes and features.
pub(crate) struct Known<'a> {
    pub(crate) method: &'static str,
    pub(crate) genes: &'a [String],
    pub(crate) features: &'a [String],
    /// Training mean of each feature.
    pub(crate) centers: &'a [f32],
    pub(crate) absent: &'a Absent,
}

fn expect_features(companion: &Companion, known: &Known<'_>) -> Result<()> {
    if companion.features.as_slice() == known.features {
        return Ok(());
    }
    Err(Error::Unusable(format!(
        "{} was fitted on {} features of a companion; {} does not hold them in that order ({} features)",
        known.method,
        known.features.len(),
        companion.name,
        companion.features.len()
    )))
}

fn features_at(companion: &Companion, rows: &[usize], centers: &[f32]) -> Array2<f32> {
    Array2::from_shape_fn((rows.len(), centers.len()), |(row, feature)| {
        let at = (rows[row], feature);
        if companion.measured.0[at] {
            companion.values[at]
        } else {
            centers[feature]
        }
    })
}
