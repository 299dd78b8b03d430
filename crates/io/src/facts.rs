//! What was found while reading a table.

use imputome_core::Dataset;
use serde::{Deserialize, Serialize};

use crate::{Compression, Format, Layout, Orientation};

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
    /// Samples that only a companion has, added as rows without expression.
    pub appended: usize,
    /// What was decided, in clear words, one sentence each.
    pub notes: Vec<String>,
    /// What the user should look at, in clear words, one sentence each.
    pub warnings: Vec<String>,
}

impl ReadFacts {
    /// Tells how the table stands in its file.
    pub(crate) fn tell_form(&mut self, why_rows: &str) {
        let compression = match self.compression {
            Compression::Plain => "",
            Compression::Gzip => ", gzip",
            Compression::Zstd => ", zstd",
        };
        let format = match self.layout.format {
            Format::Delimited(delimiter) => format!("{} between fields", delimiter.name()),
            Format::Gct12 => "GCT 1.2".into(),
            Format::Gct13 => "GCT 1.3".into(),
        };
        self.notes
            .push(format!("{}: {format}{compression}", self.name));
        let rows = match self.layout.rows {
            Orientation::Samples => "samples",
            Orientation::Genes => "genes",
        };
        self.notes.push(format!("lines are {rows}: {why_rows}"));
        if self.long_values > 0 {
            self.notes.push(format!(
                "{} values have more digits than single precision holds; estimates are made from \
                 the nearest single-precision values",
                self.long_values
            ));
        }
    }

    /// Tells size and gaps.
    pub(crate) fn tell_gaps(&mut self, dataset: &Dataset) {
        let entries = (dataset.n_samples() * dataset.n_genes()) as f64;
        self.notes.push(format!(
            "{} samples, {} genes",
            dataset.n_samples(),
            dataset.n_genes()
        ));
        if self.gaps == 0 {
            self.notes.push("no gaps".into());
            return;
        }
        let spelled: Vec<String> = self
            .gap_spellings
            .iter()
            .map(|(spelling, count)| match spelling.as_str() {
                "" => format!("empty ({count})"),
                spelling => format!("{spelling} ({count})"),
            })
            .collect();
        self.notes.push(format!(
            "{} gaps, {:.2} % of entries, written as {}",
            self.gaps,
            100.0 * self.gaps as f64 / entries,
            spelled.join(", ")
        ));
    }
}
