//! The path from a file to a completed table, for programs of your own.

use std::path::Path;

use imputome_core::prepare::Normalization;
use imputome_core::{Dataset, Result, Run};
use imputome_io::{CovariateOptions, ReadOptions, Source, read_table};

use crate::{Completed, Method, Model};

/// The table in a file (CSV, TSV or GCT, plain or compressed), everything about it guessed from
/// what it holds. [`io::read_table`](imputome_io::read_table) takes options and says what it
/// decided.
pub fn read(table: impl AsRef<Path>) -> imputome_io::Result<Dataset> {
    let source = Source::Path(table.as_ref().to_path_buf());
    Ok(read_table(&source, &ReadOptions::default())?.dataset)
}

/// The table in a file with the covariates of another, joined by sample id.
pub fn read_with_covariates(
    table: impl AsRef<Path>,
    covariates: impl AsRef<Path>,
) -> imputome_io::Result<Dataset> {
    let source = Source::Path(table.as_ref().to_path_buf());
    let covariates = CovariateOptions {
        source: Source::Path(covariates.as_ref().to_path_buf()),
        categorical: Vec::new(),
        numeric: Vec::new(),
    };
    let options = ReadOptions {
        covariates: Some(covariates),
        ..ReadOptions::default()
    };
    Ok(read_table(&source, &options)?.dataset)
}

/// The table with its gaps filled by a method that learns from the table itself (the in-place
/// scenario, section 3.3 of the PMI paper).
pub fn impute(data: &Dataset, method: Method, run: &Run) -> Result<Completed> {
    Model::fit(method, data, run)?.impute(data, run)
}

/// The same, learned from normalized values and brought back to the scale of the table.
pub fn impute_normalized(
    data: &Dataset,
    method: Method,
    normalization: &Normalization,
    run: &Run,
) -> Result<Completed> {
    Model::fit_normalized(method, normalization, data, run)?.impute(data, run)
}
