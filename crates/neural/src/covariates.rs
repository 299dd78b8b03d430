//! Covariates as a network reads them: embeddings and numeric columns.

use imputome_core::{CovariateEncoder, Covariates, Result, Weights};
use imputome_engine::{Input, UNKNOWN_LEVEL};
use ndarray::Array2;

/// What a network learned about the levels of a categorical covariate, such as tissues.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    /// Name of the covariate.
    pub covariate: String,
    /// Its levels.
    pub levels: Vec<String>,
    /// Numbers learned for each level, shape `[levels, dimensions]`.
    pub vectors: Array2<f32>,
}

/// The embeddings in the weights of a fitted network ([`imputome_core::FittedImputer::weights`]):
/// those of the generator of GAIN (W of equation 5, figure 3 of the PMI paper), those of PMI's
/// first network.
///
/// Refused: weights of a method without embeddings.
pub fn embeddings(weights: &Weights) -> Result<Vec<Embedding>> {
    let encoder: CovariateEncoder = weights.fact("covariates")?;
    let generator = weights.under("generator");
    let network = match generator.tensors.is_empty() {
        true => weights.under("network0"),
        false => generator,
    };
    let embedding = |known: imputome_core::covariates::Levels| {
        let shape = [known.levels.len(), embedding_dimension(known.levels.len())];
        let table = format!("input.{}.table", input_name(&known.name));
        let vectors = network.tensor(&table, &shape)?.to_vec();
        Ok(Embedding {
            covariate: known.name,
            vectors: Array2::from_shape_vec(shape, vectors).expect("the shape was asked for"),
            levels: known.levels,
        })
    };
    encoder.categorical.into_iter().map(embedding).collect()
}

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
        Input::embedding(input_name(&known.name), levels, embedding_dimension(levels))
    };
    encoder.categorical.iter().map(input).collect()
}

/// Name of the input that embeds a covariate.
fn input_name(covariate: &str) -> String {
    format!("covariate {covariate}")
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
