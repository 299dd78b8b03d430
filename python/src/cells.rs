//! Counts of single cells, and DeepImpute after it has learned from them.

use std::path::PathBuf;

use imputome::Method;
use imputome::cells::{CellPolicy, DeepImpute, cells_learned_from};
use imputome::core::{Counts, Names, SparseRows};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, ToPyArray};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::catalog::json_of;
use crate::error::{raised, raised_of_file};
use crate::model::method_of;
use crate::work::{Conditions, off_interpreter};

/// Counts of cells by genes, rows of entries that are not zero.
#[pyclass(frozen, module = "imputome._core")]
#[derive(Debug)]
pub(crate) struct Cells {
    pub(crate) counts: Counts,
}

#[pymethods]
impl Cells {
    /// Counts from the arrays of a SciPy matrix by rows.
    #[new]
    fn new(
        cells: Vec<String>,
        genes: Vec<String>,
        starts: PyReadonlyArray1<'_, i64>,
        columns: PyReadonlyArray1<'_, i32>,
        values: PyReadonlyArray1<'_, f32>,
    ) -> PyResult<Self> {
        let negative = |_| PyValueError::new_err("positions below 0 in the matrix");
        let starts = starts.as_array();
        let starts = starts.iter().map(|&start| usize::try_from(start));
        let columns = columns.as_array();
        let columns = columns.iter().map(|&column| u32::try_from(column));
        let rows = SparseRows {
            starts: starts.collect::<Result<_, _>>().map_err(negative)?,
            columns: columns.collect::<Result<_, _>>().map_err(negative)?,
            values: values.as_array().to_vec(),
        };
        let counts = || Counts::new(Names::new("cell", cells)?, Names::new("gene", genes)?, rows);
        Ok(Self {
            counts: counts().map_err(|error| raised(&error))?,
        })
    }
}

/// DeepImpute, fitted.
#[pyclass(frozen, module = "imputome._core")]
#[derive(Debug)]
pub(crate) struct CellModel {
    model: imputome::cells::CellModel,
}

/// Counts after imputation, as the arrays of a SciPy matrix by rows, and what became of cells and genes.
#[pyclass(frozen, get_all, module = "imputome._core")]
#[derive(Debug)]
pub(crate) struct ImputedCells {
    starts: Py<PyArray1<i64>>,
    columns: Py<PyArray1<i32>>,
    values: Py<PyArray1<f32>>,
    /// Zeros filled in each cell.
    filled_of_cells: Vec<u64>,
    /// Zeros filled in each gene.
    filled_of_genes: Vec<u64>,
    /// True for genes that are imputed.
    imputed: Vec<bool>,
    /// Why each other gene is not.
    left_out: Vec<String>,
    /// Estimates out of bounds and not used.
    refused: u64,
    /// What the user should know of the fit and of these cells.
    remarks: Vec<String>,
}

#[pymethods]
impl CellModel {
    /// Learns; `method` is JSON as `parse` gives it.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        method: &str,
        cells: &Bound<'_, Cells>,
        conditions: Conditions,
    ) -> PyResult<Self> {
        let Method::DeepImpute(settings) = method_of(method)? else {
            return Err(PyValueError::new_err("counts of cells are for deepimpute"));
        };
        let counts = &cells.get().counts;
        let model = off_interpreter(py, &conditions, |run| {
            if settings.cells == 1.0 {
                return imputome::cells::CellModel::fit(settings, counts, run);
            }
            // The share is drawn as the program draws it; what is drawn is learned from whole.
            let chosen = cells_learned_from(settings.cells, counts.n_cells(), run);
            let share = settings.cells;
            let settings = DeepImpute {
                cells: 1.0,
                ..settings
            };
            let model =
                imputome::cells::CellModel::fit(settings, &counts.select_cells(&chosen), run)?;
            Ok(model.with_share(share))
        })?;
        Ok(Self { model })
    }

    /// Imputes cells, genes matched by name; `policy` is restore, max or all.
    fn impute(
        &self,
        py: Python<'_>,
        cells: &Bound<'_, Cells>,
        policy: &str,
        conditions: Conditions,
    ) -> PyResult<ImputedCells> {
        let policy = CellPolicy::parse(policy).map_err(|error| raised(&error))?;
        let counts = &cells.get().counts;
        let mut windows = self
            .model
            .over(counts.genes(), policy)
            .map_err(|error| raised(&error))?;
        let imputed = off_interpreter(py, &conditions, |run| windows.impute(counts, run))?;
        let found = &imputed.counts;
        let mut starts = vec![0];
        let mut columns = Vec::with_capacity(found.n_entries());
        for cell in 0..found.n_cells() {
            // A SciPy matrix counts columns in signed numbers.
            columns.extend(found.row(cell).0.iter().map(|&column| column as i32));
            starts.push(columns.len() as i64);
        }
        Ok(ImputedCells {
            starts: starts.into_pyarray(py).unbind(),
            columns: columns.into_pyarray(py).unbind(),
            values: found.values().to_pyarray(py).unbind(),
            filled_of_cells: imputed.filled,
            filled_of_genes: windows.filled().to_vec(),
            imputed: windows.imputed(),
            left_out: windows.reasons(),
            refused: windows.refused(),
            remarks: windows.remarks(),
        })
    }

    /// Names of the genes learned from.
    fn genes(&self) -> Vec<String> {
        self.model.fitted().genes().to_vec()
    }

    /// The method and its settings as JSON.
    fn method(&self) -> String {
        json_of(&Method::DeepImpute(self.model.settings().clone()))
    }

    /// What the user should know of the fit.
    fn remarks(&self) -> Vec<String> {
        self.model.fitted().summary().remarks.clone()
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
        let model = imputome::cells::CellModel::from_weights(&weights);
        Ok(Self {
            model: model.map_err(|error| raised(&error))?,
        })
    }
}

/// True for a model file that was learned from counts of cells, and not from a table of samples.
#[pyfunction]
pub(crate) fn is_of_cells(path: PathBuf) -> PyResult<bool> {
    let weights = imputome::io::read_model(&path).map_err(|error| raised_of_file(&error))?;
    Ok(imputome::cells::CellModel::is_stored_in(&weights))
}
