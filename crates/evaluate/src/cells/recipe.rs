//! From counts to the table that cells are compared by.

use imputome_core::{Error, Result};
use ndarray::{Array2, ArrayView2, Axis};

/// How counts become a table for maps and groups: the "Seurat" recipe of Satija et al. 2015
/// (doi:10.1038/nbt.3192) with the numbers of Scanpy's `recipe_seurat`, which the DeepImpute paper
/// used. Dispersions are compared as logarithms, as by Satija et al. and Scanpy's
/// `filter_genes_dispersion`; `recipe_seurat` itself leaves the logarithms out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Genes seen in fewer cells are left out.
    pub fewest_cells: usize,
    /// Total that every cell is scaled to.
    pub cell_total: f64,
    /// Least `ln(1 + mean)` of a gene that is kept.
    pub least_mean: f64,
    /// Largest `ln(1 + mean)` of a gene that is kept.
    pub largest_mean: f64,
    /// Least dispersion of a gene that is kept, in standard scores among genes of like mean.
    pub least_dispersion: f64,
    /// Standard scores are cut off here.
    pub largest_score: f32,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            fewest_cells: 3,
            cell_total: 1e4,
            least_mean: 0.0125,
            largest_mean: 3.0,
            least_dispersion: 0.5,
            largest_score: 10.0,
        }
    }
}

/// Bands of the mean within which dispersions are compared; Satija et al. 2015, as Scanpy.
const BANDS: usize = 20;

/// Cells by the genes that vary, ready for components.
#[derive(Clone, Debug)]
pub struct VaryingGenes {
    /// Positions of the genes kept, ascending.
    pub genes: Vec<usize>,
    /// Standard scores of logarithms, shape `[cells, genes kept]`, cut off above.
    pub table: Array2<f32>,
}

impl Recipe {
    /// Scales each cell to the same total, keeps the genes that vary more than others of their mean,
    /// and takes standard scores of logarithms.
    ///
    /// `counts` has shape `[cells, genes]`, not below 0. Refused: a table in which no gene varies
    /// more than others.
    pub fn apply(&self, counts: ArrayView2<'_, f32>) -> Result<VaryingGenes> {
        let normalized = self.normalized(counts);
        let genes = self.varying(normalized.view());
        if genes.is_empty() {
            return Err(Error::Unusable(
                "no gene varies more than others of its mean; give the table of all genes".into(),
            ));
        }
        let mut table = normalized.select(Axis(1), &genes);
        table.par_mapv_inplace(f32::ln_1p);
        for mut gene in table.columns_mut() {
            let (mean, variance) = moments(gene.iter().copied());
            let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
            gene.mapv_inplace(|value| {
                (((f64::from(value) - mean) / deviation) as f32).min(self.largest_score)
            });
        }
        Ok(VaryingGenes { genes, table })
    }

    /// Each cell at the same total; a cell without any count stays empty.
    pub fn normalized(&self, counts: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut table = counts.to_owned();
        for mut cell in table.rows_mut() {
            let total: f64 = cell.iter().map(|&value| f64::from(value)).sum();
            if total > 0.0 {
                let factor = self.cell_total / total;
                cell.mapv_inplace(|value| (f64::from(value) * factor) as f32);
            }
        }
        table
    }

    fn varying(&self, normalized: ArrayView2<'_, f32>) -> Vec<usize> {
        let genes: Vec<(usize, f64, f64)> = normalized
            .columns()
            .into_iter()
            .enumerate()
            .filter(|(_, gene)| {
                gene.iter().filter(|&&value| value > 0.0).count() >= self.fewest_cells
            })
            .map(|(at, gene)| {
                let (mean, variance) = moments(gene.iter().copied());
                (at, mean.ln_1p(), (variance / mean).ln())
            })
            .filter(|(_, _, dispersion)| dispersion.is_finite())
            .collect();
        let scores = within_bands(&genes);
        let kept = |&(&(_, mean, _), score): &(&(usize, f64, f64), f64)| {
            mean > self.least_mean && mean < self.largest_mean && score > self.least_dispersion
        };
        genes
            .iter()
            .zip(scores)
            .filter(kept)
            .map(|(&(at, _, _), _)| at)
            .collect()
    }
}

/// Dispersion of each gene in standard scores among the genes of its band of the mean; a gene
/// alone in its band scores 1, as in Scanpy.
fn within_bands(genes: &[(usize, f64, f64)]) -> Vec<f64> {
    let means = genes.iter().map(|&(_, mean, _)| mean);
    let least = means.clone().fold(f64::INFINITY, f64::min);
    let largest = means.fold(f64::NEG_INFINITY, f64::max);
    let width = (largest - least) / BANDS as f64;
    let band = |mean: f64| (((mean - least) / width).ceil() as usize).clamp(1, BANDS) - 1;
    let mut members: Vec<Vec<f64>> = vec![Vec::new(); BANDS];
    for &(_, mean, dispersion) in genes {
        members[band(mean)].push(dispersion);
    }
    let facts: Vec<(f64, f64)> = members
        .iter()
        .map(|members| {
            let n = members.len() as f64;
            let mean = members.iter().sum::<f64>() / n;
            let squares: f64 = members.iter().map(|d| (d - mean).powi(2)).sum();
            (mean, (squares / (n - 1.0)).sqrt())
        })
        .collect();
    genes
        .iter()
        .map(|&(_, mean, dispersion)| {
            let (of_band, deviation) = facts[band(mean)];
            if deviation.is_finite() && deviation > 0.0 {
                (dispersion - of_band) / deviation
            } else {
                1.0
            }
        })
        .collect()
}

/// Mean and unbiased variance.
fn moments(values: impl ExactSizeIterator<Item = f32> + Clone) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.clone().map(f64::from).sum::<f64>() / n;
    let squares: f64 = values.map(|value| (f64::from(value) - mean).powi(2)).sum();
    (mean, squares / (n - 1.0).max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 60 cells, of which the first half express genes 0 to 4 eight times as much.
    fn counts() -> Array2<f32> {
        Array2::from_shape_fn((60, 100), |(c, g)| {
            let base = 1 + (c * 31 + g * 17) % 5 + g % 7;
            (if g < 5 && c < 30 { 8 * base } else { base }) as f32
        })
    }

    #[test]
    fn every_cell_has_the_same_total() {
        let table = Recipe::default().normalized(counts().view());
        for cell in table.rows() {
            assert!((cell.sum() - 1e4).abs() < 0.1); // a hundred sums in f32
        }
    }

    #[test]
    fn genes_that_differ_between_cells_are_kept() {
        let recipe = Recipe {
            largest_mean: 20.0,
            ..Recipe::default()
        };
        let found = recipe.apply(counts().view()).unwrap();
        assert!(
            [0, 1, 2, 3, 4]
                .iter()
                .all(|gene| found.genes.contains(gene))
        );
        assert!(found.genes.len() < 50);
        let first = found.table.column(0);
        let (mean, variance) = moments(first.iter().copied());
        assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4); // rounded to f32
    }

    #[test]
    fn an_empty_cell_stays_empty_and_a_flat_table_is_refused() {
        let mut with_empty = counts();
        with_empty.row_mut(3).fill(0.0);
        let table = Recipe::default().normalized(with_empty.view());
        assert_eq!(table.row(3).sum(), 0.0);
        assert!(
            Recipe::default()
                .apply(Array2::ones((5, 4)).view())
                .is_err()
        );
    }
}
