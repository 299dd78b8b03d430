//! Cells that differ by nothing but technical noise, in two halves: whatever differs between them
//! was invented.

use std::cmp::Reverse;
use std::path::Path;

use imputome_core::{Counts, Run};
use imputome_evaluate::downstream::differential_expression;
use ndarray::Axis;

use crate::failure::Result;

use super::expression::{RATE, TESTS, logs};
use super::learned::{Learned, varying};
use super::rows::Unit;
use super::study::Work;
use super::truth::TextColumns;

/// The controls: the RNA of many cells pooled, and split into as much as a cell has.
const CONTROLS: &str = "pool_and_split";
/// The medium with most of them.
const MEDIUM: &str = "2i";
/// Random halves; ours, enough for a mean and a worst case.
const HALVES: usize = 20;

/// Which cells are controls.
#[derive(Clone, Debug)]
pub(super) struct Splits {
    controls: Vec<String>,
}

impl Splits {
    pub(super) fn read(file: &Path) -> Result<Self> {
        let table = TextColumns::read(file)?;
        let (kinds, media) = (table.column("kind")?, table.column("medium")?);
        let cells = table
            .column("cell_id")?
            .into_iter()
            .zip(kinds.into_iter().zip(media));
        let controls = cells.filter(|(_, known)| *known == (CONTROLS, MEDIUM));
        Ok(Self {
            controls: controls.map(|(cell, _)| cell.to_string()).collect(),
        })
    }

    /// The controls of a table.
    pub(super) fn controls(&self, counts: &Counts) -> Counts {
        let positions = self
            .controls
            .iter()
            .filter_map(|cell| counts.cells().position(cell));
        counts.select_cells(&positions.collect::<Vec<_>>())
    }

    pub(super) fn judge(&self, work: &Work, unit: &mut Unit) -> Result<()> {
        let counts = &work.table.counts;
        let genes = varying(counts);
        let learned = Learned::of(work.entrant, counts, work.run)?;
        let table = logs(learned.filled(counts, work.run)?).select(Axis(1), &genes);
        unit.add("", "genes", genes.len() as f64);
        let cells = counts.n_cells();
        for (name, test) in TESTS {
            let (mut shares, mut called) = (Vec::new(), Vec::new());
            for half in 0..HALVES {
                work.run.proceed()?;
                let inside = random_half(cells, half, work.run);
                let found = differential_expression(table.view(), &inside, test, work.run);
                let share = |below: &dyn Fn(f64, f64) -> bool| {
                    let genes = found
                        .iter()
                        .filter(|gene| below(gene.p_value, gene.adjusted_p));
                    genes.count() as f64 / found.len() as f64
                };
                shares.push(share(&|p, _| p < RATE));
                called.push(share(&|_, adjusted| adjusted < RATE));
            }
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            unit.add(name, "random_p", mean(&shares));
            unit.add(
                name,
                "random_p_worst",
                shares.iter().copied().fold(0.0, f64::max),
            );
            unit.add(name, "random_called", mean(&called));
            unit.add(
                name,
                "random_called_worst",
                called.iter().copied().fold(0.0, f64::max),
            );
            let found = differential_expression(table.view(), &deep_half(counts), test, work.run);
            let different = found.iter().filter(|gene| gene.adjusted_p < RATE).count();
            unit.add(
                name,
                "by_depth_called",
                different as f64 / found.len() as f64,
            );
        }
        Ok(())
    }
}

/// Half of the cells, drawn at random.
fn random_half(cells: usize, half: usize, run: &Run) -> Vec<bool> {
    let drawn = |cell: usize| run.derived_seed(&format!("half {half}, cell {cell}"));
    first_half((0..cells).map(|cell| (drawn(cell), cell)).collect())
}

/// The half of the cells with most molecules counted.
fn deep_half(counts: &Counts) -> Vec<bool> {
    let totals = counts.cell_totals();
    let least = |(cell, total): (usize, &f64)| (Reverse(total.to_bits()), cell);
    // Bits of numbers that are not negative are in the order of the numbers.
    first_half(totals.iter().enumerate().map(least).collect())
}

/// True for cells in the first half by their keys.
fn first_half<K: Ord>(mut keys: Vec<(K, usize)>) -> Vec<bool> {
    keys.sort_unstable();
    let mut inside = vec![false; keys.len()];
    let half = keys.len() / 2;
    keys[..half]
        .iter()
        .for_each(|&(_, cell)| inside[cell] = true);
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_halves_and_differ() {
        let run = Run::new(0, 1).unwrap();
        let halves = [0, 1].map(|half| random_half(20, half, &run));
        let inside = |half: &[bool]| half.iter().filter(|inside| **inside).count();
        assert!(halves.iter().all(|half| inside(half) == 10));
        assert_ne!(halves[0], halves[1]);
    }
}
