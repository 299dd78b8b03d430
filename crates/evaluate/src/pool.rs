//! Genes judged level by level, over all repeats together: one repeat alone has too few entries
//! of a gene in a tissue.

use serde::{Deserialize, Serialize};

use crate::enough::FEWEST_HELD_OUT;
use crate::levels::Levels;
use crate::metrics::{self, Sums};
use crate::scores::GeneScore;

/// Genes judged level by level at most. Ours: a box plot needs no more, and rows per level and
/// gene of a whole transcriptome would fill most of the results.
const MOST_GENES: usize = 1_000;

/// Positions of the genes judged level by level: all, or 1,000 evenly spread over the table.
pub(crate) fn kept_genes(n_genes: usize) -> Vec<usize> {
    let kept = n_genes.min(MOST_GENES);
    (0..kept).map(|i| i * n_genes / kept).collect()
}

/// Sums per level and gene, joined over repeats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LevelPool {
    genes: Vec<usize>,
    /// Shape `[levels, genes kept]`, row by row.
    sums: Vec<Sums>,
}

impl LevelPool {
    pub(crate) fn new(n_levels: usize, genes: Vec<usize>) -> Self {
        let sums = vec![Sums::default(); n_levels * genes.len()];
        Self { genes, sums }
    }

    pub(crate) fn add(&mut self, level: usize, gene: usize, sums: &Sums) {
        if let Ok(at) = self.genes.binary_search(&gene) {
            self.sums[level * self.genes.len() + at].join(sums);
        }
    }

    /// Joins the sums of another repeat of the same table.
    pub fn join(&mut self, other: &Self) {
        for (sums, more) in self.sums.iter_mut().zip(&other.sums) {
            sums.join(more);
        }
    }

    /// A row for each level and gene with enough held-out entries that vary; method, scenario
    /// and hidden share are those of `pattern`, genes are named by `genes`.
    pub(crate) fn rows(
        &self,
        pattern: &GeneScore,
        levels: &Levels,
        genes: &[String],
    ) -> Vec<GeneScore> {
        let kept = self.genes.len();
        self.sums
            .iter()
            .enumerate()
            .filter(|(_, sums)| sums.entries >= FEWEST_HELD_OUT as f64 && sums.within_squares > 0.0)
            .map(|(place, sums)| (place / kept, place % kept, sums))
            .map(|(level, at, sums)| GeneScore {
                repeat: None,
                group: levels.group(level),
                gene: genes[self.genes[at]].clone(),
                entries: sums.entries as usize,
                r2: metrics::r2_within(sums),
                rmse: metrics::rmse(sums),
                mae: metrics::mae(sums),
                pearson: metrics::pearson(sums),
                ..pattern.clone()
            })
            .collect()
    }
}
