//! From counts to the table that cells are compared by.

use imputome_core::{Counts, Error, Result};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

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
        let columns = normalized.columns().into_iter().enumerate();
        let facts = columns.filter_map(|(at, gene)| self.facts(at, gene.iter().copied()));
        let genes = self.varying(&facts.collect::<Vec<_>>())?;
        let table = normalized.select(Axis(1), &genes);
        Ok(self.standardized(genes, table))
    }

    /// As [`Recipe::apply`], with a table of the genes that vary alone in memory.
    pub fn apply_sparse(&self, counts: &Counts) -> Result<VaryingGenes> {
        let columns = Columns::of(counts, self.cell_total);
        let mut gene = vec![0.0; counts.n_cells()];
        let mut facts = Vec::new();
        for at in 0..counts.n_genes() {
            columns.write(at, &mut gene);
            facts.extend(self.facts(at, gene.iter().copied()));
        }
        let genes = self.varying(&facts)?;
        let mut table = Array2::zeros((counts.n_cells(), genes.len()));
        for (&at, mut column) in genes.iter().zip(table.columns_mut()) {
            columns.write(at, &mut gene);
            column.assign(&ArrayView1::from(&gene));
        }
        Ok(self.standardized(genes, table))
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

    /// Place, logarithm of the mean and logarithm of the dispersion of a gene; nothing for one that
    /// is not looked at.
    fn facts(
        &self,
        at: usize,
        gene: impl ExactSizeIterator<Item = f32> + Clone,
    ) -> Option<(usize, f64, f64)> {
        if gene.clone().filter(|&value| value > 0.0).count() < self.fewest_cells {
            return None;
        }
        let (mean, variance) = moments(gene);
        let dispersion = (variance / mean).ln();
        dispersion
            .is_finite()
            .then_some((at, mean.ln_1p(), dispersion))
    }

    /// Places of the genes that vary more than others of their mean, ascending; one at least.
    fn varying(&self, genes: &[(usize, f64, f64)]) -> Result<Vec<usize>> {
        let scores = within_bands(genes);
        let kept = |&(&(_, mean, _), score): &(&(usize, f64, f64), f64)| {
            mean > self.least_mean && mean < self.largest_mean && score > self.least_dispersion
        };
        let kept = genes.iter().zip(scores).filter(kept);
        let kept: Vec<usize> = kept.map(|(&(at, _, _), _)| at).collect();
        if kept.is_empty() {
            return Err(Error::Unusable(
                "no gene varies more than others of its mean; give the table of all genes".into(),
            ));
        }
        Ok(kept)
    }

    /// Standard scores of logarithms.
    fn standardized(&self, genes: Vec<usize>, mut table: Array2<f32>) -> VaryingGenes {
        table.par_mapv_inplace(f32::ln_1p);
        for mut gene in table.columns_mut() {
            let (mean, variance) = moments(gene.iter().copied());
            let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
            gene.mapv_inplace(|value| {
                (((f64::from(value) - mean) / deviation) as f32).min(self.largest_score)
            });
        }
        VaryingGenes { genes, table }
    }
}

/// Normalized counts by genes.
struct Columns {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
}

impl Columns {
    /// Each cell at the same total.
    fn of(counts: &Counts, cell_total: f64) -> Self {
        let mut starts = vec![0; counts.n_genes() + 1];
        for cell in 0..counts.n_cells() {
            for &gene in counts.row(cell).0 {
                starts[gene as usize + 1] += 1;
            }
        }
        for gene in 0..counts.n_genes() {
            starts[gene + 1] += starts[gene];
        }
        let mut next = starts.clone();
        let mut entries = vec![(0, 0.0); counts.n_entries()];
        for (cell, total) in counts.cell_totals().into_iter().enumerate() {
            let factor = cell_total / total;
            let (genes, values) = counts.row(cell);
            for (&gene, &value) in genes.iter().zip(values) {
                let place = &mut next[gene as usize];
                entries[*place] = (cell as u32, (f64::from(value) * factor) as f32);
                *place += 1;
            }
        }
        Self { starts, entries }
    }

    /// A gene with its zeros, `[cells]`.
    fn write(&self, gene: usize, column: &mut [f32]) {
        column.fill(0.0);
        for &(cell, value) in &self.entries[self.starts[gene]..self.starts[gene + 1]] {
            column[cell as usize] = value;
        }
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
    fn a_sparse_table_gives_what_a_full_one_gives() {
        let names = |kind, n: usize| {
            imputome_core::Names::new(kind, (0..n).map(|i| i.to_string()).collect()).unwrap()
        };
        let mut full = counts();
        full.indexed_iter_mut()
            .filter(|((c, g), _)| (c + g) % 3 == 0)
            .for_each(|(_, value)| *value = 0.0);
        let sparse = Counts::from_table(names("cell", 60), names("gene", 100), full.view());
        let recipe = Recipe {
            largest_mean: 20.0,
            ..Recipe::default()
        };
        let one = recipe.apply(full.view()).unwrap();
        let other = recipe.apply_sparse(&sparse.unwrap()).unwrap();
        assert_eq!((one.genes, one.table), (other.genes, other.table));
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
