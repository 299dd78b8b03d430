//! A table on its way from Python.

use std::collections::HashMap;

use imputome::Method;
use imputome::core::lent::Entry;
use imputome::core::{Companion, Covariate, CovariateValues, Covariates, Dataset, Names, Scale};
use ndarray::{ArrayView1, ArrayView2};
use numpy::{Element, PyReadonlyArray2, PyReadwriteArray2};
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

/// What is known of an array beside its values, with names for its rows.
#[pyclass(frozen, module = "imputome._core")]
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) about: imputome::core::About,
}

#[pymethods]
impl Known {
    /// Refused where values are beyond single precision.
    #[new]
    fn new(values: Values<'_>, about: About<'_>) -> PyResult<Self> {
        let about = match &values {
            Values::Single(values) => about.of(values.as_array())?,
            Values::Double(values) => about.of(values.as_array())?,
        };
        Ok(Self { about })
    }
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
        let data = match &values {
            Values::Single(values) => table(values.as_array(), about)?,
            Values::Double(values) => table(values.as_array(), about)?,
        };
        Ok(Self { data })
    }

    /// The method taken for this table when none is named.
    fn unnamed(&self) -> &'static str {
        Method::unnamed_for(&self.data).name()
    }
}

/// A table of the library's own.
fn table<T: Number>(values: ArrayView2<'_, T>, about: About<'_>) -> PyResult<Dataset> {
    let about = about.of(values)?;
    about
        .table(values.mapv(T::single))
        .map_err(|error| raised(&error))
}

impl About<'_> {
    /// What is known of an array; refused where values are beyond single precision.
    fn of<T: Number>(self, values: ArrayView2<'_, T>) -> PyResult<imputome::core::About> {
        expect_single(values)?;
        let samples = match self.samples {
            Some(samples) => samples,
            None => names_by_content(values),
        };
        let scale = scale(&self.scale)?;
        let companions = match self.companion {
            Some((name, values, features)) => vec![companion(name, &values, features)?],
            None => Vec::new(),
        };
        let rows = samples.len();
        let covariates = self.covariates.into_iter().map(covariate).collect();
        let about = || {
            Ok(imputome::core::About {
                samples: Names::new("sample", samples)?,
                genes: Names::new("gene", self.genes)?,
                covariates: Covariates::new(rows, covariates)?,
                groups: self.groups,
                scale,
                companions,
            })
        };
        about().map_err(|error| raised(&error))
    }
}

/// An entry of either precision.
pub(crate) trait Number: Entry + Into<f64> + Element {}

impl Number for f32 {}

impl Number for f64 {}

fn companion(name: String, values: &Values<'_>, features: Vec<String>) -> PyResult<Companion> {
    let values = match values {
        Values::Single(values) => values.as_array().to_owned(),
        Values::Double(values) => {
            expect_single(values.as_array())?;
            values.as_array().mapv(f64::single)
        }
    };
    Names::new("feature", features)
        .and_then(|features| Companion::new(name, values, features))
        .map_err(|error| raised(&error))
}

fn expect_single<T: Number>(values: ArrayView2<'_, T>) -> PyResult<()> {
    let is_beyond = |value: &&T| {
        let double: f64 = (**value).into();
        double.is_finite() && !value.single().is_finite()
    };
    match values.iter().find(is_beyond) {
        None => Ok(()),
        Some(&beyond) => Err(PyValueError::new_err(format!(
            "{} is beyond single precision, in which the library computes; bring the table to another scale",
            Into::<f64>::into(beyond)
        ))),
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
fn names_by_content<T: Number>(values: ArrayView2<'_, T>) -> Vec<String> {
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

/// FNV-1a of 128 bits (Fowler, Noll and Vo) of a row in single precision, every gap alike.
fn mark<T: Number>(row: ArrayView1<'_, T>) -> u128 {
    let bits = row.iter().map(|value| match value.single() {
        value if value.is_finite() => value.to_bits(),
        _ => f32::NAN.to_bits(),
    });
    bits.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, bits| {
        (hash ^ u128::from(bits)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}
