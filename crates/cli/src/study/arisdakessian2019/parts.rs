//! What the study consists of.

use crate::failure::{Failure, Result};

/// A question of the paper, or of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Accuracy,
    Fish,
    Clustering,
    Expression,
    Speed,
    Training,
    Truth,
}

/// Named alone it runs nothing: the report is written again.
const REPORT: &str = "report";

impl Part {
    pub(super) const ALL: [Self; 7] = [
        Self::Accuracy,
        Self::Fish,
        Self::Clustering,
        Self::Expression,
        Self::Speed,
        Self::Training,
        Self::Truth,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Fish => "fish",
            Self::Clustering => "clustering",
            Self::Expression => "expression",
            Self::Speed => "speed",
            Self::Training => "training",
            Self::Truth => "truth",
        }
    }

    /// Every part, or those named.
    pub(super) fn chosen(names: &[String]) -> Result<Vec<Self>> {
        if names.is_empty() {
            return Ok(Self::ALL.to_vec());
        }
        let mut chosen = Vec::new();
        for name in names.iter().filter(|name| *name != REPORT) {
            let part = Self::ALL.into_iter().find(|part| part.name() == name);
            chosen.push(part.ok_or_else(|| {
                let known = Self::ALL.map(Self::name).join(", ");
                Failure::usage(format!(
                    "no part of the study is called {name:?}; there are {known} and {REPORT}"
                ))
            })?);
        }
        Ok(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_part_is_refused_with_those_there_are() {
        let error = Part::chosen(&["table1".into()]).unwrap_err();
        assert!(error.message.contains("accuracy") && error.message.contains("truth"));
        assert_eq!(Part::chosen(&["report".into()]).unwrap(), []);
    }
}
