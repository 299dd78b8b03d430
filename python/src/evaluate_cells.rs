//! Methods against each other on counts of single cells, as `imputome evaluate` does it.

use std::time::Instant;

use imputome::cells::{BASELINE, ON_LOGARITHMS, contestant};
use imputome::core::{Counts, Scale};
use imputome::evaluate::cells::{
    CellContest, CellCost, CellDataFacts, CellEvaluation, CellExperiment, CellLabels, CellMask,
    CellMethod, CellSummaryRow, Clock, TooMuchHidden, cell_summary,
};
use imputome::io::guess_scale_of_cells;
use imputome_report::PageContext;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Map, Value, json};

use crate::cells::Cells;
use crate::error::raised;
use crate::evaluate::expect_apart;
use crate::model::method_of;
use crate::work::{Conditions, off_interpreter};

/// What is asked of an evaluation of cells.
#[derive(FromPyObject)]
pub(crate) struct Asked {
    /// Name of the data in the report.
    name: String,
    /// The table of an AnnData that the counts are from.
    element: String,
    /// One of those of [`CellMask::ALL`] by name, the usual one where there is none.
    mask: Option<String>,
    /// How much is hidden, as usual for the mask where nothing is said.
    hide: Option<f64>,
    repeats: usize,
    /// A column of labels, and the label of each cell.
    labels: Option<(String, Vec<String>)>,
}

/// Hides counts, lets methods fill them and scores them; gives the evaluation and its summary as JSON and
/// the report as HTML. `methods` are labels with the JSON of each method; the baseline joins them.
#[pyfunction]
pub(crate) fn evaluate_cells(
    py: Python<'_>,
    cells: &Bound<'_, Cells>,
    methods: Vec<(String, String)>,
    asked: Asked,
    conditions: Conditions,
) -> PyResult<(String, String, String)> {
    let counts = &cells.get().counts;
    let (methods, baseline) = contestants(methods)?;
    let experiment = experiment(&asked, conditions.seed)?;
    expect_most_seen(&experiment, counts)?;
    let data = facts(&asked, counts)?;
    let labels = asked.labels.map(|(by, labels)| {
        CellLabels::of_kinds(&by, labels)
            .map_err(|wrong| PyValueError::new_err(format!("by {by:?}: {wrong}")))
    });
    let labels = labels.transpose()?;
    let started = Instant::now();
    let evaluation = off_interpreter(py, &conditions, |run| {
        let contest = CellContest {
            counts,
            data,
            methods: &methods(),
            baseline,
            labels,
            clock: &|| Clock {
                wall: started.elapsed().as_secs_f64(),
                cpu: processor_seconds(),
            },
            experiment,
        };
        contest.run(run)
    })?;
    Ok(told(&evaluation))
}

/// What was found and its summary as JSON, and the report as HTML.
fn told(evaluation: &CellEvaluation) -> (String, String, String) {
    let context = PageContext {
        version: env!("CARGO_PKG_VERSION").into(),
        ..PageContext::default()
    };
    let rows: Vec<Value> = cell_summary(evaluation).iter().map(row).collect();
    (
        found(evaluation).to_string(),
        Value::from(rows).to_string(),
        imputome_report::cell_page(evaluation, &context),
    )
}

/// Makes the methods, on the thread that uses them.
type Made = Box<dyn FnOnce() -> Vec<Box<dyn CellMethod>> + Send>;

/// The methods, the baseline among them; and its label.
fn contestants(methods: Vec<(String, String)>) -> PyResult<(Made, String)> {
    let methods = methods
        .into_iter()
        .map(|(label, method)| Ok((label, method_of(&method)?)));
    let mut methods = methods.collect::<PyResult<Vec<_>>>()?;
    if !methods.iter().any(|(_, method)| method.name() == BASELINE) {
        let method = imputome::Method::named(BASELINE).map_err(|error| raised(&error))?;
        methods.push((BASELINE.into(), method));
    }
    expect_apart(&methods)?;
    if let Some((_, method)) = methods
        .iter()
        .find(|(label, method)| contestant(label, method).is_none())
    {
        return Err(PyValueError::new_err(format!(
            "{} cannot fill counts of cells; deepimpute and {BASELINE} can; on logarithms, zeros as gaps, {}",
            method.name(),
            ON_LOGARITHMS.join(", ")
        )));
    }
    let baseline = methods.iter().find(|(_, method)| method.name() == BASELINE);
    let baseline = baseline.expect("it was added").0.clone();
    let made = move || {
        let made = methods
            .iter()
            .filter_map(|(label, method)| contestant(label, method));
        made.collect()
    };
    Ok((Box::new(made), baseline))
}

fn experiment(asked: &Asked, seed: u64) -> PyResult<CellExperiment> {
    let mask = match &asked.mask {
        None => CellMask::default(),
        Some(name) => {
            let found = CellMask::ALL.into_iter().find(|mask| mask.name() == name);
            found.ok_or_else(|| {
                PyValueError::new_err(format!(
                    "no mask of cells is called {name:?}; there are {}",
                    CellMask::ALL.map(CellMask::name).join(", ")
                ))
            })?
        }
    };
    let experiment = CellExperiment {
        mask,
        hide: asked.hide.unwrap_or_else(|| mask.usual()),
        repeats: asked.repeats,
        seed,
    };
    experiment.check().map_err(|error| raised(&error))?;
    Ok(experiment)
}

fn expect_most_seen(experiment: &CellExperiment, counts: &Counts) -> PyResult<()> {
    let name = experiment.mask.name();
    Err(PyValueError::new_err(
        match experiment.hides_too_much(counts) {
            None => return Ok(()),
            Some(TooMuchHidden::Share(share)) => format!(
                "mask={name:?}, hide={share} would hide more than half: too little would be left to learn from; hide a tenth, as usual: hide=0.1"
            ),
            Some(TooMuchHidden::Number {
                asked,
                hides,
                of,
                at_most,
            }) => format!(
                "mask={name:?}, hide={asked} would hide up to {hides} of the {of} counts that are not zero, more than half: too few would be left to learn from; {}",
                match at_most {
                    0 => "hide a share of the counts instead: mask=\"even\", hide=0.1".into(),
                    _ => format!(
                        "hide={at_most} at most, or a share of the counts: mask=\"even\", hide=0.1"
                    ),
                }
            ),
        },
    ))
}

/// What the report says of the data. Refused: values that are plainly not counts.
fn facts(asked: &Asked, counts: &Counts) -> PyResult<CellDataFacts> {
    let (scale, reason) = guess_scale_of_cells(counts);
    if matches!(scale, Scale::Log | Scale::Standardized) {
        return Err(PyValueError::new_err(format!(
            "{} does not look like counts: {reason}; name the layer that holds counts, or give a table of samples without gaps as a data frame: adata.to_df()",
            asked.element
        )));
    }
    Ok(CellDataFacts {
        name: asked.name.clone(),
        element: asked.element.clone(),
        scale: reason,
        cells: counts.n_cells(),
        genes: counts.n_genes(),
        entries: counts.n_entries(),
        remarks: Vec::new(),
    })
}

/// User and system time of this process so far; not a number where Python does not tell.
fn processor_seconds() -> f64 {
    let told = Python::attach(|py| {
        py.import("time")?
            .call_method0("process_time")?
            .extract::<f64>()
    });
    told.unwrap_or(f64::NAN)
}

/// Everything that was found, what each method took of it.
fn found(evaluation: &CellEvaluation) -> Value {
    let mut found = serde_json::to_value(evaluation).expect("an evaluation is plain data");
    found["costs"] = evaluation.costs.iter().map(cost).collect();
    found
}

fn cost(cost: &CellCost) -> Value {
    json!({
        "method": cost.method,
        "repeat": cost.repeat,
        "fit_seconds": cost.fit_seconds,
        "wall_seconds": cost.wall_seconds,
        "cpu_seconds": cost.cpu_seconds,
        "status": cost.status,
    })
}

/// A row of the summary: the mean of each score over repeats under its name.
fn row(row: &CellSummaryRow) -> Value {
    let mut fields = Map::new();
    fields.insert("method".into(), json!(row.method));
    fields.insert("repeats".into(), json!(row.repeats));
    for score in &row.scores {
        fields.insert(score.definition.name.into(), json!(score.mean));
    }
    fields.insert("wall_seconds".into(), json!(row.wall_seconds));
    fields.insert("cpu_seconds".into(), json!(row.cpu_seconds));
    fields.insert("failed".into(), json!(row.failed));
    Value::Object(fields)
}
