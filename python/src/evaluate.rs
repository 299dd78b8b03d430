//! Methods against each other on a table, as `imputome evaluate` does it.

use std::collections::HashSet;

use imputome::evaluate::{Experiment, SummaryRow, summary};
use imputome::{Contest, Method};
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
    let contest = Contest::new(name, &table.get().data, &methods, &experiment);
    let contest = contest.map_err(|error| raised(&error))?;
    let evaluation = off_interpreter(py, &conditions, |run| contest.hold(run))?;
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
