//! Compressed sparse lines: rows of cells or columns of genes.

use std::ops::Range;

use imputome_core::SparseRows;

use super::array::Array;
use super::hdf5::Hdf5;
use crate::Result;

/// Starts read at once; ours, small beside the entries of any window.
const STARTS_AT_ONCE: u64 = 1 << 18;

/// The names of the three arrays within a group.
const PARTS: [&str; 3] = ["indptr", "indices", "data"];

/// Lines of which only what is not zero is stored.
#[derive(Debug)]
pub(super) struct Compressed {
    /// Where each line's entries begin, one more than there are lines.
    starts: Vec<u64>,
    /// Positions within the lines, below `width`.
    positions: Array,
    values: Array,
    width: usize,
}

impl Compressed {
    /// The lines stored in a group; refused when its arrays contradict one another.
    pub(super) fn open(file: &Hdf5, path: &str, lines: usize, width: usize) -> Result<Self> {
        let [starts, positions, values] =
            PARTS.map(|part| file.array(format!("{path}/{part}").trim_start_matches('/')));
        let (starts, positions, values) = (starts?, positions?, values?);
        let entries = values.length()?;
        if positions.length()? != entries {
            let found = format!("{}", positions.length()?);
            return Err(
                positions.refused(format!("as many elements as data has, {entries}"), found)
            );
        }
        let starts = read_starts(&starts, lines, entries)?;
        Ok(Self {
            starts,
            positions,
            values,
            width,
        })
    }

    /// Number of lines.
    pub(super) fn n_lines(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of stored entries in some lines.
    pub(super) fn n_entries(&self, lines: &Range<usize>) -> u64 {
        self.starts[lines.end] - self.starts[lines.start]
    }

    /// The entries of some lines.
    pub(super) fn lines(&self, lines: Range<usize>) -> Result<SparseRows> {
        let first = self.starts[lines.start];
        let entries = first..self.starts[lines.end];
        Ok(SparseRows {
            starts: self.starts[lines.start..=lines.end]
                .iter()
                .map(|start| (start - first) as usize)
                .collect(),
            columns: self.positions.positions(entries.clone(), self.width)?,
            values: self.values.floats(entries)?,
        })
    }

    /// The stored values among `entries`, those beyond the last left out.
    pub(super) fn values(&self, entries: Range<u64>) -> Result<Vec<f32>> {
        let last = self.starts[self.n_lines()];
        self.values
            .floats(entries.start.min(last)..entries.end.min(last))
    }
}

fn read_starts(array: &Array, lines: usize, entries: u64) -> Result<Vec<u64>> {
    let length = array.length()?;
    if length != lines as u64 + 1 {
        let expected = format!("{} elements, one more than lines", lines + 1);
        return Err(array.refused(expected, length.to_string()));
    }
    let mut starts: Vec<u64> = Vec::new();
    let mut last = 0;
    for first in (0..length).step_by(STARTS_AT_ONCE as usize) {
        for start in array.integers(first..(first + STARTS_AT_ONCE).min(length))? {
            let place = starts.len();
            let ascending = u64::try_from(start)
                .ok()
                .filter(|start| *start >= last && *start <= entries && (place > 0 || *start == 0));
            let Some(start) = ascending else {
                let expected =
                    format!("starts that ascend from 0 to {entries}, the number of entries");
                return Err(array.refused(
                    expected,
                    format!("{start} at position {place} after {last}"),
                ));
            };
            starts.push(start);
            last = start;
        }
    }
    if last != entries {
        let expected = format!("a last start of {entries}, the number of entries");
        return Err(array.refused(expected, last.to_string()));
    }
    Ok(starts)
}
