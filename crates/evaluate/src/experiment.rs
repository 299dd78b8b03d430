//! What an evaluation does: methods by scenarios by hidden shares by repeats.

use imputome_core::prepare::Normalization;
use imputome_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::protocol::Protocol;

/// The two scenarios of the PMI paper, section 3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Entries of one table are hidden; the method learns from what is left and fills them.
    InPlace,
    /// The method learns from complete training rows and fills entries hidden in test rows of
    /// other groups.
    Inductive,
}

impl Scenario {
    /// The word used in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::InPlace => "in-place",
            Self::Inductive => "inductive",
        }
    }
}

/// The scale on which estimates are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreScale {
    /// That of the values that methods see.
    #[default]
    Normalized,
    /// That of the table, to which estimates are brought back.
    Original,
}

/// What is hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hiding {
    /// Entries, each by itself.
    #[default]
    Random,
    /// The expression of whole samples, as where an assay was never done.
    Profile,
}

/// What an evaluation is asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Scenarios to run.
    pub scenarios: Vec<Scenario>,
    /// What is hidden: entries or whole samples.
    #[serde(default, skip_serializing_if = "is_random")]
    pub hiding: Hiding,
    /// Shares of measured entries (or of samples) to hide, each in `(0, 1)`.
    pub hidden_shares: Vec<f64>,
    /// Times that everything is done again with another split and other masks.
    pub repeats: usize,
    /// How samples are split and what statistics are taken from.
    #[serde(default)]
    pub protocol: Protocol,
    /// Share of samples (whole groups under the strict protocol) held back for the inductive test.
    pub test_share: f64,
    /// The covariate whose levels are scored apart, if any.
    pub by: Option<String>,
    /// Seed of splits and masks.
    pub seed: u64,
    /// How values are normalized before methods see them, by training rows or visible entries.
    #[serde(default, skip_serializing_if = "Normalization::is_none")]
    pub normalization: Normalization,
    /// Where truth and estimates are compared, where values are normalized.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub score_on: ScoreScale,
}

fn is_random(hiding: &Hiding) -> bool {
    *hiding == Hiding::Random
}

fn is_usual(scale: &ScoreScale) -> bool {
    *scale == ScoreScale::default()
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            scenarios: vec![Scenario::InPlace, Scenario::Inductive],
            // Half hidden and a fifth held back: section 3.1 and 3.3 of the PMI paper.
            hiding: Hiding::Random,
            hidden_shares: vec![0.5],
            repeats: 3,
            protocol: Protocol::Strict,
            test_share: Protocol::Strict.test_share(),
            by: None,
            seed: 0,
            normalization: Normalization::default(),
            score_on: ScoreScale::default(),
        }
    }
}

impl Experiment {
    /// The hidden share at which examples are kept and genes are judged level by level: one half
    /// where it was asked for, else the middle one of those asked for (the upper of two middles).
    pub fn reference_share(&self) -> f64 {
        if self.hidden_shares.contains(&0.5) {
            return 0.5;
        }
        let mut shares = self.hidden_shares.clone();
        shares.sort_by(f64::total_cmp);
        shares.get(shares.len() / 2).copied().unwrap_or(0.5)
    }

    /// On which scale scores stand and what that makes of R2; nothing where values are as they
    /// are in the table.
    pub fn scale_of_scores(&self) -> Option<String> {
        if self.normalization.is_none() {
            return None;
        }
        let normalization = self.normalization.in_words();
        if self.score_on == ScoreScale::Original {
            return Some(format!(
                "Methods learned from normalized values ({normalization}); scores stand on the scale of the table, to which estimates were brought back."
            ));
        }
        let meaning = match &self.normalization.within {
            Some(within) => format!(
                "R2 means variation within each {within}, and a median of the {within} scores about 0"
            ),
            None => "they do not compare with scores on the scale of the table".into(),
        };
        Some(format!(
            "Scores stand on the normalized scale ({normalization}), not on that of the table: {meaning}."
        ))
    }

    /// Refuses an experiment that asks for nothing, for something twice, or for shares that
    /// leave nothing to hide or to learn from.
    pub fn check(&self) -> Result<()> {
        self.normalization.check()?;
        let back = self.score_on == ScoreScale::Original && !self.normalization.is_none();
        refuse_when(back && self.protocol == Protocol::Published, || {
            "the published protocol scores on its own standardized scale; leave the scale of the scores out, or take the strict protocol".into()
        })?;
        let profiles = self.hiding == Hiding::Profile;
        refuse_when(profiles && self.scenarios != [Scenario::InPlace], || {
            "whole profiles are hidden in place alone: the samples left are learned from, so that no other split is needed; ask for --scenario in-place".into()
        })?;
        refuse_when(profiles && self.protocol == Protocol::Published, || {
            "the published protocol of the PMI paper hides entries, not profiles; leave it out"
                .into()
        })?;
        refuse_when(self.scenarios.is_empty(), || {
            "no scenario is asked for; name in-place, inductive or both".into()
        })?;
        refuse_when(self.hidden_shares.is_empty(), || {
            "no share of entries to hide is given; 0.5 hides one half".into()
        })?;
        refuse_when(self.repeats == 0, || {
            "repeats must be at least 1, found 0".into()
        })?;
        for &share in self.hidden_shares.iter().chain([&self.test_share]) {
            refuse_when(!(share > 0.0 && share < 1.0), || {
                format!(
                    "a share to hide or to hold back must lie between 0 and 1, both excluded, found {share}"
                )
            })?;
        }
        for (position, share) in self.hidden_shares.iter().enumerate() {
            refuse_when(self.hidden_shares[..position].contains(share), || {
                format!("hidden share {share} is asked for twice; name it once")
            })?;
        }
        for (position, scenario) in self.scenarios.iter().enumerate() {
            refuse_when(self.scenarios[..position].contains(scenario), || {
                format!(
                    "scenario {} is asked for twice; name it once",
                    scenario.name()
                )
            })?;
        }
        Ok(())
    }
}

fn refuse_when(wrong: bool, message: impl FnOnce() -> String) -> Result<()> {
    if wrong {
        Err(Error::Unusable(message()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hiding(shares: &[f64]) -> Experiment {
        Experiment {
            hidden_shares: shares.to_vec(),
            ..Experiment::default()
        }
    }

    #[test]
    fn one_half_is_the_reference_share_else_the_middle_one() {
        assert_eq!(hiding(&[0.1, 0.5, 0.9]).reference_share(), 0.5);
        assert_eq!(hiding(&[0.9, 0.1, 0.3]).reference_share(), 0.3);
        assert_eq!(hiding(&[0.1, 0.3]).reference_share(), 0.3);
    }

    #[test]
    fn shares_that_hide_nothing_everything_or_twice_are_refused() {
        assert!(hiding(&[0.3, 0.5]).check().is_ok());
        for shares in [&[0.0][..], &[1.0], &[f64::NAN], &[], &[0.5, 0.5]] {
            assert!(hiding(shares).check().is_err(), "{shares:?}");
        }
    }

    #[test]
    fn an_experiment_without_repeats_or_scenarios_is_refused() {
        let repeats = 0;
        let scenarios = Vec::new();
        assert!(
            Experiment {
                repeats,
                ..Experiment::default()
            }
            .check()
            .is_err()
        );
        assert!(
            Experiment {
                scenarios,
                ..Experiment::default()
            }
            .check()
            .is_err()
        );
    }
}
