//! What is asked of the reader, from a plan.

use imputome_core::Scale;
use imputome_io::{CompanionOptions, CovariateOptions, Decimal, GroupRule, ReadOptions, Source};

use crate::failure::{Failure, Result};
use crate::plan::{SamplesPlan, ScaleRule, companion_of};

use super::Asked;

/// How `io` is to read the table.
pub(crate) fn options(asked: Asked) -> Result<ReadOptions> {
    let Asked {
        input,
        reading,
        samples,
    } = asked;
    let covariates = covariate_options(samples)?;
    let from_stdin = samples.files().chain([input]).filter(|file| *file == "-");
    if from_stdin.count() > 1 {
        return Err(Failure::usage(
            "only one of table, covariates and companions can come from stdin",
        ));
    }
    Ok(ReadOptions {
        rows: reading.rows,
        delimiter: reading.delimiter,
        decimal: reading.decimal,
        groups: group_rule(samples)?,
        covariates,
        scale: reading.scale.stated(),
        companions: samples
            .companions
            .iter()
            .map(|text| companion(text, samples.companion_decimal))
            .collect(),
    })
}

fn companion(text: &str, decimal: Option<Decimal>) -> CompanionOptions {
    let (name, file) = companion_of(text);
    CompanionOptions {
        name: name.into(),
        source: Source::from_argument(file),
        decimal,
    }
}

fn covariate_options(samples: &SamplesPlan) -> Result<Option<CovariateOptions>> {
    let Some(file) = &samples.covariates else {
        if samples.categorical.is_empty() && samples.numeric.is_empty() {
            return Ok(None);
        }
        return Err(Failure::usage(
            "--categorical and --numeric name columns of the table given by --covariates, which is missing",
        ));
    };
    Ok(Some(CovariateOptions {
        source: Source::from_argument(file),
        categorical: samples.categorical.clone(),
        numeric: samples.numeric.clone(),
    }))
}

fn group_rule(samples: &SamplesPlan) -> Result<GroupRule> {
    match samples.group.as_deref() {
        None | Some("auto") => Ok(GroupRule::Auto),
        Some("none") => Ok(GroupRule::None),
        Some(_) if samples.covariates.is_none() => Err(Failure::usage(
            "--group names a column of the table given by --covariates, which is missing",
        )),
        Some(column) => Ok(GroupRule::Column(column.into())),
    }
}

impl ScaleRule {
    /// The scale, where one was stated.
    pub(crate) fn stated(self) -> Option<Scale> {
        match self {
            Self::Auto => None,
            Self::Counts => Some(Scale::Counts),
            Self::Tpm => Some(Scale::Tpm),
            Self::Log => Some(Scale::Log),
            Self::Standardized => Some(Scale::Standardized),
        }
    }

    /// The rule that states `scale`.
    pub(crate) fn stating(scale: Scale) -> Self {
        match scale {
            Scale::Unknown => Self::Auto,
            Scale::Counts => Self::Counts,
            Scale::Tpm => Self::Tpm,
            Scale::Log => Self::Log,
            Scale::Standardized => Self::Standardized,
        }
    }
}
