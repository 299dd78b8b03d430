//! A small table of text, as covariates come.

use crate::fields::Splitter;
use crate::lines::Lines;
use crate::preamble::{guess_delimiter, texts};
use crate::{Error, Result, Source};

/// A table of text with a header line.
#[derive(Clone, Debug)]
pub(crate) struct TextTable {
    /// The file as the user named it.
    pub(crate) file: String,
    /// Names of the columns.
    pub(crate) header: Vec<String>,
    /// The lines, each with as many fields as the header.
    pub(crate) rows: Vec<Vec<String>>,
    /// Number of each line in the file, counted from 1.
    pub(crate) numbers: Vec<u64>,
}

/// Reads a table of text. Refused when it has no line of values or is ragged.
pub(crate) fn read(source: &Source) -> Result<TextTable> {
    let mut lines = Lines::open(source)?;
    let file = source.name();
    let header = lines.take_line()?.unwrap_or_default();
    let at = lines.number();
    let Some(first) = lines.peek_line()?.map(<[u8]>::to_vec) else {
        return Err(Error::Content {
            file,
            place: format!(", after line {at}"),
            expected: "lines of values after the header".into(),
            found: "the end of the file".into(),
            advice: "give a table with one line per sample".into(),
        });
    };
    let splitter = Splitter {
        delimiter: guess_delimiter(&file, &header, &first)?.byte(),
        quotes: true,
    };
    let mut table = TextTable {
        header: texts(&file, at, splitter, &header)?,
        file,
        rows: Vec::new(),
        numbers: Vec::new(),
    };
    if texts(&table.file, at + 1, splitter, &first)?.len() == table.header.len() + 1 {
        // R leaves the header of the line names out.
        table.header.insert(0, "line name".into());
    }
    while let Some(line) = lines.take_line()? {
        let fields = texts(&table.file, lines.number(), splitter, &line)?;
        if fields.len() != table.header.len() {
            return Err(Error::Content {
                file: table.file,
                place: format!(", line {}", lines.number()),
                expected: format!("{} fields", table.header.len()),
                found: fields.len().to_string(),
                advice: "check for a missing or doubled delimiter".into(),
            });
        }
        table.rows.push(fields);
        table.numbers.push(lines.number());
    }
    Ok(table)
}

impl TextTable {
    /// Position of a column by name. Refused with the known names when there is none.
    pub(crate) fn column(&self, name: &str) -> Result<usize> {
        self.header.iter().position(|h| h == name).ok_or_else(|| {
            Error::Request(format!(
                "{}: no column is called {name:?}; it has {}",
                self.file,
                self.header.join(", ")
            ))
        })
    }
}
