//! Random forest regression on binned columns.
//!
//! Every tree grows on a bootstrap sample of the rows; each of its splits is the best of all cuts
//! of a few columns drawn for it; the forest estimates the mean of its trees, and for a training
//! row the mean of the trees that did not draw it (out of bag).
//!
//! Source: Breiman 2001, doi:10.1023/A:1010933404324. Differs from it: cuts lie between bins
//! (at most 256 per column, with about as many values each), which all trees of all forests over
//! a table share; a tree may draw fewer rows than there are.
//!
//! Rows to be estimated travel down a tree while it grows, so that nothing is walked again.
//! Trees are grown in groups of fixed size and summed in the order of the groups: the same bytes
//! for any number of threads.
//!
//! Cost: draws x candidates x depth steps per tree.

pub mod bins;
mod grow;
pub mod random;
pub mod tree;

use imputome_core::{Result, Run};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use bins::Bins;
pub use random::Counter;
pub use tree::Tree;

use grow::Growing;

/// Trees grown one after the other by a thread: ours, few enough to share a forest of 100 out.
const GROUP: usize = 4;

/// How a forest grows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Growth {
    /// Trees.
    pub trees: usize,
    /// Columns drawn for each split, without repeats.
    pub candidates: usize,
    /// Draws in each leaf, at least.
    pub min_leaf: usize,
    /// Splits above a leaf, at most.
    pub depth: Option<usize>,
    /// Rows drawn for each tree, with repeats; never more than there are.
    pub draws: usize,
}

/// What a forest learns from.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// Bins of every row of the table, by column.
    pub columns: &'a [&'a [u8]],
    /// Rows of the table.
    pub table_rows: usize,
    /// Training rows.
    pub rows: &'a [u32],
    /// Target of each training row.
    pub targets: &'a [f32],
    /// Other rows, which teach nothing and are estimated.
    pub others: &'a [u32],
}

/// Trees whose mean is the estimate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    /// The trees, at least one.
    pub trees: Vec<Tree>,
}

/// A forest and what it estimates.
#[derive(Clone, Debug)]
pub struct Grown {
    /// The forest.
    pub forest: Forest,
    /// Estimate of each row of the table: of a training row by the trees that did not draw it.
    /// Nothing where there is no such tree, or the row was not asked for.
    pub estimates: Vec<Option<f32>>,
}

impl Forest {
    /// Grows a forest on `sample` and estimates its other rows. `key` is the source of all that is
    /// random; `run` may stop it between two trees. Threads are those of the rayon pool of the
    /// caller.
    pub fn grow(sample: &Sample<'_>, growth: &Growth, key: u64, run: &Run) -> Result<Grown> {
        let plant = |tree| {
            run.proceed()?;
            Ok(Growing::new(sample, growth, key, tree))
        };
        let trees: Vec<u64> = (0..growth.trees as u64).collect();
        let groups: Vec<Group> = trees
            .par_chunks(GROUP)
            .map(|trees| Group::grow(trees, sample.table_rows, plant))
            .collect::<Result<_>>()?;
        let mut sums = vec![0.0_f64; sample.table_rows];
        let mut counts = vec![0_u32; sample.table_rows];
        let mut forest = Self::default();
        for group in groups {
            for (row, (sum, count)) in group.sums.into_iter().zip(group.counts).enumerate() {
                sums[row] += f64::from(sum);
                counts[row] += u32::from(count);
            }
            forest.trees.extend(group.trees);
        }
        let mean = |(sum, &n): (&f64, &u32)| (n > 0).then(|| (sum / f64::from(n)) as f32);
        Ok(Grown {
            forest,
            estimates: sums.iter().zip(&counts).map(mean).collect(),
        })
    }

    /// Drops the last trees until there are no more than `nodes` nodes, or one tree.
    pub fn keep(&mut self, nodes: usize) {
        let mut total = 0;
        let within = |tree: &&Tree| {
            total += tree.n_nodes();
            total <= nodes
        };
        let kept = self.trees.iter().take_while(within).count();
        self.trees.truncate(kept.max(1));
    }

    /// The estimate for a row with these bins, one per column.
    pub fn estimate(&self, bin_of: impl Fn(usize) -> u8) -> f32 {
        let sum: f64 = self
            .trees
            .iter()
            .map(|tree| f64::from(tree.estimate(&bin_of)))
            .sum();
        (sum / self.trees.len() as f64) as f32
    }
}

/// A few trees, and the sums of what they estimate.
struct Group {
    trees: Vec<Tree>,
    sums: Vec<f32>,
    counts: Vec<u8>,
}

impl Group {
    fn grow<'a>(
        trees: &[u64],
        table_rows: usize,
        plant: impl Fn(u64) -> Result<Growing<'a>>,
    ) -> Result<Self> {
        let mut sums = vec![0.0; table_rows];
        let mut counts = vec![0; table_rows];
        let grow = |&tree: &u64| {
            Ok(plant(tree)?.grow(|rows, estimate| {
                for &row in rows {
                    sums[row as usize] += estimate;
                    counts[row as usize] += 1;
                }
            }))
        };
        Ok(Self {
            trees: trees.iter().map(grow).collect::<Result<_>>()?,
            sums,
            counts,
        })
    }
}
