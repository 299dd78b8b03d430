//! What the study runs.

use crate::failure::{Failure, Result};

use super::super::Given;

/// Shares of the profiles hidden, in the paper and here.
const SHARES: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];
/// Repeats in the paper.
const REPEATS: usize = 5;

/// What can be asked for with `--parts`.
const PARTS: [&str; 2] = ["run", "report"];

/// Methods that learn from the cohort alone.
const OWN: [&str; 8] = [
    "mean",
    "svd",
    "tobmi",
    "lasso",
    "pcr",
    "ridge",
    "tdimpute",
    "tdimpute:published",
];

/// Methods that other cohorts teach first, and how they learn there.
const TAUGHT: [(&str, &str); 3] = [
    ("ridge", "ridge"),
    ("tdimpute", "tdimpute"),
    ("tdimpute:published", "tdimpute:published-pretraining"),
];

/// How a method learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learning {
    /// From the cohort alone.
    Own,
    /// From other cohorts, then tuned to this one.
    Transfer,
    /// From other cohorts alone.
    NoTransfer,
}

/// A method of the study.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entrant {
    /// As `--methods` and the catalog write it.
    pub(super) spec: String,
    pub(super) learning: Learning,
}

impl Entrant {
    /// Its name in tables.
    pub(super) fn label(&self) -> String {
        let spec = &self.spec;
        match self.learning {
            Learning::Own => spec.clone(),
            Learning::Transfer => format!("{spec}, transfer"),
            Learning::NoTransfer => format!("{spec}, source alone"),
        }
    }
}

/// The methods asked for; those taught by other cohorts where there are any.
pub(super) fn entrants(given: &Given, taught: bool) -> Vec<Entrant> {
    let asked = |spec: &str| {
        let name = spec.split(':').next().unwrap_or(spec);
        given.methods.is_empty() || given.methods.iter().any(|m| m == spec || m == name)
    };
    let entrant = |spec: &str, learning| Entrant {
        spec: spec.into(),
        learning,
    };
    let known = |spec: &str| {
        OWN.contains(&spec) || OWN.iter().any(|own| own.split(':').next() == Some(spec))
    };
    let own = OWN.iter().copied().filter(|spec| asked(spec));
    let others = given
        .methods
        .iter()
        .map(String::as_str)
        .filter(|spec| !known(spec));
    let mut all: Vec<Entrant> = own
        .chain(others)
        .map(|spec| entrant(spec, Learning::Own))
        .collect();
    if taught {
        for (spec, _) in TAUGHT.iter().filter(|(spec, _)| asked(spec)) {
            all.push(entrant(spec, Learning::NoTransfer));
            all.push(entrant(spec, Learning::Transfer));
        }
    }
    all
}

/// What a method is on the source cohorts.
pub(super) fn on_source(spec: &str) -> &str {
    let known = TAUGHT.iter().find(|(own, _)| *own == spec);
    known.map_or(spec, |(_, source)| source)
}

/// Shares asked for, ascending.
pub(super) fn shares(given: &Given) -> Vec<f64> {
    let mut shares = given.hide.clone();
    if shares.is_empty() {
        shares = SHARES.to_vec();
    }
    shares.sort_by(f64::total_cmp);
    shares
}

/// Repeats asked for.
pub(super) fn repeats(given: &Given) -> usize {
    given.repeats.unwrap_or(REPEATS)
}

/// Refuses a part that there is not.
pub(super) fn expect_parts(parts: &[String]) -> Result<()> {
    match parts.iter().find(|part| !PARTS.contains(&part.as_str())) {
        None => Ok(()),
        Some(part) => Err(Failure::usage(format!(
            "no part of the study is called {part:?}; there are {} (without --parts: both)",
            PARTS.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome::Method;

    #[test]
    fn every_method_is_in_the_catalog() {
        let taught = TAUGHT.iter().flat_map(|(spec, source)| [spec, source]);
        for spec in OWN.iter().chain(taught) {
            Method::parse(spec).unwrap();
        }
    }
}
