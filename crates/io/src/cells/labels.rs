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
        labels.len().to_string(),
        "write the file again with anndata",
    ))
}

/// Names of the columns on cells, sorted; none when the file is no h5ad.
pub(super) fn columns(path: &Path) -> Result<Vec<String>> {
    if !path.is_file() || !is_hdf5(path)? {
        return Ok(Vec::new());
    }
    let file = Hdf5::open(path)?;
    if !text::stands(&file, "obs")? {
        return Ok(Vec::new());
    }
    let (groups, arrays) = file.children("obs")?;
    let mut columns: Vec<String> = groups.into_iter().chain(arrays).collect();
    columns.retain(|name| name != "_index" && name != "__categories");
    columns.sort_unstable();
    Ok(columns)
}
