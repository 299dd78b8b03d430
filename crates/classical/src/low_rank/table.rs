//! A standardized table with its gaps, to be completed by one of low rank.

use imputome_core::Dataset;
use imputome_numerics::product;
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::columns::{Columns, CovariateColumns};

/// Rows whose residuals are formed at a time: ours, a block of them stays in the cache.
const BLOCK_ROWS: usize = 128;
/// Smallest standard deviation that a gene is divided by: ours, one below it does not vary.
const LEAST_DEVIATION: f64 = 1e-6;

/// Genes, then covariates, standardized.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// 0 at gaps, shape `[samples, columns]`.
    values: Array2<f32>,
    /// Same shape.
    measured: Array2<bool>,
    /// Mean of what was measured of each column, shape `[columns]`.
    pub(super) center: Vec<f64>,
    /// Standard deviation of each gene; 1 for covariates. Shape `[columns]`.
    pub(super) scale: Vec<f64>,
    genes: usize,
}

/// A measured entry out of sight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hidden {
    pub(super) row: usize,
    pub(super) column: usize,
    /// Standardized.
    pub(super) truth: f32,
}

impl Table {
    /// The rows `order` of a dataset, in that order.
    pub(super) fn new(data: &Dataset, order: &[usize], covariates: &CovariateColumns) -> Self {
        let genes = data.n_genes();
        let (known, is_known, _) = covariates.of_covariates(&data.covariates);
        let mut values = Array2::zeros((order.len(), genes + known.ncols()));
        let mut measured = Array2::from_elem(values.dim(), false);
        let rows = values.rows_mut().into_iter().zip(measured.rows_mut());
        for ((mut value, mut seen), &from) in rows.zip(order) {
            for g in 0..genes {
                if let Some(entry) = data.entry(from, g) {
                    (value[g], seen[g]) = (entry, true);
                }
            }
            value.slice_mut(s![genes..]).assign(&known.row(from));
            let is_known = is_known.row(from).mapv(|k| k > 0.0);
            seen.slice_mut(s![genes..]).assign(&is_known);
        }
        let mut table = Self {
            center: vec![0.0; values.ncols()],
            scale: vec![1.0; values.ncols()],
            values,
            measured,
            genes,
        };
        table.standardize();
        table
    }

    fn standardize(&mut self) {
        let sums = self.column_sums(f64::from);
        let counts = self.column_sums(|_| 1.0);
        for ((center, sum), count) in self.center.iter_mut().zip(sums).zip(&counts) {
            *center = sum / count.max(1.0);
        }
        let center = self.center.clone();
        self.each_measured(|column, value| (f64::from(value) - center[column]) as f32);
        let squares = self.column_sums(|value| f64::from(value).powi(2));
        for ((scale, square), count) in self.scale[..self.genes]
            .iter_mut()
            .zip(squares)
            .zip(&counts)
        {
            let deviation = (square / count.max(1.0)).sqrt();
            *scale = if deviation > LEAST_DEVIATION {
                deviation
            } else {
                1.0
            };
        }
        let scale = self.scale.clone();
        self.each_measured(|column, value| (f64::from(value) / scale[column]) as f32);
    }

    fn each_measured(&mut self, change: impl Fn(usize, f32) -> f32 + Sync) {
        let rows = self.values.axis_iter_mut(Axis(0)).into_par_iter();
        rows.zip(self.measured.axis_iter(Axis(0)))
            .for_each(|(mut values, measured)| {
                for (column, (value, &measured)) in values.iter_mut().zip(measured).enumerate() {
                    if measured {
                        *value = change(column, *value);
                    }
                }
            });
    }

    /// Sum of `of` over what was measured of each column, shape `[columns]`.
    fn column_sums(&self, of: impl Fn(f32) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_columns()];
        for (values, measured) in self.values.rows().into_iter().zip(self.measured.rows()) {
            for ((sum, &value), &measured) in sums.iter_mut().zip(values).zip(measured) {
                if measured {
                    *sum += of(value);
                }
            }
        }
        sums
    }

    /// How many samples there are.
    pub(super) fn n_samples(&self) -> usize {
        self.values.nrows()
    }

    /// How many columns there are.
    pub(super) fn n_columns(&self) -> usize {
        self.values.ncols()
    }

    /// Share of the entries that was measured.
    pub(super) fn share(&self) -> f64 {
        let rows = self.measured.axis_iter(Axis(0)).into_par_iter();
        let count: usize = rows.map(|row| row.iter().filter(|m| **m).count()).sum();
        count as f64 / self.measured.len().max(1) as f64
    }

    /// Values, 0 at gaps.
    pub(super) fn values(&self) -> ArrayView2<'_, f32> {
        self.values.view()
    }

    /// The measured genes of one row.
    pub(super) fn measured_genes(&self, row: usize) -> Vec<usize> {
        let measured = self.measured.row(row);
        (0..self.genes).filter(|&g| measured[g]).collect()
    }

    /// Takes an entry out of sight.
    pub(super) fn hide(&mut self, row: usize, column: usize) -> Hidden {
        let truth = std::mem::take(&mut self.values[(row, column)]);
        self.measured[(row, column)] = false;
        Hidden { row, column, truth }
    }

    /// Shows hidden entries again.
    pub(super) fn show(&mut self, hidden: &[Hidden]) {
        for entry in hidden {
            self.values[(entry.row, entry.column)] = entry.truth;
            self.measured[(entry.row, entry.column)] = true;
        }
    }

    /// The same table of some rows only, with the moments of all.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        Self {
            values: self.values.select(Axis(0), rows),
            measured: self.measured.select(Axis(0), rows),
            center: self.center.clone(),
            scale: self.scale.clone(),
            genes: self.genes,
        }
    }

    /// Every row, for the posterior of scores.
    pub(super) fn columns(&self) -> Columns {
        let measured = self.measured.mapv(|m| f32::from(u8::from(m)));
        Columns::new(self.values.clone(), measured)
    }

    /// `factor` times the values less `left · rightᵀ` where measured, 0 at gaps.
    pub(super) fn residuals(
        &self,
        left: ArrayView2<'_, f32>,
        right: ArrayView2<'_, f32>,
        factor: f32,
        residuals: &mut Array2<f32>,
    ) {
        residuals
            .axis_chunks_iter_mut(Axis(0), BLOCK_ROWS)
            .into_par_iter()
            .enumerate()
            .for_each(|(block, mut residuals)| {
                let rows = block * BLOCK_ROWS..block * BLOCK_ROWS + residuals.nrows();
                let estimates = product(left.slice(s![rows.clone(), ..]), right.t());
                ndarray::Zip::from(&mut residuals)
                    .and(&self.values.slice(s![rows.clone(), ..]))
                    .and(&self.measured.slice(s![rows, ..]))
                    .and(&estimates)
                    .for_each(|residual, &value, &measured, &estimate| {
                        let difference = factor * (value - estimate);
                        *residual = if measured { difference } else { 0.0 };
                    });
            });
    }
}
