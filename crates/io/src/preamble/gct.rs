//! The first lines of GCT 1.2 and 1.3.
//!
//! Source: Broad Institute, GenePattern file formats (GCT 1.2) and GCT 1.3 of the Connectivity
//! Map. GTEx tables per tissue have one more column before `Name`; it is kept as text.

use super::{LineShape, Preamble, texts};
use crate::fields::Splitter;
use crate::lines::Lines;
use crate::{Decimal, Error, Format, LineText, Result};

/// GCT knows no quotes.
pub(crate) const SPLITTER: Splitter = Splitter {
    delimiter: b'\t',
    quotes: false,
};

/// What the second line declares.
struct Declared {
    lines: u64,
    columns: usize,
    text_columns: usize,
    text_lines: usize,
}

/// Reads the lines after the version.
pub(super) fn read(lines: &mut Lines, format: Format) -> Result<Preamble> {
    let declared = read_declared(lines, format)?;
    let mut header = take_fields(lines, "the header line")?;
    while header.len() > 2 && header.last().is_some_and(String::is_empty) {
        header.pop();
    }
    let header_line = lines.number();
    let name_at = usize::from(format == Format::Gct12 && has_id_before_name(&header));
    let leading = (1 + name_at).saturating_add(declared.text_columns);
    let found = header.len().checked_sub(leading);
    if found != Some(declared.columns) || declared.columns == 0 {
        return Err(refusal(
            lines,
            format!(
                "{} columns of values, as line 2 declares",
                declared.columns.max(1)
            ),
            found.unwrap_or(0).to_string(),
        ));
    }
    let columns = header.split_off(leading);
    let index_header = Some(header.remove(name_at));
    let column_texts = (0..declared.text_lines)
        .map(|_| read_column_text(lines, &declared))
        .collect::<Result<_>>()?;
    Ok(Preamble {
        format,
        index_header,
        text_headers: header,
        column_texts,
        declared_lines: Some(declared.lines),
        header_line,
        shape: LineShape {
            splitter: SPLITTER,
            decimal: Decimal::Point,
            leading,
            name_at,
            values: columns.len(),
            trailing: false,
        },
        columns,
    })
}

fn has_id_before_name(header: &[String]) -> bool {
    matches!(header, [id, name, ..] if id == "id" && name == "Name")
}

fn read_declared(lines: &mut Lines, format: Format) -> Result<Declared> {
    let fields = take_fields(lines, "the shape of the table")?;
    let numbers: Option<Vec<usize>> = fields
        .iter()
        .map(|field| field.trim())
        .filter(|field| !field.is_empty())
        .map(|field| field.parse().ok())
        .collect();
    match (format, numbers.as_deref()) {
        (Format::Gct13, Some(&[lines, columns, text_columns, text_lines])) => Ok(Declared {
            lines: lines as u64,
            columns,
            text_columns,
            text_lines,
        }),
        (Format::Gct12, Some(&[lines, columns])) => Ok(Declared {
            lines: lines as u64,
            columns,
            text_columns: 1,
            text_lines: 0,
        }),
        _ => Err(refusal(
            lines,
            match format {
                Format::Gct13 => "four whole numbers (genes, samples, columns and lines of text)",
                _ => "two whole numbers (genes, samples)",
            }
            .into(),
            format!("{:?}", super::shortened(&fields.join(" "))),
        )),
    }
}

fn read_column_text(lines: &mut Lines, declared: &Declared) -> Result<LineText> {
    let mut fields = take_fields(lines, "a line of sample metadata")?;
    let leading = 1 + declared.text_columns;
    if fields.len() != leading + declared.columns {
        return Err(refusal(
            lines,
            format!("{} fields", leading + declared.columns),
            fields.len().to_string(),
        ));
    }
    let texts = fields.split_off(leading);
    Ok(LineText {
        name: fields.swap_remove(0),
        texts,
    })
}

fn take_fields(lines: &mut Lines, what: &str) -> Result<Vec<String>> {
    match lines.take_line()? {
        Some(line) => texts(lines.file(), lines.number(), SPLITTER, &line),
        None => Err(refusal(lines, what.into(), "the end of the file".into())),
    }
}

fn refusal(lines: &Lines, expected: String, found: String) -> Error {
    Error::Content {
        file: lines.file().into(),
        place: format!(", line {}", lines.number()),
        expected,
        found,
        advice: "correct the first lines of the GCT file, or write it anew".into(),
    }
}
