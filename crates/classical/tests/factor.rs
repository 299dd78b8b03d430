//! What users may count on from factor analysis.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_classical::{Factor, FittedFactor};
use imputome_core::{
    Covariate, CovariateValues, Covariates, Dataset, FittedImputer, Mask, Names, Run,
};
use ndarray::{Array2, Axis};

/// Two factors behind `genes` genes; the tissue (one of three) moves the first factor.
fn cohort(samples: usize, genes: usize) -> Dataset {
    let wave = |a: usize, b: usize| ((a * 7919 + b * 104_729) % 1009) as f32 / 504.5 - 1.0;
    let values = Array2::from_shape_fn((samples, genes), |(s, g)| {
        let first = (s % 3) as f32 - 1.0 + 0.5 * wave(s, 1);
        first * wave(g, 11) + wave(s, 2) * wave(g, 13) + 0.3 * wave(s * 31 + g, 3)
    });
    let names = |kind: &'static str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{kind}{i:04}")).collect()).unwrap()
    };
    let tissues = ["brain", "liver", "lung"];
    let tissue = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(
            (0..samples).map(|s| Some(tissues[s % 3].into())).collect(),
        ),
    };
    let age = Covariate {
        name: "age".into(),
        values: CovariateValues::Numeric(
            (0..samples)
                .map(|s| (s % 4 > 0).then_some((s % 50) as f64))
                .collect(),
        ),
    };
    Dataset::new(values, names("sample", samples), names("gene", genes))
        .unwrap()
        .with_covariates(Covariates::new(samples, vec![tissue, age]).unwrap())
        .unwrap()
}

fn with_gaps(mut data: Dataset) -> Dataset {
    let (samples, genes) = data.values.dim();
    data.measured.0 =
        Array2::from_shape_fn((samples, genes), |(s, g)| (s * 13 + g * 7 + s * g) % 4 != 0);
    data
}

fn run() -> Run {
    Run::new(3, 1).unwrap()
}

fn fit(train: &Dataset) -> FittedFactor {
    Factor::default().fit(train, &run()).unwrap()
}

fn error_at_gaps(data: &Dataset, estimates: &Array2<f32>) -> f64 {
    let gaps = data.measured.0.indexed_iter().filter(|(_, m)| !**m);
    let squares: Vec<f64> = gaps
        .map(|(at, _)| f64::from(data.values[at] - estimates[at]).powi(2))
        .collect();
    squares.iter().sum::<f64>() / squares.len() as f64
}

#[test]
fn gaps_are_estimated_to_within_the_noise() {
    let data = with_gaps(cohort(150, 30));
    let estimates = fit(&data).estimates(&data, &run()).unwrap();
    // Noise is uniform in ±0.3, of variance 0.03; the genes vary by more than 0.3.
    assert!(error_at_gaps(&data, &estimates) < 0.05);
}

#[test]
fn what_stands_at_gaps_is_never_read() {
    let data = with_gaps(cohort(60, 12));
    let mut poisoned = data.clone();
    ndarray::Zip::from(&mut poisoned.values)
        .and(&data.measured.0)
        .for_each(|value, &measured| *value = if measured { *value } else { 1e30 });
    let (plain, other) = (fit(&data), fit(&poisoned));
    assert_eq!(plain.weights(), other.weights());
    assert_eq!(
        plain.estimates(&data, &run()).unwrap(),
        other.estimates(&poisoned, &run()).unwrap()
    );
}

#[test]
fn threads_and_the_order_of_samples_change_nothing() {
    let data = with_gaps(cohort(60, 12));
    let reversed: Vec<usize> = (0..60).rev().collect();
    let expected = fit(&data).weights();
    assert_eq!(fit(&data.select_samples(&reversed)).weights(), expected);
    let two = Factor::default()
        .fit(&data, &Run::new(3, 2).unwrap())
        .unwrap();
    assert_eq!(two.weights(), expected);
    assert_eq!(
        two.impute(&data, &Run::new(3, 2).unwrap()).unwrap().spread,
        two.impute(&data, &run()).unwrap().spread
    );
}

#[test]
fn a_restored_model_is_the_fitted_one() {
    let data = with_gaps(cohort(60, 12));
    let fitted = fit(&data);
    let restored = Factor::default().restore(&fitted.weights()).unwrap();
    let (a, b) = (fitted.impute(&data, &run()), restored.impute(&data, &run()));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_eq!((a.estimates, a.spread), (b.estimates, b.spread));
}

#[test]
fn prepared_samples_give_the_estimates_of_a_table_with_those_gaps() {
    let full = cohort(60, 12);
    let fitted = fit(&full);
    let visible = with_gaps(full.clone());
    let rows = [7, 2, 40];
    let mask = Mask(visible.measured.0.select(Axis(0), &rows));
    let many = fitted.prepare(&full).unwrap().estimates(&rows, &mask);
    let once = fitted
        .estimates(&visible.select_samples(&rows), &run())
        .unwrap();
    assert_eq!(many, once);
}

#[test]
fn a_sample_with_nothing_measured_gets_what_its_tissue_says() {
    let data = cohort(150, 30);
    let fitted = fit(&data);
    let mut blank = data.select_samples(&[0, 1, 2]);
    blank.measured = Mask::filled(3, 30, false);
    let estimates = fitted.estimates(&blank, &run()).unwrap();
    let mut nameless = blank.clone();
    nameless.covariates = Covariates::none(3);
    let unaware = fitted.estimates(&nameless, &run()).unwrap();
    assert!(error_at_gaps(&blank, &estimates) < 0.7 * error_at_gaps(&blank, &unaware));
}

#[test]
fn an_unseen_tissue_is_remarked_on_and_counts_as_not_known() {
    let fitted = fit(&cohort(60, 12));
    let mut data = cohort(60, 12).select_samples(&[0]);
    let level = CovariateValues::Categorical(vec![Some("skin".into())]);
    let tissue = Covariate {
        name: "tissue".into(),
        values: level,
    };
    data.covariates = Covariates::new(1, vec![tissue]).unwrap();
    let imputation = fitted.impute(&data, &run()).unwrap();
    assert!(imputation.remarks[0].contains("tissue \"skin\" was not among"));
    data.covariates = Covariates::none(1);
    assert_eq!(
        fitted.estimates(&data, &run()).unwrap(),
        imputation.estimates
    );
}

#[test]
fn samples_far_off_do_not_bend_the_model_of_the_others() {
    let data = with_gaps(cohort(150, 30));
    let mut floored = data.clone();
    for s in 0..6 {
        floored.values.row_mut(25 * s).fill(-14.0);
    }
    let others: Vec<usize> = (0..150).filter(|s| s % 25 != 0).collect();
    let error = |train: &Dataset| {
        let judged = data.select_samples(&others);
        error_at_gaps(&judged, &fit(train).estimates(&judged, &run()).unwrap())
    };
    assert!(error(&floored) < 1.2 * error(&data));
}

#[test]
fn estimates_stay_near_the_range_of_training() {
    let data = cohort(60, 12);
    let mut wild = data.select_samples(&[0]);
    wild.values.mapv_inplace(|v| 1e6 * v);
    wild.measured.0[(0, 3)] = false;
    let estimates = fit(&data).estimates(&wild, &run()).unwrap();
    // A quarter of a training range of about 4 beyond it.
    assert!(estimates.iter().all(|e| e.abs() < 4.0));
}

#[test]
fn tables_of_any_odd_shape_get_finite_estimates() {
    for (samples, genes) in [(1, 1), (1, 5), (2, 2), (3, 40), (12, 1), (12, 2), (40, 3)] {
        for measured in [0, 1, 2] {
            let mut data = cohort(samples, genes);
            data.measured.0 = Array2::from_shape_fn((samples, genes), |(s, g)| {
                (s + 2 * g) % 2 < measured && s != 1
            });
            let imputation = fit(&data).impute(&data, &run()).unwrap();
            let spread = imputation.spread.unwrap();
            assert!(imputation.estimates.iter().all(|e| e.is_finite()));
            assert!(spread.iter().all(|e| e.is_finite() && *e >= 0.0));
        }
    }
}

#[test]
fn settings_are_honored_to_their_limits() {
    let data = with_gaps(cohort(30, 10));
    let settings = [
        Factor {
            factors: Some(500),
            ..Factor::default()
        },
        Factor {
            factors: Some(2),
            covariate_weight: 0.0,
            ..Factor::default()
        },
        Factor {
            robustness: 0.0,
            ridge: 0.0,
            noise_floor: 0.0001,
            rounds: 200,
            ..Factor::default()
        },
        Factor {
            robustness: 10.0,
            ridge: 1000.0,
            noise_floor: 1.0,
            rounds: 1,
            ..Factor::default()
        },
    ];
    for settings in settings {
        let fitted = settings.fit(&data, &run()).unwrap();
        let estimates = fitted.estimates(&data, &run()).unwrap();
        assert!(estimates.iter().all(|e| e.is_finite()), "{settings:?}");
    }
    let two = Factor {
        factors: Some(2),
        ..Factor::default()
    }
    .fit(&data, &run());
    assert_eq!(two.unwrap().n_factors(), 2);
}

#[test]
fn spread_agrees_with_errors() {
    let full = cohort(150, 30);
    let data = with_gaps(full.clone());
    let imputation = fit(&data).impute(&data, &run()).unwrap();
    let spread = imputation.spread.unwrap();
    let gaps = data.measured.0.indexed_iter().filter(|(_, m)| !**m);
    let scores: Vec<f64> = gaps
        .map(|(at, _)| f64::from((full.values[at] - imputation.estimates[at]) / spread[at]).powi(2))
        .collect();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    // A thousand entries of thirty validation samples set the factor.
    assert!((0.7..1.4).contains(&mean), "{mean}");
}
