//! A ridge regression as tensors and facts.

use imputome_core::{Error, Result, Weights};
use ndarray::{Array1, Array2};

use super::components::FeatureScale;
use super::paired::Absent;
use super::regression::{Coefficients, RidgeRegression};
use super::ridge::FittedRidge;

/// Rounds numbers to what a model file holds, so that a fitted model is a restored one.
pub(super) fn round(regression: &mut RidgeRegression) {
    let single = |value: f64| f64::from((value as f32).max(f32::MIN_POSITIVE));
    regression.squares.mapv_inplace(single);
    for values in [&mut regression.penalties, &mut regression.noise] {
        values.iter_mut().for_each(|value| *value = single(*value));
    }
    let means = regression.means.iter_mut();
    means.for_each(|mean| *mean = f64::from(*mean as f32));
}

pub(super) fn weights(fitted: &FittedRidge) -> Weights {
    let regression = &fitted.regression;
    let (features, components) = regression.directions.dim();
    let genes = regression.means.len();
    let single = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<f32>>();
    let flat = |table: &Array2<f32>| table.iter().copied().collect::<Vec<f32>>();
    let squares = regression.squares.to_vec();
    let from_source = regression.prior.as_ref().map_or(0, |p| p.effects.nrows());
    let weights = Weights::new()
        .with_tensor("center", &[features], regression.scale.center.clone())
        .with_tensor("deviation", &[features], regression.scale.deviation.clone())
        .with_tensor(
            "directions",
            &[features, components],
            flat(&regression.directions),
        )
        .with_tensor("squares", &[components], single(&squares))
        .with_tensor("effects", &[components, genes], flat(&regression.effects))
        .with_tensor("means", &[genes], single(&regression.means))
        .with_tensor("penalties", &[genes], single(&regression.penalties))
        .with_tensor("noise", &[genes], single(&regression.noise))
        .with_tensor("absent.means", &[genes], fitted.absent.means.clone())
        .with_tensor(
            "absent.deviations",
            &[genes],
            fitted.absent.deviations.clone(),
        )
        .with_fact("genes", &fitted.genes)
        .with_fact("features", &fitted.features)
        .with_fact("samples", &regression.samples)
        .with_fact("components", &components)
        .with_fact("components_of_source", &from_source)
        .with_fact("summary", &fitted.summary);
    match &regression.prior {
        None => weights,
        Some(prior) => weights
            .with_tensor(
                "source.directions",
                &[features, from_source],
                flat(&prior.directions),
            )
            .with_tensor(
                "source.effects",
                &[from_source, genes],
                flat(&prior.effects),
            ),
    }
}

pub(super) fn restore(weights: &Weights) -> Result<FittedRidge> {
    let genes: Vec<String> = weights.fact("genes")?;
    let features: Vec<String> = weights.fact("features")?;
    let components: usize = weights.fact("components")?;
    let from_source: usize = weights.fact("components_of_source")?;
    let samples: usize = weights.fact("samples")?;
    let (n, p) = (genes.len(), features.len());
    let list = |name: &str, n: usize| weights.tensor(name, &[n]).map(<[f32]>::to_vec);
    let double = |name: &str, n: usize| -> Result<Vec<f64>> {
        Ok(list(name, n)?.into_iter().map(f64::from).collect())
    };
    let table = |name: &str, shape: (usize, usize)| -> Result<Array2<f32>> {
        let values = weights.tensor(name, &[shape.0, shape.1])?.to_vec();
        Ok(Array2::from_shape_vec(shape, values).expect("shape was checked"))
    };
    let prior = match from_source {
        0 => None,
        rank => Some(Coefficients {
            directions: table("source.directions", (p, rank))?,
            effects: table("source.effects", (rank, n))?,
        }),
    };
    let fitted = FittedRidge {
        regression: RidgeRegression {
            scale: FeatureScale {
                center: list("center", p)?,
                deviation: list("deviation", p)?,
            },
            directions: table("directions", (p, components))?,
            squares: Array1::from_vec(double("squares", components)?),
            effects: table("effects", (components, n))?,
            means: double("means", n)?,
            penalties: double("penalties", n)?,
            noise: double("noise", n)?,
            samples,
            prior,
        },
        absent: Absent {
            means: list("absent.means", n)?,
            deviations: list("absent.deviations", n)?,
        },
        summary: weights.fact("summary")?,
        genes,
        features,
    };
    check(&fitted)?;
    Ok(fitted)
}

fn check(fitted: &FittedRidge) -> Result<()> {
    let regression = &fitted.regression;
    let positive = [&regression.penalties, &regression.noise];
    let is_legal = regression.samples > 0
        && regression.scale.deviation.iter().all(|&d| d >= 0.0)
        && regression.squares.iter().all(|&square| square > 0.0)
        && positive
            .iter()
            .all(|values| values.iter().all(|&v| v > 0.0))
        && fitted.absent.deviations.iter().all(|&d| d > 0.0);
    if is_legal {
        return Ok(());
    }
    Err(Error::Weights(
        "squares, penalties, noise and deviations of genes must be above 0, and samples counted"
            .into(),
    ))
}
