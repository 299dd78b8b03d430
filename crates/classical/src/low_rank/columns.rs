//! The table that factors explain: genes, then covariates as observed columns.

use imputome_core::{CovariateEncoder, Covariates, Dataset};
use ndarray::{Array2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Sums kept side by side, so that the processor adds several terms at once.
const LANES: usize = 16;

/// Genes, then covariates; samples without a gap stand before the others.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// Shape `[samples, columns]`, 0 at gaps.
    pub(super) values: Array2<f32>,
    /// 1 where measured, 0 at gaps; shape `[samples with gaps, columns]`.
    pub(super) measured: Array2<f32>,
    /// How many columns each sample has measured, shape `[samples]`.
    pub(super) counts: Vec<usize>,
    /// The row of the dataset that each row came from, shape `[samples]`.
    pub(super) origin: Vec<usize>,
}

impl Columns {
    /// Puts samples without a gap first; `measured` holds 0 and 1, `values` 0 at gaps.
    pub(super) fn new(values: Array2<f32>, measured: Array2<f32>) -> Self {
        let counts: Vec<usize> = measured
            .rows()
            .into_iter()
            .map(|r| r.sum() as usize)
            .collect();
        let is_complete = |&row: &usize| counts[row] == values.ncols();
        let (mut origin, gappy): (Vec<usize>, Vec<usize>) =
            (0..values.nrows()).partition(is_complete);
        origin.extend(&gappy);
        Self {
            measured: measured.select(Axis(0), &gappy),
            values: values.select(Axis(0), &origin),
            counts: origin.iter().map(|&row| counts[row]).collect(),
            origin,
        }
    }

    /// Rows of a result, brought back to the order of the dataset.
    pub(super) fn in_order(&self, rows: Array2<f32>) -> Array2<f32> {
        let mut position = vec![0; self.origin.len()];
        for (row, &origin) in self.origin.iter().enumerate() {
            position[origin] = row;
        }
        rows.select(Axis(0), &position)
    }

    /// How many samples there are.
    pub(super) fn n_samples(&self) -> usize {
        self.values.nrows()
    }

    /// How many columns there are.
    pub(super) fn n_columns(&self) -> usize {
        self.values.ncols()
    }

    /// How many samples have no gap; they stand first.
    pub(super) fn n_complete(&self) -> usize {
        self.values.nrows() - self.measured.nrows()
    }

    /// Subtracts `shifts` from measured entries and divides by `scales`, both one per column.
    pub(super) fn standardize(&mut self, shifts: &[f64], scales: &[f64]) {
        let n_complete = self.n_complete();
        let (mut complete, mut gappy) = self.values.view_mut().split_at(Axis(0), n_complete);
        for mut row in complete.rows_mut() {
            for ((value, shift), scale) in row.iter_mut().zip(shifts).zip(scales) {
                *value = ((f64::from(*value) - shift) / scale) as f32;
            }
        }
        for (mut row, measured) in gappy.rows_mut().into_iter().zip(self.measured.rows()) {
            let entries = row.iter_mut().zip(measured).zip(shifts).zip(scales);
            for (((value, measured), shift), scale) in entries {
                *value = ((f64::from(*value) - shift) / scale) as f32 * measured;
            }
        }
    }

    /// Sum over measured entries of a column of the sample's weight times `f(value)`, shape
    /// `[columns]`.
    pub(super) fn column_sums(&self, weights: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_columns()];
        for (row, (values, &weight)) in self.values.rows().into_iter().zip(weights).enumerate() {
            let Some(gappy) = row.checked_sub(self.n_complete()) else {
                for (sum, &value) in sums.iter_mut().zip(values) {
                    *sum += weight * f(f64::from(value));
                }
                continue;
            };
            let measured = self.measured.row(gappy);
            for ((sum, &value), &measured) in sums.iter_mut().zip(values).zip(measured) {
                *sum += weight * f64::from(measured) * f(f64::from(value));
            }
        }
        sums
    }

    /// Sum over measured columns of squared values times `weights`, shape `[samples]`.
    pub(super) fn square_sums(&self, weights: &[f64]) -> Vec<f64> {
        // Gaps hold 0 and add nothing.
        let square = |(&value, weight): (&f32, &f64)| f64::from(value).powi(2) * weight;
        (0..self.n_samples())
            .into_par_iter()
            .map(|row| {
                let values = self.values.row(row);
                let values = values.as_slice().expect("row-major by construction");
                let blocks = values.chunks(LANES).zip(weights.chunks(LANES));
                let mut lanes = [0.0; LANES];
                for (values, weights) in blocks {
                    for (lane, term) in lanes.iter_mut().zip(values.iter().zip(weights)) {
                        *lane += square(term);
                    }
                }
                lanes.iter().sum()
            })
            .collect()
    }
}

/// How covariates become columns, learned from training samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CovariateColumns {
    encoder: CovariateEncoder,
    weight: f64,
}

impl CovariateColumns {
    /// Learns levels and scales. A weight of 0 leaves covariates out.
    pub(crate) fn fit(training: &Covariates, weight: f64) -> Self {
        let encoder = if weight > 0.0 {
            CovariateEncoder::fit(training)
        } else {
            CovariateEncoder::default()
        };
        Self { encoder, weight }
    }

    /// How many columns covariates take.
    pub(crate) fn n_columns(&self) -> usize {
        let levels = self.encoder.categorical.iter().map(|c| c.levels.len());
        levels.sum::<usize>() + self.encoder.numeric.len()
    }

    /// Genes, then covariates, with a remark on each level never seen in training.
    pub(super) fn encode(&self, data: &Dataset) -> (Columns, Vec<String>) {
        let (values, measured, remarks) = self.table(data);
        (Columns::new(values, measured), remarks)
    }

    /// The same as values (0 at gaps) and what was measured (1, else 0), in the order of `data`,
    /// both of shape `[samples, columns]`.
    pub(crate) fn table(&self, data: &Dataset) -> (Array2<f32>, Array2<f32>, Vec<String>) {
        let (n, genes) = (data.n_samples(), data.n_genes());
        let mut values = Array2::zeros((n, genes + self.n_columns()));
        let mut measured = Array2::zeros(values.dim());
        for (s, (mut row, mut known)) in values
            .rows_mut()
            .into_iter()
            .zip(measured.rows_mut())
            .enumerate()
        {
            for g in 0..genes {
                if let Some(value) = data.entry(s, g) {
                    row[g] = value;
                    known[g] = 1.0;
                }
            }
        }
        let remarks = self.encode_covariates(
            &data.covariates,
            values.slice_mut(s![.., genes..]),
            measured.slice_mut(s![.., genes..]),
        );
        (values, measured, remarks)
    }

    /// The covariate columns alone, as values (0 at gaps) and what is known (1, else 0), both of
    /// shape `[samples, covariate columns]`, with a remark on each level never seen in training.
    pub(super) fn of_covariates(
        &self,
        covariates: &Covariates,
    ) -> (Array2<f32>, Array2<f32>, Vec<String>) {
        let mut values = Array2::zeros((covariates.n_samples(), self.n_columns()));
        let mut known = Array2::zeros(values.dim());
        let remarks = self.encode_covariates(covariates, values.view_mut(), known.view_mut());
        (values, known, remarks)
    }

    /// One column per level (`weight` at the sample's own, else 0), one per quantity; all
    /// columns of a covariate that is not known are gaps.
    fn encode_covariates(
        &self,
        covariates: &Covariates,
        mut values: ArrayViewMut2<'_, f32>,
        mut measured: ArrayViewMut2<'_, f32>,
    ) -> Vec<String> {
        let encoded = self.encoder.encode(covariates);
        let mut first = 0;
        for (c, known) in self.encoder.categorical.iter().enumerate() {
            let end = first + known.levels.len();
            for (s, level) in encoded.levels.column(c).iter().enumerate() {
                if let Some(level) = level {
                    measured.slice_mut(s![s, first..end]).fill(1.0);
                    values[(s, first + level)] = self.weight as f32;
                }
            }
            first = end;
        }
        for (c, known) in self.encoder.numeric.iter().enumerate() {
            let raw = covariates.numeric(&known.name).unwrap_or_default();
            for (s, _) in raw.iter().enumerate().filter(|(_, value)| value.is_some()) {
                measured[(s, first + c)] = 1.0;
                values[(s, first + c)] = encoded.numeric[(s, c)];
            }
        }
        let say = |(covariate, level, n): (String, String, usize)| {
            format!(
                "{covariate} {level:?} was not among the training samples: {n} samples count as {covariate} not known"
            )
        };
        encoded.unseen.into_iter().map(say).collect()
    }
}
