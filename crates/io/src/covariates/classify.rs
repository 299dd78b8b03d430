//! What the columns of a covariate table are: levels, numbers, groups, or of no use.

use std::collections::BTreeSet;

use imputome_core::{Covariate, CovariateValues};

use super::Column;
use crate::groups::GROUP_COLUMNS;
use crate::{CovariateOptions, Decimal, Error, GroupRule, Result};

/// Known samples from which on a column of text without repetition is taken for names; ours.
const NAMES_FROM: usize = 10;
/// Most levels of a guessed categorical covariate, unless each has ten samples on average; ours.
const MOST_LEVELS: usize = 100;

/// What columns became.
#[derive(Debug, Default)]
pub(crate) struct Classified {
    /// Covariates in the order of the table.
    pub(crate) covariates: Vec<Covariate>,
    /// The column that tells groups.
    pub(crate) groups: Option<Column>,
    /// What was decided, in clear words.
    pub(crate) notes: Vec<String>,
}

/// Decides what each column is: by `options` where they name columns, else by its texts.
pub(crate) fn classify(
    columns: Vec<Column>,
    options: Option<&CovariateOptions>,
    groups: &GroupRule,
    decimal: Decimal,
) -> Result<Classified> {
    let mut classified = Classified::default();
    let group = group_column(&columns, groups);
    let named = |names: &[String], column: &Column| names.contains(&column.name);
    let asked = options.filter(|o| !o.categorical.is_empty() || !o.numeric.is_empty());
    for (position, column) in columns.into_iter().enumerate() {
        let is_group = Some(position) == group;
        let values = match asked {
            Some(o) if named(&o.numeric, &column) => Some(numbers_as_asked(&column, decimal)?),
            Some(o) if named(&o.categorical, &column) => {
                Some(CovariateValues::Categorical(column.texts.clone()))
            }
            Some(_) => None,
            None if is_group => None,
            None => classified.guess(&column, decimal),
        };
        if let Some(values) = values {
            classified.covariates.push(Covariate {
                name: column.name.clone(),
                values,
            });
        }
        if is_group {
            classified
                .notes
                .push(format!("column {:?} tells the groups", column.name));
            classified.groups = Some(column);
        }
    }
    Ok(classified)
}

fn group_column(columns: &[Column], rule: &GroupRule) -> Option<usize> {
    match rule {
        GroupRule::None => None,
        GroupRule::Column(name) => columns.iter().position(|c| c.name == *name),
        GroupRule::Auto => GROUP_COLUMNS.iter().find_map(|known| {
            columns
                .iter()
                .position(|c| c.name.eq_ignore_ascii_case(known))
        }),
    }
}

fn number(text: &str, decimal: Decimal) -> Option<f64> {
    let text = text.trim();
    let parsed = match decimal {
        Decimal::Point => fast_float2::parse(text),
        Decimal::Comma => fast_float2::parse(text.replace(',', ".")),
    };
    parsed.ok().filter(|value: &f64| value.is_finite())
}

fn numbers(column: &Column, decimal: Decimal) -> std::result::Result<Vec<Option<f64>>, usize> {
    let parse = |(sample, text): (usize, &Option<String>)| match text {
        None => Ok(None),
        Some(text) => number(text, decimal).map(Some).ok_or(sample),
    };
    column.texts.iter().enumerate().map(parse).collect()
}

fn numbers_as_asked(column: &Column, decimal: Decimal) -> Result<CovariateValues> {
    let refuse = |sample: usize| {
        let found = column.texts[sample].as_deref().unwrap_or_default();
        Error::Request(format!(
            "covariate {:?}: expected numbers, found {found:?} at sample {}; name it with \
             --categorical, or correct the table",
            column.name,
            sample + 1
        ))
    };
    numbers(column, decimal)
        .map(CovariateValues::Numeric)
        .map_err(refuse)
}

impl Classified {
    /// The kind that the texts of a column suggest; nothing for a column that is of no use.
    fn guess(&mut self, column: &Column, decimal: Decimal) -> Option<CovariateValues> {
        let known = column.texts.iter().flatten().count();
        let levels: BTreeSet<&str> = column.texts.iter().flatten().map(String::as_str).collect();
        let (values, what) = if known == 0 {
            (
                None,
                "left out: it holds nothing for these samples".to_string(),
            )
        } else if let Ok(numbers) = numbers(column, decimal) {
            (Some(CovariateValues::Numeric(numbers)), "numeric".into())
        } else if levels.len() == known && known >= NAMES_FROM {
            (
                None,
                "left out: every sample has another text, so these are names".into(),
            )
        } else if levels.len() > MOST_LEVELS && 10 * levels.len() > known {
            (
                None,
                format!("left out: {} different texts are too many", levels.len()),
            )
        } else {
            let values = CovariateValues::Categorical(column.texts.clone());
            (
                Some(values),
                format!("categorical, {} levels", levels.len()),
            )
        };
        self.notes
            .push(format!("covariate {:?}: {what}", column.name));
        values
    }
}
