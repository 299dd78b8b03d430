//! A table copied with its gaps replaced: every other byte stays as it is.

use std::io::Write;

use rayon::prelude::*;

use crate::fields::without_line_end;
use crate::lines::Lines;
use crate::number::{is_gap, push_number};
use crate::output::{Packer, compression_of, unwritable, write_whole};
use crate::preamble::{self, LineShape, Preamble};
use crate::{Error, Orientation, ReadFacts, ReadOptions, Result, Source, Target};

/// What filling did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Gaps filled.
    pub filled: u64,
    /// Gaps left as they were.
    pub left: u64,
}

/// Estimates by position: sample and gene in the order of the table, counted from 0.
pub type Estimates<'a> = dyn Fn(usize, usize) -> Option<f32> + Sync + 'a;

/// Copies a table in its own form and writes estimates into its gaps; measured fields, names and
/// everything else keep their very text. A gap without estimate stays as it is.
///
/// `facts` are those of reading the same source, which is read again as a stream: standard input
/// must have been made rereadable first. Estimates are written as the shortest text that gives
/// the same single-precision number back. Refused when the source has changed meanwhile.
pub fn fill_table(
    source: &Source,
    target: &Target,
    facts: &ReadFacts,
    estimates: &Estimates<'_>,
) -> Result<Filled> {
    let options = ReadOptions {
        delimiter: Some(facts.layout.format.delimiter()),
        decimal: facts.layout.decimal,
        ..ReadOptions::default()
    };
    let mut lines = Lines::open(source)?;
    let preamble = preamble::read(&mut lines, &options)?;
    let copy = Copy {
        preamble: &preamble,
        rows: facts.layout.rows,
        estimates,
    };
    let mut filled = Filled::default();
    write_whole(target, |out| {
        let (lines, done) = copy.run(lines, target, out)?;
        let columns = preamble.columns.len() as u64;
        if (lines, columns, done.filled + done.left) != (facts.lines, facts.columns, facts.gaps) {
            return Err(changed(&facts.name));
        }
        filled = done;
        Ok(())
    })?;
    Ok(filled)
}

struct Copy<'a> {
    preamble: &'a Preamble,
    rows: Orientation,
    estimates: &'a Estimates<'a>,
}

impl Copy<'_> {
    /// Copies all lines; how many lines of values there were and what was filled.
    fn run(&self, lines: Lines, target: &Target, out: &mut dyn Write) -> Result<(u64, Filled)> {
        let failed = |error: std::io::Error| unwritable(&target.name(), &error);
        let mut body = lines.into_body();
        let mut packer = Packer::new(compression_of(target), out).map_err(failed)?;
        packer
            .write(&[std::mem::take(&mut body.taken)])
            .map_err(failed)?;
        let (mut first, mut done) = (0, Filled::default());
        loop {
            let (batch, source) = body.next_batch(rayon::current_num_threads());
            if batch.is_empty() && source.is_ok() {
                break;
            }
            let lines: Vec<usize> = batch.par_iter().map(|block| lines_of(block)).collect();
            let starts = lines.iter().scan(first, |start, lines| {
                *start += lines;
                Some(*start - lines)
            });
            let work: Vec<(&Vec<u8>, usize)> = batch.iter().zip(starts).collect();
            let copied: Vec<Option<(Vec<u8>, Filled)>> = work
                .into_par_iter()
                .map(|(block, start)| self.block(block, start))
                .collect();
            let copied: Option<(Vec<_>, Vec<_>)> = copied.into_iter().collect();
            let (blocks, counts) = copied.ok_or_else(|| changed(&body.file))?;
            packer.write(&blocks).map_err(failed)?;
            done = counts.into_iter().fold(done, Filled::and);
            first += lines.iter().sum::<usize>();
            batch.into_iter().for_each(|block| body.give_back(block));
            source.map_err(|error| body.broken(first as u64, &error))?;
        }
        packer.finish().map_err(failed)?;
        Ok((first as u64, done))
    }

    /// A block with its gaps replaced; nothing when a line is not built as it was.
    fn block(&self, block: &[u8], first_line: usize) -> Option<(Vec<u8>, Filled)> {
        let mut out = Vec::with_capacity(block.len() + block.len() / 4);
        let mut done = Filled::default();
        let mut number = first_line;
        for raw in block.split_inclusive(|&byte| byte == b'\n') {
            let line = without_line_end(raw);
            if !line.is_empty() {
                self.line(line, number, &mut out, &mut done)?;
                number += 1;
            }
            out.extend_from_slice(&raw[line.len()..]);
        }
        Some((out, done))
    }

    fn line(&self, line: &[u8], number: usize, out: &mut Vec<u8>, done: &mut Filled) -> Option<()> {
        let LineShape {
            splitter,
            leading,
            values,
            decimal,
            ..
        } = self.preamble.shape;
        let (mut start, mut copied) = (0, 0);
        for field in 0..leading + values {
            let end = splitter.end_of_field(line, start)?;
            let raw = &line[start..end];
            if field >= leading && is_gap_field(raw, splitter) {
                match self.estimate(number, field - leading) {
                    Some(estimate) => {
                        out.extend_from_slice(&line[copied..start]);
                        push_number(out, estimate, decimal);
                        copied = end;
                        done.filled += 1;
                    }
                    None => done.left += 1,
                }
            }
            if end == line.len() && field + 1 < leading + values {
                return None;
            }
            start = end + 1;
        }
        out.extend_from_slice(&line[copied..]);
        Some(())
    }

    fn estimate(&self, line: usize, column: usize) -> Option<f32> {
        let estimate = match self.rows {
            Orientation::Samples => (self.estimates)(line, column),
            Orientation::Genes => (self.estimates)(column, line),
        };
        estimate.filter(|value| value.is_finite())
    }
}

impl Filled {
    fn and(self, other: Self) -> Self {
        Self {
            filled: self.filled + other.filled,
            left: self.left + other.left,
        }
    }
}

/// Lines that are not blank.
fn lines_of(block: &[u8]) -> usize {
    block
        .split(|&byte| byte == b'\n')
        .filter(|line| !without_line_end(line).is_empty())
        .count()
}

fn is_gap_field(raw: &[u8], splitter: crate::fields::Splitter) -> bool {
    match raw.first() {
        None => true,
        Some(byte) if byte.is_ascii_digit() => false,
        Some(_) => is_gap(&splitter.unquoted(raw)),
    }
}

fn changed(file: &str) -> Error {
    Error::Content {
        file: file.into(),
        place: String::new(),
        expected: "the table as it was read before".into(),
        found: "another content".into(),
        advice: "leave the file alone while it is imputed, and run again".into(),
    }
}
