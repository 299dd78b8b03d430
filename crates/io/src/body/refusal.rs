//! Why a line was refused, and where it stands.

use super::TableLines;
use crate::Error;
use crate::preamble::{LineShape, Preamble, shortened};

/// Why a line was refused.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Line within its block, counted from 0.
    line: u64,
    /// Name of the line, when it was read.
    name: Option<String>,
    /// The value refused, counted from 0; nothing when the line as a whole is.
    value: Option<usize>,
    expected: String,
    found: String,
    advice: String,
}

pub(super) fn unreadable_name(raw: &[u8], lines: &TableLines) -> Box<Refusal> {
    let found = format!("{:?}", shortened(&String::from_utf8_lossy(raw)));
    refuse(
        lines,
        None,
        "text in UTF-8",
        &found,
        "save the file as UTF-8",
    )
}

pub(super) fn ragged(line: &[u8], shape: &LineShape, lines: &TableLines) -> Box<Refusal> {
    let found = shape.splitter.split(line).map_or(0, |fields| fields.len());
    let advice = if found == shape.fields() {
        "a delimiter may end every line or none; make the lines alike"
    } else {
        "check for a missing or doubled delimiter, for a decimal comma, or for a line broken off"
    };
    let expected = format!("{} fields", shape.fields());
    refuse(lines, None, &expected, &found.to_string(), advice)
}

/// A refusal of the line being parsed.
pub(super) fn refuse(
    lines: &TableLines,
    value: Option<usize>,
    expected: &str,
    found: &str,
    advice: &str,
) -> Box<Refusal> {
    let named = lines.names.len() == lines.numbers.len();
    Box::new(Refusal {
        line: lines.seen,
        name: lines.names.last().filter(|_| named).cloned(),
        value,
        expected: expected.into(),
        found: found.into(),
        advice: advice.into(),
    })
}

impl Refusal {
    /// The refusal with its place in the file.
    pub(super) fn at(self, file: &str, lines_before: u64, preamble: &Preamble) -> Error {
        let mut place = format!(", line {}", lines_before + self.line + 1);
        if let Some(name) = &self.name {
            place.push_str(&format!(" ({:?})", shortened(name)));
        }
        if let Some(value) = self.value {
            let (column, name) = preamble.column_of_value(value);
            place.push_str(&format!(", column {column} ({:?})", shortened(name)));
        }
        Error::Content {
            file: file.into(),
            place,
            expected: self.expected,
            found: self.found,
            advice: self.advice.into(),
        }
    }
}
