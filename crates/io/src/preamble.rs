//! What stands before the values: format, delimiter, header, metadata of columns.

use std::collections::HashMap;

use crate::fields::Splitter;
use crate::lines::Lines;
use crate::{Error, Format, Layout, LineText, ReadOptions, Result};

mod delimited;
mod gct;

pub(crate) use delimited::guess_delimiter;

/// Names for the header of a column of sample names, in lower case.
pub(crate) const SAMPLE_HEADERS: [&str; 14] = [
    "sample_id",
    "sample",
    "samples",
    "sampid",
    "sampleid",
    "cell_id",
    "cell",
    "cells",
    "barcode",
    "donor_id",
    "donor",
    "patient",
    "subject",
    "run",
];
/// Names for the header of a column of gene names, in lower case.
pub(crate) const GENE_HEADERS: [&str; 16] = [
    "gene_id",
    "gene",
    "genes",
    "geneid",
    "gene_name",
    "gene_symbol",
    "symbol",
    "hgnc_symbol",
    "hugo_symbol",
    "hybridization ref",
    "ensembl",
    "ensembl_id",
    "ensembl_gene_id",
    "probe",
    "probe_id",
    "feature",
];

/// What stands before the values.
#[derive(Clone, Debug)]
pub(crate) struct Preamble {
    /// The kind of text table.
    pub(crate) format: Format,
    /// Header of the column of line names; `None` where the header has no field for it.
    pub(crate) index_header: Option<String>,
    /// Names of the columns of values.
    pub(crate) columns: Vec<String>,
    /// Headers of the columns of text.
    pub(crate) text_headers: Vec<String>,
    /// One text per column of values, as GCT 1.3 has them.
    pub(crate) column_texts: Vec<LineText>,
    /// Number of lines of values that the header declares.
    pub(crate) declared_lines: Option<u64>,
    /// Number of the header line, counted from 1.
    pub(crate) header_line: u64,
    /// How a line of values is built.
    pub(crate) shape: LineShape,
}

/// How a line of values is built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineShape {
    /// How its fields are told apart.
    pub(crate) splitter: Splitter,
    /// What separates whole from fraction.
    pub(crate) decimal: crate::Decimal,
    /// Fields before the values, of which one is the name.
    pub(crate) leading: usize,
    /// Which of them is the name.
    pub(crate) name_at: usize,
    /// Fields of values.
    pub(crate) values: usize,
    /// True where every line ends with a delimiter.
    pub(crate) trailing: bool,
}

impl LineShape {
    /// Fields of a line.
    pub(crate) fn fields(&self) -> usize {
        self.leading + self.values + usize::from(self.trailing)
    }
}

/// Reads what stands before the values.
pub(crate) fn read(lines: &mut Lines, options: &ReadOptions) -> Result<Preamble> {
    let Some(first) = lines.take_line()? else {
        return Err(header_alone(lines));
    };
    let preamble = match first.trim_ascii_end() {
        b"#1.2" => gct::read(lines, Format::Gct12)?,
        b"#1.3" => gct::read(lines, Format::Gct13)?,
        _ => delimited::read(lines, &first, options)?,
    };
    expect_unique_columns(lines, &preamble)?;
    if lines.peek_line()?.is_none() {
        return Err(header_alone(lines));
    }
    Ok(preamble)
}

/// The fields of a line as text.
pub(crate) fn texts(
    file: &str,
    line: u64,
    splitter: Splitter,
    bytes: &[u8],
) -> Result<Vec<String>> {
    let refuse = |expected: &str, advice: &str| Error::Content {
        file: file.into(),
        place: format!(", line {line}"),
        expected: expected.into(),
        found: format!("{:?}", shortened(&String::from_utf8_lossy(bytes))),
        advice: advice.into(),
    };
    let fields = splitter.split(bytes).ok_or_else(|| {
        refuse(
            "a closing quote on the same line",
            "close the quote, or write a quote inside a field as two",
        )
    })?;
    let text = |raw: &[u8]| {
        String::from_utf8(splitter.unquoted(raw).into_owned())
            .map_err(|_| refuse("text in UTF-8", "save the file as UTF-8"))
    };
    fields.into_iter().map(text).collect()
}

/// The first characters of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    /// Characters shown of a text in a message; ours, about half a line.
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN {
        return text.into();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}

fn expect_unique_columns(lines: &Lines, preamble: &Preamble) -> Result<()> {
    let header = preamble.header_line;
    let first_field = match preamble.index_header {
        Some(_) => preamble.shape.leading,
        None => 0,
    };
    let refuse = |place: String, expected: &str, found: String, advice: &str| Error::Content {
        file: lines.file().into(),
        place: format!(", line {header}, {place}"),
        expected: expected.into(),
        found,
        advice: advice.into(),
    };
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(preamble.columns.len());
    for (position, name) in preamble.columns.iter().enumerate() {
        let column = first_field + position + 1;
        if name.trim().is_empty() {
            return Err(refuse(
                format!("column {column}"),
                "a name",
                "an empty field".into(),
                "name the column, or take it out of every line",
            ));
        }
        if let Some(first) = seen.insert(name, column) {
            return Err(refuse(
                format!("columns {first} and {column}"),
                "names that stand once only",
                format!("{name:?} twice"),
                "make the names unique, or keep one of the columns",
            ));
        }
    }
    Ok(())
}

fn header_alone(lines: &Lines) -> Error {
    Error::Content {
        file: lines.file().into(),
        place: format!(", after line {}", lines.number()),
        expected: "lines of values after the header".into(),
        found: "the end of the file".into(),
        advice: "give a table with at least one line of values".into(),
    }
}

impl Preamble {
    /// The column of a value field for messages, counted from 1, and its name.
    pub(crate) fn column_of_value(&self, value: usize) -> (usize, &str) {
        (self.shape.leading + value + 1, &self.columns[value])
    }

    /// The layout of the table, given what its lines turned out to be.
    pub(crate) fn layout(&self, rows: crate::Orientation, line_texts: Vec<LineText>) -> Layout {
        Layout {
            format: self.format,
            rows,
            decimal: self.shape.decimal,
            index_header: self.index_header.clone(),
            line_texts,
            column_texts: self.column_texts.clone(),
            text_lines: Vec::new(),
            text_columns: Vec::new(),
            gap: String::new(),
        }
    }
}
