//! A small cohort of two directions, and how well its gaps are told.

use imputome_core::{Covariate, CovariateValues, Covariates, Dataset, Names, Run};
use ndarray::Array2;

/// Two directions behind `genes` genes; the tissue (one of three) moves along the first.
pub(crate) fn cohort(samples: usize, genes: usize) -> Dataset {
    let wave = |a: usize, b: usize| ((a * 7919 + b * 104_729) % 1009) as f32 / 504.5 - 1.0;
    let values = Array2::from_shape_fn((samples, genes), |(s, g)| {
        let first = (s % 3) as f32 - 1.0 + 0.5 * wave(s, 1);
        5.0 + first * wave(g, 11) + wave(s, 2) * wave(g, 13) + 0.3 * wave(s * 31 + g, 3)
    });
    let names = |kind: &'static str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{kind}{i:04}")).collect()).unwrap()
    };
    let tissues = ["brain", "liver", "lung"];
    let levels = (0..samples).map(|s| Some(tissues[s % 3].into())).collect();
    let tissue = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(levels),
    };
    Dataset::new(values, names("sample", samples), names("gene", genes))
        .unwrap()
        .with_covariates(Covariates::new(samples, vec![tissue]).unwrap())
        .unwrap()
}

pub(crate) fn with_gaps(mut data: Dataset) -> Dataset {
    let (samples, genes) = data.values.dim();
    data.measured.0 =
        Array2::from_shape_fn((samples, genes), |(s, g)| (s * 13 + g * 7 + s * g) % 4 != 0);
    data
}

pub(crate) fn run(threads: usize) -> Run {
    Run::new(3, threads).unwrap()
}

pub(crate) fn error_at_gaps(data: &Dataset, estimates: &Array2<f32>) -> f64 {
    let gaps = data.measured.0.indexed_iter().filter(|(_, m)| !**m);
    let squares: Vec<f64> = gaps
        .map(|(at, _)| f64::from(data.values[at] - estimates[at]).powi(2))
        .collect();
    squares.iter().sum::<f64>() / squares.len() as f64
}
