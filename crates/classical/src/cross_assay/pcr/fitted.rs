//! A fitted regression: estimates, spread, weights.

use imputome_core::{Dataset, Error, FittedImputer, Imputation, Result, Run, Summary, Weights};
use imputome_numerics::product;
use ndarray::{Array2, Axis};

use super::CARD;
use super::fit::Fit;
use crate::cross_assay::components::FeatureScale;
use crate::cross_assay::paired::{Absent, Known, estimate};

/// A principal component regression with the names of its genes and features.
#[derive(Clone, Debug)]
pub(super) struct FittedPcr {
    pub(super) genes: Vec<String>,
    pub(super) features: Vec<String>,
    pub(super) fit: Fit,
    pub(super) samples: usize,
    pub(super) absent: Absent,
    pub(super) summary: Summary,
}

impl FittedImputer for FittedPcr {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        let known = Known {
            method: CARD.name,
            genes: &self.genes,
            features: &self.features,
            centers: &self.fit.scale.center,
            absent: &self.absent,
        };
        estimate(data, &known, |features, _| {
            run.on_threads(|| {
                let scores = self.fit.scale.apply(features);
                let scores = product(scores.view(), self.fit.directions.view());
                (self.estimates(&scores), Some(self.deviations(&scores)))
            })
        })
    }

    fn weights(&self) -> Weights {
        let (features, components) = self.fit.directions.dim();
        let genes = self.genes.len();
        let flat = |table: &Array2<f32>| table.iter().copied().collect::<Vec<f32>>();
        Weights::new()
            .with_tensor("center", &[features], self.fit.scale.center.clone())
            .with_tensor("deviation", &[features], self.fit.scale.deviation.clone())
            .with_tensor(
                "directions",
                &[features, components],
                flat(&self.fit.directions),
            )
            .with_tensor("effects", &[components, genes], flat(&self.fit.effects))
            .with_tensor("means", &[genes], self.fit.means.clone())
            .with_tensor("noise", &[genes], self.fit.noise.clone())
            .with_tensor("absent.means", &[genes], self.absent.means.clone())
            .with_tensor(
                "absent.deviations",
                &[genes],
                self.absent.deviations.clone(),
            )
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
        product(scores.view(), self.fit.effects.view()) + ndarray::aview1(&self.fit.means)
    }

    fn deviations(&self, scores: &Array2<f32>) -> Array2<f32> {
        let leverage = scores.map_axis(Axis(1), |t| t.dot(&t));
        let of_mean = 1.0 / self.samples as f32;
        Array2::from_shape_fn((scores.nrows(), self.genes.len()), |(row, gene)| {
            (self.fit.noise[gene] * (1.0 + of_mean + leverage[row])).sqrt()
        })
    }
}

/// Rebuilds what [`FittedImputer::weights`] stored.
pub(super) fn restore(weights: &Weights) -> Result<Box<dyn FittedImputer>> {
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
        fit: Fit {
            scale: FeatureScale {
                center: list("center", p)?,
                deviation: list("deviation", p)?,
            },
            directions: table("directions", (p, components))?,
            effects: table("effects", (components, n))?,
            means: list("means", n)?,
            noise: list("noise", n)?,
        },
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
    if fitted.samples == 0 || !positive(&fitted.fit.noise) || !positive(&fitted.absent.deviations) {
        return Err(Error::Weights(
            "noise and deviations of genes must be above 0, and samples counted".into(),
        ));
    }
    Ok(Box::new(fitted))
}
