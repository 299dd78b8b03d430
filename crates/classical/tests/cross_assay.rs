//! What users may count on from methods that learn expression from a companion assay.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_classical::cross_assay::regression::Targets;
use imputome_classical::{
    FittedRidge, Lasso, Pcr, Penalties, Ridge, RidgeRegression, Shrinkage, Tobmi,
};
use imputome_core::{Companion, Dataset, Imputer, Names, Run};
use ndarray::Array2;
use serde_json::Value;

fn run() -> Run {
    Run::new(3, 2).unwrap()
}

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../../fixtures/classical/cross_assay.json")).unwrap()
}

fn table(rows: &Value) -> Array2<f32> {
    let rows = rows.as_array().unwrap();
    let columns = rows[0].as_array().unwrap().len();
    let values = rows.iter().flat_map(|row| row.as_array().unwrap());
    let values = values.map(|v| v.as_f64().unwrap() as f32).collect();
    Array2::from_shape_vec((rows.len(), columns), values).unwrap()
}

fn names(kind: &'static str, n: usize) -> Names {
    Names::new(kind, (0..n).map(|i| format!("{kind}{i:04}")).collect()).unwrap()
}

fn cohort(expression: Array2<f32>, companion: Array2<f32>) -> Dataset {
    let (samples, genes) = expression.dim();
    let features = names("cg", companion.ncols());
    Dataset::new(expression, names("sample", samples), names("gene", genes))
        .unwrap()
        .with_companions(vec![
            Companion::new("methylation", companion, features).unwrap(),
        ])
        .unwrap()
}

/// The same samples under other names, of which only the companion is known.
fn without_expression(data: &Dataset) -> Dataset {
    let mut blank = data.clone();
    blank.values.fill(f32::NAN);
    blank.measured.0.fill(false);
    blank.samples = names("new", data.n_samples());
    blank
}

fn reference() -> (Value, Dataset, Dataset) {
    let fixture = fixture();
    let train = cohort(table(&fixture["expression"]), table(&fixture["companion"]));
    let companion = table(&fixture["new_companion"]);
    let shape = (companion.nrows(), train.n_genes());
    let new = without_expression(&cohort(Array2::zeros(shape), companion));
    (fixture, train, new)
}

fn estimates(method: &dyn Imputer, train: &Dataset, new: &Dataset) -> Array2<f32> {
    let fitted = method.fit(train, &run()).unwrap();
    fitted.impute(new, &run()).unwrap().estimates
}

fn expect_close(found: &Array2<f32>, expected: &Array2<f32>, within: f32, what: &str) {
    let apart = (found - expected).mapv(f32::abs);
    let largest = apart.iter().copied().fold(0.0, f32::max);
    assert!(largest < within, "{what}: {largest}");
}

/// Three signals behind features and genes; genes of `shift` other than 0 hear others.
fn simulated(samples: usize, seed: usize, shift: usize) -> Dataset {
    let wave = |a: usize, b: usize| {
        let mixed = (a as u64 + 1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add((b as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9));
        let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed >> 40) as f32 / (1 << 24) as f32) * 2.0 - 1.0
    };
    let signal = |s: usize, k: usize| wave(s + 1000 * seed, 10 + k);
    let sum = |s: usize, column: usize, from: usize| -> f32 {
        (0..3).map(|k| signal(s, k) * wave(column, from + k)).sum()
    };
    let companion = Array2::from_shape_fn((samples, 60), |(s, f)| {
        0.5 + 0.1 * (sum(s, f, 20) + wave(s * 61 + f + 77 * seed, 5))
    });
    let expression = Array2::from_shape_fn((samples, 8), |(s, g)| {
        5.0 + sum(s, g, 30 + 10 * shift) + 0.5 * wave(s * 67 + g + 99 * seed, 6)
    });
    cohort(expression, companion)
}

fn error(truth: &Dataset, estimates: &Array2<f32>) -> f32 {
    (&truth.values - estimates).mapv(|e| e * e).mean().unwrap()
}

#[test]
fn ridge_estimates_are_those_of_scikit_learn() {
    let (fixture, train, new) = reference();
    for case in fixture["ridge"].as_array().unwrap() {
        let share = case["share"].as_f64();
        let ridge = Ridge {
            penalty: share,
            ..Ridge::default()
        };
        // Values of order ten in f32.
        expect_close(
            &estimates(&ridge, &train, &new),
            &table(&case["new"]),
            2e-5,
            "new",
        );
        let targets = Targets {
            values: train.values.view(),
            measured: train.measured.0.view(),
        };
        let features = train.companions[0].values.view();
        let shrinkage = Shrinkage {
            penalties: Penalties::Shared,
            penalty: share,
            prior: None,
        };
        let fit = RidgeRegression::fit(features, targets, &shrinkage, &run()).unwrap();
        expect_close(
            &fit.leave_one_out,
            &table(&case["left_out"]),
            2e-5,
            "left out",
        );
    }
}

#[test]
fn lasso_and_elastic_net_choose_what_scikit_learn_does() {
    let (fixture, train, _) = reference();
    for case in fixture["lasso"].as_array().unwrap() {
        let mixing = case["mixing"].as_f64().unwrap();
        let lasso = Lasso {
            mixing,
            ..Lasso::default()
        };
        let fitted = lasso.fit(&train, &run()).unwrap();
        let expected = table(&case["weights"]);
        let mut found = Array2::zeros(expected.dim());
        for (gene, sum) in fitted.sums().iter().enumerate() {
            sum.iter()
                .for_each(|&(feature, w)| found[(gene, feature)] = w);
        }
        // The program's promise; penalties a step apart differ by more.
        expect_close(&found, &expected, 1e-4, "weights");
    }
}

#[test]
fn principal_component_regression_is_that_of_scikit_learn() {
    let (fixture, train, new) = reference();
    let pcr = Pcr {
        components: Some(3),
        ..Pcr::default()
    };
    // Values of order ten in f32, through directions in f32.
    expect_close(
        &estimates(&pcr, &train, &new),
        &table(&fixture["pcr"]),
        5e-5,
        "pcr",
    );
}

#[test]
fn nearest_samples_are_those_of_a_few_lines_of_numpy() {
    let (fixture, train, new) = reference();
    let found = estimates(&Tobmi::default(), &train, &new);
    // Weights from distances right to the sixth digit.
    expect_close(&found, &table(&fixture["tobmi"]), 2e-5, "tobmi");
}

#[test]
fn samples_without_the_companion_get_the_mean_and_are_counted() {
    let (_, train, mut new) = reference();
    new.companions[0].measured.0.row_mut(2).fill(false);
    new.companions[0].values.row_mut(2).fill(f32::NAN);
    let methods: [&dyn Imputer; 4] = [
        &Ridge::default(),
        &Lasso::default(),
        &Pcr::default(),
        &Tobmi::default(),
    ];
    for method in methods {
        let fitted = method.fit(&train, &run()).unwrap();
        let told = fitted.impute(&new, &run()).unwrap();
        assert!(told.remarks[0].starts_with("1 of 6 samples have no methylation"));
        let mean = train.values.column(0).mean().unwrap();
        assert!((told.estimates[(2, 0)] - mean).abs() < 1e-5);
        assert!(told.estimates.iter().all(|e| e.is_finite()));
    }
}

#[test]
fn a_cohort_of_few_pairs_or_without_companion_is_refused() {
    let (_, train, _) = reference();
    let few = train.select_samples(&[0, 1, 2, 3]);
    let error = Ridge::default()
        .fit(&few, &run())
        .expect_err("four samples");
    assert!(error.to_string().contains("needs at least 5 samples"));
    let mut alone = train;
    alone.companions.clear();
    assert!(Tobmi::default().fit(&alone, &run()).is_err());
}

#[test]
fn a_tenth_of_expression_missing_costs_ridge_and_lasso_little() {
    let (whole, test) = (simulated(80, 1, 0), simulated(40, 2, 0));
    let mut gappy = whole.clone();
    for s in 0..80 {
        gappy.measured.0[(s, s % 8)] = s % 5 == 0;
        if s % 5 != 0 {
            gappy.values[(s, s % 8)] = 1e30;
        }
    }
    let methods: [&dyn Imputer; 3] = [&Ridge::default(), &Pcr::default(), &Lasso::default()];
    for method in methods {
        let of = |train| error(&test, &estimates(method, train, &without_expression(&test)));
        let (complete, with_gaps) = (of(&whole), of(&gappy));
        assert!(with_gaps < 1.15 * complete, "{with_gaps} {complete}");
    }
}

#[test]
fn spread_is_about_as_wide_as_errors_are() {
    let (train, test) = (simulated(60, 1, 0), simulated(200, 2, 0));
    let methods: [&dyn Imputer; 3] = [&Ridge::default(), &Pcr::default(), &Lasso::default()];
    for method in methods {
        let fitted = method.fit(&train, &run()).unwrap();
        let told = fitted.impute(&without_expression(&test), &run()).unwrap();
        let misses = (&test.values - &told.estimates) / told.spread.unwrap();
        let squares = misses.mapv(|miss| miss * miss).mean().unwrap();
        // 1 where errors are as large as told; 60 samples tell a variance to a fifth.
        assert!((0.7..1.4).contains(&squares), "{squares}");
    }
}

#[test]
fn a_source_cohort_helps_a_small_one_and_a_strange_one_does_no_harm() {
    let (small, test) = (simulated(12, 1, 0), simulated(200, 2, 0));
    let alone = Ridge::default().fit(&small, &run()).unwrap();
    let of = |fitted: &FittedRidge| {
        let blank = without_expression(&test);
        error(&test, &imputed(fitted, &blank))
    };
    let toward = |source: &Dataset| {
        let source = Ridge::default().fit(source, &run()).unwrap();
        Ridge::default()
            .fit_toward(&source, &small, &run())
            .unwrap()
    };
    let (akin, strange) = (toward(&simulated(150, 3, 0)), toward(&simulated(150, 3, 1)));
    assert!(of(&akin) < 0.8 * of(&alone), "{} {}", of(&akin), of(&alone));
    assert!(
        of(&strange) < 1.15 * of(&alone),
        "{} {}",
        of(&strange),
        of(&alone)
    );
}

fn imputed(fitted: &FittedRidge, data: &Dataset) -> Array2<f32> {
    use imputome_core::FittedImputer;
    fitted.impute(data, &run()).unwrap().estimates
}

#[test]
fn a_source_is_matched_by_name_and_kept_in_the_model() {
    use imputome_core::FittedImputer;
    let source = simulated(100, 3, 0);
    let mut small = simulated(12, 1, 0).select_genes(&[5, 1, 7, 2]);
    small.companions[0] = small.companions[0].select_features(&[50, 3, 9, 40, 2, 11, 30, 31]);
    let taught = Ridge::default().fit(&source, &run()).unwrap();
    let tuned = Ridge::default()
        .fit_from(&taught.weights(), &small, &run())
        .unwrap();
    let restored = FittedRidge::restore(&tuned.weights()).unwrap();
    let blank = without_expression(&small);
    assert_eq!(
        imputed(&restored, &blank),
        tuned.impute(&blank, &run()).unwrap().estimates
    );
    let mut elsewhere = small;
    elsewhere.genes = names("other", 4);
    let error = Ridge::default().fit_from(&taught.weights(), &elsewhere, &run());
    assert!(
        error
            .expect_err("no gene in common")
            .to_string()
            .contains("share no genes")
    );
}

#[test]
fn a_source_over_fewer_features_is_what_these_alone_would_have_taught() {
    let source = simulated(100, 3, 0);
    let mut narrow = source.clone();
    narrow.companions[0] = narrow.companions[0].select_features(&[4, 8, 15, 16, 23, 42]);
    let shared = |data: &Dataset| Ridge::default().fit(data, &run()).unwrap();
    let target = {
        let mut target = simulated(12, 1, 0);
        target.companions[0] = target.companions[0].select_features(&[4, 8, 15, 16, 23, 42]);
        target
    };
    let (wide, narrow) = (shared(&source), shared(&narrow));
    let tuned = |source: &FittedRidge| {
        let tuned = Ridge::default()
            .fit_toward(source, &target, &run())
            .unwrap();
        imputed(&tuned, &without_expression(&target))
    };
    // The same coefficients but for the penalty, which is a share there and chosen anew here.
    let apart = (tuned(&wide) - tuned(&narrow))
        .mapv(|e| e * e)
        .mean()
        .unwrap();
    let spread = target
        .values
        .var_axis(ndarray::Axis(0), 0.0)
        .mean()
        .unwrap();
    assert!(apart < 0.02 * spread, "{apart} {spread}");
}
