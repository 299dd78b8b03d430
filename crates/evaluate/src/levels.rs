//! The levels of the covariate scored apart, such as tissues.

use imputome_core::{Covariates, Dataset, Error, Result};

/// The levels of one categorical covariate over a whole table.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// The covariate.
    pub covariate: String,
    /// Its levels, sorted.
    pub names: Vec<String>,
}

impl Levels {
    /// The levels of the covariate `by`; none where no covariate is named. Refused when the
    /// table has no categorical covariate of that name.
    pub fn of(data: &Dataset, by: Option<&str>) -> Result<Option<Self>> {
        let Some(by) = by else { return Ok(None) };
        let Some(values) = data.covariates.categorical(by) else {
            return Err(no_such_covariate(by, &data.covariates));
        };
        let mut names: Vec<String> = values.iter().flatten().cloned().collect();
        names.sort();
        names.dedup();
        Ok(Some(Self {
            covariate: by.into(),
            names,
        }))
    }

    /// The level of each sample, counted from 0; nothing where it is not known.
    pub fn of_samples(&self, covariates: &Covariates) -> Vec<Option<usize>> {
        match covariates.categorical(&self.covariate) {
            Some(values) => values
                .iter()
                .map(|value| self.names.binary_search(value.as_ref()?).ok())
                .collect(),
            None => vec![None; covariates.n_samples()],
        }
    }

    /// The group of a level as tables write it: `tissue=Lung`.
    pub fn group(&self, level: usize) -> String {
        format!("{}={}", self.covariate, self.names[level])
    }
}

fn no_such_covariate(by: &str, covariates: &Covariates) -> Error {
    let known: Vec<&str> = covariates
        .columns()
        .iter()
        .filter(|c| covariates.categorical(&c.name).is_some())
        .map(|c| c.name.as_str())
        .collect();
    let known = match known.is_empty() {
        true => "it has none; give a table with --covariates".into(),
        false => format!("it has {}", known.join(", ")),
    };
    Error::Unusable(format!(
        "the table has no categorical covariate {by:?} to score apart by; {known}"
    ))
}
