//! One gene's turn in a sweep: its forest is grown, here or elsewhere.

use imputome_core::{Part, Result, Run};
use serde::{Deserialize, Serialize};

use crate::forest::{Forest, Growth, Sample};

/// How the forests of all genes grow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Forests {
    pub(super) growth: Growth,
    /// Nodes of each gene's forest that are kept.
    pub(super) kept_nodes: usize,
}

/// All that the forest of one gene learns from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GeneTurn {
    /// Bins of every sample, by predictor.
    pub(super) columns: Vec<Vec<u8>>,
    pub(super) table_rows: usize,
    /// Samples where the gene was measured, and its values there.
    pub(super) rows: Vec<u32>,
    pub(super) targets: Vec<f32>,
    /// Samples where it was not.
    pub(super) gaps: Vec<u32>,
    /// The order of the levels of each covariate.
    pub(super) ranks: Vec<Vec<u8>>,
    /// Mean of the gene.
    pub(super) mean: f32,
    /// The source of all that is random.
    pub(super) key: u64,
}

/// The forest of one gene, and the order of covariate levels it was grown with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct GeneForest {
    pub(super) forest: Forest,
    pub(super) ranks: Vec<Vec<u8>>,
}

/// A gene after its turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renewed {
    /// Estimate of each sample: out of bag where measured.
    pub(super) estimates: Vec<f32>,
    /// Root mean square of out-of-bag errors over the gene's deviation.
    pub(super) error: f32,
    pub(super) forest: GeneForest,
}

impl GeneTurn {
    /// Grows the forest; `run` may stop it. Threads are those of the rayon pool of the caller.
    pub(super) fn renew(&self, forests: &Forests, run: &Run) -> Result<Renewed> {
        let columns: Vec<&[u8]> = self.columns.iter().map(Vec::as_slice).collect();
        let sample = Sample {
            columns: &columns,
            table_rows: self.table_rows,
            rows: &self.rows,
            targets: &self.targets,
            others: &self.gaps,
        };
        let mut grown = Forest::grow(&sample, &forests.growth, self.key, run)?;
        grown.forest.keep(forests.kept_nodes);
        let out_of_bag = self.rows.iter().map(|&row| grown.estimates[row as usize]);
        let estimates = grown.estimates.iter();
        Ok(Renewed {
            error: relative_error(&self.targets, out_of_bag, self.mean),
            estimates: estimates.map(|e| e.unwrap_or(self.mean)).collect(),
            forest: GeneForest {
                forest: grown.forest,
                ranks: self.ranks.clone(),
            },
        })
    }
}

impl Part for GeneTurn {
    const NAME: &'static str = "missforest/gene";
    type Common = Forests;
    type Task = Self;
    type Outcome = Renewed;

    fn carry_out(forests: &Forests, turn: &Self, run: &Run) -> Result<Renewed> {
        run.on_threads(|| turn.renew(forests, run))
    }
}

/// Root mean square error over the deviation of the targets (the paper's NRMSE), from training
/// rows that some tree did not draw; 1, no better than the mean, where there is no such row.
fn relative_error(targets: &[f32], estimates: impl Iterator<Item = Option<f32>>, mean: f32) -> f32 {
    let (mut errors, mut variance) = (0.0, 0.0);
    for (&target, estimate) in targets.iter().zip(estimates) {
        if let Some(estimate) = estimate {
            errors += f64::from(target - estimate).powi(2);
            variance += f64::from(target - mean).powi(2);
        }
    }
    if variance > 0.0 {
        (errors / variance).sqrt() as f32
    } else {
        1.0
    }
}
