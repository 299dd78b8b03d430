//! Cells that differ by nothing but technical noise, in two halves: whatever differs between them
//! was invented.

use std::cmp::Reverse;
use std::path::Path;

use imputome_core::{Counts, Run};
use imputome_evaluate::downstream::{Difference, differential_expression};
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
        for (name, test) in TESTS {
            let differences =
                |inside: &[bool]| differential_expression(table.view(), inside, test, work.run);
            let (mut below, mut called) = (Vec::new(), Vec::new());
            for half in 0..HALVES {
                work.run.proceed()?;
                let found = differences(&random_half(counts.n_cells(), half, work.run));
                below.push(share(&found, |gene| gene.p_value < RATE));
                called.push(share(&found, |gene| gene.adjusted_p < RATE));
            }
            unit.add(name, "random_p", mean(&below));
            unit.add(name, "random_p_worst", most(&below));
            unit.add(name, "random_called", mean(&called));
            unit.add(name, "random_called_worst", most(&called));
            let found = differences(&deep_half(counts));
            unit.add(
                name,
                "by_depth_called",
                share(&found, |gene| gene.adjusted_p < RATE),
            );
        }
        Ok(())
    }
}

/// Share of genes of which something is true.
fn share(found: &[Difference], wanted: impl Fn(&Difference) -> bool) -> f64 {
    found.iter().filter(|gene| wanted(gene)).count() as f64 / found.len() as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
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
