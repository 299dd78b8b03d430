//! The strongest correlations of each target, block by block.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

/// Genes of a block: ours, columns of two blocks over some thousand cells fit a second-level cache
/// in pieces, and products of this size run at full speed.
const BLOCK: usize = 128;

/// Columns of some genes over some cells, in standard scores over the root of the number of cells, so that
/// products of columns are correlations.
#[derive(Debug)]
pub(super) struct Columns {
    cells: usize,
    /// Where each gene's entries begin, `[genes + 1]`.
    starts: Vec<usize>,
    /// Cell of each entry.
    rows: Vec<u32>,
    values: Vec<f32>,
    /// Mean and one over the root of the sum of squares about it, `[genes]`; 0 for the second where
    /// a gene does not vary.
    scales: Vec<(f32, f32)>,
}

/// The predictors of some targets: positions, strongest first, for each.
pub(super) type Strongest = Vec<Vec<usize>>;

impl Columns {
    /// From the cells given, each its genes that are not zero with their values.
    pub(super) fn of<'a, Row>(genes: usize, cells: &'a [usize], row: impl Fn(usize) -> Row) -> Self
    where
        Row: Iterator<Item = (usize, f32)> + 'a,
    {
        let mut starts = vec![0_usize; genes + 1];
        for &cell in cells {
            row(cell).for_each(|(gene, _)| starts[gene + 1] += 1);
        }
        for gene in 0..genes {
            starts[gene + 1] += starts[gene];
        }
        let mut next = starts.clone();
        let mut rows = vec![0_u32; starts[genes]];
        let mut values = vec![0.0_f32; starts[genes]];
        for (number, &cell) in cells.iter().enumerate() {
            for (gene, value) in row(cell) {
                rows[next[gene]] = number as u32;
                values[next[gene]] = value;
                next[gene] += 1;
            }
        }
        let scales = (0..genes)
            .map(|gene| scale(&values[starts[gene]..starts[gene + 1]], cells.len()))
            .collect();
        Self {
            cells: cells.len(),
            starts,
            rows,
            values,
            scales,
        }
    }

    /// For each of the `targets`, given in groups, the `count` genes of the `pool` outside its group
    /// whose correlation with it is strongest, whatever its sign; the first of equals. Genes
    /// without any correlation come last.
    pub(super) fn strongest(
        &self,
        groups: &[Vec<usize>],
        pool: &[usize],
        count: usize,
    ) -> Vec<Strongest> {
        let mut group_of = vec![u32::MAX; self.scales.len()];
        for (number, group) in groups.iter().enumerate() {
            group
                .iter()
                .for_each(|&gene| group_of[gene] = number as u32);
        }
        groups
            .iter()
            .enumerate()
            .map(|(number, group)| {
                let outside: Vec<usize> = pool
                    .iter()
                    .copied()
                    .filter(|&gene| group_of[gene] != number as u32)
                    .collect();
                let blocks: Vec<Strongest> = group
                    .par_chunks(BLOCK)
                    .map(|targets| self.strongest_of_block(targets, &outside, count))
                    .collect();
                blocks.into_iter().flatten().collect()
            })
            .collect()
    }

    fn strongest_of_block(&self, targets: &[usize], pool: &[usize], count: usize) -> Strongest {
        let mut found: Vec<Vec<(f32, usize)>> = vec![Vec::with_capacity(count + 1); targets.len()];
        let own = self.dense(targets);
        let own = MatRef::from_column_major_slice(&own, self.cells, targets.len());
        let mut products = vec![0.0_f32; targets.len() * BLOCK];
        for block in pool.chunks(BLOCK) {
            let others = self.dense(block);
            let others = MatRef::from_column_major_slice(&others, self.cells, block.len());
            let products = &mut products[..targets.len() * block.len()];
            let into = MatMut::from_row_major_slice_mut(products, targets.len(), block.len());
            matmul(into, Accum::Replace, own.transpose(), others, 1.0, Par::Seq);
            for (found, row) in found.iter_mut().zip(products.chunks(block.len())) {
                for (&correlation, &gene) in row.iter().zip(block) {
                    keep(found, (correlation.abs(), gene), count);
                }
            }
        }
        found
            .into_iter()
            .map(|found| found.into_iter().map(|(_, gene)| gene).collect())
            .collect()
    }

    /// Standard scores of some genes, `[cells, genes]`, gene by gene.
    fn dense(&self, genes: &[usize]) -> Vec<f32> {
        let mut dense = vec![0.0; genes.len() * self.cells];
        for (&gene, column) in genes.iter().zip(dense.chunks_exact_mut(self.cells)) {
            let (mean, factor) = self.scales[gene];
            column.fill(-mean * factor);
            let entries = self.starts[gene]..self.starts[gene + 1];
            for (&row, &value) in self.rows[entries.clone()].iter().zip(&self.values[entries]) {
                column[row as usize] = (value - mean) * factor;
            }
        }
        dense
    }
}

/// Mean, and one over the root of the sum of squares about it, of values and zeros.
fn scale(values: &[f32], cells: usize) -> (f32, f32) {
    let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
    let mean = sum / cells.max(1) as f64;
    let squares: f64 = values
        .iter()
        .map(|&value| (f64::from(value) - mean).powi(2))
        .sum();
    let squares = squares + (cells - values.len()) as f64 * mean * mean;
    let factor = if squares > 0.0 {
        1.0 / squares.sqrt()
    } else {
        0.0
    };
    (mean as f32, factor as f32)
}

/// Puts a candidate among the `count` strongest, strongest first, earlier ones before equals.
fn keep(found: &mut Vec<(f32, usize)>, candidate: (f32, usize), count: usize) {
    if found.len() == count && found[count - 1].0 >= candidate.0 {
        return;
    }
    let at = found.partition_point(|other| other.0 >= candidate.0);
    found.insert(at, candidate);
    found.truncate(count);
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELLS: usize = 40;
    const GENES: usize = 300;

    /// Counts of two programs, many of them zero.
    fn value(cell: usize, gene: usize) -> f32 {
        let program = ((cell * (gene % 2 * 4 + 3)) % 7) as f32;
        let noise = ((cell * 31 + gene * 17 + cell * gene) % 11) as f32;
        (program * (gene % 5) as f32 + noise - 6.0).max(0.0)
    }

    fn row(cell: usize) -> impl Iterator<Item = (usize, f32)> {
        let entries = (0..GENES).map(move |gene| (gene, value(cell, gene)));
        entries.filter(|(_, value)| *value != 0.0)
    }

    fn correlation(a: usize, b: usize) -> f64 {
        let column = |gene| -> Vec<f64> { (0..CELLS).map(|c| f64::from(value(c, gene))).collect() };
        let (a, b) = (column(a), column(b));
        let mean = |x: &[f64]| x.iter().sum::<f64>() / CELLS as f64;
        let (mean_a, mean_b) = (mean(&a), mean(&b));
        let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
            a.iter()
                .zip(&b)
                .map(|(a, b)| f(a - mean_a, b - mean_b))
                .sum()
        };
        let squares = sum(&|a, _| a * a) * sum(&|_, b| b * b);
        if squares > 0.0 {
            (sum(&|a, b| a * b) / squares.sqrt()).abs()
        } else {
            0.0
        }
    }

    #[test]
    fn the_strongest_are_those_of_the_whole_matrix_outside_the_group() {
        let cells: Vec<usize> = (0..CELLS).collect();
        let columns = Columns::of(GENES, &cells, row);
        let groups = [(0..140).collect::<Vec<_>>(), (140..200).collect()];
        let pool: Vec<usize> = (0..GENES).collect();
        let strongest = columns.strongest(&groups, &pool, 3);
        for (group, strongest) in groups.iter().zip(&strongest) {
            for (&target, found) in group.iter().zip(strongest) {
                let outside = pool.iter().filter(|gene| !group.contains(gene));
                let mut all: Vec<f64> = outside.map(|&gene| correlation(target, gene)).collect();
                all.sort_unstable_by(|a, b| b.total_cmp(a));
                assert!(found.len() == 3 && found.iter().all(|gene| !group.contains(gene)));
                for (&gene, expected) in found.iter().zip(all) {
                    // Products over f32 standard scores of 40 cells.
                    assert!((correlation(target, gene) - expected).abs() < 1e-5);
                }
            }
        }
    }
}
