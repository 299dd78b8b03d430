//! One repeat of an evaluation: what methods see, what they are judged by.

use std::ops::Range;

use imputome_core::{Counts, Result, Run};
use ndarray::Array2;

use super::HiddenCount;
use super::bands::CountBins;
use super::contest::Clock;
use super::tally::GeneTally;

/// Bytes of a window of estimates; ours, small beside a table of counts.
const WINDOW_BYTES: usize = 1 << 26;

/// Cells that stand together in a table.
#[derive(Clone, Copy, Debug)]
pub struct CellWindow<'a> {
    /// Position of the first of them in the table.
    pub first: usize,
    /// Their counts.
    pub counts: &'a Counts,
}

/// A method that has learned from counts, as an evaluation sees it.
pub trait CellEstimator {
    /// Positions of the genes it imputes, ascending.
    fn genes(&self) -> &[usize];

    /// Why it does not impute a gene; empty for those it does.
    fn reason(&self, gene: usize) -> String;

    /// Estimates of counts of every imputed gene in every cell of a window of the table it learned
    /// from, zero there or not, shape `[cells, imputed genes]`; not a number where it refuses one.
    fn estimate(&self, window: CellWindow<'_>, run: &Run) -> Result<Array2<f32>>;
}

/// What methods are judged by.
#[derive(Clone, Debug)]
pub(super) enum Truth {
    /// Counts that were set to zero, by cells and genes.
    Hidden(Vec<HiddenCount>),
    /// Molecules that were put aside, and how many there are to one that methods see.
    Molecules { validation: Counts, factor: f64 },
}

/// What methods see in one repeat, and what they are judged by.
#[derive(Clone, Debug)]
pub struct CellTrial<'a> {
    counts: &'a Counts,
    visible: Counts,
    truth: Truth,
    /// Which repeat it is, counted from 1.
    pub repeat: usize,
    run: Run,
}

/// Estimates of one method where it is judged.
#[derive(Clone, Debug)]
pub(super) struct CellEstimates {
    /// Of the hidden counts of the genes judged, in order; not a number where refused.
    pub(super) hidden: Vec<f32>,
    /// Sums of each gene judged: errors at zeros, and at molecules put aside.
    pub(super) sums: Vec<GeneTally>,
    /// Molecules put aside and what was estimated of them.
    pub(super) bins: CountBins,
}

/// Positions of the genes that every method imputes, ascending.
pub fn common_genes(genes: usize, methods: &[&dyn CellEstimator]) -> Vec<usize> {
    let mut imputing = vec![0usize; genes];
    for method in methods {
        method.genes().iter().for_each(|&gene| imputing[gene] += 1);
    }
    let common = |&gene: &usize| imputing[gene] == methods.len();
    (0..genes).filter(common).collect()
}

impl<'a> CellTrial<'a> {
    pub(super) fn new(
        counts: &'a Counts,
        visible: Counts,
        truth: Truth,
        (repeat, run): (usize, Run),
    ) -> Self {
        Self {
            counts,
            visible,
            truth,
            repeat,
            run,
        }
    }

    /// What methods learn from and fill.
    pub fn visible(&self) -> &Counts {
        &self.visible
    }

    /// The run that methods take, with the seed of this repeat.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Counts hidden, or genes by cells where molecules were put aside.
    pub fn entries(&self) -> usize {
        match &self.truth {
            Truth::Hidden(hidden) => hidden.len(),
            Truth::Molecules { .. } => self.counts.n_cells() * self.counts.n_genes(),
        }
    }

    /// Hidden counts of the genes judged, in order; none where molecules were put aside.
    pub(super) fn hidden_of(&self, genes: &[usize]) -> Vec<HiddenCount> {
        let Truth::Hidden(hidden) = &self.truth else {
            return Vec::new();
        };
        let judged = |entry: &&HiddenCount| genes.binary_search(&entry.gene).is_ok();
        hidden.iter().filter(judged).copied().collect()
    }

    /// Entries of the genes judged.
    pub(super) fn entries_of(&self, genes: &[usize]) -> usize {
        match &self.truth {
            Truth::Hidden(_) => self.hidden_of(genes).len(),
            Truth::Molecules { .. } => self.counts.n_cells() * genes.len(),
        }
    }

    /// What a method makes of the genes judged, which it must impute, window by window; and the
    /// time that it took.
    pub(super) fn estimates(
        &self,
        genes: &[usize],
        method: &dyn CellEstimator,
        clock: &dyn Fn() -> Clock,
    ) -> Result<(CellEstimates, Clock)> {
        let columns = columns_of(genes, method);
        let mut found = CellEstimates {
            hidden: Vec::new(),
            sums: vec![GeneTally::default(); genes.len()],
            bins: CountBins::default(),
        };
        let mut spent = Clock::default();
        let hidden = self.hidden_of(genes);
        let mut hidden = hidden.as_slice();
        for cells in windows(self.counts.n_cells(), method) {
            self.run.proceed()?;
            let (first, last) = (cells.start, cells.end);
            let positions: Vec<usize> = cells.clone().collect();
            let counts = &self.visible.select_cells(&positions);
            let before = clock();
            let estimates = method.estimate(CellWindow { first, counts }, &self.run)?;
            spent.add(before, clock());
            let of_window = hidden.partition_point(|entry| entry.cell < last);
            let (here, later) = hidden.split_at(of_window);
            hidden = later;
            let place = |gene| genes.binary_search(&gene).expect("a gene judged");
            let of =
                |entry: &HiddenCount| estimates[(entry.cell - first, columns[place(entry.gene)])];
            found.hidden.extend(here.iter().map(of));
            for (row, cell) in estimates.rows().into_iter().zip(cells) {
                let row: Vec<f32> = columns.iter().map(|&column| row[column]).collect();
                self.add_cell(cell, genes, &row, &mut found);
            }
        }
        Ok((found, spent))
    }

    /// Adds a cell's estimates of the genes judged to their sums.
    fn add_cell(&self, cell: usize, genes: &[usize], row: &[f32], found: &mut CellEstimates) {
        let (sums, bins) = (&mut found.sums, &mut found.bins);
        let mut stored = Stored::of(self.counts, cell);
        match &self.truth {
            Truth::Hidden(_) => {
                for ((&gene, &estimate), sums) in genes.iter().zip(row).zip(sums) {
                    if stored.at(gene) == 0.0 {
                        sums.add_zero(estimate);
                    }
                }
            }
            Truth::Molecules { validation, factor } => {
                let mut aside = Stored::of(validation, cell);
                let mut seen = Stored::of(&self.visible, cell);
                for ((&gene, &estimate), sums) in genes.iter().zip(row).zip(sums) {
                    // What is refused stays as it was seen.
                    let seen = seen.at(gene);
                    let estimate = if estimate.is_nan() { seen } else { estimate };
                    let expected = (f64::from(estimate.max(0.0)) * factor) as f32;
                    let count = aside.at(gene);
                    sums.add(count, expected);
                    if count > 0.0 {
                        bins.add(count, expected);
                    }
                    if stored.at(gene) == 0.0 {
                        sums.add_zero(expected);
                    }
                }
            }
        }
    }
}

/// The column of each gene among a method's estimates; it must impute all of them.
pub(super) fn columns_of(genes: &[usize], method: &dyn CellEstimator) -> Vec<usize> {
    let column = |gene| {
        let column = method.genes().binary_search(gene);
        column.expect("genes judged are imputed by every method")
    };
    genes.iter().map(column).collect()
}

/// Cells that are estimated together, by a method with so many genes.
pub(super) fn windows(
    cells: usize,
    method: &dyn CellEstimator,
) -> impl Iterator<Item = Range<usize>> + use<> {
    let at_once = (WINDOW_BYTES / (4 * method.genes().len().max(1))).max(1);
    (0..cells)
        .step_by(at_once)
        .map(move |first| first..(first + at_once).min(cells))
}

/// Values of a cell by genes in ascending order.
struct Stored<'a> {
    genes: &'a [u32],
    values: &'a [f32],
}

impl<'a> Stored<'a> {
    fn of(counts: &'a Counts, cell: usize) -> Self {
        let (genes, values) = counts.row(cell);
        Self { genes, values }
    }

    /// The value of a gene after the ones asked for before.
    fn at(&mut self, gene: usize) -> f32 {
        while let Some((&first, genes)) = self.genes.split_first()
            && (first as usize) < gene
        {
            (self.genes, self.values) = (genes, &self.values[1..]);
        }
        match self.genes.first() {
            Some(&first) if first as usize == gene => self.values[0],
            _ => 0.0,
        }
    }
}
