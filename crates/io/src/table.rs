//! A table in: from a source to a dataset.

use std::collections::HashSet;

use imputome_core::{Covariates, Dataset, Mask, Names};

use crate::body::{self, TableLines};
use crate::lines::Lines;
use crate::orientation::{self, Evidence};
use crate::preamble::{self, Preamble};
use crate::text_table::{self, TextTable};
use crate::{
    Compression, Error, LineText, Orientation, ReadFacts, ReadOptions, Result, Source, TableRead,
    arrange, companions,
};

mod annotate;

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
    companions::join(&mut read, options)?;
    annotate::add_covariates(&mut read, options, known.as_ref())?;
    annotate::add_scale(&mut read, options);
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
        appended: 0,
        notes: Vec::new(),
        warnings: Vec::new(),
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
        companions: Vec::new(),
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
