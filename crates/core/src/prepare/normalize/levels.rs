//! The levels of a covariate within which values are normalized.

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Covariates, Dataset, Error, Result};

/// Training values of a gene that a level must have for a map of its own; below, the gene's map
/// over all levels is used. Ours, as for the level means of an evaluation: ranks of two values
/// say no more than which is larger.
pub(super) const FEWEST: usize = 3;

/// Names shown in remarks before the rest is only counted.
const NAMES_SHOWN: usize = 5;

/// The levels of a covariate among training rows; none where all rows are one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Levels {
    /// The covariate.
    within: Option<String>,
    /// Its levels, sorted.
    names: Vec<String>,
    /// Training samples of each.
    samples: Vec<usize>,
}

impl Levels {
    /// Levels and their samples. `within` is a categorical covariate of the table.
    pub(super) fn of(train: &Dataset, within: Option<&str>) -> Self {
        let Some(within) = within else {
            return Self::default();
        };
        let values = train.covariates.categorical(within).unwrap_or_default();
        let mut names: Vec<String> = values.iter().flatten().cloned().collect();
        names.sort();
        names.dedup();
        let mut levels = Self {
            within: Some(within.into()),
            samples: vec![0; names.len()],
            names,
        };
        for level in levels.of_samples(&train.covariates).into_iter() {
            if let Some(count) = levels.samples.get_mut(level) {
                *count += 1;
            }
        }
        levels
    }

    /// How many there are; the map over all levels is the one after them.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The level of each sample; [`Levels::len`] where it is not known or was not seen.
    pub(super) fn of_samples(&self, covariates: &Covariates) -> Vec<usize> {
        let values = self.values(covariates);
        (0..covariates.n_samples())
            .map(|s| values.get(s).and_then(Option::as_ref))
            .map(|value| self.position(value?))
            .map(|level| level.unwrap_or(self.len()))
            .collect()
    }

    /// Refuses what no learning gives.
    pub(super) fn check(&self) -> Result<()> {
        let sorted = self.names.is_sorted_by(|a, b| a < b);
        if sorted && self.names.len() == self.samples.len() {
            return Ok(());
        }
        Err(Error::Weights(
            "the levels of the normalization are out of order or not counted".into(),
        ))
    }

    /// What to say of the training rows: levels too small for maps of their own.
    pub(super) fn remark_on_training(&self) -> Option<String> {
        let within = self.within.as_deref()?;
        let few = self.names.iter().zip(&self.samples);
        let few: Vec<&str> = few
            .filter(|(_, samples)| **samples < FEWEST)
            .map(|(name, _)| name.as_str())
            .collect();
        (!few.is_empty()).then(|| {
            format!(
                "{within} with fewer than {FEWEST} samples to learn from, normalized by the values over all levels: {}",
                shown(&few)
            )
        })
    }

    /// What to say of rows that are brought to scores: levels not known or not seen.
    pub(super) fn remarks_on(&self, covariates: &Covariates) -> Vec<String> {
        let Some(within) = self.within.as_deref() else {
            return Vec::new();
        };
        let values = self.values(covariates);
        let mut unseen: Vec<&str> = values.iter().flatten().map(String::as_str).collect();
        unseen.retain(|name| {
            self.names
                .binary_search_by(|n| n.as_str().cmp(name))
                .is_err()
        });
        let samples = unseen.len();
        unseen.sort_unstable();
        unseen.dedup();
        let mut remarks = Vec::new();
        if !unseen.is_empty() {
            remarks.push(format!(
                "{within} not among the training samples, normalized by the values over all levels ({samples} samples): {}",
                shown(&unseen)
            ));
        }
        let missing = values.iter().filter(|value| value.is_none()).count();
        if missing > 0 {
            remarks.push(format!(
                "{missing} samples whose {within} is not known are normalized by the values over all levels"
            ));
        }
        remarks
    }

    fn values<'a>(&self, covariates: &'a Covariates) -> &'a [Option<String>] {
        let within = self.within.as_deref();
        within
            .and_then(|within| covariates.categorical(within))
            .unwrap_or_default()
    }

    fn position(&self, name: &String) -> Option<usize> {
        self.names.binary_search(name).ok()
    }
}

/// Genes gathered together. Ours: a row's 16 values fill a cache line.
pub(super) const BLOCK: usize = 16;

/// What `learn` makes of each gene's measured values by level, all of them last; in gene order.
pub(super) fn of_each_gene<T: Send>(
    train: &Dataset,
    level_of: &[usize],
    n_levels: usize,
    learn: impl Fn(Vec<Vec<f32>>) -> T + Sync,
) -> Vec<T> {
    let genes = train.n_genes();
    let blocks: Vec<Vec<T>> = (0..genes.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let block = block * BLOCK..genes.min((block + 1) * BLOCK);
            let values = values_by_level(train, level_of, n_levels, block);
            values.into_iter().map(&learn).collect()
        })
        .collect();
    blocks.into_iter().flatten().collect()
}

/// `[gene][level]`.
fn values_by_level(
    train: &Dataset,
    level_of: &[usize],
    n_levels: usize,
    genes: Range<usize>,
) -> Vec<Vec<Vec<f32>>> {
    let mut gathered = vec![vec![Vec::new(); n_levels + 1]; genes.len()];
    for (s, &level) in level_of.iter().enumerate() {
        for (levels, g) in gathered.iter_mut().zip(genes.clone()) {
            let Some(value) = train.entry(s, g) else {
                continue;
            };
            if level < n_levels {
                levels[level].push(value);
            }
            levels[n_levels].push(value);
        }
    }
    gathered
}

pub(super) fn no_such_covariate(within: &str, covariates: &Covariates) -> Error {
    let columns = covariates.columns().iter();
    let known: Vec<&str> = columns
        .map(|column| column.name.as_str())
        .filter(|name| covariates.categorical(name).is_some())
        .collect();
    let known = if known.is_empty() {
        "it has none; give a table of them with --covariates".into()
    } else {
        format!("it has {}", known.join(", "))
    };
    Error::Unusable(format!(
        "the table has no covariate with levels called {within:?} to normalize within; {known}"
    ))
}

/// The first few names, and how many more there are.
fn shown(names: &[&str]) -> String {
    let first = names[..names.len().min(NAMES_SHOWN)].join(", ");
    match names.len().saturating_sub(NAMES_SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
