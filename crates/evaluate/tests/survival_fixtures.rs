//! Survival analysis against lifelines and scikit-survival on a simulated cohort
//! (`fixtures/evaluate/make_survival.py`, seed 11), with many events at the same time.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_core::Run;
use imputome_evaluate::survival::{
    BandTransform, FollowUp, GeneTable, KaplanMeier, RidgeSettings, RiskSets, Ties, concordance,
    cox, log_rank, ridge_cox, ridge_cox_at, univariate_cox,
};
use ndarray::{Array2, s};
use serde_json::Value;

struct Fixture {
    follow_up: FollowUp,
    genes: Array2<f32>,
    expected: Value,
}

impl Fixture {
    fn read() -> Self {
        let text = include_str!("../../../fixtures/evaluate/survival.json");
        let expected: Value = serde_json::from_str(text).unwrap();
        let events = expected["events"].as_array().unwrap();
        let events = events.iter().map(|e| e.as_bool().unwrap()).collect();
        let rows = expected["genes"].as_array().unwrap();
        let rows: Vec<Vec<f64>> = rows.iter().map(numbers).collect();
        Self {
            follow_up: FollowUp::new(numbers(&expected["times"]), events).unwrap(),
            genes: Array2::from_shape_fn((rows.len(), rows[0].len()), |(s, g)| rows[s][g] as f32),
            expected,
        }
    }

    fn check_ridge(&self, penalty: f64, ties: Ties, name: &str) {
        let run = Run::new(0, 1).unwrap();
        let model = ridge_cox_at(&self.follow_up, self.genes.view(), penalty, ties, &run).unwrap();
        for (g, expected) in numbers(&self.expected[name]).into_iter().enumerate() {
            let column = self.genes.column(g).mapv(f64::from);
            let found = model.coefficients[g] * column.std(0.0);
            // Coefficients of the order of 0.1; scikit-survival stops at its own tolerance.
            assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        }
    }
}

/// Numbers; a null is a gap.
fn numbers(value: &Value) -> Vec<f64> {
    let items = value.as_array().unwrap();
    items
        .iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn agree(found: f64, expected: f64, digits: i32) {
    let allowed = 10f64.powi(-digits) * expected.abs();
    assert!(
        (found - expected).abs() <= allowed,
        "{found} for {expected}"
    );
}

#[test]
fn univariate_models_are_those_of_lifelines() {
    let fixture = Fixture::read();
    let mut genes = fixture.genes.slice(s![.., ..10]).to_owned();
    for (value, found) in genes
        .column_mut(9)
        .iter_mut()
        .zip(numbers(&fixture.expected["gene_with_gaps"]))
    {
        *value = found as f32;
    }
    let run = Run::new(0, 2).unwrap();
    let table = GeneTable::complete(genes.view());
    let found = univariate_cox(&fixture.follow_up, table, Ties::Efron, &run).unwrap();
    let expected = fixture.expected["univariate_efron"].as_array().unwrap();
    for (outcome, expected) in found.iter().zip(expected) {
        let found = outcome.estimate().unwrap();
        // lifelines stops some 1e-8 standard errors short of its maximum.
        agree(found.coefficient, numbers(&expected["coefficients"])[0], 6);
        agree(
            found.standard_error,
            numbers(&expected["standard_errors"])[0],
            6,
        );
        agree(found.p_value, numbers(&expected["p_values"])[0], 6);
        agree(
            found.log_likelihood,
            expected["log_likelihood"].as_f64().unwrap(),
            11,
        );
        assert_eq!(found.samples as u64, expected["samples"].as_u64().unwrap());
    }
    assert!(found[9].estimate().unwrap().samples < 80);
}

#[test]
fn univariate_models_by_breslow_are_those_of_scikit_survival() {
    let fixture = Fixture::read();
    let sets = RiskSets::new(&fixture.follow_up, Ties::Breslow);
    for (g, expected) in numbers(&fixture.expected["univariate_breslow"])
        .into_iter()
        .enumerate()
    {
        let values = fixture.genes.column(g).mapv(f64::from).to_vec();
        let outcome = sets.fit(&fixture.follow_up, &values);
        agree(outcome.estimate().unwrap().coefficient, expected, 7);
    }
}

#[test]
fn a_model_of_four_genes_is_that_of_lifelines_and_of_scikit_survival() {
    let fixture = Fixture::read();
    let covariates = fixture.genes.slice(s![.., ..4]).mapv(f64::from);
    let model = cox(&fixture.follow_up, covariates.view(), Ties::Efron).unwrap();
    let expected = &fixture.expected["four_genes_efron"];
    for at in 0..4 {
        agree(
            model.coefficients[at],
            numbers(&expected["coefficients"])[at],
            8,
        );
        agree(
            model.standard_errors[at],
            numbers(&expected["standard_errors"])[at],
            8,
        );
        agree(model.p_values[at], numbers(&expected["p_values"])[at], 8);
    }
    agree(
        model.log_likelihood,
        expected["log_likelihood"].as_f64().unwrap(),
        11,
    );
    agree(
        model.likelihood_ratio(),
        expected["likelihood_ratio"].as_f64().unwrap(),
        9,
    );
    let breslow = cox(&fixture.follow_up, covariates.view(), Ties::Breslow).unwrap();
    let expected = numbers(&fixture.expected["four_genes_breslow"]);
    for (found, expected) in breslow.coefficients.iter().zip(expected) {
        agree(*found, expected, 7);
    }
}

#[test]
fn pairs_are_counted_as_scikit_survival_counts_them() {
    let fixture = Fixture::read();
    let risks: Vec<f64> = fixture
        .genes
        .column(0)
        .iter()
        .map(|v| f64::from(v.round_ties_even()))
        .collect();
    let found = concordance(&fixture.follow_up, &risks).unwrap();
    let counts = [found.concordant, found.discordant, found.tied].map(|count| count as f64);
    assert_eq!(
        counts,
        numbers(&fixture.expected["concordance_of_rounded_gene_0"])[..]
    );
}

#[test]
fn the_curve_is_that_of_lifelines() {
    let fixture = Fixture::read();
    let curve = KaplanMeier::of(&fixture.follow_up, BandTransform::LogLog);
    let expected = &fixture.expected["curve"];
    for (at, step) in curve.steps.iter().enumerate() {
        assert_eq!(step.time, numbers(&expected["times"])[at]);
        let close = |found: f64, name: &str| {
            // A product of 29 shares in f64.
            assert!((found - numbers(&expected[name])[at]).abs() < 1e-12);
        };
        close(step.survival, "survival");
        if let Some((low, high)) = step.limits {
            close(low, "log_log_lower");
            close(high, "log_log_upper");
        }
    }
    assert_eq!(curve.median(), expected["median"].as_f64());
}

#[test]
fn three_groups_are_compared_as_lifelines_does() {
    let fixture = Fixture::read();
    let groups = numbers(&fixture.expected["groups"]);
    let groups: Vec<usize> = groups.into_iter().map(|g| g as usize).collect();
    let found = log_rank(&fixture.follow_up, &groups).unwrap();
    let expected = &fixture.expected["log_rank"];
    agree(
        found.chi_square,
        expected["statistic"].as_f64().unwrap(),
        10,
    );
    agree(found.p_value, expected["p_value"].as_f64().unwrap(), 10);
    assert_eq!(found.degrees, 2);
}

#[test]
fn ridge_models_of_more_genes_than_samples_are_those_of_scikit_survival() {
    let fixture = Fixture::read();
    fixture.check_ridge(0.7, Ties::Efron, "ridge_efron_at_0.7");
    fixture.check_ridge(0.05, Ties::Breslow, "ridge_breslow_at_0.05");
}

#[test]
fn cross_validation_scores_penalties_as_models_fitted_apart_do() {
    let fixture = Fixture::read();
    let expected = &fixture.expected["cross_validation"];
    let folds: Vec<usize> = numbers(&expected["folds"])
        .iter()
        .map(|f| *f as usize)
        .collect();
    let settings = RidgeSettings {
        penalties: 6,
        ..RidgeSettings::default()
    };
    let run = Run::new(0, 2).unwrap();
    let genes = fixture.genes.view();
    let model = ridge_cox(&fixture.follow_up, genes, &folds, &settings, &run).unwrap();
    let penalties = numbers(&expected["penalties"]);
    let deviances = numbers(&expected["deviances"]);
    for (at, score) in model.path.iter().enumerate() {
        agree(score.penalty, penalties[at], 12);
        // Searches on the path end with an expected gain below 1e-6 of some 500.
        agree(score.deviance, deviances[at], 7);
    }
    assert_eq!(model.path.len(), 6);
    agree(model.penalty, penalties[3], 12);
}
