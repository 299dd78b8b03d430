//! Where EM begins: robust centers and scales, then leading directions.

use imputome_numerics::leading_directions;
use ndarray::{Array1, Array2, Axis, s};
use rand::{Rng, RngExt};
use rayon::prelude::*;

use super::em::Constants;
use crate::low_rank::columns::Columns;
use crate::low_rank::model::{Doubt, Model};

/// Rounds that weigh samples by their distance before any factor is known: ours, outlying
/// samples lose their weight in two.
const WEIGHT_ROUNDS: usize = 4;
/// Rounds of power iteration: ours, EM improves on the directions anyway.
const POWER_ROUNDS: usize = 3;
/// Largest share of a column's variance that factors explain at first: ours, leaves EM room.
const MOST_EXPLAINED: f64 = 0.9;

/// Standardized columns with directions to begin from.
#[derive(Clone, Debug)]
pub(super) struct Start {
    /// Columns less `center`, divided by `scale`.
    pub(super) columns: Columns,
    /// Weighted mean of each column, shape `[columns]`.
    pub(super) center: Vec<f64>,
    /// Weighted standard deviation of each gene; 1 for covariates. Shape `[columns]`.
    pub(super) scale: Vec<f64>,
    genes: usize,
    /// Share of samples in which each column was measured, shape `[columns]`.
    shares: Vec<f64>,
    /// Variance of each standardized column, shape `[columns]`.
    variances: Vec<f64>,
    /// Variance along each direction, shape `[directions]`.
    strengths: Array1<f64>,
    /// Unit vectors, shape `[columns, directions]`.
    directions: Array2<f32>,
}

impl Start {
    /// Standardizes the first `genes` columns, centers the others, and finds as many leading
    /// directions as `most_factors`.
    pub(super) fn new(
        mut columns: Columns,
        genes: usize,
        most_factors: usize,
        constants: &Constants,
        random: &mut impl Rng,
    ) -> Self {
        let n = columns.n_samples().max(1) as f64;
        let counts = columns.column_sums(&vec![1.0; columns.n_samples()], |_| 1.0);
        let shares: Vec<f64> = counts.iter().map(|count| count / n).collect();
        let (weights, center, mut scale) = weigh(&columns, genes, constants);
        scale[genes..].fill(1.0);
        columns.standardize(&center, &scale);
        let totals = columns.column_sums(&weights, |_| 1.0);
        let squares = columns.column_sums(&weights, |value| value * value);
        let variances = squares.iter().zip(&totals).map(ratio).collect();
        let roots: Array1<f32> = weights.iter().map(|w| w.sqrt() as f32).collect();
        let weighted = &columns.values * &roots.insert_axis(Axis(1));
        let first = Array2::from_shape_fn((columns.n_columns(), most_factors), |_| {
            random.random_range(-1.0_f32..1.0)
        });
        let (values, directions) = leading_directions(weighted.view(), first, POWER_ROUNDS)
            .unwrap_or_else(|| {
                (
                    Array1::zeros(most_factors),
                    Array2::zeros((columns.n_columns(), most_factors)),
                )
            });
        Self {
            genes,
            strengths: values / weights.iter().sum::<f64>().max(1.0),
            columns,
            center,
            scale,
            shares,
            variances,
            directions,
        }
    }

    /// 1 for genes, 0 for covariates, shape `[columns]`.
    pub(super) fn gene_weights(&self) -> Vec<f64> {
        (0..self.center.len())
            .map(|column| f64::from(u8::from(column < self.genes)))
            .collect()
    }

    /// A model of the first `factors` directions.
    pub(super) fn model(&self, factors: usize) -> Model {
        let kept: f64 = self.strengths.iter().take(factors).sum();
        let total: f64 = self
            .variances
            .iter()
            .zip(&self.shares)
            .map(|(v, s)| v * s)
            .sum();
        let columns = self.columns.n_columns();
        let noise = ((total - kept) / (columns.saturating_sub(factors)).max(1) as f64).max(0.0);
        let mut loadings = self.directions.slice(s![.., ..factors]).mapv(f64::from);
        for (mut direction, strength) in loadings.columns_mut().into_iter().zip(&self.strengths) {
            direction *= (strength - noise).max(1e-3 * strength).sqrt();
        }
        let mut noises = Array1::zeros(columns);
        for (column, mut loading) in loadings.rows_mut().into_iter().enumerate() {
            // Gaps count as 0 in the directions; a column measured in half of the samples
            // shows half of its loading.
            loading /= self.shares[column].max(1e-3);
            let most = MOST_EXPLAINED * self.variances[column];
            let explained = loading.dot(&loading);
            if explained > most {
                loading *= (most / explained).sqrt();
            }
            // Ours: the floor keeps a column that does not vary from counting as certain.
            noises[column] = (self.variances[column] - explained.min(most)).max(0.05);
        }
        Model {
            doubt: Doubt::none(columns, factors),
            loadings,
            noise: noises,
        }
    }
}

/// Weights of samples, means and standard deviations of columns, as a t distribution without
/// factors has them.
fn weigh(columns: &Columns, genes: usize, constants: &Constants) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let mut weights = vec![1.0; columns.n_samples()];
    let rounds = if constants.degrees.is_some() {
        WEIGHT_ROUNDS
    } else {
        1
    };
    let (mut means, mut deviations) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let totals = columns.column_sums(&weights, |_| 1.0);
        let sums = columns.column_sums(&weights, |value| value);
        let squares = columns.column_sums(&weights, |value| value * value);
        means = sums.iter().zip(&totals).map(ratio).collect::<Vec<f64>>();
        deviations = squares
            .iter()
            .zip(&totals)
            .map(ratio)
            .zip(&means)
            .map(|(square, mean)| (square - mean * mean).max(0.0).sqrt())
            .map(|deviation| if deviation > 1e-6 { deviation } else { 1.0 })
            .collect();
        let distances = distances(columns, &means[..genes], &deviations[..genes]);
        weights = distances
            .iter()
            .zip(&columns.counts)
            .map(|(&distance, &count)| constants.weight(distance, count))
            .collect();
    }
    (weights, means, deviations)
}

fn ratio((sum, total): (&f64, &f64)) -> f64 {
    sum / total.max(f64::MIN_POSITIVE)
}

/// Sum of squared standard scores over the genes that each sample has measured.
fn distances(columns: &Columns, means: &[f64], deviations: &[f64]) -> Vec<f64> {
    let square = |((&value, mean), deviation): ((&f32, &f64), &f64)| {
        ((f64::from(value) - mean) / deviation).powi(2)
    };
    (0..columns.n_samples())
        .into_par_iter()
        .map(|row| {
            let values = columns.values.row(row);
            let squares = values.iter().zip(means).zip(deviations).map(square);
            match row.checked_sub(columns.n_complete()) {
                None => squares.sum::<f64>(),
                Some(gappy) => squares
                    .zip(columns.measured.row(gappy))
                    .map(|(square, &measured)| square * f64::from(measured))
                    .sum(),
            }
        })
        .collect()
}
