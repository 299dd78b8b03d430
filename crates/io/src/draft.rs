//! Signatures first.
use std::path::Path;

use imputome_core::{Dataset, Weights};

use crate::*;

fn later<T>() -> Result<T> {
    Err(Error::Request("not written yet".into()))
}
/// Writes a table.
pub fn write_table(_target: &Target, _dataset: &Dataset, _layout: &Layout) -> Result<()> {
    later()
}
/// What filling did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Gaps filled.
    pub filled: u64,
    /// Gaps left as they were.
    pub left: u64,
}
/// Copies a table and replaces its gaps.
pub fn fill_table(
    _source: &Source,
    _target: &Target,
    _facts: &ReadFacts,
    _estimate: &(dyn Fn(usize, usize) -> Option<f32> + Sync),
) -> Result<Filled> {
    later()
}
/// Writes a model.
pub fn write_model(_path: &Path, _weights: &Weights) -> Result<()> {
    later()
}
/// Reads a model.
pub fn read_model(_path: &Path) -> Result<Weights> {
    later()
}
/// Writes a dataset.
pub fn write_dataset(_path: &Path, _dataset: &Dataset) -> Result<()> {
    later()
}
/// Reads a dataset.
pub fn read_dataset(_path: &Path) -> Result<Dataset> {
    later()
}
/// Hash of a file.
pub fn sha256_of_file(_path: &Path) -> Result<String> {
    later()
}
/// Writes bytes.
pub fn write_bytes(_path: &Path, _bytes: &[u8]) -> Result<()> {
    later()
}
/// Reads text.
pub fn read_text(_path: &Path) -> Result<String> {
    later()
}
