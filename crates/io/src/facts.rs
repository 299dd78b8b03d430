//! What was found while reading a table.

use imputome_core::Dataset;
use serde::{Deserialize, Serialize};

use crate::{Compression, Layout};

/// A table as read, and what was found on the way.
#[derive(Clone, Debug)]
pub struct TableRead {
    /// The table, samples by genes, in the order of the file.
    pub dataset: Dataset,
    /// What was found and decided.
    pub facts: ReadFacts,
}

/// What was found and decided while reading a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadFacts {
    /// The file as the user named it.
    pub name: String,
    /// How it is compressed.
    pub compression: Compression,
    /// How the table stands in it; what is needed to write it back the same way.
    pub layout: Layout,
    /// Lines of values in the file.
    pub lines: u64,
    /// Columns of values in the file.
    pub columns: u64,
    /// Number of gaps.
    pub gaps: u64,
    /// How the gaps are spelled, most common first; an empty field is `""`.
    pub gap_spellings: Vec<(String, u64)>,
    /// Values written with more digits than single precision holds.
    pub long_values: u64,
    /// What was decided, in clear words, one sentence each.
    pub notes: Vec<String>,
    /// What the user should look at, in clear words, one sentence each.
    pub warnings: Vec<String>,
}
