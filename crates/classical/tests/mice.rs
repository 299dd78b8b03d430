//! What users may count on from chained equations.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_classical::{Form, Mice, Order};
use imputome_core::{
    Covariate, CovariateValues, Covariates, Dataset, FittedImputer, Imputer, Mask, Names, Run,
};
use ndarray::Array2;

fn wave(a: usize, b: usize) -> f32 {
    ((a * 7919 + b * 104_729) % 1009) as f32 / 504.5 - 1.0
}

/// Two directions behind the genes, noise of standard deviation 0.17, gaps in a quarter.
fn cohort(samples: usize, genes: usize) -> Dataset {
    let values = Array2::from_shape_fn((samples, genes), |(s, g)| {
        (wave(s, 1) * wave(g, 11) + wave(s, 2) * wave(g, 13)) * 2.0 + 0.3 * wave(s * 31 + g, 3)
    });
    let names = |kind: &'static str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{kind}{i:04}")).collect()).unwrap()
    };
    let mut data = Dataset::new(values, names("sample", samples), names("gene", genes)).unwrap();
    data.measured.0 =
        Array2::from_shape_fn((samples, genes), |(s, g)| (s * 13 + g * 7 + s * g) % 4 != 0);
    data
}

/// The same with a tissue (one of three) that moves every gene.
fn tissues(samples: usize, genes: usize) -> Dataset {
    let mut data = cohort(samples, genes);
    for ((s, g), value) in data.values.indexed_iter_mut() {
        *value += wave(s % 3 + 50, g);
    }
    let levels = ["brain", "liver", "lung"];
    let tissue = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(
            (0..samples).map(|s| Some(levels[s % 3].into())).collect(),
        ),
    };
    data.with_covariates(Covariates::new(samples, vec![tissue]).unwrap())
        .unwrap()
}

fn complete(mut data: Dataset) -> Dataset {
    data.measured.0.fill(true);
    data
}

fn run() -> Run {
    Run::new(3, 1).unwrap()
}

fn forms() -> [Mice; 2] {
    [Form::Shared, Form::Faithful].map(|form| Mice {
        form,
        ..Mice::default()
    })
}

fn error_at_gaps(data: &Dataset, truth: &Array2<f32>, estimates: &Array2<f32>) -> f64 {
    let gaps = data.measured.0.indexed_iter().filter(|(_, m)| !**m);
    let squares: Vec<f64> = gaps
        .map(|(at, _)| f64::from(truth[at] - estimates[at]).powi(2))
        .collect();
    squares.iter().sum::<f64>() / squares.len() as f64
}

#[test]
fn the_faithful_form_agrees_with_scikit_learn() {
    let data = cohort(60, 6);
    // scikit-learn 1.9.1, IterativeImputer(max_iter=20, tol=1e-4), these orders, no seed needed.
    let expected = [
        ((0, 0), 0.2944),
        ((0, 4), -0.6039),
        ((2, 2), 0.8382),
        ((4, 0), -1.0821),
        ((4, 4), 1.629),
        ((6, 2), -0.8909),
        ((8, 0), 0.2827),
        ((8, 4), -0.2696),
        ((10, 2), 1.3754),
        ((14, 2), -0.1942),
    ];
    for order in [Order::Ascending, Order::Arabic] {
        let mice = Mice {
            order,
            rounds: 20,
            tolerance: 1e-4,
            ..Mice::preset("faithful").unwrap()
        };
        let fitted = mice.fit(&data, &run()).unwrap();
        let estimates = fitted.impute(&data, &run()).unwrap().estimates;
        for (at, value) in expected {
            // Ridges are sought to two percent and follow later rounds slowly; genes vary by about 1.
            assert!(
                (estimates[at] - value).abs() < 0.02,
                "{order:?} {at:?}: {} and {value}",
                estimates[at]
            );
        }
    }
}

#[test]
fn gaps_are_estimated_to_within_the_noise() {
    let data = cohort(150, 30);
    for mice in forms() {
        let fitted = mice.fit(&data, &run()).unwrap();
        let estimates = fitted.impute(&data, &run()).unwrap().estimates;
        let error = error_at_gaps(&data, &data.values, &estimates);
        // Noise is uniform in ±0.3, of variance 0.03; the genes vary by about 1.
        assert!(error < 0.06, "{:?}: {error}", mice.form);
    }
}

#[test]
fn samples_half_measured_are_served_by_what_complete_samples_taught() {
    let full = complete(cohort(200, 30));
    let train = full.select_samples(&(0..150).collect::<Vec<_>>());
    let mut test = full.select_samples(&(150..200).collect::<Vec<_>>());
    test.measured.0 = Array2::from_shape_fn((50, 30), |(s, g)| wave(s * 31 + g, 77) > 0.0);
    for mice in forms() {
        let fitted = mice.fit(&train, &run()).unwrap();
        let estimates = fitted.impute(&test, &run()).unwrap().estimates;
        let error = error_at_gaps(&test, &test.values, &estimates);
        assert!(error < 0.06, "{:?}: {error}", mice.form);
    }
}

#[test]
fn what_stands_at_gaps_is_never_read() {
    let data = cohort(60, 12);
    let mut poisoned = data.clone();
    ndarray::Zip::from(&mut poisoned.values)
        .and(&data.measured.0)
        .for_each(|value, &measured| *value = if measured { *value } else { 1e30 });
    for mice in forms() {
        let (plain, other) = (mice.fit(&data, &run()), mice.fit(&poisoned, &run()));
        let (plain, other) = (plain.unwrap(), other.unwrap());
        assert_eq!(plain.weights(), other.weights());
        assert_eq!(
            plain.impute(&data, &run()).unwrap().estimates,
            other.impute(&poisoned, &run()).unwrap().estimates
        );
    }
}

#[test]
fn threads_and_the_order_of_samples_change_nothing() {
    let data = cohort(300, 12);
    let reversed: Vec<usize> = (0..300).rev().collect();
    for mice in forms() {
        let one = mice.fit(&data, &run()).unwrap();
        let turned = mice.fit(&data.select_samples(&reversed), &run()).unwrap();
        assert_eq!(one.weights(), turned.weights());
        let two = mice.fit(&data, &Run::new(3, 2).unwrap()).unwrap();
        assert_eq!(one.weights(), two.weights());
        assert_eq!(
            one.impute(&data, &run()).unwrap().spread,
            two.impute(&data, &Run::new(3, 2).unwrap()).unwrap().spread
        );
    }
}

#[test]
fn a_restored_model_is_the_fitted_one() {
    let data = tissues(60, 12);
    for mice in forms() {
        let fitted = mice.fit(&data, &run()).unwrap();
        let restored = mice.restore(&fitted.weights()).unwrap();
        let (a, b) = (fitted.impute(&data, &run()), restored.impute(&data, &run()));
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!((a.estimates, a.spread), (b.estimates, b.spread));
    }
}

#[test]
fn completed_tables_keep_what_was_measured_and_differ_by_the_spread() {
    let data = cohort(150, 20);
    for mice in forms() {
        let fitted = mice.fit(&data, &run()).unwrap();
        let tables = fitted.completed_tables(&data, 10, &run()).unwrap();
        assert_eq!(tables.len(), 10);
        let imputation = fitted.impute(&data, &run()).unwrap();
        let spread = imputation.spread.unwrap();
        let (mut squares, mut expected) = (0.0, 0.0);
        for ((at, &measured), value) in data.measured.0.indexed_iter().zip(&data.values) {
            for table in &tables {
                if measured {
                    assert_eq!(table[at].to_bits(), value.to_bits());
                } else {
                    squares += f64::from(table[at] - imputation.estimates[at]).powi(2);
                    expected += f64::from(spread[at]).powi(2);
                }
            }
        }
        // Rubin's rules count a tenth of the variance between tables once more.
        let ratio = squares / expected;
        assert!((0.75..1.15).contains(&ratio), "{:?}: {ratio}", mice.form);
    }
}

#[test]
fn spread_agrees_with_errors() {
    let data = cohort(400, 20);
    for mice in forms() {
        let fitted = mice.fit(&data, &run()).unwrap();
        let imputation = fitted.impute(&data, &run()).unwrap();
        let spread = imputation.spread.unwrap();
        let gaps = data.measured.0.indexed_iter().filter(|(_, m)| !**m);
        let scores: Vec<f64> = gaps
            .map(|(at, _)| {
                f64::from((data.values[at] - imputation.estimates[at]) / spread[at]).powi(2)
            })
            .collect();
        let calibration = scores.iter().sum::<f64>() / scores.len() as f64;
        assert!(
            (0.7..1.4).contains(&calibration),
            "{:?}: {calibration}",
            mice.form
        );
    }
}

#[test]
fn drawn_chains_differ_by_seed_and_estimate_within_the_noise() {
    let data = cohort(150, 20);
    let mice = Mice {
        form: Form::Faithful,
        sample_posterior: true,
        ..Mice::default()
    };
    let (one, other) = (
        mice.fit(&data, &run()).unwrap(),
        mice.fit(&data, &Run::new(4, 1).unwrap()).unwrap(),
    );
    assert_ne!(one.weights(), other.weights());
    let estimates = one.impute(&data, &run()).unwrap().estimates;
    assert!(error_at_gaps(&data, &data.values, &estimates) < 0.1);
}

#[test]
fn a_few_near_genes_can_be_enough() {
    let data = cohort(150, 20);
    let mice = Mice {
        form: Form::Faithful,
        nearest_genes: Some(6),
        order: Order::Random,
        ..Mice::default()
    };
    let fitted = mice.fit(&data, &run()).unwrap();
    let estimates = fitted.impute(&data, &run()).unwrap().estimates;
    assert!(error_at_gaps(&data, &data.values, &estimates) < 0.1);
}

#[test]
fn a_sample_with_nothing_measured_gets_what_its_tissue_says() {
    let data = complete(tissues(150, 20));
    let fitted = Mice::default().fit(&data, &run()).unwrap();
    let mut blank = data.select_samples(&[0, 1, 2]);
    blank.measured = Mask::filled(3, 20, false);
    let estimates = fitted.impute(&blank, &run()).unwrap().estimates;
    let mut nameless = blank.clone();
    nameless.covariates = Covariates::none(3);
    let unaware = fitted.impute(&nameless, &run()).unwrap().estimates;
    let error = |estimates| error_at_gaps(&blank, &blank.values, estimates);
    assert!(error(&estimates) < 0.8 * error(&unaware));
}

#[test]
fn estimates_stay_between_minimum_and_maximum() {
    let data = cohort(60, 12);
    for mice in forms() {
        let mice = Mice {
            minimum: Some(-0.5),
            maximum: Some(0.25),
            ..mice
        };
        let fitted = mice.fit(&data, &run()).unwrap();
        let estimates = fitted.impute(&data, &run()).unwrap().estimates;
        assert!(estimates.iter().all(|v| (-0.5..=0.25).contains(v)));
        assert!(estimates.iter().any(|&v| v == 0.25));
    }
}

#[test]
fn settings_that_a_form_would_ignore_are_refused() {
    let faithful = || Mice::preset("faithful").unwrap();
    let asked = [
        (
            Mice {
                block: 4,
                ..Mice::default()
            },
            "block must be left out",
        ),
        (
            Mice {
                order: Order::Random,
                ..Mice::default()
            },
            "form=faithful",
        ),
        (
            Mice {
                sample_posterior: true,
                ..Mice::default()
            },
            "sample_posterior",
        ),
        (
            Mice {
                nearest_genes: Some(5),
                ..Mice::default()
            },
            "nearest_genes",
        ),
        (
            Mice {
                ridge: Some(0.1),
                ..faithful()
            },
            "form=shared",
        ),
        (
            Mice {
                minimum: Some(1.0),
                maximum: Some(-1.0),
                ..Mice::default()
            },
            "minimum must be at most maximum, -1",
        ),
    ];
    for (settings, said) in asked {
        let error = settings.check().unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    assert!(
        Mice {
            block: 4,
            order: Order::Random,
            ..faithful()
        }
        .check()
        .is_ok()
    );
}
