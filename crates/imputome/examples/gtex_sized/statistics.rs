//! Mean and standard deviation of each gene in each tissue, as logarithms.

use std::path::Path;

use imputome::read;
use ndarray::Array2;

use crate::Outcome;

/// Moments of log2(TPM + 1), shape `[tissues, genes]`.
#[derive(Debug)]
pub(crate) struct Statistics {
    pub(crate) means: Array2<f32>,
    pub(crate) deviations: Array2<f32>,
    pub(crate) tissues: Vec<String>,
}

impl Statistics {
    /// Reads the moments of TPM and keeps the genes with the highest mean.
    ///
    /// TPM + 1 is taken as lognormal: of mean m and deviation s, its logarithm has variance
    /// ln(1 + s² / m²) and mean ln m − half of that.
    pub(crate) fn read(folder: &Path, genes: usize) -> Outcome<Self> {
        let mean = read(folder.join("mean.tsv.gz"))?;
        let deviation = read(folder.join("std.tsv.gz"))?;
        let tissues = mean.samples.as_slice().to_vec();
        let mut order: Vec<usize> = (0..mean.n_genes()).collect();
        let height = |g: usize| {
            mean.values
                .column(g)
                .iter()
                .map(|v| (v + 1.0).ln())
                .sum::<f32>()
        };
        order.sort_by(|&a, &b| height(b).total_cmp(&height(a)));
        order.truncate(genes);
        if order.len() < genes {
            return Err(format!("{genes} genes asked for, {} there", order.len()).into());
        }
        let shape = (tissues.len(), genes);
        let variance = |t: usize, g: usize| {
            let (m, s) = (
                mean.values[(t, order[g])] + 1.0,
                deviation.values[(t, order[g])],
            );
            (1.0 + (s / m).powi(2)).ln()
        };
        let per_ln = std::f32::consts::LOG2_E;
        Ok(Self {
            means: Array2::from_shape_fn(shape, |(t, g)| {
                ((mean.values[(t, order[g])] + 1.0).ln() - variance(t, g) / 2.0) * per_ln
            }),
            deviations: Array2::from_shape_fn(shape, |(t, g)| variance(t, g).sqrt() * per_ln),
            tissues,
        })
    }
}
