//! A table in: from a source to a dataset.

use std::collections::HashSet;

use imputome_core::{Covariates, Dataset, Mask, Names};

use crate::body::{self, TableLines};
use crate::covariates::{self, Column};
use crate::groups::donors_of;
use crate::lines::Lines;
use crate::number::is_gap;
use crate::orientation::{self, Evidence};
use crate::preamble::{self, Preamble};
use crate::text_table::{self, TextTable};
use crate::{
    Compression, Error, Format, GroupRule, LineText, Orientation, ReadFacts, ReadOptions, Result,
    Source, TableRead, arrange, scale,
};

/// Reads a table with its gaps, covariates, groups and scale, on the current threads.
///
/// Refused, with file, line and column, when it is not a table of finite numbers and gaps with
/// unique names, when its covariates know none of its samples, or when nothing is measured.
pub fn read_table(source: &Source, options: &ReadOptions) -> Result<TableRead> {
    let known = options.covariates.as_ref();
    let known = known.map(|c| text_table::read(&c.source)).transpose()?;
    let mut lines = Lines::open(source)?;
    let preamble = preamble::read(&mut lines, options)?;
    let values_expected = values_expected(&lines, &preamble);
    let compression = lines.compression();
    let mut text = lines.into_body();
    let mut table = body::read(&mut text, &preamble, values_expected)?;
    expect_declared(&text.file, &preamble, &table)?;

    let (rows, why) = decide_rows(options, &preamble, &table, known.as_ref());
    let mut facts = facts_of(&text.file, compression, &preamble, &mut table, rows);
    facts.tell_form(&why);
    let dataset = dataset_of(&text.file, preamble, table, rows)?;
    facts.tell_gaps(&dataset);
    if facts.gaps == (dataset.n_samples() * dataset.n_genes()) as u64 {
        return Err(nothing_measured(&text.file));
    }
    let mut read = TableRead { dataset, facts };
    add_covariates(&mut read, options, known.as_ref())?;
    add_scale(&mut read, options);
    Ok(read)
}

/// Refuses a table of fewer than `least` samples.
pub fn require_samples(read: &TableRead, least: usize) -> Result<()> {
    let found = read.dataset.n_samples();
    if found >= least {
        return Ok(());
    }
    let other = match read.facts.layout.rows {
        Orientation::Samples => "genes",
        Orientation::Genes => "samples",
    };
    Err(Error::Content {
        file: read.facts.name.clone(),
        place: String::new(),
        expected: format!("at least {least} samples"),
        found: found.to_string(),
        advice: format!(
            "give more samples, use a model fitted on others (--model), or say --rows {other} if \
             the lines of the file are {other}"
        )
        .into(),
    })
}

/// A guess at the number of values from the size of the source, so that memory is set aside
/// once; what is not touched costs nothing.
fn values_expected(lines: &Lines, preamble: &Preamble) -> usize {
    /// Text is seldom packed tighter than this; ours.
    const PACKED: u64 = 8;
    /// Bytes of a short value and its delimiter.
    const SHORT_VALUE: u64 = 4;
    let stored = lines.stored_bytes().unwrap_or(0);
    let text = match lines.compression() {
        Compression::Plain => stored,
        Compression::Gzip | Compression::Zstd => stored.saturating_mul(PACKED),
    };
    let by_size = (text / SHORT_VALUE) as usize;
    match preamble.declared_lines {
        Some(lines) => by_size.min((lines as usize).saturating_mul(preamble.columns.len())),
        None => by_size,
    }
}

fn expect_declared(file: &str, preamble: &Preamble, table: &TableLines) -> Result<()> {
    let found = table.names.len() as u64;
    match preamble.declared_lines {
        Some(declared) if declared != found => Err(Error::Content {
            file: file.into(),
            place: ", line 2".into(),
            expected: format!("{declared} lines of values, as declared there"),
            found: found.to_string(),
            advice: "the file may be cut off; copy it again, or correct its second line".into(),
        }),
        _ => Ok(()),
    }
}

fn decide_rows(
    options: &ReadOptions,
    preamble: &Preamble,
    table: &TableLines,
    known: Option<&TextTable>,
) -> (Orientation, String) {
    let known: Option<HashSet<&str>> = known.map(|known| {
        let fields = known.rows.iter().flatten();
        fields.map(String::as_str).collect()
    });
    let evidence = Evidence {
        format: preamble.format,
        index_header: preamble.index_header.as_deref(),
        lines: &table.names,
        columns: &preamble.columns,
        known: known.as_ref(),
    };
    orientation::decide(options.rows, &evidence)
}

fn facts_of(
    file: &str,
    compression: Compression,
    preamble: &Preamble,
    table: &mut TableLines,
    rows: Orientation,
) -> ReadFacts {
    let headers = preamble.text_headers.iter().cloned();
    let line_texts = headers
        .zip(std::mem::take(&mut table.texts))
        .map(|(name, texts)| LineText { name, texts })
        .collect();
    let mut spellings: Vec<(String, u64)> =
        std::mem::take(&mut table.spellings).into_iter().collect();
    spellings.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut layout = preamble.layout(rows, line_texts);
    if layout.format.is_gct() {
        layout.text_lines.clone_from(&table.names);
        layout.text_columns.clone_from(&preamble.columns);
    }
    if let Some((spelling, _)) = spellings.first() {
        layout.gap.clone_from(spelling);
    }
    ReadFacts {
        name: file.into(),
        compression,
        layout,
        lines: table.names.len() as u64,
        columns: preamble.columns.len() as u64,
        gaps: spellings.iter().map(|(_, count)| count).sum(),
        gap_spellings: spellings,
        long_values: table.long_values,
        notes: Vec::new(),
        warnings: Vec::new(),
    }
}

impl ReadFacts {
    fn tell_form(&mut self, why_rows: &str) {
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

    fn tell_gaps(&mut self, dataset: &Dataset) {
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

fn dataset_of(
    file: &str,
    preamble: Preamble,
    table: TableLines,
    rows: Orientation,
) -> Result<Dataset> {
    let inside = |source| Error::Dataset {
        file: file.into(),
        source,
    };
    let (lines, columns) = (table.names.len(), preamble.columns.len());
    let (values, samples, genes) = match rows {
        Orientation::Samples => (
            arrange::by_rows(table.values, lines, columns),
            table.names,
            preamble.columns,
        ),
        Orientation::Genes => (
            arrange::by_columns(table.values, lines, columns),
            preamble.columns,
            table.names,
        ),
    };
    Ok(Dataset {
        measured: Mask(values.mapv(f32::is_finite)),
        covariates: Covariates::none(samples.len()),
        samples: Names::new("sample", samples).map_err(inside)?,
        genes: Names::new("gene", genes).map_err(inside)?,
        groups: None,
        scale: imputome_core::Scale::Unknown,
        values,
    })
}

fn nothing_measured(file: &str) -> Error {
    Error::Content {
        file: file.into(),
        place: String::new(),
        expected: "measured values".into(),
        found: "gaps alone".into(),
        advice: "check the delimiter and whether the right table was exported".into(),
    }
}

fn add_covariates(
    read: &mut TableRead,
    options: &ReadOptions,
    known: Option<&TextTable>,
) -> Result<()> {
    let (dataset, facts) = (&mut read.dataset, &mut read.facts);
    let mut columns = Vec::new();
    if let Some(table) = known {
        expect_columns(table, options)?;
        let joined = covariates::join(table, &dataset.samples)?;
        columns = joined.columns;
        facts.notes.extend(joined.notes);
        facts.warnings.extend(joined.warnings);
    }
    if facts.layout.rows == Orientation::Genes {
        columns.extend(columns_of_texts(&facts.layout.column_texts, &columns));
    }
    let inside = |source| Error::Dataset {
        file: facts.name.clone(),
        source,
    };
    let asked = options.covariates.as_ref();
    let decimal = options.decimal;
    let classified = covariates::classify(columns, asked, &options.groups, decimal)?;
    let n = dataset.n_samples();
    dataset.covariates = Covariates::new(n, classified.covariates).map_err(inside)?;
    facts.notes.extend(classified.notes);
    add_groups(read, &options.groups, classified.groups);
    Ok(())
}

/// Refuses names of columns that the covariate table lacks.
fn expect_columns(table: &TextTable, options: &ReadOptions) -> Result<()> {
    let asked = options.covariates.iter();
    let asked = asked.flat_map(|c| c.categorical.iter().chain(&c.numeric));
    let group = match &options.groups {
        GroupRule::Column(name) => Some(name),
        GroupRule::Auto | GroupRule::None => None,
    };
    for name in asked.chain(group) {
        table.column(name)?;
    }
    Ok(())
}

/// Metadata of GCT columns that the covariate table does not have too.
fn columns_of_texts(texts: &[LineText], known: &[Column]) -> Vec<Column> {
    let text_of = |text: &String| (!is_gap(text.as_bytes())).then(|| text.clone());
    texts
        .iter()
        .filter(|text| known.iter().all(|column| column.name != text.name))
        .map(|text| Column {
            name: text.name.clone(),
            texts: text.texts.iter().map(text_of).collect(),
        })
        .collect()
}

fn add_groups(read: &mut TableRead, rule: &GroupRule, column: Option<Column>) {
    let samples = &read.dataset.samples;
    let (groups, why) = match (rule, column) {
        (GroupRule::None, _) => return,
        (_, Some(column)) => {
            let own = |(text, sample): (Option<String>, &str)| text.unwrap_or(sample.into());
            let groups: Vec<String> = column
                .texts
                .into_iter()
                .zip(samples.iter())
                .map(own)
                .collect();
            (groups, format!("from column {:?}", column.name))
        }
        (_, None) => match donors_of(samples.iter()) {
            Some((donors, told)) => (donors, format!("from {told} sample names")),
            None => return,
        },
    };
    let distinct: HashSet<&str> = groups.iter().map(String::as_str).collect();
    read.facts
        .notes
        .push(format!("{} donors, {why}", distinct.len()));
    read.dataset.groups = Some(groups);
}

fn add_scale(read: &mut TableRead, options: &ReadOptions) {
    match options.scale {
        Some(asked) => {
            read.dataset.scale = asked;
            read.facts
                .notes
                .push(format!("scale {asked}: as asked for"));
        }
        None => {
            let (scale, why) = scale::guess_scale(&read.dataset);
            read.dataset.scale = scale;
            read.facts.notes.push(format!("scale {scale}: {why}"));
        }
    }
}
