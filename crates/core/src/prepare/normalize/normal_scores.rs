//! Ranks as quantiles of the normal distribution, by gene and level.

use ndarray::Array2;

use super::levels::{FEWEST, of_each_gene};
use super::normal::{quantile, share_below};
use crate::{Dataset, Error, Result, Weights};

/// Knots of a map at most; up to as many training values are kept all. Ours: 256 scores evenly
/// between the outermost of n values stand 0.03 apart at n = 15,000, below what the ranks of so
/// many values are sure of, and keep 12,557 genes in 49 tissues below 650 MB.
const MOST_KNOTS: usize = 256;

/// For each gene and level, the training values at known ranks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NormalScores {
    /// Training values of each gene in each level, all of them last, shape `[genes, levels + 1]`.
    measured: Array2<u32>,
    /// Where the knots of each gene and level begin, and the end of the last.
    starts: Vec<usize>,
    /// Training values at the ranks of [`Map`], ascending.
    knots: Vec<f32>,
}

impl NormalScores {
    /// Learns from the measured entries of `train`, whose samples are in the levels `level_of`.
    pub(super) fn learn(train: &Dataset, level_of: &[usize], n_levels: usize) -> Self {
        let learned = of_each_gene(train, level_of, n_levels, |levels| {
            let counts: Vec<u32> = levels.iter().map(|values| values.len() as u32).collect();
            let levels = levels.into_iter().enumerate();
            let owned = levels.filter(|(level, v)| has_knots(v.len(), *level == n_levels));
            let knots: Vec<f32> = owned.flat_map(|(_, values)| knots_of(values)).collect();
            (counts, knots)
        });
        let (mut measured, mut knots) = (Vec::new(), Vec::new());
        for (counts, of_gene) in learned {
            measured.extend(counts);
            knots.extend(of_gene);
        }
        let measured = Array2::from_shape_vec((train.n_genes(), n_levels + 1), measured)
            .expect("a count for each gene and level");
        Self {
            starts: starts(&measured),
            measured,
            knots,
        }
    }

    /// The normal score of a value; 0 where the gene was never measured.
    pub(super) fn score(&self, level: usize, gene: usize, value: f32) -> f64 {
        self.map(level, gene).map_or(0.0, |map| map.score(value))
    }

    /// The value that has a normal score; not a number where the gene was never measured.
    pub(super) fn value(&self, level: usize, gene: usize, score: f64) -> f64 {
        self.map(level, gene)
            .map_or(f64::NAN, |map| map.value(score))
    }

    /// True for a value below the lowest or above the highest training value.
    pub(super) fn is_outside(&self, level: usize, gene: usize, value: f32) -> bool {
        self.map(level, gene)
            .is_some_and(|map| value < map.knots[0] || value > map.knots[map.knots.len() - 1])
    }

    /// What [`NormalScores::restore`] needs.
    pub(super) fn weights(&self) -> Weights {
        let (genes, levels) = self.measured.dim();
        let measured = self.measured.iter().map(|&n| n as f32).collect();
        Weights::new()
            .with_tensor("measured", &[genes, levels], measured)
            .with_tensor("knots", &[self.knots.len()], self.knots.clone())
    }

    /// What was stored. Refused when sizes disagree or knots do not ascend.
    pub(super) fn restore(weights: &Weights, genes: usize, n_levels: usize) -> Result<Self> {
        let counts = weights.tensor("measured", &[genes, n_levels + 1])?;
        // Beyond, single precision no longer tells whole numbers apart.
        let is_count = |n: &f32| *n >= 0.0 && *n <= 16_777_216.0 && n.fract() == 0.0;
        if !counts.iter().all(is_count) {
            return Err(wrong("a number of training values is not a whole number"));
        }
        let measured = counts.iter().map(|&n| n as u32).collect();
        let measured = Array2::from_shape_vec((genes, n_levels + 1), measured)
            .map_err(|_| wrong("training values are not counted for each gene and level"))?;
        let starts = starts(&measured);
        let knots = weights
            .tensor("knots", &[starts[starts.len() - 1]])?
            .to_vec();
        let ascend = |ends: &[usize]| knots[ends[0]..ends[1]].is_sorted();
        if !starts.windows(2).all(ascend) {
            return Err(wrong("the knots of a gene do not ascend"));
        }
        Ok(Self {
            measured,
            starts,
            knots,
        })
    }

    /// The map of the level, else the one over all levels, else nothing.
    fn map(&self, level: usize, gene: usize) -> Option<Map<'_>> {
        let all = self.measured.ncols() - 1;
        [level, all].into_iter().find_map(|level| {
            let place = gene * (all + 1) + level;
            let knots = &self.knots[self.starts[place]..self.starts[place + 1]];
            let measured = f64::from(self.measured[(gene, level)]);
            (!knots.is_empty()).then_some(Map { knots, measured })
        })
    }
}

fn wrong(what: &str) -> Error {
    Error::Weights(format!("normalization: {what}"))
}

fn has_knots(measured: usize, over_all: bool) -> bool {
    measured >= if over_all { 1 } else { FEWEST }
}

fn starts(measured: &Array2<u32>) -> Vec<usize> {
    let all = measured.ncols() - 1;
    let mut starts = vec![0];
    let mut end = 0;
    for ((_, level), &n) in measured.indexed_iter() {
        if has_knots(n as usize, level == all) {
            end += (n as usize).min(MOST_KNOTS);
        }
        starts.push(end);
    }
    starts
}

/// The values in order, or those at the ranks of [`Map`].
fn knots_of(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let sorted = values;
    if sorted.len() <= MOST_KNOTS {
        return sorted;
    }
    let map = Map {
        knots: &[0.0; MOST_KNOTS],
        measured: sorted.len() as f64,
    };
    (0..MOST_KNOTS)
        .map(|knot| at(&sorted, map.rank(knot) - 1.0) as f32)
        .collect()
}

/// A gene's training values in a level at known ranks.
///
/// All n of them, at ranks 1 to n, where there are no more than 256; else 256 whose scores stand
/// evenly between those of the lowest and the highest.
#[derive(Clone, Copy)]
struct Map<'a> {
    knots: &'a [f32],
    measured: f64,
}

impl Map<'_> {
    /// Values between two knots lie linearly between them, in rank or, where knots are evenly
    /// spaced in it, in score; values outside have the score of the outermost rank, as ranks end
    /// there; equal values have their average rank.
    fn score(self, value: f32) -> f64 {
        let first = self.knots.partition_point(|&knot| knot < value);
        let equal = self.knots[first..].partition_point(|&knot| knot <= value);
        let end = first + equal;
        let last = self.knots.len() - 1;
        if first < end {
            return self.score_of_rank((self.rank(first) + self.rank(end - 1)) / 2.0);
        }
        if first == 0 || first > last {
            return self.score_at(first.min(last) as f64);
        }
        let (low, high) = (
            f64::from(self.knots[first - 1]),
            f64::from(self.knots[first]),
        );
        self.score_at((first - 1) as f64 + (f64::from(value) - low) / (high - low))
    }

    /// The inverse of [`Map::score`] where values differ; never outside of the training values.
    fn value(self, score: f64) -> f64 {
        let place = if self.is_whole() {
            share_below(score) * (self.measured + 1.0) - 1.0
        } else {
            (score + self.reach()) / self.step()
        };
        at(self.knots, place)
    }

    fn is_whole(self) -> bool {
        self.measured <= MOST_KNOTS as f64
    }

    /// The rank of a knot, counted from 1.
    fn rank(self, knot: usize) -> f64 {
        let last = self.knots.len() - 1;
        match knot {
            _ if self.is_whole() => knot as f64 + 1.0,
            0 => 1.0,
            knot if knot == last => self.measured,
            knot => share_below(self.score_at(knot as f64)) * (self.measured + 1.0),
        }
    }

    fn score_of_rank(self, rank: f64) -> f64 {
        quantile(rank / (self.measured + 1.0))
    }

    /// The score at a place among the knots, counted from 0.
    fn score_at(self, place: f64) -> f64 {
        if self.is_whole() {
            self.score_of_rank(place + 1.0)
        } else {
            place * self.step() - self.reach()
        }
    }

    /// Score of the highest training value.
    fn reach(self) -> f64 {
        self.score_of_rank(self.measured)
    }

    fn step(self) -> f64 {
        2.0 * self.reach() / (MOST_KNOTS - 1) as f64
    }
}

/// The value at a place in a list, counted from 0, linearly between two; at either end, the
/// outermost.
fn at(values: &[f32], place: f64) -> f64 {
    let last = values.len() - 1;
    let place = place.clamp(0.0, last as f64);
    let low = (place as usize).min(last);
    let (below, above) = (values[low], values[(low + 1).min(last)]);
    let (below, above) = (f64::from(below), f64::from(above));
    below + (place - low as f64) * (above - below)
}
