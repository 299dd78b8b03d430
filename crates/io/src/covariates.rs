//! Covariate tables, joined to samples by name.

use std::collections::{HashMap, HashSet};

use imputome_core::Names;

use crate::groups::donor_of;
use crate::number::is_gap;
use crate::text_table::{self, TextTable};
use crate::{Error, Result, Source};

mod classify;

pub(crate) use classify::classify;

/// A column of text per sample; `None` where not known.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its header.
    pub(crate) name: String,
    /// One text per sample.
    pub(crate) texts: Vec<Option<String>>,
}

/// Columns joined to samples.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    /// The columns, without the one that was matched.
    pub(crate) columns: Vec<Column>,
    /// What was matched, in clear words.
    pub(crate) notes: Vec<String>,
    /// What the user should look at.
    pub(crate) warnings: Vec<String>,
}

/// The names of the columns of a covariate table.
pub fn covariate_names(source: &Source) -> Result<Vec<String>> {
    Ok(text_table::read(source)?.header)
}

/// The texts of some columns of a covariate table, in the order of `names`. Refused with the
/// known names when one is not there.
pub fn covariate_columns(source: &Source, names: &[&str]) -> Result<Vec<Vec<String>>> {
    let table = text_table::read(source)?;
    let column = |name: &&str| {
        let at = table.column(name)?;
        Ok(table.rows.iter().map(|row| row[at].clone()).collect())
    };
    names.iter().map(column).collect()
}

/// Joins a table to samples: by the column that knows most of their names, else by the one that
/// knows most of their donors. Refused when no column knows any.
pub(crate) fn join(table: &TextTable, samples: &Names) -> Result<Joined> {
    let by_name = best_key(table, samples, Some);
    let (key, by_donor) = match by_name {
        Some(key) => (key, false),
        None => match best_key(table, samples, donor_of) {
            Some(key) => (key, true),
            None => return Err(no_match(table, samples)),
        },
    };
    let key_of = |sample: &str| match by_donor {
        true => donor_of(sample).map(str::to_string),
        false => Some(sample.to_string()),
    };
    let wanted: HashSet<String> = samples.iter().filter_map(key_of).collect();
    let rows = rows_by_key(table, key, &wanted)?;
    let row_of: Vec<Option<usize>> = samples
        .iter()
        .map(|sample| rows.get(key_of(sample)?.as_str()).copied())
        .collect();
    let columns = (0..table.header.len())
        .filter(|&c| c != key || by_donor)
        .map(|c| Column {
            name: table.header[c].clone(),
            texts: row_of
                .iter()
                .map(|row| {
                    row.map(|r| &table.rows[r][c])
                        .filter(|t| !is_gap(t.as_bytes()))
                })
                .map(|text| text.cloned())
                .collect(),
        })
        .collect();
    let mut joined = Joined {
        columns,
        ..Joined::default()
    };
    joined.tell(table, samples, &table.header[key], by_donor, &row_of);
    Ok(joined)
}

impl Joined {
    fn tell(
        &mut self,
        table: &TextTable,
        samples: &Names,
        key: &str,
        by_donor: bool,
        row_of: &[Option<usize>],
    ) {
        let what = if by_donor { "donors" } else { "samples" };
        let matched = row_of.iter().flatten().count();
        let used: HashSet<usize> = row_of.iter().flatten().copied().collect();
        self.notes.push(format!(
            "{}: column {key:?} names the {what}; {matched} of {} samples found there",
            table.file,
            samples.len()
        ));
        let idle = table.rows.len() - used.len();
        if idle > 0 {
            self.notes.push(format!(
                "{}: {idle} lines belong to no sample of the table",
                table.file
            ));
        }
        let missing: Vec<&str> = samples
            .iter()
            .zip(row_of)
            .filter(|(_, row)| row.is_none())
            .map(|(sample, _)| sample)
            .collect();
        if !missing.is_empty() {
            self.warnings.push(format!(
                "{}: {} samples have no covariates and count as unknown: {}",
                table.file,
                missing.len(),
                first_few(&missing)
            ));
        }
    }
}

/// The first three names of a list, for messages.
pub(crate) fn first_few(names: &[&str]) -> String {
    /// Names shown; ours, enough to recognize them.
    const SHOWN: usize = 3;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", names[..names.len().min(SHOWN)].join(", "))
}

/// The column with most distinct keys of samples; the first of equals, nothing without any.
fn best_key<'a>(
    table: &TextTable,
    samples: &'a Names,
    key_of: fn(&'a str) -> Option<&'a str>,
) -> Option<usize> {
    let keys: HashSet<&str> = samples.iter().filter_map(key_of).collect();
    let known = |column: usize| {
        let found: HashSet<&str> = table
            .rows
            .iter()
            .map(|row| row[column].as_str())
            .filter(|text| keys.contains(text))
            .collect();
        found.len()
    };
    let counts: Vec<usize> = (0..table.header.len()).map(known).collect();
    let best = *counts.iter().max()?;
    (best > 0).then(|| counts.iter().position(|&count| count == best))?
}

fn rows_by_key<'a>(
    table: &'a TextTable,
    key: usize,
    wanted: &HashSet<String>,
) -> Result<HashMap<&'a str, usize>> {
    let mut rows: HashMap<&str, usize> = HashMap::new();
    for (row, fields) in table.rows.iter().enumerate() {
        let name = fields[key].as_str();
        if !wanted.contains(name) {
            continue;
        }
        if let Some(first) = rows.insert(name, row) {
            return Err(Error::Content {
                file: table.file.clone(),
                place: format!(
                    ", lines {} and {}",
                    table.numbers[first], table.numbers[row]
                ),
                expected: "one line per sample".into(),
                found: format!("{name:?} twice"),
                advice: "keep one of the lines".into(),
            });
        }
    }
    Ok(rows)
}

fn no_match(table: &TextTable, samples: &Names) -> Error {
    let ours: Vec<&str> = samples.iter().take(4).collect();
    let theirs: Vec<&str> = table.rows.iter().take(4).map(|r| r[0].as_str()).collect();
    Error::Content {
        file: table.file.clone(),
        place: String::new(),
        expected: format!(
            "a column with names of samples, such as {}",
            first_few(&ours)
        ),
        found: format!(
            "no column that knows any of them (the first, {:?}, has {})",
            table.header[0],
            first_few(&theirs)
        ),
        advice: "make the names alike, or leave the covariates out".into(),
    }
}
