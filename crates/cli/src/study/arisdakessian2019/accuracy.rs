//! Figure 2: how near estimates are to counts that were hidden.

use imputome_core::{Counts, Run};
use imputome_evaluate::cells::{CellHiding, CellScores, HiddenCount, hide, zero_error};
use ndarray::Array2;
use nix::sys::resource::{UsageWho, getrusage};

use crate::failure::Result;

use super::learned::{Learned, cell_windows, varying};
use super::parts::Part;
use super::rows::Unit;
use super::study::{Study, Work, beside};

/// Cells hidden in each gene (Arisdakessian et al. 2019, "Accuracy comparison").
pub(super) const HIDDEN_CELLS: usize = 10;

/// Files of errors gene by gene and cell by cell, beside the numbers of a method.
pub(super) const ERRORS: [(&str, &str); 2] = [("gene", "-genes.tsv"), ("cell", "-cells.tsv")];

/// Runs what is not finished.
pub(super) fn run(study: &Study) -> Result<()> {
    let entrants: Vec<_> = study.entrants.iter().collect();
    for set in &study.data {
        study.on_data(Part::Accuracy, set, &entrants, judge)?;
    }
    Ok(())
}

fn judge(work: &Work, unit: &mut Unit) -> Result<()> {
    let counts = &work.table.counts;
    let held = hide(counts, CellHiding::CellsPerGene(HIDDEN_CELLS), work.run)?;
    let genes = varying(&held.visible);
    let before = processor_seconds();
    let learned = Learned::of(work.entrant, &held.visible, work.run)?;
    let judged = Judged {
        counts,
        visible: &held.visible,
        hidden: &hidden_in(&held.hidden, &genes),
        truth: work.table.truth.as_ref().map(|truth| &truth.counts),
        genes: &genes,
    };
    let found = judged.found(&learned, work.run)?;
    unit.add("", "cpu_seconds", processor_seconds() - before);
    unit.add("", "genes", genes.len() as f64);
    if let Some(scores) = CellScores::of(judged.hidden, &found.estimates) {
        unit.add("", "hidden", scores.entries as f64);
        unit.add("", "mse", scores.mse);
        unit.add("", "pearson", scores.pearson);
        unit.add("", "pearson_within_genes", scores.pearson_within_genes);
        unit.add("", "mse_calibrated", scores.mse_calibrated);
    }
    unit.add("", "zero_error", found.zeros.mean());
    unit.add("", "truth_missed", found.missed.mean());
    unit.add("", "truth_absent", found.absent.mean());
    unit.add(
        "",
        "truth_all_zeros",
        found.missed.with(found.absent).mean(),
    );
    write_errors(work, judged.hidden, &found.estimates)
}

/// Hidden counts of the genes judged.
pub(super) fn hidden_in(hidden: &[HiddenCount], genes: &[usize]) -> Vec<HiddenCount> {
    let judged = |entry: &&HiddenCount| genes.binary_search(&entry.gene).is_ok();
    hidden.iter().filter(judged).copied().collect()
}

/// What a method is judged by.
pub(super) struct Judged<'a> {
    /// As measured.
    pub(super) counts: &'a Counts,
    /// As learned from.
    pub(super) visible: &'a Counts,
    pub(super) hidden: &'a [HiddenCount],
    /// Before molecules were missed.
    pub(super) truth: Option<&'a Counts>,
    pub(super) genes: &'a [usize],
}

/// What is found of a method.
pub(super) struct FoundErrors {
    /// Of the hidden entries.
    pub(super) estimates: Vec<f32>,
    /// Where nothing was measured.
    zeros: Sum,
    /// Where nothing is seen and there are molecules.
    missed: Sum,
    /// Where nothing is seen and there is nothing.
    absent: Sum,
}

/// Squares and how many there are.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    squares: f64,
    entries: f64,
}

impl Sum {
    fn with(self, other: Self) -> Self {
        Self {
            squares: self.squares + other.squares,
            entries: self.entries + other.entries,
        }
    }

    fn mean(self) -> f64 {
        self.squares / self.entries
    }
}

impl Judged<'_> {
    /// Estimates window by window, and what they err by.
    pub(super) fn found(&self, learned: &Learned, run: &Run) -> Result<FoundErrors> {
        let mut found = FoundErrors {
            estimates: Vec::with_capacity(self.hidden.len()),
            zeros: Sum::default(),
            missed: Sum::default(),
            absent: Sum::default(),
        };
        let mut hidden = self.hidden.iter().peekable();
        for cells in cell_windows(self.visible.n_cells()) {
            run.proceed()?;
            let positions: Vec<usize> = cells.clone().collect();
            let window = self.visible.select_cells(&positions);
            let estimates = learned.estimates(&window, self.genes, run)?;
            while let Some(entry) = hidden.next_if(|entry| entry.cell < cells.end) {
                let gene = self.genes.binary_search(&entry.gene);
                let gene = gene.expect("hidden entries are of genes judged");
                found
                    .estimates
                    .push(estimates[(entry.cell - cells.start, gene)]);
            }
            let seen = window.select_genes(self.genes).table(0..positions.len());
            found.add_zeros(&self.judged(self.counts, &positions), &estimates);
            if let Some(truth) = self.truth {
                let truth = self.judged(truth, &positions).table(0..positions.len());
                found.add_truth(&truth, &seen, &estimates);
            }
        }
        Ok(found)
    }

    /// Some cells of a table, over the genes judged.
    fn judged(&self, table: &Counts, cells: &[usize]) -> Counts {
        table.select_cells(cells).select_genes(self.genes)
    }
}

impl FoundErrors {
    fn add_zeros(&mut self, measured: &Counts, estimates: &Array2<f32>) {
        if let Some(mean) = zero_error(measured, estimates.view()) {
            let entries = (measured.n_cells() * measured.n_genes() - measured.n_entries()) as f64;
            self.zeros = self.zeros.with(Sum {
                squares: mean * entries,
                entries,
            });
        }
    }

    fn add_truth(&mut self, truth: &Array2<f32>, seen: &Array2<f32>, estimates: &Array2<f32>) {
        ndarray::Zip::from(truth)
            .and(seen)
            .and(estimates)
            .for_each(|&truth, &seen, &estimate| {
                if seen == 0.0 {
                    let sum = if truth > 0.0 {
                        &mut self.missed
                    } else {
                        &mut self.absent
                    };
                    *sum = sum.with(Sum {
                        squares: log_error(truth, estimate).powi(2),
                        entries: 1.0,
                    });
                }
            });
    }
}

/// Difference of logarithms, `ln(1 + count)`.
fn log_error(truth: f32, estimate: f32) -> f64 {
    f64::from(truth).ln_1p() - f64::from(estimate.max(0.0)).ln_1p()
}

/// Mean squared errors gene by gene and cell by cell, in the first repeat.
fn write_errors(work: &Work, hidden: &[HiddenCount], estimates: &[f32]) -> Result<()> {
    if work.repeat > 0 {
        return Ok(());
    }
    let counts = &work.table.counts;
    let sizes = [counts.n_genes(), counts.n_cells()];
    for ((what, ending), size) in ERRORS.into_iter().zip(sizes) {
        let mut sums = vec![Sum::default(); size];
        for (entry, &estimate) in hidden.iter().zip(estimates) {
            let place = if what == "gene" {
                entry.gene
            } else {
                entry.cell
            };
            sums[place] = sums[place].with(Sum {
                squares: log_error(entry.count, estimate).powi(2),
                entries: 1.0,
            });
        }
        let names = if what == "gene" {
            counts.genes()
        } else {
            counts.cells()
        };
        let mut text = format!("{what}\tmse\n");
        for (name, sum) in names.iter().zip(sums) {
            if sum.entries > 0.0 {
                text += &format!("{name}\t{}\n", sum.mean());
            }
        }
        imputome_io::write_bytes(&beside(&work.place, ending), text.as_bytes())?;
    }
    Ok(())
}

/// User and system time of this process so far, in seconds.
pub(super) fn processor_seconds() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(f64::NAN, |usage| {
        let times = [usage.user_time(), usage.system_time()];
        let seconds = times.map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6);
        seconds.iter().sum()
    })
}
