//! A small low-rank cohort, and how well its gaps are told.

use imputome_core::prepare::{Scaler, hide_at_random};
use imputome_core::{
    Companion, Covariate, CovariateValues, Covariates, Dataset, FittedImputer, Holdout, Names, Run,
};
use ndarray::Array2;
use rand::RngExt;

pub(crate) const TISSUES: [&str; 3] = ["Blood", "Lung", "Skin"];

pub(crate) fn run(threads: usize) -> Run {
    Run::new(5, threads).unwrap()
}

pub(crate) fn names(kind: &'static str, n: usize) -> Names {
    Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect()).unwrap()
}

pub(crate) fn tissues(values: impl Iterator<Item = &'static str>) -> Covariates {
    let values: Vec<Option<String>> = values.map(|v| Some(v.to_string())).collect();
    let n = values.len();
    let column = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(values),
    };
    Covariates::new(n, vec![column]).unwrap()
}

/// Two factors, a mean for each tissue and a little noise; two samples a donor; standardized; with
/// a companion of nine features that hear factors and tissues.
pub(crate) fn table(samples: usize, genes: usize) -> Dataset {
    let random = &mut run(1).stream("table");
    let mut normal = || (0..12).map(|_| random.random::<f32>()).sum::<f32>() - 6.0;
    let loadings = Array2::from_shape_fn((2, genes), |_| normal());
    let scores = Array2::from_shape_fn((samples, 2), |_| normal());
    let means = Array2::from_shape_fn((3, genes), |_| normal());
    let values = Array2::from_shape_fn((samples, genes), |(s, g)| {
        let signal: f32 = (0..2).map(|k| scores[(s, k)] * loadings[(k, g)]).sum();
        signal + means[(s % 3, g)] + 0.2 * normal()
    });
    let hearing = Array2::from_shape_fn((5, 9), |_| normal());
    let heard = Array2::from_shape_fn((samples, 9), |(s, f)| {
        let signal: f32 = (0..2).map(|k| scores[(s, k)] * hearing[(k, f)]).sum();
        0.5 + 0.1 * (signal + hearing[(2 + s % 3, f)] + 0.2 * normal())
    });
    let companion = Companion::new("methylation", heard, names("F", 9)).unwrap();
    let data = Dataset::new(values, names("S", samples), names("G", genes))
        .and_then(|d| d.with_companions(vec![companion]))
        .and_then(|d| d.with_covariates(tissues((0..samples).map(|s| TISSUES[s % 3]))))
        .and_then(|d| d.with_groups((0..samples).map(|s| format!("D{}", s / 2)).collect()))
        .unwrap();
    Scaler::fit(&data).apply(&data)
}

pub(crate) fn with_gaps(data: &Dataset, share: f64) -> Holdout {
    hide_at_random(data, share, &mut run(1).stream("gaps")).unwrap()
}

pub(crate) fn bits(values: &Array2<f32>) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

pub(crate) fn estimates(fitted: &dyn FittedImputer, data: &Dataset) -> Array2<f32> {
    fitted.impute(data, &run(1)).unwrap().estimates
}

/// Mean squared error on hidden entries over that of the mean, which is 0 in standard scores.
pub(crate) fn error_over_mean(fitted: &dyn FittedImputer, holdout: &Holdout) -> f64 {
    let estimates = estimates(fitted, holdout.visible());
    let (mut error, mut of_mean) = (0.0, 0.0);
    for (at, _) in holdout
        .held_out()
        .0
        .indexed_iter()
        .filter(|(_, hidden)| **hidden)
    {
        error += f64::from(holdout.truth()[at] - estimates[at]).powi(2);
        of_mean += f64::from(holdout.truth()[at]).powi(2);
    }
    error / of_mean
}
