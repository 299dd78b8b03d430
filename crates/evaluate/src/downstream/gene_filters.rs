//! Genes worth a look, by their values alone.

use imputome_numerics::median;
use ndarray::ArrayView2;

/// Positions of the genes with values above 0 in more than `share` of the samples, ascending;
/// `genes` of shape `[samples, genes]` on a scale where 0 is not expressed.
pub fn expressed_genes(genes: ArrayView2<'_, f32>, share: f64) -> Vec<usize> {
    let mut counts = vec![0_usize; genes.ncols()];
    for row in genes.rows() {
        for (count, &value) in counts.iter_mut().zip(row) {
            *count += usize::from(value > 0.0);
        }
    }
    let least = share * genes.nrows() as f64;
    (0..genes.ncols())
        .filter(|&g| counts[g] as f64 > least)
        .collect()
}

/// Positions of this share of the genes, those with the largest median absolute deviation,
/// ascending; at least one gene. Of equal ones the first are taken.
pub fn most_varying_genes(genes: ArrayView2<'_, f32>, share: f64) -> Vec<usize> {
    let deviations: Vec<f64> = genes
        .columns()
        .into_iter()
        .map(|column| {
            let mut values: Vec<f32> = column.to_vec();
            let middle = median(&mut values).unwrap_or(0.0);
            values.iter_mut().for_each(|v| *v = (*v - middle).abs());
            median(&mut values).map_or(0.0, f64::from)
        })
        .collect();
    let kept = (share * genes.ncols() as f64).round() as usize;
    let mut found = super::top(&deviations, kept.max(1));
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_gene_is_expressed_in_more_than_the_share() {
        let genes = array![
            [1.0, 0.0, 2.0],
            [1.0, 3.0, -1.0],
            [0.0, 0.0, 4.0],
            [0.0, 0.0, 1.0]
        ];
        assert_eq!(expressed_genes(genes.view(), 0.5), [2]);
        assert_eq!(expressed_genes(genes.view(), 0.2), [0, 1, 2]);
    }

    #[test]
    fn one_value_far_out_does_not_make_a_gene_vary() {
        let genes = array![
            [0.0, 1.0, 5.0],
            [0.0, 2.0, 5.0],
            [90.0, 3.0, 5.0],
            [0.0, 4.0, 6.0]
        ];
        assert_eq!(most_varying_genes(genes.view(), 0.34), [1]);
        assert_eq!(most_varying_genes(genes.view(), 0.0), [1]);
        assert_eq!(most_varying_genes(genes.view(), 1.0), [0, 1, 2]);
    }
}
