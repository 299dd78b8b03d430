//! What a file says of its cells.

use std::path::Path;

use super::hdf5::{Hdf5, is_hdf5};
use super::{refusal, text};
use crate::Result;

/// A column of text on cells: kinds of cells, batches. Nothing when the file is no h5ad or has no
/// such column; `NA` stands for what is missing.
pub(super) fn labels(path: &Path, name: &str, cells: usize) -> Result<Option<Vec<String>>> {
    if !path.is_file() || !is_hdf5(path)? {
        return Ok(None);
    }
    let file = Hdf5::open(path)?;
    let place = format!("obs/{name}");
    if !text::stands(&file, &place)? {
        return Ok(None);
    }
    let labels = text::column(&file, &place)?;
    if labels.len() == cells {
        return Ok(Some(labels));
    }
    Err(refusal::content(
        file.name(),
        &place,
        format!("{cells} labels, one for each cell"),
        format!("{}", labels.len()),
        "write the file again with anndata",
    ))
}
