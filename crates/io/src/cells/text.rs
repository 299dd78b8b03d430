//! Columns of text, however AnnData stored them.

use super::hdf5::{Hdf5, Node};
use super::refusal;
use crate::Result;

/// What stands for a text that is missing.
const MISSING: &str = "NA";

/// The names of the rows of a data frame.
pub(super) fn index(file: &Hdf5, frame: &str) -> Result<Vec<String>> {
    let group = match file.node(frame)? {
        Node::Group(group) => group,
        // Before version 0.7 anndata stored a data frame as an array of records.
        Node::Array(records) => {
            if let Some(names) = records.field("index")? {
                return Ok(names);
            }
            return Err(refusal::content(
                file.name(),
                frame,
                "a data frame with names of fixed length",
                "another array, as anndata stored one before version 0.7",
                "read and write it once with a newer anndata: anndata.read_h5ad(path).write_h5ad(path)",
            ));
        }
        Node::Nothing => return Err(file.refused(frame, "a data frame", "nothing")),
    };
    let attributes = file.attributes(frame, &group)?;
    let name = attributes.get("_index").and_then(|value| value.as_str());
    column(file, &format!("{frame}/{}", name.unwrap_or("_index")))
}

/// A column of text: an array of strings or whole numbers, strings with a mask, or categories.
pub(super) fn column(file: &Hdf5, path: &str) -> Result<Vec<String>> {
    match file.node(path)? {
        Node::Array(array) if array.is_text()? => array.texts(),
        Node::Array(array) => {
            let length = array.length()?;
            let numbers = array.integers(0..length)?;
            Ok(numbers.iter().map(ToString::to_string).collect())
        }
        Node::Group(_) => encoded(file, path),
        Node::Nothing => Err(file.refused(path, "a column of text", "nothing")),
    }
}

/// True when something stands at a path.
pub(super) fn stands(file: &Hdf5, path: &str) -> Result<bool> {
    Ok(!matches!(file.node(path)?, Node::Nothing))
}

fn encoded(file: &Hdf5, path: &str) -> Result<Vec<String>> {
    let (_, arrays) = file.children(path)?;
    let has = |name: &str| arrays.iter().any(|array| array == name);
    if has("values") && has("mask") {
        return masked(file, path);
    }
    if has("codes") && stands(file, &format!("{path}/categories"))? {
        return categorical(file, path);
    }
    Err(file.refused(
        path,
        "strings, strings with a mask, or categories",
        format!("a group of {arrays:?}"),
    ))
}

fn masked(file: &Hdf5, path: &str) -> Result<Vec<String>> {
    let mut values = column(file, &format!("{path}/values"))?;
    let mask = file.array(&format!("{path}/mask"))?;
    let missing = mask.integers(0..mask.length()?)?;
    if missing.len() != values.len() {
        let found = format!("{}", missing.len());
        return Err(mask.refused(format!("{} elements", values.len()), found));
    }
    for (value, _) in values.iter_mut().zip(missing).filter(|(_, m)| *m != 0) {
        *value = MISSING.into();
    }
    Ok(values)
}

fn categorical(file: &Hdf5, path: &str) -> Result<Vec<String>> {
    let categories = column(file, &format!("{path}/categories"))?;
    let codes = file.array(&format!("{path}/codes"))?;
    let level = |code: &i64| match usize::try_from(*code) {
        Ok(level) if level < categories.len() => Ok(categories[level].clone()),
        Ok(level) => Err(codes.refused(
            format!("codes below {}", categories.len()),
            level.to_string(),
        )),
        Err(_) => Ok(MISSING.into()),
    };
    let numbers = codes.integers(0..codes.length()?)?;
    numbers.iter().map(level).collect()
}
