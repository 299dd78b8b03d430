//! The methods that are blended.

use imputome_core::{CompanionUse, Error, Prepared, Result, TableShape};

use super::Blend;
use super::card::CARD;
use crate::Method;

/// Genes above which the covariance of all of them is not among the parts chosen. Ours: a gap costs the square of the genes, and
/// at this number it takes as long as the network.
const MOST_GENES_OF_GAUSSIAN: usize = 1000;

/// Samples below which there is no network among the parts chosen: ours, fewer than it learns from in one step.
const FEWEST_SAMPLES_OF_NETWORK: usize = 128;

/// The network of `pmi`, without the factor model that otherwise stands beside it: here that has a place of its own, and so fewer
/// samples have to be kept from the network to judge it by. Ours (docs/methods/blend.md, "Choices").
const NETWORK: &str = "pmi/beside=nothing/validation=0.1";

/// Parts at most: ours, more than the catalog has.
const MOST_PARTS: usize = 16;

/// A method to blend.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    /// As it was written.
    pub(super) text: String,
    pub(super) method: Method,
}

impl Part {
    /// From `name[/preset][/setting=value]...`, or the same with colons; a comma stands between the values of a list.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let method = Method::parse(&text.replace('/', ":").replace(',', "+"))?;
        if method.name() == CARD.name {
            return Err(unsuited("other methods than blend itself", text));
        }
        let imputer = method.imputer();
        if imputer.prepared() != Prepared::StandardScores
            || imputer.companions() == CompanionUse::Required
        {
            return Err(unsuited(
                "methods that learn from standard scores of the table alone",
                text,
            ));
        }
        Ok(Self {
            text: text.into(),
            method,
        })
    }

    /// Bytes that it needs beside the table.
    pub(super) fn memory(&self, shape: TableShape) -> u64 {
        self.method.imputer().memory(shape)
    }
}

/// The parts that the settings name, if they name any.
pub(super) fn named(settings: &Blend) -> Result<Option<Vec<Part>>> {
    let Some(texts) = &settings.parts else {
        return Ok(None);
    };
    if texts.is_empty() || texts.len() > MOST_PARTS {
        let rule = format!("a list of 1 to {MOST_PARTS} methods");
        return Err(unsuited(&rule, &texts.join(", ")));
    }
    let repeated = (1..texts.len()).find(|&at| texts[..at].contains(&texts[at]));
    if let Some(at) = repeated {
        return Err(unsuited("methods each named once", &texts[at]));
    }
    let parts: Result<Vec<Part>> = texts.iter().map(|text| Part::parse(text)).collect();
    parts.map(Some)
}

/// The parts named, or those chosen for a table of this shape.
pub(super) fn of(settings: &Blend, shape: TableShape) -> Result<Vec<Part>> {
    if let Some(parts) = named(settings)? {
        return Ok(parts);
    }
    let columns = shape.genes + shape.covariate_columns;
    let second = if columns <= MOST_GENES_OF_GAUSSIAN {
        "gaussian"
    } else {
        "softimpute"
    };
    let mut chosen = vec!["factor", second];
    if shape.samples >= FEWEST_SAMPLES_OF_NETWORK {
        chosen.push(NETWORK);
    }
    chosen.into_iter().map(Part::parse).collect()
}

fn unsuited(rule: &str, found: &str) -> Error {
    Error::IllegalSetting {
        method: CARD.name.into(),
        setting: "parts".into(),
        rule: rule.into(),
        found: format!("{found:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(samples: usize, genes: usize) -> TableShape {
        TableShape {
            samples,
            genes,
            covariate_columns: 0,
            companion_features: 0,
        }
    }

    fn texts(samples: usize, genes: usize) -> Vec<String> {
        Blend::default().parts_for(shape(samples, genes)).unwrap()
    }

    #[test]
    fn the_parts_chosen_follow_from_the_shape_alone() {
        assert_eq!(texts(1000, 273), ["factor", "gaussian", NETWORK]);
        assert_eq!(texts(1000, 5000), ["factor", "softimpute", NETWORK]);
        assert_eq!(texts(127, 273), ["factor", "gaussian"]);
    }

    #[test]
    fn a_part_brings_its_own_settings() {
        let part = Part::parse("pmi/widths=16,8").unwrap();
        assert_eq!(part.method, Method::parse("pmi:widths=16+8").unwrap());
        let part = Part::parse("knn/neighbors=7").unwrap();
        assert_eq!(part.method, Method::parse("knn:neighbors=7").unwrap());
    }

    #[test]
    fn parts_that_cannot_be_are_refused_by_name() {
        let refusal = |parts: &[&str]| {
            let settings = Blend {
                parts: Some(parts.iter().map(|text| text.to_string()).collect()),
                ..Blend::default()
            };
            named(&settings).expect_err("unsuited parts").to_string()
        };
        assert!(refusal(&["blend"]).contains("other methods than blend"));
        assert!(refusal(&[]).contains("a list of 1 to 16 methods"));
        assert!(refusal(&["mean", "mean"]).contains("each named once"));
        assert!(refusal(&["oracle"]).contains("oracle"));
        assert!(refusal(&["knn/neighbors=0"]).contains("neighbors"));
    }
}
