//! The lines of a matrix in text.

use std::io::Read;
use std::ops::Range;
use std::path::Path;

use memchr::memchr;

use super::folder::cut_off;
use super::refusal::{self, DAMAGED};
use crate::compression::open as open_source;
use crate::{Error, Result, Source};

/// Bytes taken at once; ours, larger than the caches of a decompressor.
const AT_ONCE: usize = 1 << 18;
/// The lines of a matrix.
pub(super) struct Text {
    pub(super) file: String,
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    /// What of the buffer has not been handed out.
    unread: Range<usize>,
    pub(super) line: u64,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Text({}, line {})", self.file, self.line)
    }
}

impl Text {
    /// Opens the text at its beginning.
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            file: path.display().to_string(),
            reader: open_source(&Source::Path(path.into()))?.reader,
            buffer: vec![0; AT_ONCE],
            unread: 0..0,
            line: 0,
        })
    }

    /// Numbers of rows, columns and entries.
    pub(super) fn header(&mut self) -> Result<(u64, u64, u64)> {
        self.banner()?;
        while let Some(line) = self.next_line()? {
            let line = &self.buffer[line];
            if line.first() == Some(&b'%') || line.trim_ascii().is_empty() {
                continue;
            }
            let numbers: Vec<Option<u64>> = line
                .split(u8::is_ascii_whitespace)
                .filter(|word| !word.is_empty())
                .map(|word| std::str::from_utf8(word).ok()?.parse().ok())
                .collect();
            if let [Some(rows), Some(columns), Some(entries)] = numbers[..] {
                return Ok((rows, columns, entries));
            }
            break;
        }
        Err(self.refused("the numbers of rows, columns and entries", "something else"))
    }

    fn banner(&mut self) -> Result<()> {
        let first = self.next_line()?.unwrap_or(0..0);
        let banner = String::from_utf8_lossy(&self.buffer[first]).to_ascii_lowercase();
        let words = banner.trim_start_matches('%').split_ascii_whitespace();
        let words: Vec<&str> = words.collect();
        let known = matches!(
            words[..],
            [
                "matrixmarket",
                "matrix",
                "coordinate",
                "integer" | "real" | "double",
                "general"
            ]
        );
        if known && banner.starts_with('%') {
            return Ok(());
        }
        let found = format!("{:?}", crate::preamble::shortened(&banner));
        let expected = "%%MatrixMarket matrix coordinate, integer or real, general";
        Err(self.refused(expected, found))
    }

    /// The numbers of the next line that holds an entry.
    pub(super) fn next_triple(&mut self) -> Result<Option<(u64, u64, f32)>> {
        while let Some(line) = self.next_line()? {
            let line = &self.buffer[line];
            if let Some(triple) = triple(line) {
                return Ok(Some(triple));
            }
            if !line.trim_ascii().is_empty() && line[0] != b'%' {
                let found = String::from_utf8_lossy(line).into_owned();
                let found = crate::preamble::shortened(&found);
                return Err(self.refused("a row, a column and a value", format!("{found:?}")));
            }
        }
        Ok(None)
    }

    /// Where in the buffer the next line lies, without its end.
    fn next_line(&mut self) -> Result<Option<Range<usize>>> {
        loop {
            if let Some(length) = memchr(b'\n', &self.buffer[self.unread.clone()]) {
                return Ok(Some(self.hand_out(length)));
            }
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
            if self.unread.end == self.buffer.len() {
                let found = format!("more than {AT_ONCE} bytes");
                return Err(self.refused("a line of numbers", found));
            }
            let read = self.reader.read(&mut self.buffer[self.unread.end..]);
            let read = read.map_err(|error| cut_off(&self.file, &error))?;
            self.unread.end += read;
            if read == 0 {
                let length = self.unread.len();
                return Ok((length > 0).then(|| self.hand_out(length)));
            }
        }
    }

    fn hand_out(&mut self, length: usize) -> Range<usize> {
        let line = self.unread.start..self.unread.start + length;
        self.unread.start = (line.end + 1).min(self.unread.end);
        self.line += 1;
        line
    }

    /// The refusal of the line that was handed out last.
    pub(super) fn refused(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        let place = format!("line {}", self.line);
        refusal::content(&self.file, &place, expected, found, DAMAGED)
    }
}

/// Two positions and a value, separated by blanks.
fn triple(line: &[u8]) -> Option<(u64, u64, f32)> {
    let (row, rest) = position(line)?;
    let (column, rest) = position(rest)?;
    let value = rest.trim_ascii();
    let value = match position(value) {
        // Whole numbers up to 2^24 are themselves in single precision.
        Some((whole, [])) if whole < 1 << 24 => whole as f32,
        _ => fast_float2::parse(value).ok()?,
    };
    Some((row, column, value))
}

/// A whole number after blanks, and what follows it.
fn position(text: &[u8]) -> Option<(u64, &[u8])> {
    let blanks = text
        .iter()
        .take_while(|byte| **byte == b' ' || **byte == b'\t')
        .count();
    let text = &text[blanks..];
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // 18 digits always fit.
    if digits == 0 || digits > 18 {
        return None;
    }
    let number = text[..digits]
        .iter()
        .fold(0, |number, byte| 10 * number + u64::from(byte - b'0'));
    Some((number, &text[digits..]))
}
