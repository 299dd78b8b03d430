//! The first lines of a text, one by one, before the rest is read by blocks.

use std::io;

use memchr::memchr;

use crate::blocks::Blocks;
use crate::compression::{Opened, open};
use crate::fields::without_line_end;
use crate::{Compression, Error, Result, Source};

/// A text whose first lines are taken one by one.
pub(crate) struct Lines {
    file: String,
    compression: Compression,
    stored_bytes: Option<u64>,
    blocks: Blocks,
    block: Vec<u8>,
    at: usize,
    number: u64,
    taken: Vec<u8>,
}

impl Lines {
    /// Opens a source. Refused when it does not exist, is empty or holds no text.
    pub(crate) fn open(source: &Source) -> Result<Self> {
        let Opened {
            reader,
            compression,
            stored_bytes,
        } = open(source)?;
        let mut lines = Self {
            file: source.name(),
            compression,
            stored_bytes,
            blocks: Blocks::start(reader),
            block: Vec::new(),
            at: 0,
            number: 0,
            taken: Vec::new(),
        };
        lines.refill()?;
        expect_text(&lines.file, &lines.block)?;
        if lines.block.starts_with(b"\xef\xbb\xbf") {
            lines.taken.extend_from_slice(b"\xef\xbb\xbf");
            lines.at = 3;
        }
        Ok(lines)
    }

    /// The file as the user named it.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// How the source is compressed.
    pub(crate) fn compression(&self) -> Compression {
        self.compression
    }

    /// Size of the source as it lies, when known.
    pub(crate) fn stored_bytes(&self) -> Option<u64> {
        self.stored_bytes
    }

    /// Lines taken so far; the number of the line taken last, counted from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is not blank, without its end; nothing at the end of the text.
    pub(crate) fn take_line(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let Some(end) = self.end_of_line()? else {
                return Ok(None);
            };
            let raw = &self.block[self.at..end];
            self.taken.extend_from_slice(raw);
            let line = without_line_end(raw).to_vec();
            self.at = end;
            self.number += 1;
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// The next line that is not blank, without its end, left in its place.
    pub(crate) fn peek_line(&mut self) -> Result<Option<&[u8]>> {
        loop {
            let Some(end) = self.end_of_line()? else {
                return Ok(None);
            };
            let raw = &self.block[self.at..end];
            if !without_line_end(raw).is_empty() {
                return Ok(Some(without_line_end(&self.block[self.at..end])));
            }
            self.taken.extend_from_slice(raw);
            self.at = end;
            self.number += 1;
        }
    }

    /// Everything after the lines taken, and those lines as they stand.
    pub(crate) fn into_body(mut self) -> Body {
        let first = self.block.split_off(self.at);
        Body {
            file: self.file,
            compression: self.compression,
            first: Some(first).filter(|block| !block.is_empty()),
            blocks: self.blocks,
            lines_before: self.number,
            taken: self.taken,
        }
    }

    fn end_of_line(&mut self) -> Result<Option<usize>> {
        if self.at == self.block.len() {
            self.refill()?;
        }
        if self.at == self.block.len() {
            return Ok(None);
        }
        let length = memchr(b'\n', &self.block[self.at..]);
        Ok(Some(
            length.map_or(self.block.len(), |length| self.at + length + 1),
        ))
    }

    fn refill(&mut self) -> Result<()> {
        let next = self.blocks.next();
        let next = next.map_err(|e| broken(&self.file, self.compression, self.number, &e))?;
        self.block = next.unwrap_or_default();
        self.at = 0;
        Ok(())
    }
}

/// A text after its first lines, by blocks of whole lines.
pub(crate) struct Body {
    /// The file as the user named it.
    pub(crate) file: String,
    /// The lines before the body, as they stand.
    pub(crate) taken: Vec<u8>,
    /// How many lines stand before the body.
    pub(crate) lines_before: u64,
    compression: Compression,
    first: Option<Vec<u8>>,
    blocks: Blocks,
}

impl Body {
    /// The blocks that are ready, one at least and `most` at most; none at the end. An error
    /// of the source comes after the blocks before it.
    pub(crate) fn next_batch(&mut self, most: usize) -> (Vec<Vec<u8>>, io::Result<()>) {
        match self.first.take() {
            Some(first) => (vec![first], Ok(())),
            None => self.blocks.next_batch(most),
        }
    }

    /// Takes a block back, so that its memory is used again.
    pub(crate) fn give_back(&self, block: Vec<u8>) {
        self.blocks.give_back(block);
    }

    /// The refusal of a source that breaks off after `line`.
    pub(crate) fn broken(&self, line: u64, error: &io::Error) -> Error {
        broken(&self.file, self.compression, line, error)
    }
}

fn broken(file: &str, compression: Compression, line: u64, error: &io::Error) -> Error {
    let kind = match compression {
        Compression::Plain => "",
        Compression::Gzip => "gzip ",
        Compression::Zstd => "zstd ",
    };
    let ends_early = error.kind() == io::ErrorKind::UnexpectedEof
        || error.to_string().contains("incomplete frame");
    let what = if ends_early {
        "data ends too early"
    } else {
        "data is corrupt"
    };
    let reason = match compression {
        Compression::Plain => format!("{error} (after line {line})"),
        _ => format!("its {kind}{what} ({error}) after line {line}"),
    };
    Error::Unreadable {
        file: file.into(),
        reason,
        advice: "copy or download it again".into(),
    }
}

/// Refuses content that is empty or is not text in UTF-8.
fn expect_text(file: &str, start: &[u8]) -> Result<()> {
    let refuse = |found: &str, advice: &str| {
        Err(Error::Content {
            file: file.into(),
            place: String::new(),
            expected: "a table as text in UTF-8".into(),
            found: found.into(),
            advice: advice.into(),
        })
    };
    if start.trim_ascii().is_empty() {
        return refuse("an empty file", "give a table with a header line");
    }
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return refuse("text in UTF-16", "save it as UTF-8 (or CSV UTF-8)");
    }
    let known = [
        (
            &b"PK\x03\x04"[..],
            "a zip archive or an Excel workbook",
            "export the sheet as CSV or TSV",
        ),
        (
            b"\xd0\xcf\x11\xe0",
            "an old Excel workbook",
            "export the sheet as CSV or TSV",
        ),
        (
            b"\x89HDF",
            "an HDF5 file",
            "export the table as CSV, TSV or GCT",
        ),
        (
            b"PAR1",
            "a Parquet file",
            "export the table as CSV, TSV or GCT",
        ),
        (
            b"BZh",
            "bzip2 data",
            "decompress it, or compress it with gzip or zstd",
        ),
        (
            b"\xfd7zXZ",
            "xz data",
            "decompress it, or compress it with gzip or zstd",
        ),
        (
            b"RDX",
            "an R data file",
            "export the table with write.table",
        ),
    ];
    if let Some((_, found, advice)) = known.iter().find(|(magic, ..)| start.starts_with(magic)) {
        return refuse(found, advice);
    }
    match memchr(0, start) {
        Some(at) => refuse(
            &format!("a zero byte at position {at}, as binary files and UTF-16 have"),
            "export the table as CSV, TSV or GCT in UTF-8",
        ),
        None => Ok(()),
    }
}
