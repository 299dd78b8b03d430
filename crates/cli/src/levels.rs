//! Covariates with levels, as options name them.

use imputome::Normalization;
use imputome_core::Dataset;

use crate::failure::{Failure, Result};

/// Names of a table's covariates with levels.
pub(crate) fn with_levels(data: &Dataset) -> Vec<&str> {
    let names = data.covariates.columns().iter().map(|c| c.name.as_str());
    names
        .filter(|name| data.covariates.categorical(name).is_some())
        .collect()
}

/// Refuses a name that `option` gives and that no covariate with levels has.
pub(crate) fn expect_levels(option: &str, name: &str, data: &Dataset) -> Result<()> {
    let known = with_levels(data);
    if known.contains(&name) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{option} {name}: not a covariate with levels; there are {}",
        if known.is_empty() {
            "none".into()
        } else {
            known.join(", ")
        }
    ))
    .hint(format!(
        "give them with --covariates TABLE, or leave {option} out"
    )))
}

/// Refuses levels without effect, before any data is read.
pub(crate) fn expect_effect(normalization: &Normalization) -> Result<()> {
    if normalization.check().is_ok() {
        return Ok(());
    }
    let transform = normalization.transform.name();
    Err(Failure::usage(format!(
        "--within would have no effect: --normalize {transform} is the same in every level"
    ))
    .hint("say --normalize inverse-normal or --normalize zscore, or leave --within out"))
}

/// Refuses a normalization within a covariate that the table does not have.
pub(crate) fn expect_within(normalization: &Normalization, data: &Dataset) -> Result<()> {
    match &normalization.within {
        Some(within) => expect_levels("--within", within, data),
        None => Ok(()),
    }
}
