//! Methods of the study.

use imputome::{DeepImpute, Method};

use crate::failure::{Failure, Result};

/// Counts as they are.
pub(super) const RAW: &str = "raw";
/// The baseline of whoever is judged on hidden non-zeros.
pub(super) const NONZERO_MEAN: &str = "nonzero-mean";
/// Ours.
pub(super) const OURS: &str = "deepimpute";

/// Ours, which estimates expected counts.
pub(super) const EXPECTED: &str = "deepimpute:expected";

/// The paper's settings, whose small steps take twenty times as long as those of its program.
pub(super) const SLOW: &str = "deepimpute:published";

/// Those that run where none is named, and the order in which methods stand in tables.
const USUAL: [&str; 6] = [
    RAW,
    NONZERO_MEAN,
    OURS,
    EXPECTED,
    "deepimpute:released",
    SLOW,
];

/// Variance over (1 + mean) above which genes are imputed and judged (Arisdakessian et al. 2019,
/// "Overview of the DeepImpute algorithm").
pub(super) const DISPERSION: f64 = 0.5;

/// A method and the name it has in tables.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entrant {
    pub(super) label: String,
    pub(super) way: Way,
}

/// What is done to counts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Way {
    /// Nothing.
    Raw,
    /// Zeros of genes that vary become the mean of the gene's non-zeros.
    NonzeroMean,
    /// DeepImpute with these settings.
    Network(Box<DeepImpute>),
}

impl Entrant {
    /// The methods named, or the usual ones.
    pub(super) fn chosen(names: &[String]) -> Result<Vec<Self>> {
        if names.is_empty() {
            return USUAL.into_iter().map(Self::parse).collect();
        }
        names.iter().map(|name| Self::parse(name)).collect()
    }

    /// The method that a word names; DeepImpute by that name alone imputes the genes that the
    /// paper imputes.
    pub(super) fn parse(word: &str) -> Result<Self> {
        let way = match word {
            RAW => Way::Raw,
            NONZERO_MEAN => Way::NonzeroMean,
            _ => match Method::parse(word)? {
                Method::DeepImpute(settings) if word == OURS => {
                    Way::Network(Box::new(DeepImpute {
                        dispersion: DISPERSION,
                        ..settings
                    }))
                }
                Method::DeepImpute(settings) => Way::Network(Box::new(settings)),
                other => {
                    return Err(Failure::usage(format!(
                        "{} does not take counts of cells; the study compares {RAW}, {NONZERO_MEAN} and {OURS} with any settings",
                        other.name()
                    )));
                }
            },
        };
        Ok(Self {
            label: word.into(),
            way,
        })
    }
}

/// Labels of methods in the order of the study.
pub(super) fn ordered(mut labels: Vec<String>) -> Vec<String> {
    let place = |label: &str| USUAL.iter().position(|usual| *usual == label);
    labels.sort_by(|a, b| {
        let (a_place, b_place) = (place(a), place(b));
        (a_place.is_none(), a_place, a).cmp(&(b_place.is_none(), b_place, b))
    });
    labels.dedup();
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_methods_are_known_and_others_are_refused() {
        let usual = Entrant::chosen(&[]).unwrap();
        assert_eq!(usual.len(), USUAL.len());
        let Way::Network(settings) = &usual[2].way else {
            panic!("a network");
        };
        assert_eq!(settings.dispersion, DISPERSION);
        assert!(Entrant::parse("knn").is_err());
    }

    #[test]
    fn tables_are_in_the_order_of_the_study() {
        let words = ["deepimpute:epochs=2", "deepimpute", "raw", "raw"];
        let found = ordered(words.map(String::from).into());
        assert_eq!(found, ["raw", "deepimpute", "deepimpute:epochs=2"]);
    }
}
