//! Regression of every gene on the leading principal components of a companion assay.
//!
//! Source: Massy 1965, doi:10.1080/01621459.1965.10480787.
//! Differs from it: the number of components comes from cross-validation over all genes; features
//! are standardized.
//!
//! Cost: samples² x features and samples³ for each fold, samples x components x genes.

use imputome_core::{
    CompanionUse, Curve, Dataset, Error, FittedImputer, Imputation, Imputer, MethodCard, Result,
    Run, Scale, Setting, Summary, TableShape, Weights, settings,
};
use imputome_numerics::product;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::components::{Components, FeatureScale};
use super::folds::{Fold, Selected, each_fold, folds_of};
use super::paired::{Absent, Known, Paired, estimate};
use super::ridge::decomposition_memory;
use super::targets::{Centered, Targets};

static CARD: MethodCard = MethodCard {
    name: "pcr",
    title: "Principal component regression on a companion assay",
    idea: "Every gene is a sum over the directions in which samples differ most by another assay.",
    source: "Massy 1965, doi:10.1080/01621459.1965.10480787",
    differs: "the number of directions, one for all genes, comes from cross-validation; features are standardized",
    needs: "a companion assay of the same samples; makes no use of covariates or of the genes that a sample has measured",
    cost: "samples² x features and samples³ for each fold",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Components at most: ours, bounds time; no cohort measured wanted a quarter of it.
const MOST: usize = 512;
/// How often gaps are filled again by the regression on all other samples: ours, as in `ridge`.
const REFINEMENTS: usize = 2;

/// Settings of principal component regression on a companion assay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pcr {
    /// Number of components, or none to choose it by cross-validation.
    #[schemars(range(min = 1))]
    pub components: Option<usize>,
    /// Parts of the cohort that take turns in being left out.
    #[schemars(range(min = 2, max = 100))]
    pub folds: usize,
}

impl Default for Pcr {
    fn default() -> Self {
        // Ours; ten folds cost twice as much and choose nearly the same.
        Self {
            components: None,
            folds: 5,
        }
    }
}

/// A principal component regression with the names of its genes and features.
#[derive(Clone, Debug)]
struct FittedPcr {
    genes: Vec<String>,
    features: Vec<String>,
    scale: FeatureScale,
    /// Shape `[features, components]`, of length 1 over the singular value: training scores
    /// have length 1.
    directions: Array2<f32>,
    /// Shape `[components, genes]`.
    effects: Array2<f32>,
    means: Vec<f32>,
    /// Variance about the regression, shape `[genes]`.
    noise: Vec<f32>,
    samples: usize,
    absent: Absent,
    summary: Summary,
}

impl Imputer for Pcr {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn companions(&self) -> CompanionUse {
        CompanionUse::Required
    }

    fn memory(&self, shape: TableShape) -> u64 {
        // A fold per thread.
        let folds = self.folds.min(64) as u64;
        decomposition_memory(shape) * (1 + folds) + 4 * 4 * (shape.samples * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        let paired = Paired::of(train, CARD.name)?;
        run.proceed()?;
        run.on_threads(|| self.learn(train, paired, run))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        restore(weights)
    }
}

impl Pcr {
    fn learn(
        &self,
        train: &Dataset,
        paired: Paired,
        run: &Run,
    ) -> Result<Box<dyn FittedImputer>> {
        let targets = paired.targets();
        let features = paired.features.view();
        let (wanted, points) = match self.components {
            Some(components) => (components, Vec::new()),
            None => {
                let folds = folds_of(train, &paired.rows, self.folds);
                choose(features, targets, &each_fold(&folds), run)?
            }
        };
        run.progress().begin("decomposing the companion", 0);
        let fit = Fit::of(features, targets, wanted);
        run.progress().end();
        let chosen = fit.effects.nrows();
        Ok(Box::new(FittedPcr {
            genes: train.genes.as_slice().to_vec(),
            summary: summary(&paired, chosen, points),
            absent: Absent::of(train),
            samples: paired.rows.len(),
            features: paired.feature_names,
            scale: fit.scale,
            directions: fit.directions,
            effects: fit.effects,
            means: fit.means,
            noise: fit.noise,
        }))
    }
}

fn summary(paired: &Paired, chosen: usize, points: Vec<(f64, f64)>) -> Summary {
    let curve = Curve {
        name: "cross-validated error, share of variance".into(),
        step: "components".into(),
        points,
    };
    Summary {
        curves: if curve.points.is_empty() {
            Vec::new()
        } else {
            vec![curve]
        },
        chosen: vec![
            ("paired samples".into(), paired.rows.len().to_string()),
            ("components".into(), chosen.to_string()),
        ],
        remarks: paired.remarks.clone(),
    }
}

/// The number of components with the least error of held-out samples, genes in units of their
/// variance, and the errors by number.
fn choose(
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
            run.proceed()?;
            Ok(errors_by_number(features, &targets, fold, &variances))
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
    variances: &[f64],
) -> Vec<f64> {
    let kept = features.select(Axis(0), &fold.kept);
    let selected = Selected::of(targets, &fold.kept);
    let fit = Fit::without_refinement(kept.view(), selected.targets(), most_components(kept.nrows()));
    let held_out = fit.scale.apply(features.select(Axis(0), &fold.held_out).view());
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

struct Fit {
    scale: FeatureScale,
    directions: Array2<f32>,
    effects: Array2<f32>,
    means: Vec<f32>,
    noise: Vec<f32>,
}

impl Fit {
    fn of(features: ArrayView2<'_, f32>, targets: Targets<'_>, components: usize) -> Self {
        let table = Centered::of(&targets);
        let rounds = if table.is_complete() { 0 } else { REFINEMENTS };
        Self::learn(features, targets, components, rounds)
    }

    fn without_refinement(
        features: ArrayView2<'_, f32>,
        targets: Targets<'_>,
        components: usize,
    ) -> Self {
        Self::learn(features, targets, components, 0)
    }

    fn learn(
        features: ArrayView2<'_, f32>,
        targets: Targets<'_>,
        components: usize,
        refinements: usize,
    ) -> Self {
        let scale = FeatureScale::of(features);
        let all = Components::of(scale.apply(features).view());
        let n = all.len().min(components).min(most_components(features.nrows()));
        let left = all.left.slice(s![.., ..n]);
        let inverse = all.squares.slice(s![..n]).mapv(|square| square.sqrt().recip() as f32);
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

impl FittedImputer for FittedPcr {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        let known = Known {
            method: CARD.name,
            genes: &self.genes,
            features: &self.features,
            centers: &self.scale.center,
            absent: &self.absent,
        };
        estimate(data, &known, |features, _| {
            run.on_threads(|| {
                let scores = self.scale.apply(features);
                let scores = product(scores.view(), self.directions.view());
                (self.estimates(&scores), Some(self.deviations(&scores)))
            })
        })
    }

    fn weights(&self) -> Weights {
        let (features, components) = self.directions.dim();
        let genes = self.genes.len();
        let flat = |table: &Array2<f32>| table.iter().copied().collect::<Vec<f32>>();
        Weights::new()
            .with_tensor("center", &[features], self.scale.center.clone())
            .with_tensor("deviation", &[features], self.scale.deviation.clone())
            .with_tensor("directions", &[features, components], flat(&self.directions))
            .with_tensor("effects", &[components, genes], flat(&self.effects))
            .with_tensor("means", &[genes], self.means.clone())
            .with_tensor("noise", &[genes], self.noise.clone())
            .with_tensor("absent.means", &[genes], self.absent.means.clone())
            .with_tensor("absent.deviations", &[genes], self.absent.deviations.clone())
            .with_fact("genes", &self.genes)
            .with_fact("features", &self.features)
            .with_fact("components", &components)
            .with_fact("samples", &self.samples)
            .with_fact("summary", &self.summary)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

impl FittedPcr {
    fn estimates(&self, scores: &Array2<f32>) -> Array2<f32> {
        product(scores.view(), self.effects.view()) + &ndarray::aview1(&self.means)
    }

    fn deviations(&self, scores: &Array2<f32>) -> Array2<f32> {
        let leverage = scores.map_axis(Axis(1), |t| t.dot(&t));
        let of_mean = 1.0 / self.samples as f32;
        Array2::from_shape_fn((scores.nrows(), self.genes.len()), |(row, gene)| {
            (self.noise[gene] * (1.0 + of_mean + leverage[row])).sqrt()
        })
    }
}

fn restore(weights: &Weights) -> Result<Box<dyn FittedImputer>> {
    let genes: Vec<String> = weights.fact("genes")?;
    let features: Vec<String> = weights.fact("features")?;
    let components: usize = weights.fact("components")?;
    let (n, p) = (genes.len(), features.len());
    let list = |name: &str, n: usize| weights.tensor(name, &[n]).map(<[f32]>::to_vec);
    let table = |name: &str, shape: (usize, usize)| -> Result<Array2<f32>> {
        let values = weights.tensor(name, &[shape.0, shape.1])?.to_vec();
        Ok(Array2::from_shape_vec(shape, values).expect("shape was checked"))
    };
    let fitted = FittedPcr {
        scale: FeatureScale {
            center: list("center", p)?,
            deviation: list("deviation", p)?,
        },
        directions: table("directions", (p, components))?,
        effects: table("effects", (components, n))?,
        means: list("means", n)?,
        noise: list("noise", n)?,
        samples: weights.fact("samples")?,
        absent: Absent {
            means: list("absent.means", n)?,
            deviations: list("absent.deviations", n)?,
        },
        summary: weights.fact("summary")?,
        genes,
        features,
    };
    let positive = |values: &[f32]| values.iter().all(|&v| v > 0.0);
    if fitted.samples == 0 || !positive(&fitted.noise) || !positive(&fitted.absent.deviations) {
        return Err(Error::Weights(
            "noise and deviations of genes must be above 0, and samples counted".into(),
        ));
    }
    Ok(Box::new(fitted))
}
