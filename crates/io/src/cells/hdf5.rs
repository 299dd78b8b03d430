//! HDF5 as the readers of cells see it: checked sizes, plain errors.
//!
//! A file may declare any size; nothing is read whose size the file cannot hold. Numbers are read
//! in ranges.

use std::collections::HashMap;
use std::path::Path;

use hdf5_pure::{AttrValue, Dataset, File, FormatError, Group};

use super::array::Array;
use super::refusal::{self, DAMAGED};
use crate::compression::open_file;
use crate::{Error, Result};

/// Bytes that one stored byte can stand for, at most: deflate's limit (RFC 1951: 258 bytes for
/// two bits), eight times which is one stored byte, rounded up.
const LARGEST_RATIO: u64 = 1100;
/// Bytes that any file may declare, so that tiny ones pass; ours.
const ALWAYS_ALLOWED: u64 = 1 << 20;
/// Filters that are undone while reading (HDF5 registered filters).
const FILTERS_READ: [u16; 5] = [1, 2, 3, 6, 32000];

/// An open HDF5 file.
#[derive(Debug)]
pub(super) struct Hdf5 {
    name: String,
    bytes: u64,
    file: File,
}

/// What stands at a path.
pub(super) enum Node {
    /// Nothing.
    Nothing,
    /// A group of further nodes.
    Group(Group),
    /// An array.
    Array(Array),
}

/// True when the file begins as HDF5 does.
pub(super) fn is_hdf5(path: &Path) -> Result<bool> {
    open_file(path)?;
    hdf5_pure::is_hdf5(path)
        .map_err(|error| crate::compression::unreadable(&path.display().to_string(), &error))
}

impl Hdf5 {
    /// Opens a file without reading it whole.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let (_, bytes) = open_file(path)?;
        let file = File::open_streaming(path).map_err(|error| broken(&name, "", &error))?;
        Ok(Self { name, bytes, file })
    }

    /// The file as the user named it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What stands at a path.
    pub(super) fn node(&self, path: &str) -> Result<Node> {
        match self.file.group(path) {
            Ok(group) => return Ok(Node::Group(group)),
            Err(error) if is_absent(&error) => return Ok(Node::Nothing),
            Err(hdf5_pure::Error::NotAGroup(_)) => {}
            Err(error) => return Err(broken(&self.name, path, &error)),
        }
        match self.file.dataset(path) {
            Ok(dataset) => Ok(Node::Array(self.checked(path, dataset)?)),
            // A part of the path is an array.
            Err(hdf5_pure::Error::NotAGroup(_)) => Ok(Node::Nothing),
            Err(error) => Err(broken(&self.name, path, &error)),
        }
    }

    /// The group at a path, which must be there.
    pub(super) fn group(&self, path: &str) -> Result<Group> {
        match self.node(path)? {
            Node::Group(group) => Ok(group),
            Node::Array(_) => Err(self.refused(path, "a group", "an array")),
            Node::Nothing => Err(self.refused(path, "a group", "nothing")),
        }
    }

    /// The array at a path, which must be there.
    pub(super) fn array(&self, path: &str) -> Result<Array> {
        match self.node(path)? {
            Node::Array(array) => Ok(array),
            Node::Group(_) => Err(self.refused(path, "an array", "a group")),
            Node::Nothing => Err(self.refused(path, "an array", "nothing")),
        }
    }

    /// Names of the groups and of the arrays within a group.
    pub(super) fn children(&self, path: &str) -> Result<(Vec<String>, Vec<String>)> {
        let group = self.group(path)?;
        let listed = group
            .groups()
            .and_then(|groups| Ok((groups, group.datasets()?)));
        listed.map_err(|error| broken(&self.name, path, &error))
    }

    /// The attributes of a group.
    pub(super) fn attributes(
        &self,
        path: &str,
        group: &Group,
    ) -> Result<HashMap<String, AttrValue>> {
        let attributes = group.attrs();
        attributes.map_err(|error| broken(&self.name, path, &error))
    }

    /// The refusal of what stands at a path.
    pub(super) fn refused(
        &self,
        path: &str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Error {
        refusal::content(&self.name, path, expected, found, DAMAGED)
    }

    /// An array, once its size is one that the file can hold and its filters are known.
    fn checked(&self, path: &str, dataset: Dataset) -> Result<Array> {
        let failed = |error: hdf5_pure::Error| broken(&self.name, path, &error);
        let shape = dataset.shape().map_err(failed)?;
        let element_bytes = dataset.element_size().map_err(failed)?;
        let allowed = self.bytes.saturating_mul(LARGEST_RATIO).max(ALWAYS_ALLOWED);
        let chunk = dataset.chunk_shape().map_err(failed)?.unwrap_or_default();
        for (what, lengths) in [("an array", &shape), ("a chunk", &chunk)] {
            // Beside an axis of no length another may not claim any length either.
            let bytes = lengths.iter().try_fold(element_bytes, |bytes, &length| {
                bytes.checked_mul(length.max(1))
            });
            if bytes.is_none_or(|bytes| bytes > allowed) {
                let expected = format!("at most what a file of {} bytes can hold", self.bytes);
                let found = format!("{what} of {lengths:?} elements of {element_bytes} bytes");
                return Err(self.refused(path, expected, found));
            }
        }
        self.check_chunks(path, &dataset)?;
        let unread = dataset.filters();
        if let Some(filter) = unread.into_iter().find(|id| !FILTERS_READ.contains(id)) {
            return Err(refusal::content(
                &self.name,
                path,
                "an array stored plain or by gzip, lzf, shuffle, fletcher32 or scale-offset",
                format!("one stored by the filter {}", filter_name(filter)),
                "write the file again with compression=\"gzip\", as in adata.write_h5ad(path, compression=\"gzip\")",
            ));
        }
        Ok(Array {
            file: self.name.clone(),
            path: path.into(),
            dataset,
            shape,
            element_bytes,
        })
    }

    /// Refuses chunks that do not lie within the file.
    fn check_chunks(&self, path: &str, dataset: &Dataset) -> Result<()> {
        if !dataset.is_chunked() {
            return Ok(());
        }
        let chunks = dataset.chunks();
        let chunks = chunks.map_err(|error| broken(&self.name, path, &error))?;
        let beyond = chunks.iter().find(|chunk| {
            let end = chunk.address.checked_add(chunk.storage_size);
            end.is_none_or(|end| end > self.bytes)
        });
        match beyond {
            None => Ok(()),
            Some(chunk) => Err(self.refused(
                path,
                format!("chunks within the {} bytes of the file", self.bytes),
                format!("{} bytes at {}", chunk.storage_size, chunk.address),
            )),
        }
    }
}

fn is_absent(error: &hdf5_pure::Error) -> bool {
    matches!(
        error,
        hdf5_pure::Error::Format(FormatError::PathNotFound(_))
    )
}

/// The refusal of an HDF5 structure that cannot be followed.
pub(super) fn broken(file: &str, path: &str, error: &hdf5_pure::Error) -> Error {
    let place = match path {
        "" => String::new(),
        path => format!("{path}: "),
    };
    Error::Unreadable {
        file: file.into(),
        reason: format!("{place}{error}"),
        advice: DAMAGED.into(),
    }
}

/// The name of a filter registered with the HDF Group.
fn filter_name(id: u16) -> String {
    let name = match id {
        4 => "szip",
        5 => "n-bit",
        307 => "bzip2",
        32001 => "blosc",
        32004 => "lz4",
        32008 => "bitshuffle",
        32013 => "zfp",
        32015 => "zstd",
        32026 => "blosc2",
        _ => return format!("number {id}"),
    };
    format!("{name} ({id})")
}
