//! safetensors files with one JSON text of ours in their metadata.
//!
//! Structure (lengths, offsets, shapes) is checked by the `safetensors` crate; a header longer
//! than the format allows, or longer than the file, is refused before memory is set aside.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::compression::{open_file, unreadable};
use crate::output::{unwritable, write_whole};
use crate::{Error, Result, Target};

/// Version of what this program writes; raised when older programs could not read it.
const FORMAT_VERSION: u32 = 1;
/// The key of our text in the metadata; the only one, so that the same content gives the same
/// bytes.
const KEY: &str = "imputome";
/// Largest header that safetensors allows.
const LARGEST_HEADER: u64 = 100_000_000;
/// The header starts after its length, eight bytes.
const LENGTH_BYTES: u64 = 8;
/// Numbers turned into bytes at once; ours, small beside any tensor.
const AT_ONCE: usize = 1 << 14;

/// The text in the metadata.
#[derive(Serialize, Deserialize)]
struct Described<T> {
    format_version: u32,
    kind: String,
    content: T,
}

/// Only what tells whether the rest can be read.
#[derive(Deserialize)]
struct DescribedKind {
    format_version: u32,
    kind: String,
}

/// Numbers to be written.
pub(crate) enum Numbers<'a> {
    /// Single precision.
    Single(&'a [f32]),
    /// Yes or no, one byte each.
    Flags(&'a [bool]),
}

/// A named tensor to be written.
pub(crate) struct TensorOut<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Length of each axis.
    pub(crate) shape: Vec<usize>,
    /// Last axis fastest.
    pub(crate) numbers: Numbers<'a>,
}

/// Writes tensors, in the given order, and what describes them.
pub(crate) fn write(
    path: &Path,
    kind: &str,
    content: &impl Serialize,
    tensors: &[TensorOut<'_>],
) -> Result<()> {
    let target = Target::Path(path.to_path_buf());
    let failed = |error: io::Error| unwritable(&target.name(), &error);
    let described = Described {
        format_version: FORMAT_VERSION,
        kind: kind.to_string(),
        content,
    };
    let text = serde_json::to_string(&described).map_err(|e| failed(io::Error::other(e)))?;
    let header = header(text, tensors).map_err(failed)?;
    write_whole(&target, |out| {
        let mut write = || {
            out.write_all(&(header.len() as u64).to_le_bytes())?;
            out.write_all(&header)?;
            tensors
                .iter()
                .try_for_each(|tensor| write_numbers(out, &tensor.numbers))
        };
        write().map_err(failed)
    })
}

fn header(text: String, tensors: &[TensorOut<'_>]) -> io::Result<Vec<u8>> {
    let mut offset = 0;
    let infos = tensors.iter().map(|tensor| {
        let (dtype, bytes) = match tensor.numbers {
            Numbers::Single(numbers) => (Dtype::F32, 4 * numbers.len()),
            Numbers::Flags(flags) => (Dtype::U8, flags.len()),
        };
        let info = TensorInfo {
            dtype,
            shape: tensor.shape.clone(),
            data_offsets: (offset, offset + bytes),
        };
        offset += bytes;
        (tensor.name.to_string(), info)
    });
    let metadata = Metadata::new(Some(HashMap::from([(KEY.into(), text)])), infos.collect());
    let metadata = metadata.map_err(io::Error::other)?;
    let mut header = serde_json::to_vec(&metadata)?;
    if header.len() as u64 > LARGEST_HEADER {
        return Err(io::Error::other("names and facts take more than 100 MB"));
    }
    // The data starts at a multiple of eight bytes (safetensors format).
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

fn write_numbers(out: &mut dyn Write, numbers: &Numbers<'_>) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(4 * AT_ONCE);
    match numbers {
        Numbers::Single(numbers) => {
            for part in numbers.chunks(AT_ONCE) {
                bytes.clear();
                bytes.extend(part.iter().flat_map(|number| number.to_le_bytes()));
                out.write_all(&bytes)?;
            }
        }
        Numbers::Flags(flags) => {
            for part in flags.chunks(4 * AT_ONCE) {
                bytes.clear();
                bytes.extend(part.iter().map(|&flag| u8::from(flag)));
                out.write_all(&bytes)?;
            }
        }
    }
    Ok(())
}

/// A file whose header was read and found sound.
pub(crate) struct Container {
    name: String,
    file: File,
    tensors: Vec<(String, TensorInfo)>,
    text: String,
}

/// Opens a file of the given kind and checks its header.
pub(crate) fn open(path: &Path, kind: &str) -> Result<Container> {
    let (mut file, length) = open_file(path)?;
    let name = path.display().to_string();
    let no_container = |found: String| content_error(&name, kind, found, "give another file");
    let header_length = read_length(&mut file)
        .map_err(|_| no_container(format!("{length} bytes, too few for any")))?;
    if header_length > LARGEST_HEADER || header_length > length - LENGTH_BYTES {
        return Err(no_container(format!(
            "a header said to have {header_length} bytes in a file of {length} bytes: another \
             kind of file, or one cut off"
        )));
    }
    let mut header = vec![0; header_length as usize];
    file.read_exact(&mut header)
        .map_err(|error| unreadable(&name, &error))?;
    let metadata: Metadata = serde_json::from_slice(&header)
        .map_err(|error| no_container(format!("a broken header ({error})")))?;
    let mut tensors: Vec<(String, TensorInfo)> = metadata
        .tensors()
        .into_iter()
        .map(|(name, info)| (name, info.clone()))
        .collect();
    tensors.sort_by_key(|(_, info)| info.data_offsets);
    let declared = tensors.last().map_or(0, |(_, info)| info.data_offsets.1) as u64;
    let held = length - LENGTH_BYTES - header_length;
    if declared != held {
        return Err(no_container(format!(
            "{held} bytes of numbers where the header declares {declared}: a file cut off or \
             added to"
        )));
    }
    let text = metadata.metadata().as_ref().and_then(|m| m.get(KEY));
    let Some(text) = text.cloned() else {
        return Err(no_container("tensors of another program".into()));
    };
    expect_kind(&name, kind, &text)?;
    Ok(Container {
        name,
        file,
        tensors,
        text,
    })
}

fn read_length(file: &mut File) -> io::Result<u64> {
    let mut bytes = [0; LENGTH_BYTES as usize];
    file.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn expect_kind(name: &str, kind: &str, text: &str) -> Result<()> {
    let found: DescribedKind = serde_json::from_str(text).map_err(|error| {
        let found = format!("a broken description ({error})");
        content_error(name, kind, found, "give another file")
    })?;
    if found.format_version != FORMAT_VERSION {
        return Err(content_error(
            name,
            kind,
            format!(
                "format version {} where this program reads {FORMAT_VERSION}",
                found.format_version
            ),
            "use the program's version that wrote it, or fit again",
        ));
    }
    if found.kind != kind {
        let found = format!("a {} file", crate::preamble::shortened(&found.kind));
        return Err(content_error(name, kind, found, "give another file"));
    }
    Ok(())
}

/// The refusal of a file that is not what it must be.
pub(crate) fn content_error(name: &str, kind: &str, found: String, advice: &str) -> Error {
    Error::Content {
        file: name.into(),
        place: String::new(),
        expected: format!("a {kind} file of imputome"),
        found,
        advice: advice.into(),
    }
}

impl Container {
    /// The file as the user named it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What describes the tensors.
    pub(crate) fn content<T: DeserializeOwned>(&self, kind: &str) -> Result<T> {
        let described: Described<T> = serde_json::from_str(&self.text).map_err(|error| {
            let found = format!("a description that does not parse ({error})");
            content_error(&self.name, kind, found, "fit again, or give another file")
        })?;
        Ok(described.content)
    }

    /// Names, types and shapes of the tensors in the order of the file.
    pub(crate) fn tensors(&self) -> Vec<(String, Dtype, Vec<usize>)> {
        let tensors = self.tensors.iter();
        tensors
            .map(|(name, info)| (name.clone(), info.dtype, info.shape.clone()))
            .collect()
    }

    /// The next `count` single-precision numbers of the file.
    pub(crate) fn next_numbers(&mut self, count: usize) -> Result<Vec<f32>> {
        let mut numbers = Vec::with_capacity(count);
        let mut bytes = [0; 4 * AT_ONCE];
        while numbers.len() < count {
            let part = &mut bytes[..4 * AT_ONCE.min(count - numbers.len())];
            let read = self.file.read_exact(part);
            read.map_err(|error| unreadable(&self.name, &error))?;
            let words = part.as_chunks::<4>().0;
            numbers.extend(words.iter().map(|word| f32::from_le_bytes(*word)));
        }
        Ok(numbers)
    }

    /// The next `count` bytes of the file.
    pub(crate) fn next_bytes(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        let read = self.file.read_exact(&mut bytes);
        read.map_err(|error| unreadable(&self.name, &error))?;
        Ok(bytes)
    }
}
