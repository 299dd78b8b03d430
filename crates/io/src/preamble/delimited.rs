//! The header of CSV, TSV and their kin.

use super::{GENE_HEADERS, LineShape, Preamble, SAMPLE_HEADERS, header_alone, shortened, texts};
use crate::fields::Splitter;
use crate::lines::Lines;
use crate::{Delimiter, Error, Format, ReadOptions, Result};

pub(super) fn read(lines: &mut Lines, header: &[u8], options: &ReadOptions) -> Result<Preamble> {
    let at = lines.number();
    let next = lines.peek_line()?.map(<[u8]>::to_vec);
    let file = lines.file().to_string();
    let Some(next) = next else {
        return Err(header_alone(lines));
    };
    let delimiter = match options.delimiter {
        Some(delimiter) => delimiter,
        None => guess_delimiter(&file, header, &next)?,
    };
    let splitter = Splitter {
        delimiter: delimiter.byte(),
        quotes: true,
    };
    let mut names = texts(&file, at, splitter, header)?;
    let following = texts(&file, at + 1, splitter, &next).map_or(names.len(), |f| f.len());
    let ends_empty = names.len() > 2 && names.last().is_some_and(String::is_empty);
    let trailing = ends_empty && following == names.len() && next.ends_with(&[delimiter.byte()]);
    if trailing {
        names.pop();
    }
    let lacks_index = following == names.len() + 1 && !trailing && !is_index_header(&names[0]);
    let index_header = (!lacks_index).then(|| names.remove(0));
    expect_names(&file, at, &names, delimiter)?;
    Ok(Preamble {
        format: Format::Delimited(delimiter),
        index_header,
        text_headers: Vec::new(),
        column_texts: Vec::new(),
        declared_lines: None,
        header_line: at,
        shape: LineShape {
            splitter,
            decimal: options.decimal,
            leading: 1,
            name_at: 0,
            values: names.len(),
            trailing,
        },
        columns: names,
    })
}

/// The delimiter that splits the header and the line after it alike and most often.
pub(crate) fn guess_delimiter(file: &str, header: &[u8], next: &[u8]) -> Result<Delimiter> {
    let count = |line: &[u8], delimiter: Delimiter| {
        let splitter = Splitter {
            delimiter: delimiter.byte(),
            quotes: true,
        };
        splitter.split(line).map_or(0, |fields| fields.len() - 1)
    };
    let usual = [Delimiter::Tab, Delimiter::Semicolon, Delimiter::Comma];
    let counted: Vec<(Delimiter, usize, usize)> = usual
        .into_iter()
        .chain([Delimiter::Space])
        .map(|d| (d, count(header, d), count(next, d)))
        .filter(|(_, in_header, in_next)| *in_header > 0 || *in_next > 0)
        .collect();
    let agreeing = counted.iter().filter(|(_, in_header, in_next)| {
        *in_next > 0 && (in_header == in_next || in_header + 1 == *in_next)
    });
    // Spaces stand in names, so they count only where nothing else does. Of equal counts the
    // first wins: a tab hardly stands in a name, a comma may.
    let best = agreeing
        .rev()
        .max_by_key(|(delimiter, count, _)| (*delimiter != Delimiter::Space, *count));
    let best = best.or_else(|| counted.first());
    best.map(|(delimiter, ..)| *delimiter)
        .ok_or_else(|| Error::Content {
            file: file.into(),
            place: ", line 1".into(),
            expected: "a header line with names between tabs, commas or semicolons".into(),
            found: format!("{:?}", shortened(&String::from_utf8_lossy(header))),
            advice: "give a table in CSV, TSV or GCT".into(),
        })
}

fn is_index_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SAMPLE_HEADERS.contains(&name.as_str()) || GENE_HEADERS.contains(&name.as_str())
}

fn expect_names(file: &str, line: u64, names: &[String], delimiter: Delimiter) -> Result<()> {
    let refuse = |expected: &str, found: String, advice: &str| {
        Err(Error::Content {
            file: file.into(),
            place: format!(", line {line}"),
            expected: expected.into(),
            found,
            advice: advice.into(),
        })
    };
    if names.is_empty() {
        return refuse(
            "a header with at least one column of values",
            format!("a single field ({} between fields)", delimiter.name()),
            "check the delimiter",
        );
    }
    let is_value = |name: &&String| name.contains('.') && name.parse::<f64>().is_ok();
    let values = names.iter().filter(is_value).count();
    if 2 * values > names.len() {
        return refuse(
            "a header line with the names of the columns",
            format!("numbers, such as {:?}", names[0]),
            "add a header line",
        );
    }
    Ok(())
}
