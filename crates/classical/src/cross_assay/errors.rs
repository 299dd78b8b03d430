//! What leaving out each sample would cost.

use imputome_numerics::product;
use ndarray::{Array2, Axis, s};
use rayon::prelude::*;

use super::components::Components;
use super::targets::Centered;

/// Genes whose errors are computed at a time: ours, a table of samples by that many stays small.
const GENE_BLOCK: usize = 256;
/// A variance below this share of a gene's is rounding.
pub(crate) const SMALLEST: f64 = 1e-12;

/// Errors of training samples.
pub(crate) struct Errors {
    /// With the sample left out, shape `[samples, genes]`.
    pub(crate) left_out: Array2<f32>,
    /// What of it is not the sample's own pull, `1 − H`, same shape.
    free: Array2<f32>,
}

impl Errors {
    /// Of `values`, centered, given `effects` (`leftᵀ · values`) and a penalty per gene.
    ///
    /// The error with a sample left out is its residual over `1 − H` (Allen 1974,
    /// doi:10.1080/00401706.1974.10489157), exact for the means and coefficients learned here.
    pub(crate) fn of(
        components: &Components,
        values: &Array2<f32>,
        effects: &Array2<f32>,
        penalties: &[f64],
    ) -> Self {
        let (samples, genes) = values.dim();
        let of_mean = 1.0 / samples.max(1) as f32;
        let squared = components.left.mapv(|u| u * u);
        let blocks: Vec<[Array2<f32>; 2]> = (0..genes.div_ceil(GENE_BLOCK))
            .into_par_iter()
            .map(|block| {
                let first = block * GENE_BLOCK;
                let end = (first + GENE_BLOCK).min(genes);
                let penalties = &penalties[first..end];
                // One penalty for all genes pulls all alike.
                let is_one = penalties.windows(2).all(|pair| pair[0] == pair[1]);
                let distinct = if is_one { &penalties[..1] } else { penalties };
                let kept =
                    Array2::from_shape_fn((components.len(), distinct.len()), |(c, gene)| {
                        let square = components.squares[c];
                        (square / (square + distinct[gene])) as f32
                    });
                let pulled = product(squared.view(), kept.view());
                let told = &effects.slice(s![.., first..end]) * &kept;
                let fitted = product(components.left.view(), told.view());
                let free = pulled.mapv(|h| (1.0 - of_mean - h).max(f32::EPSILON));
                let residuals = &values.slice(s![.., first..end]) - &fitted;
                let left_out = residuals / &free;
                let free = free
                    .broadcast(left_out.dim())
                    .expect("one column or one per gene");
                [left_out, free.to_owned()]
            })
            .collect();
        let join = |part: usize| {
            let parts: Vec<_> = blocks.iter().map(|block| block[part].view()).collect();
            ndarray::concatenate(Axis(1), &parts).unwrap_or_else(|_| Array2::zeros((samples, 0)))
        };
        Self {
            left_out: join(0),
            free: join(1),
        }
    }

    /// Variance about the regression, shape `[genes]`: a sample left out misses by it and by its
    /// own leverage, which is `1 / (1 − H)` in all.
    pub(crate) fn noise(&self, table: &Centered) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); table.means.len()];
        for ((sample, gene), &error) in self.left_out.indexed_iter() {
            if table.is_measured(sample, gene) {
                let free = f64::from(self.free[(sample, gene)]);
                sums[gene].0 += f64::from(error).powi(2) * free;
                sums[gene].1 += 1.0;
            }
        }
        let mean = |((sum, count), variance): (&(f64, f64), &f64)| {
            (sum / f64::max(*count, 1.0))
                .max(SMALLEST * variance)
                .max(f64::MIN_POSITIVE)
        };
        sums.iter().zip(&table.variances).map(mean).collect()
    }
}
