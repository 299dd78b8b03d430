//! Opens a source and undoes its compression, told by its first bytes.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::{Compression, Error, Result, Source};

/// First bytes of a gzip member (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// First bytes of a Zstandard frame (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Compressed bytes taken from the system at once; ours, large enough to make calls rare.
const RAW_BUFFER: usize = 256 * 1024;

/// A source ready to be read as plain text.
pub(crate) struct Opened {
    /// The plain bytes.
    pub(crate) reader: Box<dyn Read + Send>,
    /// What was undone.
    pub(crate) compression: Compression,
    /// Size of the file or bytes as they lie, when known.
    pub(crate) stored_bytes: Option<u64>,
}

/// Opens a source. Refused when it does not exist or is a directory.
pub(crate) fn open(source: &Source) -> Result<Opened> {
    let (raw, stored_bytes): (Box<dyn Read + Send>, _) = match source {
        Source::Path(path) => {
            let (file, length) = open_file(path)?;
            (Box::new(file), Some(length))
        }
        Source::Stdin => (Box::new(std::io::stdin()), None),
        Source::Memory { bytes, .. } => {
            let length = bytes.len() as u64;
            (Box::new(Cursor::new(bytes.clone())), Some(length))
        }
    };
    let unreadable = |error: std::io::Error| unreadable(&source.name(), &error);
    let (start, raw) = first_bytes(raw).map_err(unreadable)?;
    let compression = compression_of(&start);
    let raw = BufReader::with_capacity(RAW_BUFFER, raw);
    let reader: Box<dyn Read + Send> = match compression {
        Compression::Plain => Box::new(raw),
        Compression::Gzip => Box::new(MultiGzDecoder::new(raw)),
        Compression::Zstd => {
            Box::new(zstd::stream::read::Decoder::with_buffer(raw).map_err(unreadable)?)
        }
    };
    Ok(Opened {
        reader,
        compression,
        stored_bytes,
    })
}

/// Opens a file for reading; also its length in bytes.
pub(crate) fn open_file(path: &Path) -> Result<(File, u64)> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| unreadable(&name, &error))?;
    let about = file.metadata().map_err(|error| unreadable(&name, &error))?;
    if about.is_dir() {
        return Err(Error::Unreadable {
            file: name,
            reason: "it is a directory".into(),
            advice: "name a file in it".into(),
        });
    }
    Ok((file, about.len()))
}

/// The refusal of a file that the system does not give.
pub(crate) fn unreadable(file: &str, error: &std::io::Error) -> Error {
    Error::Unreadable {
        file: file.into(),
        reason: error.to_string(),
        advice: "check its name and whether you may read it".into(),
    }
}

fn first_bytes(mut raw: Box<dyn Read + Send>) -> std::io::Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut start = Vec::with_capacity(ZSTD_MAGIC.len());
    (&mut raw)
        .take(ZSTD_MAGIC.len() as u64)
        .read_to_end(&mut start)?;
    let whole = Cursor::new(start.clone()).chain(raw);
    Ok((start, Box::new(whole)))
}

fn compression_of(start: &[u8]) -> Compression {
    if start.starts_with(&GZIP_MAGIC) {
        Compression::Gzip
    } else if start.starts_with(&ZSTD_MAGIC) {
        Compression::Zstd
    } else {
        Compression::Plain
    }
}
