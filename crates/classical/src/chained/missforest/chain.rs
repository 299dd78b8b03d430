//! Sweeps over the genes until the estimates settle.

use imputome_core::{Dataset, Result, Run, hand_out};
use rayon::prelude::*;

use super::columns::{Binning, EncodedColumns, Screening, rank_levels};
use super::gene::{Forests, GeneForest, GeneTurn, Renewed};
use crate::forest::Counter;

/// Genes given to workers at once, so that what they learn from need not all be held; ours.
const GENES_AT_ONCE: usize = 64;

/// What stays the same over all sweeps.
pub(super) struct Chain<'a> {
    pub(super) train: &'a Dataset,
    pub(super) binning: &'a Binning,
    pub(super) covariates: &'a EncodedColumns,
    pub(super) screening: &'a Screening,
    pub(super) forests: Forests,
    /// Sweeps at most.
    pub(super) rounds: usize,
    /// Genes renewed together, from the same estimates of all others.
    pub(super) block: usize,
    /// Share of measured entries that predictors do not see.
    pub(super) hidden: f64,
    /// The source of all that is random.
    pub(super) key: u64,
}

/// What the last sweep but rejected ones left.
#[derive(Clone, Debug, Default)]
pub(super) struct Learned {
    /// Estimates by gene: out of bag where measured.
    pub(super) estimates: Vec<Vec<f32>>,
    pub(super) forests: Vec<GeneForest>,
    /// Root mean square of out-of-bag errors over the gene's deviation.
    pub(super) errors: Vec<f32>,
}

/// How the sweeps went.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// The paper's difference between each sweep's estimates and those before.
    pub(super) differences: Vec<f64>,
    /// Out-of-bag error after each sweep, mean over genes.
    pub(super) errors: Vec<f64>,
    /// Sweeps whose estimates were returned.
    pub(super) kept: usize,
}

/// The bins of all genes as predictors see them.
type GeneColumns = Vec<Vec<u8>>;

impl Chain<'_> {
    /// Sweeps until the difference grows, and returns what was before it did.
    pub(super) fn run(&self, run: &Run) -> Result<(Learned, Course)> {
        let order = self.order();
        let mut columns = self.first_columns();
        let mut learned = Learned {
            estimates: self.first_estimates(),
            ..Learned::default()
        };
        let mut course = Course::default();
        for round in 0..self.rounds {
            let step = format!("sweep {} over the genes", round + 1);
            run.progress().begin(&step, order.len() as u64);
            let (next, difference) =
                run.on_threads(|| self.sweep(&order, round, &mut columns, &learned, run))?;
            run.progress().end();
            let error = next.errors.iter().map(|&e| f64::from(e)).sum::<f64>();
            course.differences.push(difference);
            course.errors.push(error / next.errors.len() as f64);
            if round > 0 && difference > course.differences[round - 1] {
                break;
            }
            learned = next;
            course.kept = round + 1;
            if difference == 0.0 {
                break;
            }
        }
        Ok((learned, course))
    }

    /// Genes by how often they were not measured, rarely first.
    fn order(&self) -> Vec<usize> {
        let measured = self.train.measured.count_by_gene();
        let mut order: Vec<usize> = (0..measured.len()).collect();
        order.sort_by_key(|&g| std::cmp::Reverse(measured[g]));
        order
    }

    fn first_estimates(&self) -> Vec<Vec<f32>> {
        let n = self.train.n_samples();
        self.binning
            .means
            .iter()
            .map(|&mean| vec![mean; n])
            .collect()
    }

    /// Measured values that predictors see, means elsewhere.
    fn first_columns(&self) -> GeneColumns {
        (0..self.train.n_genes())
            .into_par_iter()
            .map(|g| {
                let (bins, mean) = (&self.binning.bins[g], self.binning.means[g]);
                let mut column = vec![bins.bin(mean); self.train.n_samples()];
                let mut draws = self.hiding(g);
                for (s, value) in self.train.measured_of_gene(g) {
                    if !draws.hides_next() {
                        column[s] = bins.bin(value);
                    }
                }
                column
            })
            .collect()
    }

    fn sweep(
        &self,
        order: &[usize],
        round: usize,
        columns: &mut GeneColumns,
        before: &Learned,
        run: &Run,
    ) -> Result<(Learned, f64)> {
        let genes = order.len();
        let mut next = Learned {
            estimates: vec![Vec::new(); genes],
            forests: vec![GeneForest::default(); genes],
            errors: vec![0.0; genes],
        };
        let (mut changed, mut squares) = (0.0, 0.0);
        let mut done = 0;
        for block in order.chunks(self.block) {
            let renewed = self.renew(block, round, columns, run)?;
            for (&g, renewed) in block.iter().zip(renewed) {
                let old = &before.estimates[g];
                let (c, s) = self.show(g, &renewed.estimates, old, &mut columns[g]);
                changed += c;
                squares += s;
                next.estimates[g] = renewed.estimates;
                next.forests[g] = renewed.forest;
                next.errors[g] = renewed.error;
            }
            done += block.len() as u64;
            run.progress().advance(done, "");
        }
        Ok((
            next,
            if squares > 0.0 {
                changed / squares
            } else {
                0.0
            },
        ))
    }

    /// What the forest of a gene learns from: what predictors show now.
    fn turn(&self, g: usize, round: usize, columns: &GeneColumns) -> GeneTurn {
        let (mut rows, mut targets, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
        for s in 0..self.train.n_samples() {
            match self.train.entry(s, g) {
                Some(value) => {
                    rows.push(s as u32);
                    targets.push(value);
                }
                None => gaps.push(s as u32),
            }
        }
        let ranks = rank_levels(self.binning, self.covariates, &rows, &targets);
        let of_levels = ranks
            .iter()
            .zip(&self.covariates.levels)
            .map(|(ranks, levels)| levels.iter().map(|&l| ranks[l]).collect());
        let predictors = self.screening.predictors.row(g);
        let columns = predictors
            .iter()
            .map(|&other| columns[other as usize].clone())
            .chain(self.covariates.numeric.iter().cloned())
            .chain(of_levels);
        GeneTurn {
            columns: columns.collect(),
            table_rows: self.train.n_samples(),
            rows,
            targets,
            gaps,
            ranks,
            mean: self.binning.means[g],
            key: Counter::new(self.key, &[round as u64, g as u64]).key(),
        }
    }

    /// Renews some genes, here or by the workers of the run.
    fn renew(
        &self,
        genes: &[usize],
        round: usize,
        columns: &GeneColumns,
        run: &Run,
    ) -> Result<Vec<Renewed>> {
        let turn = |&g: &usize| self.turn(g, round, columns);
        let Some(workers) = run.workers() else {
            let renewed = genes.par_iter().map(|g| {
                run.proceed()?;
                turn(g).renew(&self.forests, run)
            });
            return renewed.collect();
        };
        let mut renewed = Vec::with_capacity(genes.len());
        for lot in genes.chunks(GENES_AT_ONCE) {
            let turns: Vec<GeneTurn> = lot.iter().map(turn).collect();
            renewed.extend(hand_out::<GeneTurn>(
                workers,
                &self.forests,
                &turns,
                &|_| {},
            )?);
        }
        Ok(renewed)
    }

    /// Puts estimates where predictors see no measured value; returns the sum of squared changes
    /// there, and the sum of squares of all that predictors see.
    fn show(&self, g: usize, new: &[f32], old: &[f32], column: &mut [u8]) -> (f64, f64) {
        let bins = &self.binning.bins[g];
        let mut draws = self.hiding(g);
        let (mut changed, mut squares) = (0.0, 0.0);
        for (s, (&new, &old)) in new.iter().zip(old).enumerate() {
            let measured = self.train.entry(s, g).filter(|_| !draws.hides_next());
            let seen = measured.unwrap_or(new);
            squares += f64::from(seen).powi(2);
            if measured.is_none() {
                column[s] = bins.bin(new);
                changed += f64::from(new - old).powi(2);
            }
        }
        (changed, squares)
    }

    /// Which measured entries of a gene are hidden from predictors, in the order of the samples.
    fn hiding(&self, g: usize) -> Hiding {
        Hiding {
            // No sweep has this number.
            random: Counter::new(self.key, &[u64::MAX - 1, g as u64]),
            share: self.hidden,
        }
    }
}

struct Hiding {
    random: Counter,
    share: f64,
}

impl Hiding {
    /// Asked once for each measured entry.
    fn hides_next(&mut self) -> bool {
        self.share > 0.0 && self.random.share() < self.share
    }
}
