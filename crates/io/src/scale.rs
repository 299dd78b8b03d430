//! What one unit of a table's values means, guessed from the values.

use imputome_core::{Dataset, Scale};
use rayon::prelude::*;

/// Greatest value expected of a logarithm; ours: log2 of the largest TPM, a million, is 20, and
/// of counts rarely passes 30.
const LARGEST_LOG: f32 = 30.0;
/// Genes looked at for centering; ours, enough for a median.
const GENES_LOOKED_AT: usize = 200;
/// Largest ratio of mean to standard deviation of a centered gene; ours, wide enough for tables
/// of which some samples were taken out after centering.
const CENTERED: f64 = 0.1;

/// What is seen of all measured values; the same whatever order they come in.
#[derive(Clone, Copy, Debug)]
struct Seen {
    least: f32,
    greatest: f32,
    whole: bool,
}

impl Seen {
    const NOTHING: Self = Self {
        least: f32::INFINITY,
        greatest: f32::NEG_INFINITY,
        whole: true,
    };

    fn and(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
            whole: self.whole && other.whole,
        }
    }
}

/// The scale that the measured values suggest, and why.
pub fn guess_scale(dataset: &Dataset) -> (Scale, String) {
    let seen = look(dataset);
    let (least, greatest) = (seen.least, seen.greatest);
    if least > greatest {
        return (Scale::Unknown, "nothing is measured".into());
    }
    if least < 0.0 {
        return match centering(dataset) {
            Some(ratio) if ratio < CENTERED => (
                Scale::Standardized,
                format!(
                    "values below zero, and gene means lie within {CENTERED} standard deviations of zero"
                ),
            ),
            _ if greatest <= LARGEST_LOG => (
                Scale::Log,
                format!("values from {least} to {greatest}, some below zero, genes not centered"),
            ),
            _ => (
                Scale::Unknown,
                format!(
                    "values from {least} to {greatest}: too large for logarithms, and below zero"
                ),
            ),
        };
    }
    match (seen.whole, greatest) {
        (true, ..=1.0) => (Scale::Unknown, "only zeros and ones".into()),
        (true, _) => (
            Scale::Counts,
            format!("whole numbers from {least} to {greatest}"),
        ),
        (false, ..=LARGEST_LOG) => (
            Scale::Log,
            format!("fractions from {least} to {greatest}, small enough for logarithms"),
        ),
        (false, _) => (
            Scale::Tpm,
            format!("fractions from {least} to {greatest}, too large for logarithms"),
        ),
    }
}

fn look(dataset: &Dataset) -> Seen {
    let rows: Vec<usize> = (0..dataset.n_samples()).collect();
    rows.par_iter()
        .map(|&s| {
            let values = dataset.values.row(s);
            let measured = values.iter().zip(dataset.measured.row(s));
            measured
                .filter(|(_, measured)| **measured)
                .fold(Seen::NOTHING, |seen, (&v, _)| {
                    seen.and(Seen {
                        least: v,
                        greatest: v,
                        whole: v.fract() == 0.0,
                    })
                })
        })
        .reduce(|| Seen::NOTHING, Seen::and)
}

/// Median over genes of |mean| / standard deviation; nothing when no gene varies.
fn centering(dataset: &Dataset) -> Option<f64> {
    let step = dataset.n_genes().div_ceil(GENES_LOOKED_AT).max(1);
    let mut ratios: Vec<f64> = (0..dataset.n_genes())
        .step_by(step)
        .filter_map(|g| mean_to_deviation(dataset, g))
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied()
}

fn mean_to_deviation(dataset: &Dataset, gene: usize) -> Option<f64> {
    let values: Vec<f64> = dataset
        .measured_of_gene(gene)
        .map(|(_, value)| f64::from(value))
        .collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    (variance > 0.0).then(|| mean.abs() / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::Array2;

    fn guessed(rows: &[&[f32]]) -> Scale {
        let names = |prefix: &str, n: usize| (0..n).map(|i| format!("{prefix}{i}")).collect();
        let table = Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap();
        let samples = Names::new("sample", names("s", rows.len())).unwrap();
        let genes = Names::new("gene", names("g", rows[0].len())).unwrap();
        guess_scale(&Dataset::new(table, samples, genes).unwrap()).0
    }

    #[test]
    fn each_scale_is_told_by_its_values() {
        assert_eq!(guessed(&[&[0.0, 3.0], &[250.0, 1.0]]), Scale::Counts);
        assert_eq!(guessed(&[&[0.0, 3.5], &[2500.0, 1.0]]), Scale::Tpm);
        assert_eq!(guessed(&[&[0.0, 3.5], &[12.5, 1.0]]), Scale::Log);
        assert_eq!(guessed(&[&[-9.97, 3.5], &[-9.0, 1.0]]), Scale::Log);
        assert_eq!(guessed(&[&[-1.0, 1.5], &[1.0, -1.5]]), Scale::Standardized);
        assert_eq!(guessed(&[&[0.0, 1.0], &[1.0, f32::NAN]]), Scale::Unknown);
    }
}
