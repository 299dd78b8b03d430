//! Entries of a table, line by line, whichever axis its lines are.

use std::ops::Range;

use imputome_core::SparseRows;

use super::dense::Dense;
use super::scale::Seen;
use super::sparse::Compressed;
use crate::Result;

/// Entries looked at in each of three places to recognize the scale; ours, a fraction of a second.
const LOOKED_AT: u64 = 1 << 16;
/// Entries taken at once on a way through a whole table; ours, 32 MiB of them.
const AT_ONCE: u64 = 1 << 22;

/// The lines of a table.
#[derive(Debug)]
pub(super) enum Entries {
    /// Without their zeros.
    Compressed(Compressed),
    /// With their zeros.
    Dense(Dense),
}

impl Entries {
    /// Number of lines.
    pub(super) fn n_lines(&self) -> usize {
        match self {
            Self::Compressed(lines) => lines.n_lines(),
            Self::Dense(lines) => lines.n_lines(),
        }
    }

    /// Number of entries that are stored in some lines.
    pub(super) fn n_entries(&self, lines: &Range<usize>) -> u64 {
        match self {
            Self::Compressed(compressed) => compressed.n_entries(lines),
            Self::Dense(dense) => lines.len() as u64 * dense.width() as u64,
        }
    }

    /// The entries of some lines.
    pub(super) fn lines(&self, lines: Range<usize>) -> Result<SparseRows> {
        match self {
            Self::Compressed(compressed) => compressed.lines(lines),
            Self::Dense(dense) => dense.lines(lines),
        }
    }

    /// Ranges of lines, in order, that hold few enough entries to be taken at once.
    pub(super) fn parts(&self) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut first = 0;
        while first < self.n_lines() {
            let mut next = first + 1;
            while next < self.n_lines() && self.n_entries(&(first..next + 1)) <= AT_ONCE {
                next += 1;
            }
            parts.push(first..next);
            first = next;
        }
        parts
    }

    /// What the values at the beginning, in the middle and at the end look like.
    pub(super) fn look(&self) -> Result<Seen> {
        let mut seen = Seen::default();
        match self {
            Self::Compressed(compressed) => {
                let all = compressed.n_entries(&(0..self.n_lines()));
                for start in [0, all / 2, all.saturating_sub(LOOKED_AT)] {
                    seen.add(&compressed.values(start..start + LOOKED_AT)?);
                }
            }
            Self::Dense(dense) => {
                let lines =
                    (LOOKED_AT as usize / dense.width().max(1)).clamp(1, self.n_lines().max(1));
                let n = self.n_lines();
                for start in [0, n / 2, n.saturating_sub(lines)] {
                    seen.add(&dense.lines(start..(start + lines).min(n))?.values);
                }
            }
        }
        Ok(seen)
    }
}
