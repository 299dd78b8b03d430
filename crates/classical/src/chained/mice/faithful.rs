//! Gene after gene, each from all others, in rounds.
//!
//! Each gene is regressed on the samples where it was measured, with the others as they stand
//! (van Buuren and Groothuis-Oudshoorn 2011, doi:10.18637/jss.v045.i03, section 2.2). Evidence is
//! worked out in full in the first rounds. Later ones, where a table changes little, go on from the
//! round before by conjugate gradients, scaled by the inverse of the Gram matrix that all genes
//! share (partitioned, so that the gene itself is out of it).

use imputome_core::{Curve, Result, Run, hand_out};
use imputome_numerics::{add_gram, apply};
use ndarray::{Array1, Array2, Axis};
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use rayon::prelude::*;

use super::equations::{Equations, Round};
use super::fitted::normal;
use super::gene::{GeneTurn, Regressed};
use super::regression::{Regression, near_inverse};
use super::shared::Table;
use super::{Mice, Order};

/// Ridge that the search begins with, as a share of the samples: ours.
const FIRST_RIDGE: f64 = 0.03;
/// Rounds in which evidence is always worked out in full: ours, ridges change little after.
const FULL_ROUNDS: usize = 3;
/// Smallest correlation when predictors are drawn, so that each has a chance: ours.
const LEAST_CORRELATION: f64 = 1e-6;

/// What the rounds came to.
#[derive(Clone, Debug)]
pub(super) struct Swept {
    pub(super) equations: Equations,
    /// Variance of each gene about its prediction.
    pub(super) variances: Vec<f64>,
    /// Change of the fills by round.
    pub(super) curve: Curve,
}

/// Completes the table, whose values are less their means and 0 at gaps.
pub(super) fn complete(
    settings: &Mice,
    table: &mut Table,
    limits: &Array2<f32>,
    run: &Run,
) -> Result<Swept> {
    let mut random = run.stream("mice/faithful");
    let mut sweeps = Sweeps::new(settings, table, limits);
    let mut points = Vec::new();
    run.progress()
        .begin("completing the table", settings.rounds as u64);
    for round in 1..=settings.rounds {
        let change = sweeps.round(round, &mut random, run)?;
        points.push((round as f64, change));
        let note = format!("change of fills {change:.4}");
        run.progress().advance(round as u64, &note);
        if change <= settings.tolerance {
            break;
        }
    }
    run.progress().end();
    Ok(sweeps.end(points))
}

/// The state of the rounds.
struct Sweeps<'a> {
    settings: &'a Mice,
    table: &'a mut Table,
    limits: &'a Array2<f32>,
    order: Vec<usize>,
    /// Rows where each gene was measured.
    measured: Vec<Vec<usize>>,
    /// Absolute correlations of genes and columns, where predictors are drawn by them.
    correlations: Option<Array2<f64>>,
    regressions: Vec<Option<Regression>>,
    weights: Array2<f32>,
    intercepts: Array1<f32>,
    rounds: Vec<Round>,
    /// Where the search for the first ridge of the next gene begins: at that of the last.
    first_ridge: f64,
    /// Variance of each gene about its prediction in the first round.
    variances: Vec<f64>,
}

impl<'a> Sweeps<'a> {
    fn new(settings: &'a Mice, table: &'a mut Table, limits: &'a Array2<f32>) -> Self {
        let (samples, columns) = table.values.dim();
        let of_gene = |g: usize| {
            (0..samples)
                .filter(|&s| table.gaps[(s, g)] == 0.0)
                .collect()
        };
        let measured: Vec<Vec<usize>> = (0..table.genes).map(of_gene).collect();
        Self {
            settings,
            order: order_of(settings.order, &measured),
            correlations: settings
                .nearest_genes
                .filter(|&nearest| nearest + 1 < columns)
                .map(|_| correlations(&table.values)),
            regressions: vec![None; table.genes],
            weights: Array2::zeros((table.genes, columns)),
            intercepts: Array1::zeros(table.genes),
            rounds: Vec::new(),
            first_ridge: FIRST_RIDGE * samples as f64,
            variances: vec![1.0; table.genes],
            measured,
            table,
            limits,
        }
    }

    /// One round; gives the root mean square change of the fills.
    fn round(&mut self, round: usize, random: &mut impl Rng, run: &Run) -> Result<f64> {
        if self.settings.order == Order::Random {
            self.order.shuffle(random);
        }
        let near = if self.works_in_full(round) {
            None
        } else {
            self.near()
        };
        let (mut change, mut open) = (0.0, 0);
        for at in (0..self.order.len()).step_by(self.settings.block) {
            let block = &self.order[at..(at + self.settings.block).min(self.order.len())];
            let turns: Vec<GeneTurn> = block
                .iter()
                .filter(|&&gene| !self.measured[gene].is_empty())
                .map(|&gene| self.turn(gene, random))
                .collect();
            let regressed = self.regress(&turns, near.as_ref(), run)?;
            for (turn, regressed) in turns.iter().zip(regressed) {
                self.keep(turn, regressed);
                let (squares, gaps) = self.fill(turn.gene, random);
                change += squares;
                open += gaps;
            }
        }
        self.rounds.push(Round {
            weights: self.weights.clone(),
            intercepts: self.intercepts.clone(),
            order: self.order.clone(),
        });
        Ok((change / open.max(1) as f64).sqrt())
    }

    /// Drawn weights need the factor of their system, and drawn predictors change every time.
    fn works_in_full(&self, round: usize) -> bool {
        round <= FULL_ROUNDS || self.settings.sample_posterior || self.correlations.is_some()
    }

    /// The inverse of the Gram matrix of all samples, brought to as many as a gene has on the whole.
    fn near(&self) -> Option<Array2<f32>> {
        let (samples, columns) = self.table.values.dim();
        let mut gram = Array2::zeros((columns, columns));
        let means = self.table.values.mean_axis(Axis(0))?;
        add_gram(&mut gram, (&self.table.values - &means).view());
        let counts: usize = self.measured.iter().map(Vec::len).sum();
        let share = counts as f64 / (samples * self.measured.len()) as f64;
        let ridges: Vec<f64> = self
            .regressions
            .iter()
            .flatten()
            .map(|r| r.ridge.ln())
            .collect();
        let ridge = (ridges.iter().sum::<f64>() / ridges.len() as f64).exp();
        near_inverse(gram, share, ridge)
    }

    /// What a gene is regressed on.
    fn turn(&self, gene: usize, random: &mut impl Rng) -> GeneTurn {
        let predictors = self.predictors(gene, random);
        let columns = self.table.values.ncols();
        let weights = predictors.as_ref().map_or(columns, Vec::len);
        let before = self.regressions[gene].as_ref();
        GeneTurn {
            gene,
            rows: self.measured[gene].clone(),
            predictors,
            ridge: before.map_or(self.first_ridge, |before| before.ridge),
            normals: self
                .settings
                .sample_posterior
                .then(|| (0..weights).map(|_| normal(random)).collect()),
        }
    }

    /// Regresses genes, here or by the workers of the run; rounds that go on from the one before are quick and stay here.
    fn regress(
        &self,
        turns: &[GeneTurn],
        near: Option<&Array2<f32>>,
        run: &Run,
    ) -> Result<Vec<Regressed>> {
        let values = self.table.values.view();
        if let (None, Some(workers)) = (near, run.workers()) {
            return hand_out::<GeneTurn>(workers, &self.table.values, turns, &|_| {});
        }
        let regressed = turns.par_iter().map(|turn| {
            run.proceed()?;
            Ok(match (near, &self.regressions[turn.gene]) {
                (Some(inverse), Some(before)) => turn.resume(values, before, inverse),
                _ => turn.by_evidence(values),
            })
        });
        regressed.collect()
    }

    /// Keeps weights and intercept of a gene.
    fn keep(&mut self, turn: &GeneTurn, regressed: Regressed) {
        let GeneTurn { gene, rows, .. } = turn;
        let regression = regressed.regression;
        self.first_ridge = regression.ridge;
        let mut row = self.weights.row_mut(*gene);
        match &turn.predictors {
            None => row.assign(&regression.weights),
            Some(predictors) => {
                row.fill(0.0);
                for (&column, &weight) in predictors.iter().zip(&regression.weights) {
                    row[column] = weight;
                }
            }
        }
        row[*gene] = 0.0;
        self.intercepts[*gene] = regressed.intercept;
        if self.rounds.is_empty() {
            self.variances[*gene] = regression.predictive_variance(rows.len());
        }
        self.regressions[*gene] = Some(regression);
    }

    /// Columns that a gene is regressed on, drawn by correlation; none for all.
    fn predictors(&self, gene: usize, random: &mut impl Rng) -> Option<Vec<usize>> {
        let columns = self.table.values.ncols();
        let (correlations, nearest) = (self.correlations.as_ref()?, self.settings.nearest_genes?);
        // The largest of u^(1/w) are a draw without replacement (Efraimidis and Spirakis 2006,
        // doi:10.1016/j.ipl.2005.11.003).
        let key =
            |column: usize, u: f64| u.ln() / correlations[(gene, column)].max(LEAST_CORRELATION);
        let mut keys: Vec<(f64, usize)> = (0..columns)
            .map(|column| (key(column, random.random()), column))
            .filter(|&(_, column)| column != gene)
            .collect();
        keys.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut chosen: Vec<usize> = keys.iter().take(nearest).map(|&(_, c)| c).collect();
        chosen.sort_unstable();
        Some(chosen)
    }

    /// Fills the gaps of a gene; gives the sum of squared changes and the number of gaps.
    fn fill(&mut self, gene: usize, random: &mut impl Rng) -> (f64, usize) {
        let predictions =
            apply(self.table.values.view(), self.weights.row(gene)) + self.intercepts[gene];
        let noise = self.regressions[gene]
            .as_ref()
            .map_or(0.0, |r| r.noise.sqrt());
        let (mut change, mut gaps) = (0.0, 0);
        for (row, &prediction) in predictions.iter().enumerate() {
            if self.table.gaps[(row, gene)] == 0.0 {
                continue;
            }
            let drawn = if self.settings.sample_posterior {
                prediction + (noise * normal(random)) as f32
            } else {
                prediction
            };
            let fill = drawn.clamp(self.limits[(gene, 0)], self.limits[(gene, 1)]);
            let value = &mut self.table.values[(row, gene)];
            change += f64::from(fill - *value).powi(2);
            gaps += 1;
            *value = fill;
        }
        (change, gaps)
    }

    fn end(self, points: Vec<(f64, f64)>) -> Swept {
        Swept {
            variances: self.variances,
            equations: Equations {
                rounds: self.rounds,
                change: points.last().map_or(0.0, |point| point.1),
            },
            curve: Curve {
                name: "change of fills".into(),
                step: "round".into(),
                points,
            },
        }
    }
}

/// The order in which genes are filled.
fn order_of(order: Order, measured: &[Vec<usize>]) -> Vec<usize> {
    let mut genes: Vec<usize> = (0..measured.len()).collect();
    match order {
        // Fewest gaps first is most measured first.
        Order::Ascending => genes.sort_by_key(|&g| std::cmp::Reverse(measured[g].len())),
        Order::Descending => genes.sort_by_key(|&g| measured[g].len()),
        Order::Arabic => genes.reverse(),
        Order::Roman | Order::Random => {}
    }
    genes
}

/// Absolute correlations of columns as they stand, 0 where one does not vary.
fn correlations(values: &Array2<f32>) -> Array2<f64> {
    let means = values.mean_axis(Axis(0)).expect("a table has samples");
    let columns = values.ncols();
    let mut gram = Array2::zeros((columns, columns));
    add_gram(&mut gram, (values - &means).view());
    Array2::from_shape_fn((columns, columns), |(a, b)| {
        let size = (gram[(a, a)] * gram[(b, b)]).sqrt();
        if size > 0.0 {
            gram[(a.max(b), a.min(b))].abs() / size
        } else {
            0.0
        }
    })
}
