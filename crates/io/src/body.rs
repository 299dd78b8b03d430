//! The values of a table, parsed by blocks of lines on all threads.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::lines::Body;
use crate::number::{Field, is_gap, is_longer_than_single, parse};
use crate::preamble::{LineShape, Preamble, shortened};
use crate::{Decimal, Error, Result};

mod refusal;

use refusal::{Refusal, ragged, refuse, unreadable_name};

/// The lines of a table, in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct TableLines {
    /// Name of each line.
    pub(crate) names: Vec<String>,
    /// Texts beside the values, by column of text.
    pub(crate) texts: Vec<Vec<String>>,
    /// Line by line; `NaN` at gaps.
    pub(crate) values: Vec<f32>,
    /// How often each spelling of a gap stands.
    pub(crate) spellings: BTreeMap<String, u64>,
    /// Values with more digits than single precision can tell apart.
    pub(crate) long_values: u64,
    /// Empty fields of the block being parsed; they join `spellings` at its end.
    empty_fields: u64,
    /// Number of each line in the file, counted from 1.
    numbers: Vec<u64>,
    /// Lines in the blocks so far, blank ones too.
    seen: u64,
}

/// Parses every line after the preamble on the current threads. `values_expected` is a guess at
/// how many values there are; memory is set aside for them.
pub(crate) fn read(
    body: &mut Body,
    preamble: &Preamble,
    values_expected: usize,
) -> Result<TableLines> {
    let mut table = TableLines {
        texts: vec![Vec::new(); preamble.text_headers.len()],
        seen: body.lines_before,
        ..TableLines::default()
    };
    // A guess that memory cannot meet is no reason to stop.
    let _ = table.values.try_reserve_exact(values_expected);
    loop {
        let (batch, source) = body.next_batch(rayon::current_num_threads());
        if batch.is_empty() && source.is_ok() {
            break;
        }
        let parsed: Vec<(TableLines, Option<Refusal>)> = batch
            .par_iter()
            .map(|block| parse_block(block, &preamble.shape, preamble.text_headers.len()))
            .collect();
        for (lines, refusal) in parsed {
            if let Some(refusal) = refusal {
                return Err(refusal.at(&body.file, table.seen, preamble));
            }
            table.append(lines);
        }
        batch.into_iter().for_each(|block| body.give_back(block));
        source.map_err(|error| body.broken(table.seen, &error))?;
    }
    table.values.shrink_to_fit();
    table.expect_unique_names(&body.file)?;
    Ok(table)
}

impl TableLines {
    fn append(&mut self, other: Self) {
        let before = self.seen;
        self.numbers
            .extend(other.numbers.iter().map(|n| before + n + 1));
        self.names.extend(other.names);
        for (texts, more) in self.texts.iter_mut().zip(other.texts) {
            texts.extend(more);
        }
        self.values.extend_from_slice(&other.values);
        for (spelling, count) in other.spellings {
            *self.spellings.entry(spelling).or_default() += count;
        }
        self.long_values += other.long_values;
        self.seen += other.seen;
    }

    fn count_gap(&mut self, raw: &[u8]) {
        // Only spellings of gaps come here, all of them ASCII.
        let spelling = std::str::from_utf8(raw).unwrap_or_default();
        match self.spellings.get_mut(spelling) {
            Some(count) => *count += 1,
            None => {
                self.spellings.insert(spelling.into(), 1);
            }
        }
    }

    fn expect_unique_names(&self, file: &str) -> Result<()> {
        let mut seen: HashMap<&str, u64> = HashMap::with_capacity(self.names.len());
        for (name, &number) in self.names.iter().zip(&self.numbers) {
            if let Some(first) = seen.insert(name, number) {
                return Err(Error::Content {
                    file: file.into(),
                    place: format!(", lines {first} and {number}"),
                    expected: "names that stand once only".into(),
                    found: format!("{name:?} twice"),
                    advice: "make the names unique, or keep one of the lines".into(),
                });
            }
        }
        Ok(())
    }
}

/// Parses the lines of a block up to the first that is refused.
fn parse_block(block: &[u8], shape: &LineShape, texts: usize) -> (TableLines, Option<Refusal>) {
    let mut lines = TableLines {
        texts: vec![Vec::new(); texts],
        ..TableLines::default()
    };
    let mut at = 0;
    while at < block.len() {
        let end = memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |length| at + length);
        let line = &block[at..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() {
            lines.numbers.push(lines.seen);
            if let Err(refusal) = parse_line(line, shape, &mut lines) {
                return (lines, Some(*refusal));
            }
        }
        lines.seen += 1;
        at = end + 1;
    }
    if lines.empty_fields > 0 {
        *lines.spellings.entry(String::new()).or_default() += lines.empty_fields;
    }
    (lines, None)
}

fn parse_line(line: &[u8], shape: &LineShape, lines: &mut TableLines) -> Parsed<()> {
    let at = parse_leading(line, shape, lines)?;
    let before = lines.values.len();
    let at = parse_values(line, at, shape, lines)?;
    let found = lines.values.len() - before;
    if found < shape.values {
        return Err(ragged(line, shape, lines));
    }
    let ends = match (at, shape.trailing) {
        (None, false) => true,
        (Some(at), true) => at == line.len(),
        _ => false,
    };
    if ends {
        Ok(())
    } else {
        Err(ragged(line, shape, lines))
    }
}

type Parsed<T> = std::result::Result<T, Box<Refusal>>;

/// Reads name and texts; where the values start.
fn parse_leading(line: &[u8], shape: &LineShape, lines: &mut TableLines) -> Parsed<usize> {
    let mut start = 0;
    for field in 0..shape.leading {
        let end = end_of_field(line, start, shape, lines)?;
        let raw = shape.splitter.unquoted(&line[start..end]);
        let text = String::from_utf8(raw.into_owned())
            .map_err(|_| unreadable_name(&line[start..end], lines))?;
        if field != shape.name_at {
            let column = if field < shape.name_at {
                field
            } else {
                field - 1
            };
            lines.texts[column].push(text);
        } else if text.trim().is_empty() {
            return Err(refuse(
                lines,
                None,
                "a name in the first field",
                "an empty field",
                "name the line, or take it out",
            ));
        } else {
            lines.names.push(text);
        }
        if end == line.len() {
            return Err(ragged(line, shape, lines));
        }
        start = end + 1;
    }
    Ok(start)
}

/// Reads the fields of values from `at`; where the next field would start, if there is one.
fn parse_values(
    line: &[u8],
    mut at: usize,
    shape: &LineShape,
    lines: &mut TableLines,
) -> Parsed<Option<usize>> {
    let delimiter = shape.splitter.delimiter;
    let quick = shape.decimal == Decimal::Point;
    lines.values.reserve(shape.values);
    for value in 0..shape.values {
        let end = if line.get(at).is_none_or(|&byte| byte == delimiter) {
            lines.values.push(f32::NAN);
            lines.empty_fields += 1;
            at
        } else if quick && let Some((number, length)) = quick_number(&line[at..], delimiter) {
            lines.values.push(number);
            lines.long_values += u64::from(is_longer_than_single(&line[at..at + length]));
            at + length
        } else {
            parse_slowly(line, at, value, shape, lines)?
        };
        if end == line.len() {
            return Ok(None);
        }
        at = end + 1;
    }
    Ok(Some(at))
}

/// A finite number that fills its field, and its length.
#[inline]
fn quick_number(text: &[u8], delimiter: u8) -> Option<(f32, usize)> {
    let (number, length) = fast_float2::parse_partial::<f32, _>(text).ok()?;
    let fills = text.get(length).is_none_or(|&next| next == delimiter);
    (fills && number.is_finite()).then_some((number, length))
}

/// Reads one field of any form; where it ends.
fn parse_slowly(
    line: &[u8],
    at: usize,
    value: usize,
    shape: &LineShape,
    lines: &mut TableLines,
) -> Parsed<usize> {
    let end = end_of_field(line, at, shape, lines)?;
    let text = shape.splitter.unquoted(&line[at..end]);
    match parse(&text, shape.decimal) {
        Ok(Field::Value(number)) => {
            lines.values.push(number);
            lines.long_values += u64::from(is_longer_than_single(&text));
        }
        Ok(Field::Gap) => {
            lines.values.push(f32::NAN);
            lines.count_gap(text.trim_ascii());
        }
        Err(why) => {
            let found = format!("{:?}", shortened(&String::from_utf8_lossy(&text)));
            return Err(refuse(lines, Some(value), why.expected, &found, why.advice));
        }
    }
    debug_assert!(lines.values.last().is_some_and(|v| v.is_finite()) || is_gap(&text));
    Ok(end)
}

fn end_of_field(line: &[u8], start: usize, shape: &LineShape, lines: &TableLines) -> Parsed<usize> {
    shape.splitter.end_of_field(line, start).ok_or_else(|| {
        refuse(
            lines,
            None,
            "a closing quote on the same line",
            &format!("{:?}", shortened(&String::from_utf8_lossy(&line[start..]))),
            "close the quote, or write a quote inside a field as two",
        )
    })
}
