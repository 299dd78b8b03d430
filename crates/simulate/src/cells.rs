//! Cells drawn from the genes, window by window.

use std::ops::Range;

use imputome_core::{Counts, Names, Result, Run, SparseRows};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, Gamma, Poisson};
use rayon::prelude::*;

use crate::genes::{GeneTruth, log_normal};
use crate::settings::SplatterSettings;

/// A population from which cells can be drawn, the same ones for the same seed, whatever the
/// windows and the number of threads.
///
/// Source: Zappia, Phipson and Oshlack 2017, doi:10.1186/s13059-017-1305-0, "The Splat simulation".
#[derive(Clone, Debug)]
pub struct Splatter {
    settings: SplatterSettings,
    truth: GeneTruth,
    run: Run,
}

/// Cells with their truth.
#[derive(Clone, Debug)]
pub struct SimulatedCells {
    /// Counts as a sequencer gives them; cells are `Cell1`, `Cell2` and so on.
    pub observed: Counts,
    /// Counts before molecules were missed, of the same cells and genes.
    pub truth: Counts,
    /// Group of each cell, `[cells]`, counted from 0.
    pub groups: Vec<usize>,
    /// Expected molecules of each cell, `[cells]`.
    pub library_sizes: Vec<f64>,
}

/// One cell's entries.
struct Cell {
    group: usize,
    library_size: f64,
    truth: Vec<(u32, f32)>,
    /// For each entry of `truth`, whether it was seen.
    seen: Vec<bool>,
}

impl Splatter {
    /// A population with its genes drawn.
    ///
    /// Refused: settings outside their limits.
    pub fn new(settings: SplatterSettings, run: &Run) -> Result<Self> {
        settings.check()?;
        Ok(Self {
            truth: GeneTruth::draw(&settings, run)?,
            settings,
            run: run.clone(),
        })
    }

    /// What is true of the genes.
    pub fn genes(&self) -> &GeneTruth {
        &self.truth
    }

    /// The cells at these positions, counted from 0 without end.
    pub fn cells(&self, range: Range<usize>) -> Result<SimulatedCells> {
        self.run.proceed()?;
        let names = range.clone().map(|c| format!("Cell{}", c + 1)).collect();
        let names = Names::new("cell", names)?;
        let cells: Vec<Cell> = self
            .run
            .on_threads(|| range.into_par_iter().map(|c| self.cell(c)).collect());
        let mut observed = SparseRows {
            starts: vec![0],
            ..SparseRows::default()
        };
        let mut truth = observed.clone();
        for cell in &cells {
            push(&mut truth, cell.truth.iter().copied());
            let seen = cell.truth.iter().zip(&cell.seen);
            push(
                &mut observed,
                seen.filter(|(_, seen)| **seen).map(|(&entry, _)| entry),
            );
        }
        Ok(SimulatedCells {
            observed: Counts::new(names.clone(), self.truth.genes.clone(), observed)?,
            truth: Counts::new(names, self.truth.genes.clone(), truth)?,
            groups: cells.iter().map(|cell| cell.group).collect(),
            library_sizes: cells.iter().map(|cell| cell.library_size).collect(),
        })
    }

    fn cell(&self, c: usize) -> Cell {
        let mut random = self.run.stream(&format!("splatter/cell-{c}"));
        let group = self.draw_group(&mut random);
        let library = log_normal(self.settings.library_location, self.settings.library_scale);
        let library_size = library.sample(&mut random);
        let mut truth = Vec::new();
        let mut seen = Vec::new();
        for (gene, share) in self.truth.shares.row(group).iter().enumerate() {
            let mean = self.varied_mean(share * library_size, gene, &mut random);
            let count = molecules(mean, &mut random);
            // Drawn for every gene, so that what is missed does not move the draws that follow.
            let missed = self.missed(mean, random.random());
            if count > 0.0 {
                truth.push((gene as u32, count));
                seen.push(!missed);
            }
        }
        Cell {
            group,
            library_size,
            truth,
            seen,
        }
    }

    fn draw_group(&self, random: &mut impl Rng) -> usize {
        let mut left: f64 = random.random();
        for (group, share) in self.settings.groups.iter().enumerate() {
            left -= share;
            if left < 0.0 {
                return group;
            }
        }
        self.settings.groups.len() - 1
    }

    /// The mean with its biological variation: gamma distributed around `mean`, with coefficient
    /// of variation (common + 1 / sqrt(mean)) times the gene's own factor.
    fn varied_mean(&self, mean: f64, gene: usize, random: &mut impl Rng) -> f64 {
        let variation = (self.settings.variation + 1.0 / mean.sqrt()) * self.truth.variation[gene];
        let square = variation * variation;
        // Means so small that their variance is beyond all numbers give no molecule.
        Gamma::new(1.0 / square, mean * square).map_or(0.0, |gamma| gamma.sample(random))
    }

    /// Whether a molecule of a gene with this mean is missed, `drawn` from `[0, 1)`: the logistic
    /// curve over the logarithm of the mean.
    fn missed(&self, mean: f64, drawn: f64) -> bool {
        let settings = &self.settings;
        let beyond = mean.ln() - settings.dropout_midpoint;
        settings.dropout && drawn < 1.0 / (1.0 + (-settings.dropout_shape * beyond).exp())
    }
}

/// A count with this mean.
fn molecules(mean: f64, random: &mut impl Rng) -> f32 {
    Poisson::new(mean).map_or(0.0, |poisson| poisson.sample(random) as f32)
}

fn push(rows: &mut SparseRows, entries: impl Iterator<Item = (u32, f32)>) {
    for (column, value) in entries {
        rows.columns.push(column);
        rows.values.push(value);
    }
    rows.starts.push(rows.columns.len());
}
