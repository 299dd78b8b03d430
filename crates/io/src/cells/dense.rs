//! Tables stored with their zeros.

use std::ops::Range;

use imputome_core::SparseRows;

use super::array::Array;
use crate::Result;

/// Lines of which every entry is stored.
#[derive(Debug)]
pub(super) struct Dense {
    values: Array,
    n_lines: usize,
    width: usize,
}

impl Dense {
    /// The lines of an array of two axes; refused when its shape is another.
    pub(super) fn new(values: Array, n_lines: usize, width: usize) -> Result<Self> {
        if *values.shape() != [n_lines as u64, width as u64] {
            let found = format!("{:?}", values.shape());
            return Err(values.refused(format!("the shape [{n_lines}, {width}]"), found));
        }
        Ok(Self {
            values,
            n_lines,
            width,
        })
    }

    /// Number of lines.
    pub(super) fn n_lines(&self) -> usize {
        self.n_lines
    }

    /// Number of entries of one line, zeros among them.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The entries of some lines that are not zero.
    pub(super) fn lines(&self, lines: Range<usize>) -> Result<SparseRows> {
        let values = self.values.floats(lines.start as u64..lines.end as u64)?;
        let mut rows = SparseRows {
            starts: vec![0],
            ..SparseRows::default()
        };
        for (place, line) in values.chunks(self.width.max(1)).enumerate() {
            for (column, &value) in line.iter().enumerate().filter(|&(_, &v)| v != 0.0) {
                if !value.is_finite() {
                    let found = format!("{value} in row {}, column {column}", lines.start + place);
                    return Err(self.values.refused("finite numbers", found));
                }
                rows.columns.push(column as u32);
                rows.values.push(value);
            }
            rows.starts.push(rows.columns.len());
        }
        rows.starts.resize(lines.len() + 1, rows.columns.len());
        Ok(rows)
    }
}
