//! A method for cells after it has learned.

use std::ops::Range;

use imputome_core::{Counts, Error, Names, Result, Run, SparseRows, Weights};
use imputome_neural::deepimpute::{DeepImpute, Estimates, FittedDeepImpute, LeftOut};
use ndarray::ArrayView1;
use rayon::prelude::*;

use super::CellPolicy;
use crate::Method;

/// DeepImpute after it has learned from counts, ready for cells over the same genes.
#[derive(Clone, Debug)]
pub struct CellModel {
    settings: DeepImpute,
    fitted: FittedDeepImpute,
}

/// A model set to the genes of a table, for its cells window by window.
#[derive(Clone, Debug)]
pub struct CellWindows<'a> {
    model: &'a CellModel,
    /// Names of the model's genes.
    genes: Names,
    /// For each gene of the model its position in the table, `usize::MAX` where the table lacks it.
    from: Vec<usize>,
    /// For each gene of the table its column among the estimates, nothing where it is not imputed.
    column: Vec<Option<usize>>,
    /// The same of those that are: position in the table and column.
    pairs: Vec<(usize, usize)>,
    /// For each gene of the table, zeros that were filled so far.
    filled: Vec<u64>,
    refused: u64,
    empty: u64,
    policy: CellPolicy,
}

/// Cells merged with their estimates by one thread; ours.
const MERGED_AT_ONCE: usize = 128;

/// Some cells of a window after imputation.
struct Merged {
    rows: SparseRows,
    /// Zeros filled in each cell.
    of_cells: Vec<u64>,
    /// Zeros filled in each gene.
    of_genes: Vec<u32>,
}

/// A window of cells after imputation.
#[derive(Clone, Debug)]
pub struct ImputedCells {
    /// The cells and genes given, entries replaced as the policy says.
    pub counts: Counts,
    /// Zeros filled in each cell, `[cells]`.
    pub filled: Vec<u64>,
}

/// Positions of the cells that are learned from, ascending: a share of them in `(0, 1]`, drawn at
/// random, one at least.
pub fn cells_learned_from(share: f64, cells: usize, run: &Run) -> Vec<usize> {
    let wanted = (share * cells as f64).round() as usize;
    let wanted = wanted.clamp(1.min(cells), cells);
    let mut random = run.stream("cells/learned from");
    let mut chosen = rand::seq::index::sample(&mut random, cells, wanted).into_vec();
    chosen.sort_unstable();
    chosen
}

impl CellModel {
    /// Learns from counts.
    ///
    /// Refused when a setting is out of its limits or the table does not hold counts, unless the
    /// settings say otherwise.
    pub fn fit(settings: DeepImpute, counts: &Counts, run: &Run) -> Result<Self> {
        let fitted = settings.fit_counts(counts, run)?;
        Ok(Self { settings, fitted })
    }

    /// The same model, told that its cells were a share of others, as the setting `cells` has it.
    pub fn with_share(mut self, share: f64) -> Self {
        self.settings.cells = share;
        self
    }

    /// What was learned, and how it went.
    pub fn fitted(&self) -> &FittedDeepImpute {
        &self.fitted
    }

    /// The settings it learned with.
    pub fn settings(&self) -> &DeepImpute {
        &self.settings
    }

    /// Everything [`CellModel::from_weights`] needs.
    pub fn to_weights(&self) -> Weights {
        Weights::new()
            .with_fact("method", &Method::DeepImpute(self.settings.clone()))
            .with_fact("cells", &true)
            .nested("fitted", self.fitted.weights())
    }

    /// True when a model was fitted on cells, and not on a table of samples.
    pub fn is_stored_in(weights: &Weights) -> bool {
        weights.fact::<bool>("cells").unwrap_or(false)
    }

    /// The model stored. Refused when parts are missing or disagree, or the model is one of samples.
    pub fn from_weights(weights: &Weights) -> Result<Self> {
        let Method::DeepImpute(settings) = weights.fact("method")? else {
            return Err(Error::Weights("the method is none for cells".into()));
        };
        let fitted = FittedDeepImpute::restore(&settings, &weights.under("fitted"))?;
        Ok(Self { settings, fitted })
    }

    /// The model set to a table with these genes, matched by name; a gene that the table lacks counts
    /// as zero everywhere, one that the model does not know stays as it is.
    ///
    /// Refused when the table has none of the genes that the model reads.
    pub fn over(&self, genes: &Names, policy: CellPolicy) -> Result<CellWindows<'_>> {
        let known = self.fitted.genes();
        let from: Vec<usize> = known
            .iter()
            .map(|gene| genes.position(gene).unwrap_or(usize::MAX))
            .collect();
        if from.iter().all(|&position| position == usize::MAX) {
            return Err(Error::Unusable(format!(
                "none of the model's {} genes, such as {:?}, is in the table, which has such as {:?}; give both the same kind of names",
                known.len(),
                known.first().map_or("", String::as_str),
                genes.as_slice().first().map_or("", String::as_str),
            )));
        }
        let mut column = vec![None; genes.len()];
        for (at, &gene) in self.fitted.imputed().iter().enumerate() {
            if from[gene] != usize::MAX {
                column[from[gene]] = Some(at);
            }
        }
        Ok(CellWindows {
            model: self,
            genes: Names::new("gene", known.to_vec())?,
            filled: vec![0; genes.len()],
            from,
            pairs: (0..)
                .zip(&column)
                .filter_map(|(gene, column)| Some((gene, (*column)?)))
                .collect(),
            column,
            refused: 0,
            empty: 0,
            policy,
        })
    }
}

impl CellWindows<'_> {
    /// Imputes the next cells. The same for any windows and threads.
    pub fn impute(&mut self, window: &Counts, run: &Run) -> Result<ImputedCells> {
        let estimates = self.model.fitted.estimate(&self.aligned(window)?, run)?;
        self.refused += estimates.refused.len() as u64;
        self.merged(window, &estimates, run)
    }

    /// True for genes of the table that are imputed.
    pub fn imputed(&self) -> Vec<bool> {
        self.column.iter().map(Option::is_some).collect()
    }

    /// Why each gene of the table is not imputed, `[genes]`; empty text for those that are.
    pub fn reasons(&self) -> Vec<String> {
        let mut reasons = vec!["not known to the model".to_owned(); self.column.len()];
        let left_out = self.model.fitted.left_out();
        for (&position, reason) in self.from.iter().zip(left_out) {
            if position != usize::MAX {
                reasons[position] = reason.map_or("", LeftOut::words).to_owned();
            }
        }
        reasons
    }

    /// Zeros filled so far in each gene of the table.
    pub fn filled(&self) -> &[u64] {
        &self.filled
    }

    /// Estimates so far that were out of bounds and not used.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Cells so far in which nothing was counted, and which stay so.
    pub fn empty(&self) -> u64 {
        self.empty
    }

    /// Genes of the model that the table lacks.
    pub fn missing(&self) -> usize {
        self.from
            .iter()
            .filter(|&&position| position == usize::MAX)
            .count()
    }

    /// Genes of the table that the model does not know.
    pub fn unknown(&self) -> usize {
        self.column.len() - (self.from.len() - self.missing())
    }

    /// What the user should know of the fit and of the cells so far.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = self.model.fitted().summary().remarks.clone();
        if self.model.settings().zero_weight == 0.0 {
            remarks.push(
                "estimates say how much of a gene there is where there is some: true zeros of imputed genes are filled too; test for differences on the counts, and take deepimpute:expected for expected counts".into(),
            );
        }
        let told = [
            (
                self.unknown() as u64,
                "genes of the table are not known to the model and stay as measured",
            ),
            (
                self.missing() as u64,
                "genes of the model are not in the table and count as zero",
            ),
            (
                self.empty,
                "cells hold no counts, of which nothing is known: they stay empty; leave them out before anything is learned",
            ),
            (
                self.refused,
                "estimates were out of bounds and not used: those entries stay as measured",
            ),
        ];
        let told = told.iter().filter(|(number, _)| *number > 0);
        remarks.extend(told.map(|(number, what)| format!("{number} {what}")));
        remarks
    }

    /// The window over the model's genes.
    fn aligned(&self, window: &Counts) -> Result<Counts> {
        if window.genes() == &self.genes {
            return Ok(window.clone());
        }
        let mut place = vec![u32::MAX; window.n_genes()];
        for (gene, &position) in self.from.iter().enumerate() {
            if position != usize::MAX {
                place[position] = gene as u32;
            }
        }
        let mut rows = SparseRows {
            starts: vec![0],
            ..SparseRows::default()
        };
        for c in 0..window.n_cells() {
            let (genes, values) = window.row(c);
            for (&gene, &value) in genes.iter().zip(values) {
                if place[gene as usize] != u32::MAX {
                    rows.columns.push(place[gene as usize]);
                    rows.values.push(value);
                }
            }
            rows.starts.push(rows.columns.len());
        }
        Counts::new(window.cells().clone(), self.genes.clone(), rows)
    }

    fn merged(
        &mut self,
        window: &Counts,
        estimates: &Estimates,
        run: &Run,
    ) -> Result<ImputedCells> {
        let blocks: Vec<Merged> = run.on_threads(|| {
            let firsts = (0..window.n_cells())
                .into_par_iter()
                .step_by(MERGED_AT_ONCE);
            let block = |first: usize| first..(first + MERGED_AT_ONCE).min(window.n_cells());
            firsts
                .map(|first| self.merged_block(window, estimates, block(first)))
                .collect()
        });
        let empty = |cell: &usize| window.row(*cell).0.is_empty();
        self.empty += (0..window.n_cells()).filter(empty).count() as u64;
        let mut rows = SparseRows {
            starts: vec![0],
            ..SparseRows::default()
        };
        let mut filled = Vec::with_capacity(window.n_cells());
        for block in blocks {
            let first = rows.columns.len();
            let starts = block.rows.starts[1..].iter();
            rows.starts.extend(starts.map(|start| first + start));
            rows.columns.extend(block.rows.columns);
            rows.values.extend(block.rows.values);
            filled.extend(block.of_cells);
            for (sum, of_gene) in self.filled.iter_mut().zip(block.of_genes) {
                *sum += u64::from(of_gene);
            }
        }
        Ok(ImputedCells {
            counts: Counts::new(window.cells().clone(), window.genes().clone(), rows)?,
            filled,
        })
    }

    /// Some cells of a window with the entries that the policy settles on.
    fn merged_block(&self, window: &Counts, estimates: &Estimates, cells: Range<usize>) -> Merged {
        let mut merged = Merged {
            rows: SparseRows {
                starts: vec![0],
                ..SparseRows::default()
            },
            of_cells: Vec::with_capacity(cells.len()),
            of_genes: vec![0; self.column.len()],
        };
        let mut row = vec![0.0; self.column.len()];
        for c in cells {
            row.fill(0.0);
            let (genes, values) = window.row(c);
            for (&gene, &value) in genes.iter().zip(values) {
                row[gene as usize] = value;
            }
            // Where nothing was counted nothing is known of the cell: it stays empty.
            let of_cell = match genes.is_empty() {
                true => 0,
                false => self.settle_row(estimates.values.row(c), &mut row, &mut merged.of_genes),
            };
            merged.of_cells.push(of_cell);
            push_row(&row, &mut merged.rows);
        }
        merged
    }

    /// Settles the imputed genes of a cell, `row` having what was measured; gives the zeros filled, and adds them to those
    /// of their genes.
    fn settle_row(
        &self,
        estimates: ArrayView1<'_, f32>,
        row: &mut [f32],
        of_genes: &mut [u32],
    ) -> u64 {
        let mut of_cell = 0;
        for &(gene, column) in &self.pairs {
            let measured = row[gene];
            let value = self.policy.settle(measured, estimates[column]);
            row[gene] = value;
            // Added without a branch: which zeros are filled is anybody's guess.
            let filled = u32::from(measured == 0.0 && value != 0.0);
            of_genes[gene] += filled;
            of_cell += u64::from(filled);
        }
        of_cell
    }
}

/// Adds what is not zero of a full row. Every place is written, and the next one overwrites it where it was a zero:
/// a branch would be guessed wrong at every other entry.
fn push_row(row: &[f32], rows: &mut SparseRows) {
    let first = rows.columns.len();
    rows.columns.resize(first + row.len() + 1, 0);
    rows.values.resize(first + row.len() + 1, 0.0);
    let (columns, values) = (&mut rows.columns[first..], &mut rows.values[first..]);
    let mut next = 0;
    for (gene, &value) in (0..).zip(row) {
        columns[next] = gene;
        values[next] = value;
        next += usize::from(value != 0.0);
    }
    rows.columns.truncate(first + next);
    rows.values.truncate(first + next);
    rows.starts.push(first + next);
}
