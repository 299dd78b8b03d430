//! What users may count on from the soft-thresholded and the iterative SVD.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_classical::{FittedSpectral, Softimpute, Svd};
use imputome_core::{Covariates, Dataset, FittedImputer, Mask};
use ndarray::{Array2, s};

mod cohort;

use cohort::{cohort, error_at_gaps, run, with_gaps};

fn soft(train: &Dataset) -> FittedSpectral {
    Softimpute::default().fit(train, &run(1)).unwrap()
}

fn hard(train: &Dataset) -> FittedSpectral {
    Svd::default().fit(train, &run(1)).unwrap()
}

fn estimates(fitted: &FittedSpectral, data: &Dataset) -> Array2<f32> {
    fitted.impute(data, &run(1)).unwrap().estimates
}

#[test]
fn gaps_of_a_table_learned_from_are_estimated_to_within_the_noise() {
    let data = with_gaps(cohort(150, 30));
    for fitted in [soft(&data), hard(&data)] {
        // Noise is uniform in ±0.3, of variance 0.03; the genes vary by more than 0.3.
        assert!(error_at_gaps(&data, &estimates(&fitted, &data)) < 0.06);
    }
}

#[test]
fn samples_never_seen_are_estimated_to_within_the_noise() {
    let all = cohort(200, 30);
    let (train, new): (Vec<usize>, Vec<usize>) = (0..200).partition(|s| s % 4 != 0);
    let new = with_gaps(all.select_samples(&new));
    for train in [
        all.select_samples(&train),
        with_gaps(all.select_samples(&train)),
    ] {
        for fitted in [soft(&train), hard(&train)] {
            assert!(error_at_gaps(&new, &estimates(&fitted, &new)) < 0.06);
        }
    }
}

#[test]
fn validation_keeps_few_of_the_directions_of_a_table_of_two() {
    let fitted = hard(&with_gaps(cohort(150, 30)));
    // Scores are shrunk, so that a few directions more than two (and two for tissues) cost little.
    assert!((2..=10).contains(&fitted.rank()), "{}", fitted.rank());
    assert_eq!(fitted.summary().chosen[0].0, "rank asked for");
    assert!(fitted.summary().curves[0].points.len() > 2);
}

#[test]
fn threads_and_the_order_of_samples_change_nothing() {
    let data = with_gaps(cohort(60, 12));
    let reversed: Vec<usize> = (0..60).rev().collect();
    let expected = soft(&data).weights();
    assert_eq!(soft(&data.select_samples(&reversed)).weights(), expected);
    let two = Softimpute::default().fit(&data, &run(2)).unwrap();
    assert_eq!(two.weights(), expected);
}

#[test]
fn an_entry_of_a_new_sample_has_no_say_in_its_own_estimate() {
    let data = with_gaps(cohort(60, 12));
    let fitted = soft(&data);
    let mut changed = data.clone();
    changed.measured.0[(0, 3)] = false;
    let before = estimates(&fitted, &changed)[(0, 3)];
    changed.values[(0, 3)] = 1e30;
    assert_eq!(estimates(&fitted, &changed)[(0, 3)], before);
}

#[test]
fn a_sample_with_nothing_measured_gets_what_its_tissue_says() {
    let data = cohort(150, 30);
    for fitted in [soft(&data), hard(&data)] {
        let mut blank = data.select_samples(&[0, 1, 2]);
        blank.measured = Mask::filled(3, 30, false);
        let aware = error_at_gaps(&blank, &estimates(&fitted, &blank));
        blank.covariates = Covariates::none(3);
        let unaware = error_at_gaps(&blank, &estimates(&fitted, &blank));
        assert!(aware < 0.8 * unaware, "{aware} {unaware}");
    }
}

#[test]
fn tables_of_any_odd_shape_get_finite_estimates() {
    for (samples, genes) in [(1, 1), (1, 5), (2, 2), (3, 40), (12, 1), (12, 2), (40, 3)] {
        for measured in [0, 1, 2] {
            let mut data = cohort(samples, genes);
            data.measured.0 = Array2::from_shape_fn((samples, genes), |(s, g)| {
                (s + 2 * g) % 2 < measured && s != 1
            });
            for fitted in [soft(&data), hard(&data)] {
                assert!(estimates(&fitted, &data).iter().all(|e| e.is_finite()));
            }
        }
    }
}

#[test]
fn settings_are_honored_to_their_limits() {
    let data = with_gaps(cohort(30, 10));
    let asked = [
        (Some(0.0), Some(500)),
        (Some(1e6), None),
        (None, Some(2)),
        (Some(1.0), Some(1)),
    ];
    for (penalty, rank) in asked {
        let settings = Softimpute {
            penalty,
            rank,
            covariate_weight: 0.0,
            ..Softimpute::default()
        };
        let fitted = settings.fit(&data, &run(1)).unwrap();
        assert!(fitted.rank() <= rank.unwrap_or(10), "{settings:?}");
        assert!(estimates(&fitted, &data).iter().all(|e| e.is_finite()));
    }
    let five = Svd {
        rank: Some(5),
        ..Svd::default()
    };
    assert_eq!(five.fit(&data, &run(1)).unwrap().rank(), 5);
}

/// A table whose first rows miss a block, as samples without expression beside their companion.
#[test]
fn a_missing_block_is_filled_as_by_an_independent_iterative_svd() {
    let fixture: serde_json::Value =
        serde_json::from_str(include_str!("../../../fixtures/classical/cross_assay.json")).unwrap();
    let case = &fixture["svd"];
    let number = |name: &str| case[name].as_u64().unwrap() as usize;
    let row = |row: &serde_json::Value| -> Vec<f32> {
        let values = row.as_array().unwrap().iter();
        values.map(|v| v.as_f64().unwrap() as f32).collect()
    };
    let rows: Vec<Vec<f32>> = case["table"].as_array().unwrap().iter().map(row).collect();
    let mut data = cohort(rows.len(), rows[0].len());
    data.covariates = Covariates::none(rows.len());
    data.values = Array2::from_shape_fn(data.values.dim(), |(s, g)| rows[s][g]);
    let blank = |(s, g): (usize, usize)| s < number("blank_rows") && g < number("blank_columns");
    data.measured.0 = Array2::from_shape_fn(data.values.dim(), |at| !blank(at));
    let settings = Svd {
        rank: Some(number("rank")),
        covariate_weight: 0.0,
        rounds: 1000,
        tolerance: 1e-12,
        ..Svd::default()
    };
    let ours = estimates(&settings.fit(&data, &run(1)).unwrap(), &data);
    let mut theirs = data.values.clone();
    for (s, expected) in case["filled"].as_array().unwrap().iter().enumerate() {
        let expected = row(expected).into_iter().enumerate();
        expected.for_each(|(g, expected)| theirs[(s, g)] = expected);
    }
    let apart = (&ours - &theirs).mapv(|e| e * e);
    let apart = apart.slice(s![..number("blank_rows"), ..number("blank_columns")]);
    let (of_ours, of_theirs) = (error_at_gaps(&data, &ours), error_at_gaps(&data, &theirs));
    // Noise has a variance of 0.09, the columns of about 2: ours shrinks the scores of a sample by
    // what is noise in its companion.
    assert!(apart.mean().unwrap() < 0.01, "{apart}");
    assert!(of_ours < 1.15 * of_theirs, "{of_ours} {of_theirs}");
}
