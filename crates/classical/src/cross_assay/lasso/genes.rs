//! Genes side by side: cross-validation along the path, then all samples up to the penalty chosen.

use imputome_core::{Result, Run};
use ndarray::Array2;
use rayon::prelude::*;

use super::Lasso;
use super::design::Design;
use super::path::{Penalty, Walk, start, step};
use crate::cross_assay::folds::Fold;
use crate::cross_assay::targets::Centered;

/// Genes that walk side by side: ours, enough to make products of their checks.
const GENE_BLOCK: usize = 32;
/// How exactly weights are found for judging a penalty, and for keeping: ours, in standard
/// deviations of the gene.
const TOLERANCE_TO_JUDGE: f64 = 1e-5;
const TOLERANCE: f64 = 1e-7;
/// A path ends this many penalties after the best one so far, when its error has grown by that
/// share since. Ours, for time: a second and lower minimum further down would be missed.
const PATIENCE: usize = 10;
const WORSE: f64 = 0.01;

/// A gene as learned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseGene {
    /// Features in the sum, ascending.
    pub features: Vec<usize>,
    /// Weight of each, in units of the gene per standard deviation of the feature.
    pub weights: Vec<f64>,
    /// The penalty chosen: `alpha` of scikit-learn and `lambda` of glmnet.
    pub penalty: f64,
    /// Its cross-validated mean squared error.
    pub error: f64,
}

/// The table that genes are learned from.
pub(super) struct Cohort<'a> {
    pub(super) table: &'a Centered,
    pub(super) folds: &'a [Fold],
    designs: Vec<Design>,
    all: Design,
}

impl<'a> Cohort<'a> {
    /// `scores` are standardized features, shape `[samples, features]`.
    pub(super) fn new(scores: &Array2<f32>, table: &'a Centered, folds: &'a [Fold]) -> Self {
        let everyone: Vec<usize> = (0..scores.nrows()).collect();
        Self {
            designs: folds
                .par_iter()
                .map(|fold| Design::of(scores, &fold.kept, &fold.held_out))
                .collect(),
            all: Design::of(scores, &everyone, &[]),
            table,
            folds,
        }
    }

    /// Every gene, in order.
    pub(super) fn learn(&self, settings: &Lasso, run: &Run) -> Result<Vec<SparseGene>> {
        let genes: Vec<usize> = (0..self.table.means.len()).collect();
        let blocks = genes
            .par_chunks(GENE_BLOCK)
            .map(|genes| Block::new(self, settings, genes).learn(run))
            .collect::<Result<Vec<_>>>()?;
        Ok(blocks.into_iter().flatten().collect())
    }

    fn centered(&self, rows: &[usize], gene: usize) -> (Vec<f32>, f64) {
        let values = rows
            .iter()
            .map(|&row| f64::from(self.table.values[(row, gene)]));
        let mean = values.clone().sum::<f64>() / rows.len() as f64;
        (values.map(|value| (value - mean) as f32).collect(), mean)
    }
}

/// Genes that walk side by side.
struct Block<'a> {
    cohort: &'a Cohort<'a>,
    settings: &'a Lasso,
    genes: &'a [usize],
    /// The path of each gene, downwards.
    penalties: Vec<Vec<f64>>,
    /// At the start, on all samples.
    walks: Vec<Walk>,
}

impl<'a> Block<'a> {
    fn new(cohort: &'a Cohort<'a>, settings: &'a Lasso, genes: &'a [usize]) -> Self {
        let everyone: Vec<usize> = (0..cohort.table.values.nrows()).collect();
        let targets = genes.iter().map(|&gene| cohort.centered(&everyone, gene).0);
        let walks = start(&cohort.all, targets.collect());
        let penalties = walks.iter().map(|walk| {
            let largest = walk.largest_pull() / (everyone.len() as f64 * settings.mixing);
            path(largest, settings)
        });
        Self {
            penalties: penalties.collect(),
            walks,
            cohort,
            settings,
            genes,
        }
    }

    fn learn(mut self, run: &Run) -> Result<Vec<SparseGene>> {
        let chosen = self.cross_validate(run)?;
        let last = chosen.iter().map(|choice| choice.step).max().unwrap_or(0);
        let mut walks = std::mem::take(&mut self.walks);
        for at in 0..=last {
            run.proceed()?;
            let still = |gene: usize| chosen[gene].step >= at;
            self.step(&self.cohort.all, &mut walks, at, still, TOLERANCE);
        }
        let genes = walks.iter().zip(&chosen).enumerate();
        Ok(genes
            .map(|(gene, (walk, choice))| {
                let mut weights: Vec<(usize, f64)> = walk.nonzero().collect();
                weights.sort_unstable_by_key(|(feature, _)| *feature);
                let (features, weights) = weights.into_iter().unzip();
                SparseGene {
                    features,
                    weights,
                    penalty: self.penalties[gene][choice.step],
                    error: choice.error,
                }
            })
            .collect())
    }

    /// The step of the path with the least error of held-out samples, gene by gene.
    fn cross_validate(&self, run: &Run) -> Result<Vec<Choice>> {
        let mut folds: Vec<Held> = self
            .cohort
            .folds
            .iter()
            .zip(&self.cohort.designs)
            .map(|(fold, design)| Held::new(self, fold, design))
            .collect();
        let mut choices = vec![Choice::default(); self.genes.len()];
        for at in 0..self.settings.penalties {
            run.proceed()?;
            let is_open: Vec<bool> = choices.iter().map(|choice| !choice.is_over).collect();
            if !is_open.contains(&true) {
                break;
            }
            let mut errors = vec![(0.0, 0.0); self.genes.len()];
            for held in &mut folds {
                let still = |gene: usize| is_open[gene];
                self.step(held.design, &mut held.walks, at, still, TOLERANCE_TO_JUDGE);
                for (gene, error) in errors.iter_mut().enumerate().filter(|(g, _)| is_open[*g]) {
                    if let Some(found) = held.error(self, gene) {
                        error.0 += found;
                        error.1 += 1.0;
                    }
                }
            }
            let open = choices.iter_mut().zip(&errors).filter(|(c, _)| !c.is_over);
            open.for_each(|(choice, (sum, folds))| choice.see(at, sum / f64::max(*folds, 1.0)));
        }
        Ok(choices)
    }

    fn step(
        &self,
        design: &Design,
        walks: &mut [Walk],
        at: usize,
        still: impl Fn(usize) -> bool,
        tolerance: f64,
    ) {
        let samples = design.n_samples() as f64;
        let mixing = self.settings.mixing;
        let (mut open, mut penalties) = (Vec::new(), Vec::new());
        for (gene, walk) in walks
            .iter_mut()
            .enumerate()
            .filter(|(gene, _)| still(*gene))
        {
            let penalty = samples * self.penalties[gene][at];
            penalties.push(Penalty {
                absolute: penalty * mixing,
                squared: penalty * (1.0 - mixing),
            });
            open.push(walk);
        }
        step(design, &mut open, &penalties, tolerance);
    }
}

/// From what leaves no feature in downwards, in equal ratios.
fn path(largest: f64, settings: &Lasso) -> Vec<f64> {
    let steps = settings.penalties;
    let last = (steps.max(2) - 1) as f64;
    (0..steps)
        .map(|at| largest * settings.smallest.powf(at as f64 / last))
        .collect()
}

/// A fold whose samples are held out.
struct Held<'a> {
    design: &'a Design,
    rows: &'a [usize],
    walks: Vec<Walk>,
    /// Mean of each gene over the samples kept.
    means: Vec<f64>,
}

impl<'a> Held<'a> {
    fn new(block: &Block<'a>, fold: &'a Fold, design: &'a Design) -> Self {
        let targets = block.genes.iter();
        let targets = targets.map(|&gene| block.cohort.centered(&fold.kept, gene));
        let (targets, means) = targets.unzip();
        Self {
            walks: start(design, targets),
            rows: &fold.held_out,
            design,
            means,
        }
    }

    /// Mean squared error over the held-out samples that measured the gene.
    fn error(&self, block: &Block<'_>, gene: usize) -> Option<f64> {
        let table = block.cohort.table;
        let told = self.walks[gene].told(self.design);
        let (mut sum, mut count) = (0.0, 0.0);
        for (&row, told) in self.rows.iter().zip(&told) {
            if table.is_measured(row, block.genes[gene]) {
                let truth = f64::from(table.values[(row, block.genes[gene])]);
                sum += (truth - self.means[gene] - told).powi(2);
                count += 1.0;
            }
        }
        (count > 0.0).then(|| sum / count)
    }
}

/// The best step of a path so far.
#[derive(Clone, Debug, Default)]
struct Choice {
    step: usize,
    error: f64,
    is_over: bool,
}

impl Choice {
    fn see(&mut self, step: usize, error: f64) {
        if step == 0 || error < self.error {
            (self.step, self.error) = (step, error);
        }
        self.is_over = step >= self.step + PATIENCE && error > (1.0 + WORSE) * self.error;
    }
}
