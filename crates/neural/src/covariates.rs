//! Covariates as a network reads them: embeddings and numeric columns.

use imputome_core::{CovariateEncoder, Covariates};
use imputome_engine::{Input, UNKNOWN_LEVEL};

/// Numbers learned for each level of a covariate with `levels` levels: the root of their number,
/// rounded down, and one more.
///
/// The rule of the code released with the PMI paper; section 2.2 of the paper leaves the size open.
pub(crate) fn embedding_dimension(levels: usize) -> usize {
    levels.isqrt() + 1
}

/// The numeric covariates as one input, where there are any.
pub(crate) fn numeric_input(encoder: &CovariateEncoder) -> Option<Input> {
    let width = encoder.numeric.len();
    (width > 0).then(|| Input::dense("covariates", width))
}

/// An embedding for each categorical covariate, in the order of the encoder.
pub(crate) fn embedding_inputs(encoder: &CovariateEncoder) -> Vec<Input> {
    let input = |known: &imputome_core::covariates::Levels| {
        let levels = known.levels.len();
        let name = format!("covariate {}", known.name);
        Input::embedding(name, levels, embedding_dimension(levels))
    };
    encoder.categorical.iter().map(input).collect()
}

/// A sentence for each level that `encoder` does not know; `lack` says what that means.
pub(crate) fn remarks_on_levels(
    encoder: &CovariateEncoder,
    covariates: &Covariates,
    lack: &str,
) -> Vec<String> {
    let remark = |(covariate, level, samples): (String, String, usize)| {
        let plural = if samples == 1 { "" } else { "s" };
        format!("{covariate} {level:?} {lack} ({samples} sample{plural}): average embedding used")
    };
    let unseen = encoder.encode(covariates).unseen;
    unseen.into_iter().map(remark).collect()
}

/// Covariates of some samples, laid out for a network.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CovariateValues {
    /// Numeric covariates, shape `[samples, numeric]`, row by row.
    pub(crate) numeric: Vec<f32>,
    /// Levels by covariate, shape `[samples]` each.
    pub(crate) levels: Vec<Vec<u32>>,
}

impl CovariateValues {
    /// Covariates as numbers, by what training rows taught.
    pub(crate) fn encode(encoder: &CovariateEncoder, covariates: &Covariates) -> Self {
        let encoded = encoder.encode(covariates);
        let number = |level: &Option<usize>| level.map_or(UNKNOWN_LEVEL, |l| l as u32);
        let columns = encoded.levels.columns().into_iter();
        Self {
            numeric: encoded.numeric.iter().copied().collect(),
            levels: columns.map(|c| c.iter().map(number).collect()).collect(),
        }
    }

    /// Those of the given rows, in that order.
    pub(crate) fn select(&self, rows: &[usize], numeric_width: usize) -> Self {
        let row = |&r: &usize| &self.numeric[r * numeric_width..(r + 1) * numeric_width];
        let pick = |levels: &Vec<u32>| rows.iter().map(|&r| levels[r]).collect();
        Self {
            numeric: rows.iter().flat_map(row).copied().collect(),
            levels: self.levels.iter().map(pick).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embeddings_have_the_dimensions_of_the_released_code() {
        // Sex, cohort and tissue of GTEx (2, 3 and 49 levels).
        assert_eq!([2, 3, 49].map(embedding_dimension), [2, 2, 8]);
    }
}
