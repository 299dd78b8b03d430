//! A table small enough to follow, with donors and tissues.

use imputome_core::{Covariate, CovariateValues, Covariates, Dataset, Names};
use ndarray::Array2;

/// 60 samples of 20 donors in 3 tissues, 6 genes that vary within and between tissues, one gap.
pub(crate) fn table() -> Dataset {
    table_of(60, 20)
}

/// The same with other numbers of samples and donors.
pub(crate) fn table_of(n_samples: usize, n_donors: usize) -> Dataset {
    let names = |n: usize, prefix: &str| (0..n).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>();
    let mut values = Array2::from_shape_fn((n_samples, 6), |(s, g)| {
        (s % 3) as f32 * 2.0 + ((s * (g + 3) * 7) % 11) as f32 * 0.25 + g as f32
    });
    values[(1, 1)] = f32::NAN;
    let tissue = ["Lung", "Skin", "Blood"];
    let tissues = (0..n_samples).map(|s| Some(tissue[s % 3].to_string()));
    let column = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(tissues.collect()),
    };
    let donors = (0..n_samples).map(|s| format!("D{}", s % n_donors));
    Dataset::new(
        values,
        Names::new("sample", names(n_samples, "S")).expect("unique"),
        Names::new("gene", names(6, "G")).expect("unique"),
    )
    .and_then(|data| data.with_covariates(Covariates::new(n_samples, vec![column])?))
    .and_then(|data| data.with_groups(donors.collect()))
    .expect("sizes agree")
}
