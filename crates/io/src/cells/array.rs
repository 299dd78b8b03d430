//! Arrays of an HDF5 file, read in ranges.

use std::ops::Range;

use hdf5_pure::{Dataset, Datatype};

use super::hdf5::broken;
use super::refusal::{self, DAMAGED};
use crate::{Error, Result};

/// An array whose declared size the file can hold and whose filters can be undone.
#[derive(Debug)]
pub(super) struct Array {
    pub(super) file: String,
    pub(super) path: String,
    pub(super) dataset: Dataset,
    pub(super) shape: Vec<u64>,
    pub(super) element_bytes: u64,
}

impl Array {
    /// Length of each axis.
    pub(super) fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// The length of an array of one axis.
    pub(super) fn length(&self) -> Result<u64> {
        match self.shape[..] {
            [length] => Ok(length),
            _ => Err(self.refused("an array of one axis", format!("axes {:?}", self.shape))),
        }
    }

    /// Rows of the first axis as single-precision numbers, last axis fastest.
    pub(super) fn floats(&self, rows: Range<u64>) -> Result<Vec<f32>> {
        self.exactly(&rows, |data, start, count| data.read_f32_rows(start, count))
    }

    /// Rows of the first axis as whole numbers.
    pub(super) fn integers(&self, rows: Range<u64>) -> Result<Vec<i64>> {
        self.exactly(&rows, |data, start, count| data.read_i64_rows(start, count))
    }

    /// Rows of the first axis as positions below `limit`.
    pub(super) fn positions(&self, rows: Range<u64>, limit: usize) -> Result<Vec<u32>> {
        let outside = |found: String| {
            let place = format!("numbers {} to {}", rows.start, rows.end);
            self.refused(format!("{place} from 0 to below {limit}"), found)
        };
        if self.element_bytes <= 4 {
            // A negative number of four bytes is a large one here, and refused below.
            let positions =
                self.exactly(&rows, |data, start, count| data.read_u32_rows(start, count))?;
            return match positions.iter().find(|&&p| p as usize >= limit) {
                Some(position) => Err(outside((*position as i32).to_string())),
                None => Ok(positions),
            };
        }
        let numbers = self.integers(rows.clone())?;
        let position = |&number: &i64| match u32::try_from(number) {
            Ok(position) if (position as usize) < limit => Ok(position),
            _ => Err(outside(number.to_string())),
        };
        numbers.iter().map(position).collect()
    }

    /// All elements as text.
    pub(super) fn texts(&self) -> Result<Vec<String>> {
        let count = self.length()?;
        let texts = self.dataset.read_string();
        let texts = texts.map_err(|error| self.broken(&error))?;
        self.complete(texts, count)
    }

    /// True when the elements are text.
    pub(super) fn is_text(&self) -> Result<bool> {
        use hdf5_pure::DType;
        let kind = self.dataset.dtype().map_err(|error| self.broken(&error))?;
        Ok(matches!(kind, DType::String | DType::VariableLengthString))
    }

    /// The texts of fixed length in one field of records; nothing when there is no such field.
    pub(super) fn field(&self, name: &str) -> Result<Option<Vec<String>>> {
        let count = self.length()?;
        let kind = self
            .dataset
            .datatype()
            .map_err(|error| self.broken(&error))?;
        let Datatype::Compound { size, members } = kind else {
            return Ok(None);
        };
        let Some(member) = members.iter().find(|member| member.name == name) else {
            return Ok(None);
        };
        let Datatype::String { size: width, .. } = member.datatype else {
            return Ok(None);
        };
        let bytes = self
            .dataset
            .read_raw()
            .map_err(|error| self.broken(&error))?;
        let field = member.byte_offset as usize..member.byte_offset as usize + width as usize;
        let texts = bytes
            .chunks_exact(size.max(1) as usize)
            .filter_map(|record| record.get(field.clone()))
            .map(|text| {
                String::from_utf8_lossy(text)
                    .trim_end_matches('\0')
                    .to_string()
            })
            .collect();
        self.complete(texts, count).map(Some)
    }

    /// The refusal of what the array holds.
    pub(super) fn refused(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        refusal::content(&self.file, &self.path, expected, found, DAMAGED)
    }

    fn exactly<T>(
        &self,
        rows: &Range<u64>,
        read: impl FnOnce(&Dataset, u64, u64) -> std::result::Result<Vec<T>, hdf5_pure::Error>,
    ) -> Result<Vec<T>> {
        let count = rows.end - rows.start;
        let width: u64 = self.shape.iter().skip(1).product();
        let numbers = read(&self.dataset, rows.start, count);
        let numbers = numbers.map_err(|error| self.broken(&error))?;
        self.complete(numbers, count * width)
    }

    fn complete<T>(&self, elements: Vec<T>, count: u64) -> Result<Vec<T>> {
        if elements.len() as u64 == count {
            return Ok(elements);
        }
        let found = format!("{}", elements.len());
        Err(self.refused(format!("{count} elements"), found))
    }

    fn broken(&self, error: &hdf5_pure::Error) -> Error {
        broken(&self.file, &self.path, error)
    }
}
