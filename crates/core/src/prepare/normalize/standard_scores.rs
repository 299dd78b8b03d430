//! Distances from the mean in standard deviations, by gene and level.

use ndarray::Array2;

use super::levels::{FEWEST, of_each_gene};
use crate::{Dataset, Error, Result, Weights};

/// Mean and standard deviation of each gene in each level, all of them last, shape
/// `[genes, levels + 1]`.
///
/// A level with fewer than 3 training values has those over all levels; where values do not
/// vary the deviation is the one over all levels, or 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StandardScores {
    means: Array2<f32>,
    deviations: Array2<f32>,
}

impl StandardScores {
    /// Learns from the measured entries of `train`, whose samples are in the levels `level_of`.
    pub(super) fn learn(train: &Dataset, level_of: &[usize], n_levels: usize) -> Self {
        let learned = of_each_gene(train, level_of, n_levels, |levels| of_levels(&levels));
        let shape = (train.n_genes(), n_levels + 1);
        let table = |pick: fn(&(f32, f32)) -> f32| {
            let values = learned.iter().flatten().map(pick).collect();
            Array2::from_shape_vec(shape, values).expect("a number for each gene and level")
        };
        Self {
            means: table(|(mean, _)| *mean),
            deviations: table(|(_, deviation)| *deviation),
        }
    }

    /// Distance of a value from the mean, in deviations.
    pub(super) fn score(&self, level: usize, gene: usize, value: f32) -> f64 {
        let (mean, deviation) = self.of(level, gene);
        (f64::from(value) - mean) / deviation
    }

    /// The value at that distance.
    pub(super) fn value(&self, level: usize, gene: usize, score: f64) -> f64 {
        let (mean, deviation) = self.of(level, gene);
        mean + score * deviation
    }

    /// What [`StandardScores::restore`] needs.
    pub(super) fn weights(&self) -> Weights {
        let (genes, levels) = self.means.dim();
        let list = |table: &Array2<f32>| table.iter().copied().collect();
        Weights::new()
            .with_tensor("means", &[genes, levels], list(&self.means))
            .with_tensor("deviations", &[genes, levels], list(&self.deviations))
    }

    /// What was stored. Refused when sizes disagree or a deviation is not above 0.
    pub(super) fn restore(weights: &Weights, genes: usize, n_levels: usize) -> Result<Self> {
        let shape = [genes, n_levels + 1];
        let table = |name| {
            let values = weights.tensor(name, &shape)?.to_vec();
            Array2::from_shape_vec((genes, n_levels + 1), values)
                .map_err(|error| Error::Weights(format!("normalization: {error}")))
        };
        let scores = Self {
            means: table("means")?,
            deviations: table("deviations")?,
        };
        if scores.deviations.iter().any(|&deviation| deviation <= 0.0) {
            return Err(Error::Weights(
                "normalization: a standard deviation is not above 0".into(),
            ));
        }
        Ok(scores)
    }

    fn of(&self, level: usize, gene: usize) -> (f64, f64) {
        let place = (gene, level);
        (
            f64::from(self.means[place]),
            f64::from(self.deviations[place]),
        )
    }
}

/// Mean and deviation in each level, over all levels last.
fn of_levels(levels: &[Vec<f32>]) -> Vec<(f32, f32)> {
    let (mean, deviation) = levels
        .last()
        .map_or((0.0, 0.0), |all| mean_and_deviation(all));
    let usual = if deviation > 0.0 { deviation } else { 1.0 };
    let over_all = levels.len() - 1;
    let of_level = |(level, values): (usize, &Vec<f32>)| {
        if level < over_all && values.len() < FEWEST {
            return (mean, usual);
        }
        match mean_and_deviation(values) {
            (mean, deviation) if deviation > 0.0 => (mean, deviation),
            (mean, _) => (mean, usual),
        }
    };
    levels.iter().enumerate().map(of_level).collect()
}

/// Of a list, divisor n; 0 where there is nothing.
fn mean_and_deviation(values: &[f32]) -> (f32, f32) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let n = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let squares: f64 = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum();
    (mean as f32, (squares / n).sqrt() as f32)
}
