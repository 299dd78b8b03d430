//! How a table stands in its file, kept so that it can be written back the same way.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Target};

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
    /// True for both versions of GCT.
    pub fn is_gct(self) -> bool {
        matches!(self, Self::Gct12 | Self::Gct13)
    }

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
    /// Names of the lines that `line_texts` describe.
    pub text_lines: Vec<String>,
    /// Names of the columns that `column_texts` describe.
    pub text_columns: Vec<String>,
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
            text_lines: Vec::new(),
            text_columns: Vec::new(),
            gap: String::new(),
        }
    }

    /// What a GCT says of its genes in the column `Description`, by gene; nothing elsewhere.
    pub fn descriptions(&self) -> HashMap<&str, &str> {
        let texts = self
            .line_texts
            .iter()
            .find(|text| text.name == "Description");
        let texts = texts.filter(|_| self.rows == Orientation::Genes);
        let texts = texts.into_iter().flat_map(|described| &described.texts);
        let pairs = self.text_lines.iter().zip(texts);
        let pairs = pairs.map(|(gene, text)| (gene.as_str(), text.as_str()));
        pairs.filter(|(_, text)| !text.is_empty()).collect()
    }

    /// This layout in the format that the name of `target` asks for: `.csv`, `.tsv`, `.tab`,
    /// `.txt` or `.gct`, each also with `.gz` or `.zst`; unchanged for standard output.
    ///
    /// What the file has already is kept where the name allows it: a `.csv` may have
    /// semicolons, a `.txt` any delimiter, a `.gct` either version (1.2 unless it was 1.3; set
    /// `format` for the other). Delimited tables hold no texts beside genes. Refused when the
    /// name has another ending.
    pub fn for_target(&self, target: &Target) -> Result<Self> {
        let Target::Path(path) = target else {
            return Ok(self.clone());
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_lowercase();
        let plain = name
            .strip_suffix(".gz")
            .or_else(|| name.strip_suffix(".zst"));
        let ending = plain
            .unwrap_or(&name)
            .rsplit_once('.')
            .map(|(_, ending)| ending);
        let format = match (ending, self.format) {
            (Some("csv"), Format::Delimited(Delimiter::Semicolon)) => self.format,
            (Some("csv"), _) if self.decimal == Decimal::Comma => {
                Format::Delimited(Delimiter::Semicolon)
            }
            (Some("csv"), _) => Format::Delimited(Delimiter::Comma),
            (Some("txt"), Format::Delimited(_)) => self.format,
            (Some("tsv" | "tab" | "txt"), _) => Format::Delimited(Delimiter::Tab),
            (Some("gct"), Format::Gct13) => Format::Gct13,
            (Some("gct"), _) => Format::Gct12,
            _ => {
                return Err(Error::Request(format!(
                    "{}: expected a name that ends in .csv, .tsv, .tab, .txt or .gct, with or \
                     without .gz or .zst; choose such a name",
                    path.display()
                )));
            }
        };
        Ok(self.with_format(format))
    }

    /// This layout in another format.
    pub fn with_format(&self, format: Format) -> Self {
        let mut layout = Self {
            format,
            ..self.clone()
        };
        let (was_gct, is_gct) = (self.format.is_gct(), format.is_gct());
        if is_gct {
            layout.rows = Orientation::Genes;
            layout.decimal = Decimal::Point;
        }
        if is_gct && (!was_gct || format != self.format) {
            layout.index_header = Some(
                if format == Format::Gct12 {
                    "Name"
                } else {
                    "id"
                }
                .into(),
            );
        }
        if was_gct && !is_gct {
            layout.index_header = Some("gene_id".into());
            layout.line_texts.clear();
            layout.column_texts.clear();
        }
        layout
    }

    /// This layout with lines that are samples or genes. GCT stays as it is.
    pub fn with_rows(&self, rows: Orientation) -> Self {
        if self.rows == rows || self.format.is_gct() {
            return self.clone();
        }
        let header = match rows {
            Orientation::Samples => "sample_id",
            Orientation::Genes => "gene_id",
        };
        Self {
            rows,
            index_header: Some(header.into()),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format_for(name: &str, layout: &Layout) -> Format {
        layout
            .for_target(&Target::from_argument(name))
            .unwrap()
            .format
    }

    #[test]
    fn the_name_of_the_output_tells_its_format() {
        let tsv = Layout::tsv();
        assert_eq!(
            format_for("a.csv.gz", &tsv),
            Format::Delimited(Delimiter::Comma)
        );
        assert_eq!(format_for("a.TSV.zst", &tsv), tsv.format);
        assert_eq!(format_for("a.gct", &tsv), Format::Gct12);
        assert_eq!(format_for("-", &tsv), tsv.format);
        assert!(tsv.for_target(&Target::from_argument("a.xlsx")).is_err());
    }

    #[test]
    fn a_form_that_the_name_allows_is_kept_whole() {
        let semicolons = Layout::tsv().with_format(Format::Delimited(Delimiter::Semicolon));
        let target = Target::from_argument("a.csv");
        assert_eq!(semicolons.for_target(&target).unwrap(), semicolons);
        let gct = Layout::tsv().with_format(Format::Gct13);
        assert_eq!(
            gct.for_target(&Target::from_argument("b.gct.gz")).unwrap(),
            gct
        );
    }
}
