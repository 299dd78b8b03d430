//! What the measured values of a table look like.

use imputome_core::Dataset;
use rayon::prelude::*;

/// Entries looked at for quantiles and the most common value; ours, so many give every quantile
/// to a thousandth of its rank, and more would only take time.
const ENTRIES_LOOKED_AT: usize = 4_000_000;
/// Quantiles told besides least and greatest value.
const QUANTILES: [f64; 5] = [0.01, 0.25, 0.5, 0.75, 0.99];
/// Share of measured entries from which the least value counts as a detection floor; ours.
const FLOOR_SHARE: f64 = 0.01;
/// Distance from the floor that still counts as at the floor: floors are written with few
/// decimals (GTEx: log2(0.001) = -9.9658, told apart at -9.96).
const FLOOR_WIDTH: f32 = 0.005;

/// What is seen of one sample.
pub(super) struct SampleSeen {
    pub(super) measured: usize,
    pub(super) zeros: usize,
    least: f32,
    greatest: f32,
    /// Entries within the floor's width of this sample's least value.
    at_least: usize,
}

pub(super) fn look_at_samples(dataset: &Dataset) -> Vec<SampleSeen> {
    let rows: Vec<usize> = (0..dataset.n_samples()).collect();
    rows.par_iter()
        .map(|&s| {
            let mut seen = SampleSeen {
                measured: 0,
                zeros: 0,
                least: f32::INFINITY,
                greatest: f32::NEG_INFINITY,
                at_least: 0,
            };
            for value in measured_of_sample(dataset, s) {
                seen.measured += 1;
                seen.zeros += usize::from(value == 0.0);
                seen.least = seen.least.min(value);
                seen.greatest = seen.greatest.max(value);
            }
            let least = seen.least;
            seen.at_least = measured_of_sample(dataset, s)
                .filter(|&value| at_floor(value, least))
                .count();
            seen
        })
        .collect()
}

pub(super) fn measured_of_sample(dataset: &Dataset, s: usize) -> impl Iterator<Item = f32> + '_ {
    let values = dataset.values.row(s);
    let entries = values.into_iter().zip(dataset.measured.0.row(s));
    entries
        .filter(|(_, measured)| **measured)
        .map(|(value, _)| *value)
}

pub(super) fn at_floor(value: f32, floor: f32) -> bool {
    value <= floor + FLOOR_WIDTH
}

/// The least value of the table when enough entries share it.
pub(super) fn floor_of(samples: &[SampleSeen], measured: usize) -> Option<f32> {
    let least = samples
        .iter()
        .map(|s| s.least)
        .fold(f32::INFINITY, f32::min);
    let there = samples.iter().filter(|s| at_floor(s.least, least));
    let share = there.map(|s| s.at_least).sum::<usize>() as f64 / measured.max(1) as f64;
    (least.is_finite() && share >= FLOOR_SHARE).then_some(least)
}

/// Measured values in order, of an even part of the samples where there are very many.
pub(super) fn sorted_values(dataset: &Dataset) -> Vec<f32> {
    let entries = dataset.n_samples() * dataset.n_genes();
    let step = entries.div_ceil(ENTRIES_LOOKED_AT).max(1);
    let mut values: Vec<f32> = (0..dataset.n_samples())
        .step_by(step)
        .flat_map(|s| measured_of_sample(dataset, s))
        .collect();
    values.par_sort_unstable_by(f32::total_cmp);
    values
}

pub(super) fn quantiles(sorted: &[f32], samples: &[SampleSeen]) -> Option<[f32; 7]> {
    let last = sorted.len().checked_sub(1)?;
    let at = |share: f64| sorted[(share * last as f64).round() as usize];
    let [a, b, c, d, e] = QUANTILES.map(at);
    let least = samples
        .iter()
        .map(|s| s.least)
        .fold(f32::INFINITY, f32::min);
    let greatest = samples
        .iter()
        .map(|s| s.greatest)
        .fold(f32::NEG_INFINITY, f32::max);
    Some([least, a, b, c, d, e, greatest])
}

/// The longest run of equal values; the least value of equally common ones.
pub(super) fn commonest(sorted: &[f32]) -> Option<(f32, f64)> {
    let runs = sorted.chunk_by(|a, b| a == b);
    let longest = runs.rev().max_by_key(|run| run.len())?;
    Some((longest[0], longest.len() as f64 / sorted.len() as f64))
}

pub(super) fn idle_genes(dataset: &Dataset) -> (Vec<String>, Vec<String>) {
    let (mut constant, mut never) = (Vec::new(), Vec::new());
    let mut range = vec![(f32::INFINITY, f32::NEG_INFINITY); dataset.n_genes()];
    for (values, measured) in dataset
        .values
        .rows()
        .into_iter()
        .zip(dataset.measured.0.rows())
    {
        for ((value, &measured), (least, greatest)) in values.iter().zip(measured).zip(&mut range) {
            if measured {
                *least = least.min(*value);
                *greatest = greatest.max(*value);
            }
        }
    }
    for (gene, (least, greatest)) in dataset.genes.iter().zip(range) {
        if least > greatest {
            never.push(gene.to_string());
        } else if least == greatest {
            constant.push(gene.to_string());
        }
    }
    (constant, never)
}
