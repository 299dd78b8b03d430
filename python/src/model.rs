//! A method after it has learned from a table.

use std::path::PathBuf;

use imputome::core::{Dataset, Result, Run};
use imputome::{Completed, Method};
use ndarray::{ArrayView2, ArrayViewMut2, Axis, Zip, s};
use numpy::{IntoPyArray, PyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::{raised, raised_of_file};
use crate::table::{Place, Table};
use crate::work::{Conditions, off_interpreter};

/// Windows hold whole blocks of rows, of which no method takes larger ones: so its sums are those of the whole table.
const BLOCK_ROWS: usize = 1024;

/// Entries imputed at once where the result goes straight into an array, so that little stands in memory twice; ours.
const ENTRIES_AT_ONCE: usize = 1 << 26;

/// A fitted method of tables.
#[pyclass(frozen, module = "imputome._core")]
#[derive(Debug)]
pub(crate) struct Model {
    model: imputome::Model,
}

/// What became of the gaps of a table.
#[pyclass(frozen, get_all, module = "imputome._core")]
#[derive(Debug)]
pub(crate) struct Filled {
    /// The table with its gaps filled, where it was not written into an array.
    values: Option<Py<PyArray2<f32>>>,
    /// Standard deviation of each fill, 0 at measured entries, from methods that give one.
    spread: Option<Py<PyArray2<f32>>>,
    /// Gaps filled.
    filled: usize,
    /// Gaps left, in genes never seen measured.
    left: usize,
    /// What the user should know.
    remarks: Vec<String>,
}

#[pymethods]
impl Model {
    /// Learns; `method` is JSON as `parse` gives it.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        method: &str,
        table: &Bound<'_, Table>,
        conditions: Conditions,
    ) -> PyResult<Self> {
        let method = method_of(method)?;
        let data = &table.get().data;
        let model = off_interpreter(py, &conditions, |run| {
            imputome::Model::fit(method, data, run)
        })?;
        Ok(Self { model })
    }

    /// The gaps of a table over the same genes, filled.
    fn impute(
        &self,
        py: Python<'_>,
        table: &Bound<'_, Table>,
        conditions: Conditions,
    ) -> PyResult<Filled> {
        let data = &table.get().data;
        let completed = off_interpreter(py, &conditions, |run| self.model.impute(data, run))?;
        Ok(Filled {
            values: Some(completed.values.into_pyarray(py).unbind()),
            spread: completed
                .spread
                .map(|spread| spread.into_pyarray(py).unbind()),
            filled: completed.filled,
            left: completed.left,
            remarks: completed.remarks,
        })
    }

    /// The same, written into the gaps of `place`, an array of the table's shape; measured entries of it stay
    /// untouched. `entries` bounds what is imputed at once.
    #[pyo3(signature = (table, place, conditions, entries=ENTRIES_AT_ONCE))]
    fn fill(
        &self,
        py: Python<'_>,
        table: &Bound<'_, Table>,
        mut place: Place<'_>,
        conditions: Conditions,
        entries: usize,
    ) -> PyResult<Filled> {
        let data = &table.get().data;
        let windows = Windows {
            model: &self.model,
            data,
            rows: rows_at_once(&self.model, data, entries),
        };
        let tally = match &mut place {
            Place::Single(place) => {
                let place = place.as_array_mut();
                off_interpreter(py, &conditions, |run| {
                    windows.fill(place, run, |value| value)
                })
            }
            Place::Double(place) => {
                let place = place.as_array_mut();
                off_interpreter(py, &conditions, |run| windows.fill(place, run, f64::from))
            }
        }?;
        Ok(Filled {
            values: None,
            spread: None,
            filled: tally.filled,
            left: tally.left,
            remarks: tally.remarks,
        })
    }

    /// Names of the genes learned from.
    fn genes(&self) -> Vec<String> {
        self.model.preparation.genes.clone()
    }

    /// What the user should know of the fit.
    fn remarks(&self) -> Vec<String> {
        self.model.summary().remarks
    }

    /// The method and its settings as JSON.
    fn method(&self) -> String {
        serde_json::to_string(&self.model.method).expect("settings are plain data")
    }

    /// Writes a model file, data and no code.
    fn save(&self, path: PathBuf) -> PyResult<()> {
        imputome::io::write_model(&path, &self.model.to_weights())
            .map_err(|error| raised_of_file(&error))
    }

    /// Reads a model file, of Python, Rust or the program.
    #[staticmethod]
    fn load(path: PathBuf) -> PyResult<Self> {
        let weights = imputome::io::read_model(&path).map_err(|error| raised_of_file(&error))?;
        let model = imputome::Model::from_weights(&weights).map_err(|error| raised(&error))?;
        Ok(Self { model })
    }
}

/// The method of this JSON.
pub(crate) fn method_of(text: &str) -> PyResult<Method> {
    serde_json::from_str(text).map_err(|error| PyValueError::new_err(format!("settings: {error}")))
}

/// Rows whose fills do not depend on each other and so can be had one window after another; all of
/// them where a sample is filled from another one of the table.
fn rows_at_once(model: &imputome::Model, data: &Dataset, entries: usize) -> usize {
    match model.method {
        Method::BloodSurrogate(_) => data.n_samples(),
        _ => (entries / data.n_genes().max(1))
            .next_multiple_of(BLOCK_ROWS)
            .max(BLOCK_ROWS),
    }
}

/// A table imputed some rows at a time.
struct Windows<'a> {
    model: &'a imputome::Model,
    data: &'a Dataset,
    rows: usize,
}

#[derive(Default)]
struct Tally {
    filled: usize,
    left: usize,
    remarks: Vec<String>,
}

impl Windows<'_> {
    fn fill<T: Copy + Send>(
        &self,
        mut place: ArrayViewMut2<'_, T>,
        run: &Run,
        widened: impl Fn(f32) -> T,
    ) -> Result<Tally> {
        let mut tally = Tally::default();
        let samples = self.data.n_samples();
        for first in (0..samples).step_by(self.rows) {
            run.proceed()?;
            let end = (first + self.rows).min(samples);
            let completed = self.imputed(first, end, run)?;
            let gaps = self.data.measured.0.slice(s![first..end, ..]);
            let window = place.slice_axis_mut(Axis(0), (first..end).into());
            fill_gaps(window, gaps, completed.values.view(), &widened);
            tally.filled += completed.filled;
            tally.left += completed.left;
            for remark in completed.remarks {
                if !tally.remarks.contains(&remark) {
                    tally.remarks.push(remark);
                }
            }
        }
        Ok(tally)
    }

    fn imputed(&self, first: usize, end: usize, run: &Run) -> Result<Completed> {
        if end - first == self.data.n_samples() {
            return self.model.impute(self.data, run);
        }
        let rows: Vec<usize> = (first..end).collect();
        self.model.impute(&self.data.select_samples(&rows), run)
    }
}

fn fill_gaps<T: Copy>(
    place: ArrayViewMut2<'_, T>,
    measured: ArrayView2<'_, bool>,
    values: ArrayView2<'_, f32>,
    widened: impl Fn(f32) -> T,
) {
    Zip::from(place)
        .and(measured)
        .and(values)
        .for_each(|place, &measured, &value| {
            if !measured {
                *place = widened(value);
            }
        });
}
