//! The regression itself, and how many components it takes.

use imputome_core::{Result, Run};
use imputome_numerics::product;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use crate::cross_assay::components::{Components, FeatureScale};
use crate::cross_assay::folds::{Fold, Selected};
use crate::cross_assay::targets::{Centered, Targets};

/// Components at most: ours, bounds time; no cohort measured wanted a quarter of it.
const MOST: usize = 512;
/// How often gaps are filled again by the regression on all other samples: ours, as in `ridge`.
const REFINEMENTS: usize = 2;

/// The number of components with the least error of held-out samples, genes in units of their
/// variance, and the errors by number.
pub(super) fn choose(
    features: ArrayView2<'_, f32>,
    targets: Targets<'_>,
    folds: &[Fold],
    run: &Run,
) -> Result<(usize, Vec<(f64, f64)>)> {
    run.progress()
        .begin("choosing the number of components", folds.len() as u64);
    let variances = Centered::of(&targets).variances;
    let errors = folds
        .par_iter()
        .map(|fold| {
            let kept = features.select(Axis(0), &fold.kept);
            let most = most_components(kept.nrows());
            let selected = Selected::of(&targets, &fold.kept);
            let fit = Fit::without_refinement(kept.view(), selected.targets(), most, run)?;
            Ok(errors_by_number(
                features,
                &targets,
                fold,
                (&fit, &variances),
            ))
        })
        .collect::<Result<Vec<_>>>()?;
    run.progress().end();
    let most = errors.iter().map(Vec::len).min().unwrap_or(0);
    let entries = targets.measured.iter().filter(|m| **m).count().max(1) as f64;
    let points: Vec<(f64, f64)> = (0..most)
        .map(|n| {
            let sum: f64 = errors.iter().map(|errors| errors[n]).sum();
            (n as f64, sum / entries)
        })
        .collect();
    let best = (0..most).min_by(|&a, &b| points[a].1.total_cmp(&points[b].1));
    Ok((best.unwrap_or(0), points))
}

/// Sum of squared errors of a fold by number of components, from none on.
fn errors_by_number(
    features: ArrayView2<'_, f32>,
    targets: &Targets<'_>,
    fold: &Fold,
    (fit, variances): (&Fit, &[f64]),
) -> Vec<f64> {
    let held_out = fit
        .scale
        .apply(features.select(Axis(0), &fold.held_out).view());
    let scores = product(held_out.view(), fit.directions.view());
    let mut errors = vec![0.0; fit.effects.nrows() + 1];
    for (&row, scores) in fold.held_out.iter().zip(scores.rows()) {
        let known = |gene: usize| targets.measured[(row, gene)] && variances[gene] > 0.0;
        let genes: Vec<usize> = (0..variances.len()).filter(|&gene| known(gene)).collect();
        let mut left: Vec<f32> = genes
            .iter()
            .map(|&gene| targets.values[(row, gene)] - fit.means[gene])
            .collect();
        for (number, error) in errors.iter_mut().enumerate() {
            if let Some(component) = number.checked_sub(1) {
                let effects = fit.effects.row(component);
                for (left, &gene) in left.iter_mut().zip(&genes) {
                    *left -= scores[component] * effects[gene];
                }
            }
            let squares = left.iter().zip(&genes);
            *error += squares
                .map(|(left, &gene)| f64::from(*left).powi(2) / variances[gene])
                .sum::<f64>();
        }
    }
    errors
}

/// Leaves at least two samples' worth of freedom to the noise.
fn most_components(samples: usize) -> usize {
    samples.saturating_sub(3).min(MOST)
}

/// A principal component regression at the level of matrices.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) scale: FeatureScale,
    /// Shape `[features, components]`, of length 1 over the singular value: training scores
    /// have length 1.
    pub(super) directions: Array2<f32>,
    /// Shape `[components, genes]`.
    pub(super) effects: Array2<f32>,
    pub(super) means: Vec<f32>,
    /// Variance about the regression, shape `[genes]`.
    pub(super) noise: Vec<f32>,
}

impl Fit {
    /// On `components` of them, or as many as there are.
    pub(super) fn of(
        features: ArrayView2<'_, f32>,
        targets: Targets<'_>,
        components: usize,
        run: &Run,
    ) -> Result<Self> {
        let table = Centered::of(&targets);
        let rounds = if table.is_complete() { 0 } else { REFINEMENTS };
        let all = Self::components(features, run)?;
        Ok(Self::learn(all, targets, components, rounds))
    }

    fn without_refinement(
        features: ArrayView2<'_, f32>,
        targets: Targets<'_>,
        components: usize,
        run: &Run,
    ) -> Result<Self> {
        let all = Self::components(features, run)?;
        Ok(Self::learn(all, targets, components, 0))
    }

    fn components(features: ArrayView2<'_, f32>, run: &Run) -> Result<(FeatureScale, Components)> {
        let scale = FeatureScale::of(features);
        let components = Components::of(scale.apply(features).view(), run)?;
        Ok((scale, components))
    }

    fn learn(
        (scale, all): (FeatureScale, Components),
        targets: Targets<'_>,
        components: usize,
        refinements: usize,
    ) -> Self {
        let n = all
            .len()
            .min(components)
            .min(most_components(all.left.nrows()));
        let left = all.left.slice(s![.., ..n]);
        let inverse = all
            .squares
            .slice(s![..n])
            .mapv(|square| square.sqrt().recip() as f32);
        let mut table = Centered::of(&targets);
        for _ in 0..refinements {
            let estimates = leave_one_out(left, &table);
            table.refine(&targets, &estimates);
        }
        let effects = product(left.t(), table.values.view());
        Self {
            noise: noise(&table, left, &effects),
            directions: &all.directions.slice(s![.., ..n]) * &inverse,
            means: table.means.iter().map(|&mean| mean as f32).collect(),
            effects,
            scale,
        }
    }
}

fn residuals(table: &Centered, left: ArrayView2<'_, f32>, effects: &Array2<f32>) -> Array2<f32> {
    &table.values - &product(left, effects.view())
}

/// Estimates of every entry from all other samples, shape `[samples, genes]`.
fn leave_one_out(left: ArrayView2<'_, f32>, table: &Centered) -> Array2<f32> {
    let effects = product(left.t(), table.values.view());
    let of_mean = 1.0 / left.nrows() as f32;
    let free = left.map_axis(Axis(1), |u| (1.0 - of_mean - u.dot(&u)).max(f32::EPSILON));
    let left_out = residuals(table, left, &effects) / &free.insert_axis(Axis(1));
    let means = Array1::from_iter(table.means.iter().map(|&mean| mean as f32));
    &table.values - &left_out + &means
}

/// Residual variance over the freedom left, of what was measured.
fn noise(table: &Centered, left: ArrayView2<'_, f32>, effects: &Array2<f32>) -> Vec<f32> {
    let residuals = residuals(table, left, effects);
    let n = left.nrows() as f64;
    let freedom = (n - 1.0 - effects.nrows() as f64).max(1.0) / n;
    let variance = |gene: usize| {
        let known = (0..left.nrows()).filter(|&sample| table.is_measured(sample, gene));
        let squares = known.map(|sample| f64::from(residuals[(sample, gene)]).powi(2));
        let (sum, count) = squares.fold((0.0, 0.0), |(sum, n), square| (sum + square, n + 1.0));
        ((sum / f64::max(count, 1.0) / freedom) as f32).max(f32::MIN_POSITIVE)
    };
    (0..table.means.len()).map(variance).collect()
}
