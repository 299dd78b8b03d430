//! What is known of the samples: covariates, groups, and the scale of their values.

use std::collections::HashSet;

use imputome_core::Covariates;

use crate::covariates::{self, Column};
use crate::groups::donors_of;
use crate::number::is_gap;
use crate::text_table::TextTable;
use crate::{Error, GroupRule, LineText, Orientation, ReadOptions, Result, TableRead, scale};

pub(super) fn add_covariates(
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
        let texts = &facts.layout.column_texts;
        columns.extend(columns_of_texts(texts, dataset.n_samples(), &columns));
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
    add_groups(read, &options.groups, classified.groups)
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
fn columns_of_texts(texts: &[LineText], samples: usize, known: &[Column]) -> Vec<Column> {
    let text_of = |text: &String| (!is_gap(text.as_bytes())).then(|| text.clone());
    texts
        .iter()
        .filter(|text| known.iter().all(|column| column.name != text.name))
        .map(|text| Column {
            name: text.name.clone(),
            texts: pad(text.texts.iter().map(text_of).collect(), samples),
        })
        .collect()
}

/// Samples added after those of the file have no text.
fn pad(mut texts: Vec<Option<String>>, samples: usize) -> Vec<Option<String>> {
    texts.resize(samples, None);
    texts
}

fn add_groups(read: &mut TableRead, rule: &GroupRule, column: Option<Column>) -> Result<()> {
    let samples = &read.dataset.samples;
    let (groups, why) = match (rule, column) {
        (GroupRule::None, _) => return Ok(()),
        (GroupRule::Column(name), None) => {
            return Err(Error::Request(format!(
                "{}: no covariate column is called {name:?}, besides the one that names the \
                 samples; give a covariate table with the column, or leave --group out",
                read.facts.name
            )));
        }
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
            None => return Ok(()),
        },
    };
    let distinct: HashSet<&str> = groups.iter().map(String::as_str).collect();
    read.facts
        .notes
        .push(format!("{} donors, {why}", distinct.len()));
    read.dataset.groups = Some(groups);
    Ok(())
}

pub(super) fn add_scale(read: &mut TableRead, options: &ReadOptions) {
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
