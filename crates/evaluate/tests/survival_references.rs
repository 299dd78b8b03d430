//! Survival analysis against R's, on data that stand outside the repository.
//!
//! `IMPUTOME_DATA` names the folder that has `survival_ref` and `surv_nki_breast`; `../shared/data`
//! beside the repository is looked at otherwise. Where neither is there, these tests say so and
//! check nothing; `survival_fixtures.rs` checks the same code on data made up for it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test reads data from outside, says when there are none and ends when they are not \
              as they were; the library does none of this"
)]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use imputome_core::Run;
use imputome_evaluate::survival::{
    BandTransform, CoxOutcome, FollowUp, GeneTable, KaplanMeier, RiskSets, Ties, concordance, cox,
    log_rank, univariate_cox,
};
use ndarray::Array2;
use serde_json::Value;

/// A table of texts by column.
struct Columns {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    fn read(path: &Path) -> Self {
        let mut text = String::new();
        let mut file = File::open(path).unwrap();
        if path.extension().is_some_and(|end| end == "gz") {
            GzDecoder::new(file).read_to_string(&mut text).unwrap();
        } else {
            file.read_to_string(&mut text).unwrap();
        }
        let cells = |line: &str| line.split('\t').map(String::from).collect::<Vec<_>>();
        let mut lines = text.lines();
        Self {
            names: cells(lines.next().unwrap()),
            rows: lines.map(cells).collect(),
        }
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        let at = self.names.iter().position(|n| n == name).unwrap();
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// Numbers; an empty cell is a gap.
    fn numbers(&self, name: &str) -> Vec<f64> {
        let number = |text: &&str| text.parse().unwrap_or(f64::NAN);
        self.texts(name).iter().map(number).collect()
    }
}

fn folder(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var("IMPUTOME_DATA").map_or_else(|_| beside(), PathBuf::from);
    let found = data.join(name);
    if found.is_dir() {
        return Some(found);
    }
    eprintln!("not checked: there is no {}", found.display());
    None
}

struct Cohort {
    table: Columns,
    follow_up: FollowUp,
    expected: Value,
}

impl Cohort {
    fn read(name: &str, (time, event, code): (&str, &str, f64)) -> Option<Self> {
        let folder = folder("survival_ref")?;
        let table = Columns::read(&folder.join(format!("{name}.tsv")));
        let events = table.numbers(event).iter().map(|e| *e == code).collect();
        let follow_up = FollowUp::new(table.numbers(time), events).unwrap();
        let reference = std::fs::read_to_string(folder.join("reference.json")).unwrap();
        let expected: Value = serde_json::from_str(&reference).unwrap();
        Some(Self {
            table,
            follow_up,
            expected: expected[name].clone(),
        })
    }

    /// Samples with all of these columns, their follow-up and the columns.
    fn complete(&self, terms: &[&str]) -> (FollowUp, Array2<f64>) {
        let columns: Vec<Vec<f64>> = terms.iter().map(|t| self.table.numbers(t)).collect();
        let kept: Vec<usize> = (0..self.follow_up.n_samples())
            .filter(|&s| columns.iter().all(|column| column[s].is_finite()))
            .collect();
        let shape = (kept.len(), terms.len());
        let values = Array2::from_shape_fn(shape, |(row, term)| columns[term][kept[row]]);
        (self.follow_up.select(&kept), values)
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    let items = value.as_array().unwrap();
    items.iter().map(|item| item.as_f64().unwrap()).collect()
}

/// Both agree to so many digits of the larger of the expected value and `unit`.
fn agree(found: f64, expected: f64, digits: i32, unit: f64) {
    let allowed = 10f64.powi(-digits) * expected.abs().max(unit);
    assert!(
        (found - expected).abs() <= allowed,
        "{found} for {expected}"
    );
}

fn check_cox(cohort: &Cohort) {
    for expected in cohort.expected["cox"].as_array().unwrap() {
        let ties = match expected["ties"].as_str() {
            Some("efron") => Ties::Efron,
            _ => Ties::Breslow,
        };
        let terms = expected["terms"].as_array().unwrap();
        let terms: Vec<&str> = terms.iter().map(|t| t.as_str().unwrap()).collect();
        let (follow_up, values) = cohort.complete(&terms);
        let model = cox(&follow_up, values.view(), ties).unwrap();
        assert_eq!(model.samples, expected["n"].as_u64().unwrap() as usize);
        assert_eq!(model.events, expected["events"].as_u64().unwrap() as usize);
        let log_likelihood = [model.null_log_likelihood, model.log_likelihood];
        let risks = model.risks(values.view());
        let index = concordance(&follow_up, &risks).unwrap().index().unwrap();
        for (found, name) in [
            (&model.coefficients[..], "coef"),
            (&model.standard_errors, "se"),
            (&model.p_values, "p"),
            (&log_likelihood, "loglik"),
        ] {
            for (found, expected) in found.iter().zip(numbers(&expected[name])) {
                agree(*found, expected, 6, 0.0);
            }
        }
        agree(index, expected["concordance"].as_f64().unwrap(), 12, 0.0);
        let ratio = expected["lr_test"].as_f64().unwrap();
        agree(model.likelihood_ratio(), ratio, 8, 0.0);
    }
}

fn check_curve(cohort: &Cohort) {
    let expected = &cohort.expected["km"];
    let curve = KaplanMeier::of(&cohort.follow_up, BandTransform::Log);
    for (at, time) in numbers(&expected["at"]).into_iter().enumerate() {
        let step = curve.at(time).unwrap();
        agree(step.survival, numbers(&expected["survival"])[at], 12, 0.0);
        let error = numbers(&expected["greenwood_se"])[at];
        agree(step.standard_error, error, 12, 0.0);
        let at_risk = numbers(&expected["n_risk"])[at];
        assert_eq!(curve.at_risk(time) as f64, at_risk);
    }
    assert_eq!(curve.median(), expected["median"].as_f64());
}

fn check_log_rank(cohort: &Cohort, column: &str) {
    let expected = &cohort.expected[format!("logrank_{column}")];
    let names = expected["groups"].as_array().unwrap();
    let groups: Vec<usize> = cohort
        .table
        .texts(column)
        .iter()
        .map(|text| names.iter().position(|name| name == text).unwrap())
        .collect();
    let found = log_rank(&cohort.follow_up, &groups).unwrap();
    agree(
        found.chi_square,
        expected["chisq"].as_f64().unwrap(),
        10,
        0.0,
    );
    agree(found.p_value, expected["p"].as_f64().unwrap(), 10, 0.0);
    assert_eq!(found.degrees, 1);
    for (at, group) in found.groups.iter().enumerate() {
        agree(group.expected, numbers(&expected["expected"])[at], 10, 0.0);
        agree(
            group.observed as f64,
            numbers(&expected["observed"])[at],
            15,
            0.0,
        );
        agree(group.samples as f64, numbers(&expected["n"])[at], 15, 0.0);
    }
}

#[test]
fn released_prisoners_are_as_r_has_them() {
    if let Some(cohort) = Cohort::read("rossi", ("week", "arrest", 1.0)) {
        check_cox(&cohort);
        check_curve(&cohort);
        check_log_rank(&cohort, "fin");
    }
}

#[test]
fn lung_cancers_are_as_r_has_them() {
    if let Some(cohort) = Cohort::read("lung", ("time", "status", 1.0)) {
        check_cox(&cohort);
        check_curve(&cohort);
        check_log_rank(&cohort, "sex");
    }
}

#[test]
fn breast_cancers_are_as_r_has_them() {
    if let Some(cohort) = Cohort::read("gse7390", ("time", "event", 1.0)) {
        check_cox(&cohort);
        check_curve(&cohort);
        check_log_rank(&cohort, "er");
    }
}

fn expect_gene(outcome: &CoxOutcome, expected: &Columns, row: usize, digits: i32) {
    let found = outcome.estimate().expect("a model of every gene");
    let expected = |name: &str| expected.numbers(name)[row];
    // A coefficient is known no better than its standard error allows.
    agree(
        found.coefficient,
        expected("coef"),
        digits,
        found.standard_error,
    );
    agree(found.standard_error, expected("se"), digits, 0.0);
    agree(found.z(), expected("z"), digits, 1.0);
    agree(found.p_value, expected("p"), digits, 0.0);
}

#[test]
fn models_of_76_probes_are_as_r_has_them() {
    let Some(cohort) = Cohort::read("gse7390", ("time", "event", 1.0)) else {
        return;
    };
    let folder = folder("survival_ref").unwrap();
    let expected = Columns::read(&folder.join("gse7390_univariate_cox.tsv"));
    let sets = RiskSets::new(&cohort.follow_up, Ties::Efron);
    for (row, probe) in expected.texts("feature").into_iter().enumerate() {
        let values = cohort.table.numbers(probe);
        let outcome = sets.fit(&cohort.follow_up, &values);
        expect_gene(&outcome, &expected, row, 6);
        let sign = outcome.estimate().unwrap().coefficient.signum();
        let risks: Vec<f64> = values.iter().map(|value| sign * value).collect();
        let index = concordance(&cohort.follow_up, &risks).unwrap().index();
        // The file has eight digits.
        agree(index.unwrap(), expected.numbers("concordance")[row], 7, 0.0);
    }
    assert_eq!(expected.rows.len(), 76);
}

#[test]
fn models_of_4919_genes_are_as_r_has_them() {
    let Some(folder) = folder("surv_nki_breast") else {
        return;
    };
    let samples = Columns::read(&folder.join("samples.tsv"));
    let events = samples.numbers("event").iter().map(|e| *e == 1.0).collect();
    let follow_up = FollowUp::new(samples.numbers("time"), events).unwrap();
    let table = Columns::read(&folder.join("expression.tsv.gz"));
    let expected = Columns::read(&folder.join("univariate_cox_efron.tsv.gz"));
    let shape = (table.rows.len(), table.names.len() - 1);
    let values = Array2::from_shape_fn(shape, |(s, g)| table.rows[s][g + 1].parse().unwrap());
    let genes = GeneTable::complete(values.view());
    let run = Run::new(0, 2).unwrap();
    let found = univariate_cox(&follow_up, genes, Ties::Efron, &run).unwrap();
    assert_eq!(
        (found.len(), table.texts("sample_id")),
        (4919, samples.texts("sample_id"))
    );
    let expected = Numbers::of(&expected);
    for (row, outcome) in found.iter().enumerate() {
        expected.check(row, outcome);
    }
}

/// Columns read once, as there are thousands of rows.
struct Numbers {
    coefficients: Vec<f64>,
    errors: Vec<f64>,
    p_values: Vec<f64>,
}

impl Numbers {
    fn of(columns: &Columns) -> Self {
        Self {
            coefficients: columns.numbers("coef"),
            errors: columns.numbers("se"),
            p_values: columns.numbers("p"),
        }
    }

    fn check(&self, row: usize, outcome: &CoxOutcome) {
        let found = outcome.estimate().expect("a model of every gene");
        agree(
            found.coefficient,
            self.coefficients[row],
            5,
            found.standard_error,
        );
        agree(found.standard_error, self.errors[row], 5, 0.0);
        // Five digits of the coefficient are five of a p value near 1, fewer far out.
        agree(found.p_value, self.p_values[row], 5, 1e-2);
    }
}
