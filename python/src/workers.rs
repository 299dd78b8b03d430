//! Workers that Python brings, and what runs on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use imputome::CompanionQuantiles;
use imputome::core::{Error, Result, Workers};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::model::{Model, method_of};
use crate::table::Table;
use crate::work::{Conditions, off_interpreter};

/// Workers of Python: their `carry_out(part, common, tasks)` gives pairs of a task's number and its outcome as they
/// come, and `None` now and then.
#[derive(Debug)]
pub(crate) struct Crew {
    crew: Py<PyAny>,
    cancelled: Arc<AtomicBool>,
}

impl Crew {
    pub(crate) fn new(crew: Py<PyAny>, cancelled: Arc<AtomicBool>) -> Self {
        Self { crew, cancelled }
    }

    fn gathered(
        &self,
        py: Python<'_>,
        (part, common, tasks): (&str, &[u8], &[Vec<u8>]),
        finished: &dyn Fn(usize),
    ) -> PyResult<Option<Vec<Vec<u8>>>> {
        let mut outcomes = vec![Vec::new(); tasks.len()];
        let tasks: Vec<_> = tasks.iter().map(|task| PyBytes::new(py, task)).collect();
        let coming = self
            .crew
            .bind(py)
            .call_method1("carry_out", (part, PyBytes::new(py, common), tasks))?;
        let mut there = 0;
        for item in coming.try_iter()? {
            if let Some((number, outcome)) = item?.extract::<Option<(usize, Vec<u8>)>>()? {
                outcomes[number] = outcome;
                there += 1;
                finished(there);
            }
            if self.cancelled.load(Ordering::Relaxed) {
                coming.call_method0("close")?;
                return Ok(None);
            }
        }
        Ok(Some(outcomes))
    }
}

impl Workers for Crew {
    fn carry_out(
        &self,
        part: &str,
        common: Vec<u8>,
        tasks: Vec<Vec<u8>>,
        finished: &dyn Fn(usize),
    ) -> Result<Vec<Vec<u8>>> {
        let outcomes = Python::attach(|py| self.gathered(py, (part, &common, &tasks), finished));
        match outcomes {
            Ok(outcomes) => outcomes.ok_or(Error::Interrupted),
            Err(error) => Err(Error::Unusable(format!("workers: {error}"))),
        }
    }
}

/// The outcome of a task that a fit gave away: what runs on a worker.
#[pyfunction]
pub(crate) fn carry_out<'py>(
    py: Python<'py>,
    part: &str,
    common: &[u8],
    task: &[u8],
    conditions: Conditions,
) -> PyResult<Bound<'py, PyBytes>> {
    let outcome = off_interpreter(py, &conditions, |run| {
        imputome::parts::carry_out(part, common, task, run)
    })?;
    Ok(PyBytes::new(py, &outcome))
}

/// A model of `method` (JSON as `parse` gives it) for each table, begun with `start` where there is one and companions at
/// the quantiles of its source where asked for.
#[pyfunction]
pub(crate) fn fit_cohorts(
    py: Python<'_>,
    method: &str,
    tables: Vec<PyRef<'_, Table>>,
    start: Option<PyRef<'_, Model>>,
    at_quantiles_of_source: bool,
    conditions: Conditions,
) -> PyResult<Vec<Model>> {
    let method = method_of(method)?;
    let cohorts = tables.iter().map(|table| table.data.clone()).collect();
    let start = start.as_ref().map(|start| &start.model);
    let quantiles = match at_quantiles_of_source {
        true => CompanionQuantiles::Source,
        false => CompanionQuantiles::Own,
    };
    let models = off_interpreter(py, &conditions, |run| {
        imputome::fit_cohorts(&method, cohorts, start, quantiles, run)
    })?;
    Ok(models.into_iter().map(|model| Model { model }).collect())
}
