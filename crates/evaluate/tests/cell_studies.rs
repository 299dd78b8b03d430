//! What is studied in cells, against scikit-learn and SciPy (`fixtures/evaluate/make_cells.py`).

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_core::Run;
use imputome_evaluate::downstream::{
    DifferenceTest, adjusted_mutual_information, adjusted_rand_index, differential_expression,
    fowlkes_mallows_index, kolmogorov_smirnov, roc_area, silhouette,
};
use ndarray::Array2;
use serde::Deserialize;

/// What the issue of numbers equal to scikit-learn's and SciPy's asks for.
const TOLERANCE: f64 = 1e-9;

#[derive(Deserialize)]
struct Reference {
    truth: Vec<usize>,
    found: Vec<usize>,
    points: Vec<Vec<f32>>,
    adjusted_rand: f64,
    adjusted_mutual_information: f64,
    fowlkes_mallows: f64,
    silhouette: f64,
    silhouette_samples: Vec<f64>,
    inside: Vec<bool>,
    logs: Vec<Vec<f32>>,
    welch_statistic: Vec<f64>,
    welch_p: Vec<f64>,
    wilcoxon_p: Vec<f64>,
    adjusted_p: Vec<f64>,
    scores: Vec<f64>,
    labels: Vec<bool>,
    roc_auc: f64,
    ks: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../../fixtures/evaluate/cells.json")).unwrap()
}

fn table(rows: &[Vec<f32>]) -> Array2<f32> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(r, c)| rows[r][c])
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < TOLERANCE, "{found} {expected}");
}

fn run() -> Run {
    Run::new(0, 2).unwrap()
}

#[test]
fn agreement_of_groupings_is_that_of_scikit_learn() {
    let r = reference();
    assert_near(adjusted_rand_index(&r.truth, &r.found), r.adjusted_rand);
    assert_near(
        adjusted_mutual_information(&r.truth, &r.found),
        r.adjusted_mutual_information,
    );
    assert_near(fowlkes_mallows_index(&r.truth, &r.found), r.fowlkes_mallows);
}

#[test]
fn the_silhouette_is_that_of_scikit_learn() {
    let r = reference();
    let found = silhouette(table(&r.points).view(), &r.truth, &run()).unwrap();
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    assert_near(mean, r.silhouette);
    for (&found, &expected) in found.iter().zip(&r.silhouette_samples) {
        assert_near(found, expected);
    }
}

#[test]
fn tests_of_difference_are_those_of_scipy() {
    let r = reference();
    let logs = table(&r.logs);
    let welch = differential_expression(logs.view(), &r.inside, DifferenceTest::Welch, &run());
    let ranks = differential_expression(logs.view(), &r.inside, DifferenceTest::Wilcoxon, &run());
    for gene in 0..logs.ncols() {
        assert_near(welch[gene].statistic, r.welch_statistic[gene]);
        assert_near(welch[gene].p_value, r.welch_p[gene]);
        assert_near(welch[gene].adjusted_p, r.adjusted_p[gene]);
        assert_near(ranks[gene].p_value, r.wilcoxon_p[gene]);
    }
}

#[test]
fn areas_and_distances_are_those_of_scikit_learn_and_scipy() {
    let r = reference();
    assert_near(roc_area(&r.labels, &r.scores).unwrap(), r.roc_auc);
    let side = |inside: bool| -> Vec<f64> {
        let rows = r.logs.iter().zip(&r.inside);
        rows.filter(|(_, side)| **side == inside)
            .map(|(row, _)| f64::from(row[2]))
            .collect()
    };
    assert_near(kolmogorov_smirnov(&side(true), &side(false)).unwrap(), r.ks);
}
