//! Refusals of files of cells: where, what was expected, what stands there, what to do.

use crate::Error;

/// The advice for a file whose parts contradict one another.
pub(super) const DAMAGED: &str =
    "the file is damaged or was written wrongly: fetch or write it again";

/// The refusal of content at a place within a file.
pub(super) fn content(
    file: &str,
    place: &str,
    expected: impl Into<String>,
    found: impl Into<String>,
    advice: &str,
) -> Error {
    let place = match place {
        "" => String::new(),
        place => format!(", {place}"),
    };
    Error::Content {
        file: file.into(),
        place,
        expected: expected.into(),
        found: found.into(),
        advice: advice.into(),
    }
}

/// The refusal of a table that the core does not take.
pub(super) fn dataset(file: &str, source: imputome_core::Error) -> Error {
    Error::Dataset {
        file: file.into(),
        source,
    }
}
