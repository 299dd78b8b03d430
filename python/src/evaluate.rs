//! Methods against each other on a table, as `imputome evaluate` does it.

use std::collections::HashSet;

use imputome::core::{Dataset, Error, Imputation, Result, Run};
use imputome::evaluate::{
    Comparison, Cost, Evaluation, Experiment, Outcome, SummaryRow, Trial, Trials, summary,
};
use imputome::{Method, Model};
use imputome_report::PageContext;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Map, Value, json};

use crate::error::raised;
use crate::model::method_of;
use crate::table::Table;
use crate::work::{Conditions, off_interpreter};

/// Hides values, lets methods fill them and scores them; gives the evaluation and its summary as JSON
/// and the report as HTML. `methods` are labels with the JSON of each method, `experiment` is JSON of what
/// differs from the usual.
#[pyfunction]
pub(crate) fn evaluate(
    py: Python<'_>,
    name: &str,
    table: &Bound<'_, Table>,
    methods: Vec<(String, String)>,
    experiment: &str,
    conditions: Conditions,
) -> PyResult<(String, String, String)> {
    let experiment = experiment_of(experiment)?;
    let methods = methods
        .into_iter()
        .map(|(label, method)| Ok((label, method_of(&method)?)));
    let methods = methods.collect::<PyResult<Vec<_>>>()?;
    let data = &table.get().data;
    expect_apart(&methods)?;
    expect_companions(&methods, data)?;
    let evaluation = off_interpreter(py, &conditions, |run| {
        compared(name, data, &methods, &experiment, run)
    })?;
    let context = PageContext {
        version: env!("CARGO_PKG_VERSION").into(),
        ..PageContext::default()
    };
    let rows = summary(&evaluation);
    let rows: Vec<Value> = rows.iter().map(row).collect();
    Ok((
        serde_json::to_string(&evaluation).expect("an evaluation is plain data"),
        Value::from(rows).to_string(),
        imputome_report::page(&evaluation, &context),
    ))
}

fn experiment_of(changes: &str) -> PyResult<Experiment> {
    let wrong = |error: serde_json::Error| PyValueError::new_err(format!("experiment: {error}"));
    let changes: Map<String, Value> = serde_json::from_str(changes).map_err(wrong)?;
    let mut fields = serde_json::to_value(Experiment::default()).map_err(wrong)?;
    for (name, value) in changes {
        fields[name] = value;
    }
    let experiment: Experiment = serde_json::from_value(fields).map_err(wrong)?;
    experiment.check().map_err(|error| raised(&error))?;
    Ok(experiment)
}

/// Refuses a method named twice.
pub(crate) fn expect_apart(methods: &[(String, Method)]) -> PyResult<()> {
    let mut seen = HashSet::new();
    match methods.iter().find(|(label, _)| !seen.insert(label)) {
        None => Ok(()),
        Some((label, _)) => Err(PyValueError::new_err(format!(
            "method {label} is asked for twice; name it once"
        ))),
    }
}

/// Refuses a method that needs a companion where there is none.
fn expect_companions(methods: &[(String, Method)], data: &Dataset) -> PyResult<()> {
    let lacks = |method: &Method| method.needs_companion() && data.companions.is_empty();
    match methods.iter().find(|(_, method)| lacks(method)) {
        None => Ok(()),
        Some((_, method)) => Err(raised(&Error::NoCompanion {
            method: method.name().into(),
        })),
    }
}

fn compared(
    name: &str,
    data: &Dataset,
    methods: &[(String, Method)],
    experiment: &Experiment,
    run: &Run,
) -> Result<Evaluation> {
    let trials = Trials::new(data, experiment)?;
    let facts = methods.iter().map(|(label, method)| method.facts(label));
    let facts = facts.collect();
    let mut comparison = Comparison::new(name, &trials, facts);
    let seeds = Run::new(experiment.seed, 1)?;
    for trial in trials.iter() {
        let trial = trial?;
        for (label, method) in methods {
            run.proceed()?;
            let mut part = run.as_part(&format!("{label}: {}", trial.name()));
            part.seed = seeds.derived_seed(&trial.name());
            let outcome = match carried_out(method, &trial, &part) {
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(error) => Outcome::failed(error.to_string()),
                Ok(outcome) => outcome,
            };
            comparison.record(label, &trial, &outcome);
        }
    }
    Ok(comparison.finish())
}

fn carried_out(method: &Method, trial: &Trial, run: &Run) -> Result<Outcome> {
    let model = Model::fit(method.clone(), trial.train(), run)?;
    let tests = trial.tests.iter();
    let imputations = tests.map(|test| model.estimate(test.holdout.visible(), run));
    Ok(Outcome {
        imputations: Ok(imputations.collect::<Result<Vec<Imputation>>>()?),
        // The process is the user's: what one method takes of it is not known.
        cost: Cost::default(),
        summary: model.summary(),
    })
}

/// A row of the summary: what was done, and the mean of each metric over repeats under its name.
fn row(row: &SummaryRow) -> Value {
    let mut fields = Map::new();
    fields.insert("method".into(), json!(row.method));
    fields.insert("scenario".into(), json!(row.scenario));
    fields.insert("hidden".into(), json!(row.hidden));
    fields.insert("repeats".into(), json!(row.repeats));
    for metric in &row.metrics {
        fields.insert(metric.metric.clone(), json!(metric.mean));
    }
    fields.insert("failed".into(), json!(row.failed));
    Value::Object(fields)
}
