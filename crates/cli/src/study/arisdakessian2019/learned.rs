//! What a method learned from counts, and what it puts into them.

use imputome::cells::{CellModel, CellPolicy};
use imputome_core::{Counts, Names, Run};
use ndarray::{Array2, s};

use super::entrants::{DISPERSION, Entrant, Way};
use crate::failure::Result;

/// Cells estimated at once; ours, a few megabytes of estimates.
const WINDOW: usize = 1024;

/// What a method learned.
#[derive(Debug)]
pub(super) struct Learned {
    /// Mean of `ln(1 + count)` over each gene's non-zeros, as a count.
    means: Vec<f32>,
    way: LearnedWay,
}

#[derive(Debug)]
enum LearnedWay {
    Nothing,
    /// For each gene, whether its zeros become the mean.
    Means(Vec<bool>),
    Network(Box<CellModel>),
}

impl Learned {
    /// Learns from counts.
    pub(super) fn of(entrant: &Entrant, counts: &Counts, run: &Run) -> Result<Self> {
        let way = match &entrant.way {
            Way::Raw => LearnedWay::Nothing,
            Way::NonzeroMean => {
                let mut filled = vec![false; counts.n_genes()];
                varying(counts).into_iter().for_each(|g| filled[g] = true);
                LearnedWay::Means(filled)
            }
            Way::Network(settings) => {
                let model = CellModel::fit((**settings).clone(), counts, run)?;
                LearnedWay::Network(Box::new(model))
            }
        };
        Ok(Self {
            means: nonzero_means(counts),
            way,
        })
    }

    /// Estimates of some genes, `[cells, genes]`; the mean of a gene's non-zeros where a method
    /// has none, and what is there where nothing is done.
    pub(super) fn estimates(
        &self,
        window: &Counts,
        genes: &[usize],
        run: &Run,
    ) -> Result<Array2<f32>> {
        let cells = window.n_cells();
        if matches!(self.way, LearnedWay::Nothing) {
            return Ok(window.select_genes(genes).table(0..cells));
        }
        let mut estimates =
            Array2::from_shape_fn((cells, genes.len()), |(_, g)| self.means[genes[g]]);
        if let LearnedWay::Network(model) = &self.way {
            let found = model.fitted().estimate(window, run)?;
            for (at, gene) in genes.iter().enumerate() {
                let Ok(column) = model.fitted().imputed().binary_search(gene) else {
                    continue;
                };
                let from = found.values.column(column);
                let to = estimates.column_mut(at);
                to.into_iter()
                    .zip(from)
                    .filter(|(_, value)| value.is_finite())
                    .for_each(|(to, &value)| *to = value);
            }
        }
        Ok(estimates)
    }

    /// The table with its zeros filled and its counts kept, `[cells, genes]`, as the paper does.
    pub(super) fn filled(&self, counts: &Counts, run: &Run) -> Result<Array2<f32>> {
        let mut table = counts.table(0..counts.n_cells());
        match &self.way {
            LearnedWay::Nothing => {}
            LearnedWay::Means(filled) => {
                for mut row in table.rows_mut() {
                    for (gene, value) in row.iter_mut().enumerate() {
                        if filled[gene] && *value == 0.0 {
                            *value = self.means[gene];
                        }
                    }
                }
            }
            LearnedWay::Network(model) => {
                let mut windows = model.over(counts.genes(), CellPolicy::Restore)?;
                for cells in cell_windows(counts.n_cells()) {
                    let positions: Vec<usize> = cells.clone().collect();
                    let imputed = windows.impute(&counts.select_cells(&positions), run)?;
                    table
                        .slice_mut(s![cells.clone(), ..])
                        .assign(&imputed.counts.table(0..cells.len()));
                }
            }
        }
        Ok(table)
    }
}

/// Ranges of cells that are estimated together.
pub(super) fn cell_windows(cells: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..cells)
        .step_by(WINDOW)
        .map(move |first| first..(first + WINDOW).min(cells))
}

/// Genes whose variance over (1 + mean) is above the paper's bound: those that all methods impute
/// and all are judged on.
pub(super) fn varying(counts: &Counts) -> Vec<usize> {
    let mut sums = vec![(0.0, 0.0); counts.n_genes()];
    for c in 0..counts.n_cells() {
        let (genes, values) = counts.row(c);
        for (&gene, &value) in genes.iter().zip(values) {
            let (sum, squares): &mut (f64, f64) = &mut sums[gene as usize];
            *sum += f64::from(value);
            *squares += f64::from(value).powi(2);
        }
    }
    let n = counts.n_cells() as f64;
    let above = |&(_, &(sum, squares)): &(usize, &(f64, f64))| {
        let variance = (squares - sum * sum / n) / (n - 1.0).max(1.0);
        variance / (1.0 + sum / n) > DISPERSION
    };
    sums.iter()
        .enumerate()
        .filter(above)
        .map(|(gene, _)| gene)
        .collect()
}

fn nonzero_means(counts: &Counts) -> Vec<f32> {
    let mut sums = vec![(0.0_f64, 0_u32); counts.n_genes()];
    for c in 0..counts.n_cells() {
        let (genes, values) = counts.row(c);
        for (&gene, &value) in genes.iter().zip(values) {
            let (sum, n) = &mut sums[gene as usize];
            *sum += f64::from(value).ln_1p();
            *n += 1;
        }
    }
    let mean = |(sum, n): (f64, u32)| (sum / f64::from(n.max(1))).exp_m1() as f32;
    sums.into_iter().map(mean).collect()
}

/// A table of counts from text: genes in lines, cells in columns.
pub(super) fn counts_of(table: &imputome_core::Dataset) -> Result<Counts> {
    let cells: Vec<String> = table.samples.as_slice().to_vec();
    let mut values = table.values.clone();
    values.mapv_inplace(|value| if value.is_finite() { value } else { 0.0 });
    Ok(Counts::from_table(
        Names::new("cell", cells)?,
        table.genes.clone(),
        values.view(),
    )?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn counts() -> Counts {
        let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| i.to_string()).collect());
        let table = array![[0.0, 1.0], [9.0, 1.0], [9.0, 1.0], [0.0, 0.0]];
        Counts::from_table(
            names("cell", 4).unwrap(),
            names("gene", 2).unwrap(),
            table.view(),
        )
        .unwrap()
    }

    #[test]
    fn the_baseline_fills_zeros_of_genes_that_vary() {
        let run = Run::new(0, 1).unwrap();
        let baseline = Entrant::parse("nonzero-mean").unwrap();
        let learned = Learned::of(&baseline, &counts(), &run).unwrap();
        let filled = learned.filled(&counts(), &run).unwrap();
        assert!((filled[(0, 0)] - 9.0).abs() < 1e-5); // logarithm and back
        assert_eq!((filled[(1, 0)], filled[(3, 1)]), (9.0, 0.0));
        assert_eq!(varying(&counts()), [0]);
    }

    #[test]
    fn raw_counts_estimate_themselves() {
        let run = Run::new(0, 1).unwrap();
        let raw = Entrant::parse("raw").unwrap();
        let learned = Learned::of(&raw, &counts(), &run).unwrap();
        let found = learned.estimates(&counts(), &[1], &run).unwrap();
        assert_eq!(found, array![[1.0], [1.0], [1.0], [0.0]]);
    }
}
