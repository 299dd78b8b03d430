//! A table on its way from Python.

use std::collections::HashMap;

use imputome::Method;
use imputome::core::{Companion, Covariate, CovariateValues, Covariates, Dataset, Names, Scale};
use ndarray::{Array2, ArrayView1};
use numpy::{PyReadonlyArray2, PyReadwriteArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::error::raised;

/// A column of covariates: numbers, or names of levels.
#[derive(Debug, FromPyObject)]
pub(crate) enum Column {
    Numbers(Vec<Option<f64>>),
    Levels(Vec<Option<String>>),
}

/// Values of either precision, read where they lie.
#[derive(FromPyObject)]
pub(crate) enum Values<'py> {
    Single(PyReadonlyArray2<'py, f32>),
    Double(PyReadonlyArray2<'py, f64>),
}

/// Values of either precision, written where they lie.
#[derive(FromPyObject)]
pub(crate) enum Place<'py> {
    Single(PyReadwriteArray2<'py, f32>),
    Double(PyReadwriteArray2<'py, f64>),
}

/// Another assay of the same samples: name, values, names of its features.
type Assay<'py> = (String, Values<'py>, Vec<String>);

/// What is known of a table beside its values.
#[derive(FromPyObject)]
pub(crate) struct About<'py> {
    /// Names of the rows; made of what stands in them where there are none.
    samples: Option<Vec<String>>,
    genes: Vec<String>,
    covariates: Vec<(String, Column)>,
    groups: Option<Vec<String>>,
    companion: Option<Assay<'py>>,
    scale: String,
}

/// Expression of samples by genes, and what is known of them; entries that are not finite are gaps.
#[pyclass(frozen, module = "imputome._core")]
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) data: Dataset,
}

#[pymethods]
impl Table {
    #[new]
    fn new(values: Values<'_>, about: About<'_>) -> PyResult<Self> {
        let values = values.owned()?;
        let samples = match about.samples {
            Some(samples) => samples,
            None => names_by_content(&values),
        };
        let scale = scale(&about.scale)?;
        let companion = match about.companion {
            Some((name, values, features)) => Some((name, values.owned()?, features)),
            None => None,
        };
        let table = || {
            let rows = samples.len();
            let covariates = about.covariates.into_iter().map(covariate).collect();
            let samples = Names::new("sample", samples)?;
            let genes = Names::new("gene", about.genes)?;
            let mut data = Dataset::new(values, samples, genes)?
                .with_covariates(Covariates::new(rows, covariates)?)?;
            if let Some(groups) = about.groups {
                data = data.with_groups(groups)?;
            }
            if let Some((name, values, features)) = companion {
                let features = Names::new("feature", features)?;
                data = data.with_companions(vec![Companion::new(name, values, features)?])?;
            }
            data.scale = scale;
            Ok(data)
        };
        let data = table().map_err(|error| raised(&error))?;
        Ok(Self { data })
    }

    /// The method taken for this table when none is named.
    fn unnamed(&self) -> &'static str {
        Method::unnamed_for(&self.data).name()
    }
}

impl Values<'_> {
    /// A table of the library's own, in single precision.
    fn owned(&self) -> PyResult<Array2<f32>> {
        let values = match self {
            Self::Single(values) => return Ok(values.as_array().to_owned()),
            Self::Double(values) => values.as_array(),
        };
        let single = values.mapv(|value| value as f32);
        let mut both = values.iter().zip(&single);
        match both.find(|(double, single)| double.is_finite() && !single.is_finite()) {
            Some((beyond, _)) => Err(PyValueError::new_err(format!(
                "{beyond} is beyond single precision, in which the library computes; bring the table to another scale"
            ))),
            None => Ok(single),
        }
    }
}

fn covariate((name, column): (String, Column)) -> Covariate {
    let values = match column {
        Column::Numbers(values) => CovariateValues::Numeric(values),
        Column::Levels(values) => CovariateValues::Categorical(values),
    };
    Covariate { name, values }
}

fn scale(name: &str) -> PyResult<Scale> {
    let all = [
        Scale::Unknown,
        Scale::Counts,
        Scale::Tpm,
        Scale::Log,
        Scale::Standardized,
    ];
    let found = all.into_iter().find(|scale| scale.name() == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|scale| scale.name()).collect();
        PyValueError::new_err(format!(
            "no scale is called {name:?}; known: {}",
            names.join(", ")
        ))
    })
}

/// Names by which a row is known again wherever it stands: methods tell a sample they learned from
/// by its name, and a row of an array has none.
fn names_by_content(values: &Array2<f32>) -> Vec<String> {
    let mut seen: HashMap<u128, usize> = HashMap::new();
    let rows = values.rows().into_iter();
    rows.map(|row| {
        let mark = mark(row);
        let times = seen.entry(mark).or_default();
        *times += 1;
        format!("row_{mark:032x}_{times}")
    })
    .collect()
}

/// FNV-1a of 128 bits (Fowler, Noll and Vo) of a row, every gap alike.
fn mark(row: ArrayView1<'_, f32>) -> u128 {
    let bits = row.iter().map(|&value| match value.is_finite() {
        true => value.to_bits(),
        false => f32::NAN.to_bits(),
    });
    bits.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, bits| {
        (hash ^ u128::from(bits)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}
