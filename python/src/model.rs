//! A method after it has learned from a table.

use std::path::PathBuf;

use imputome::core::lent::Entry;
use imputome::core::{About, LentTable, Result, Run};
use imputome::{CompanionQuantiles, Method, Tally};
use ndarray::ArrayViewMut2;
use numpy::{IntoPyArray, PyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::catalog::json_of;
use crate::error::{raised, raised_of_file};
use crate::table::{Known, Place, Table, Values};
use crate::work::{Conditions, off_interpreter};

/// A fitted method of tables.
#[pyclass(frozen, module = "imputome._core")]
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) model: imputome::Model,
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

    /// Learns from an array where it lies; `method` is JSON as `parse` gives it.
    #[staticmethod]
    fn fit_lent(
        py: Python<'_>,
        method: &str,
        values: Values<'_>,
        known: &Bound<'_, Known>,
        conditions: Conditions,
    ) -> PyResult<Self> {
        let method = method_of(method)?;
        let about = &known.get().about;
        let model = match &values {
            Values::Single(values) => {
                let values = values.as_array();
                off_interpreter(py, &conditions, |run| {
                    imputome::Model::fit_lent(method, LentTable::new(values, about)?, run)
                })
            }
            Values::Double(values) => {
                let values = values.as_array();
                off_interpreter(py, &conditions, |run| {
                    imputome::Model::fit_lent(method, LentTable::new(values, about)?, run)
                })
            }
        }?;
        Ok(Self { model })
    }

    /// Learns beginning with what another cohort taught `start`; `method` is JSON as `parse` gives it.
    #[staticmethod]
    fn tune(
        py: Python<'_>,
        start: &Bound<'_, Self>,
        method: &str,
        table: &Bound<'_, Table>,
        conditions: Conditions,
    ) -> PyResult<Self> {
        let method = method_of(method)?;
        let (start, data) = (&start.get().model, &table.get().data);
        let model = off_interpreter(py, &conditions, |run| {
            imputome::Model::fit_from(start, method, data, run)
        })?;
        Ok(Self { model })
    }

    /// The same model taking companions at the quantiles of those that it, or its source, was learned from.
    fn at_quantiles_of_source(&self) -> PyResult<Self> {
        let copy = imputome::Model::from_weights(&self.model.to_weights());
        let model =
            copy.and_then(|model| model.with_companion_quantiles(CompanionQuantiles::Source));
        Ok(Self {
            model: model.map_err(|error| raised(&error))?,
        })
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

    /// The gaps of an array over the same genes, filled where they lie; measured entries stay untouched.
    /// `entries` is about how many are imputed at once, where the method leaves the choice.
    #[pyo3(signature = (place, known, conditions, entries=None))]
    fn fill(
        &self,
        py: Python<'_>,
        mut place: Place<'_>,
        known: &Bound<'_, Known>,
        conditions: Conditions,
        entries: Option<usize>,
    ) -> PyResult<Filled> {
        let about = &known.get().about;
        let tally = match &mut place {
            Place::Single(place) => {
                let place = place.as_array_mut();
                off_interpreter(py, &conditions, |run| {
                    filled(&self.model, place, about, entries, run)
                })
            }
            Place::Double(place) => {
                let place = place.as_array_mut();
                off_interpreter(py, &conditions, |run| {
                    filled(&self.model, place, about, entries, run)
                })
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
        json_of(&self.model.method)
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

fn filled<T: Entry>(
    model: &imputome::Model,
    place: ArrayViewMut2<'_, T>,
    about: &About,
    entries: Option<usize>,
    run: &Run,
) -> Result<Tally> {
    match entries {
        Some(entries) => model.fill_lent_by(entries, place, about, run),
        None => model.fill_lent(place, about, run),
    }
}
