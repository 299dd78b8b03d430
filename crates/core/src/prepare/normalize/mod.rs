//! Bringing a table to another scale before a method sees it, and estimates back.
//!
//! A [`Normalization`] says what is asked for, a [`Normalizer`] is what training rows taught: it
//! is only applied afterwards, so that test rows and hidden entries teach nothing.

mod levels;
mod normal;
mod normal_scores;
mod normalizer;
mod standard_scores;

use serde::{Deserialize, Serialize};

use crate::{Covariates, Dataset, Error, Result, Scale};
use levels::Levels;

pub use normalizer::Normalizer;

/// What is done to each value.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Transform {
    /// Nothing.
    #[default]
    None,
    /// Each gene's ranks as quantiles of the normal distribution.
    InverseNormal,
    /// Natural logarithm of one plus the value.
    Log1p,
    /// Each gene less its mean, in its standard deviations.
    Zscore,
}

impl Transform {
    /// The word used in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::InverseNormal => "inverse-normal",
            Self::Log1p => "log1p",
            Self::Zscore => "zscore",
        }
    }
}

/// A transform and the covariate within whose levels it is learned.
///
/// `inverse-normal` gives each measured value of a gene its rank r among the n training values
/// of its level, ties at their average rank, and takes the standard normal quantile of
/// r / (n + 1) (van der Waerden scores; as the eQTL pipeline of GTEx prepares expression, which
/// is what the PMI paper, section 3.1, learned from). `zscore` takes mean and standard deviation
/// (divisor n) of the level's training values. `log1p` is the same in every level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Normalization {
    /// What is done to each value.
    #[serde(default)]
    pub transform: Transform,
    /// The categorical covariate, such as tissue; nothing for all samples together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

impl Normalization {
    /// True when values stay as they are.
    pub fn is_none(&self) -> bool {
        self.transform == Transform::None
    }

    /// Such as `inverse-normal within tissue`.
    pub fn in_words(&self) -> String {
        match &self.within {
            Some(within) => format!("{} within {within}", self.transform.name()),
            None => self.transform.name().into(),
        }
    }

    /// The scale of a table after it.
    pub fn scale(&self, before: Scale) -> Scale {
        match self.transform {
            Transform::None => before,
            Transform::InverseNormal | Transform::Zscore => Scale::Standardized,
            Transform::Log1p => Scale::Log,
        }
    }

    /// Refuses levels where they would have no effect.
    pub fn check(&self) -> Result<()> {
        match (&self.within, self.transform) {
            (Some(within), Transform::None | Transform::Log1p) => Err(Error::IllegalSetting {
                method: format!("normalization {}", self.transform.name()),
                setting: "within".into(),
                rule: "left out, for it is the same in every level".into(),
                found: within.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses a table without the covariate within whose levels it is learned, with those that
    /// it has.
    pub fn expect_levels(&self, covariates: &Covariates) -> Result<()> {
        match &self.within {
            Some(within) if covariates.categorical(within).is_none() => {
                Err(levels::no_such_covariate(within, covariates))
            }
            _ => Ok(()),
        }
    }

    /// Standard scores of abundances come back below 0.
    fn expect_no_abundances(&self, scale: Scale) -> Result<()> {
        match (self.transform, scale) {
            (Transform::Zscore, Scale::Counts | Scale::Tpm) => Err(Error::Refused(format!(
                "normalization zscore of {scale} values would fill gaps with values below 0; take log1p or inverse-normal, or say --scale if the values are on another scale"
            ))),
            _ => Ok(()),
        }
    }

    /// Learns from the measured entries of `train`; nothing when values stay as they are.
    ///
    /// Refused when the table has no such covariate, `log1p` is asked for of values that are
    /// logarithms already or have none, or `zscore` of abundances.
    pub fn learn(&self, train: &Dataset) -> Result<Option<Normalizer>> {
        self.check()?;
        self.expect_levels(&train.covariates)?;
        if self.is_none() {
            return Ok(None);
        }
        self.expect_no_abundances(train.scale)?;
        Normalizer::learn(self, train).map(Some)
    }
}
