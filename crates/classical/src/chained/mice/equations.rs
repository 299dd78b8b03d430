//! One regression per gene and round, at work on samples.

use imputome_core::{Error, Result, Weights};
use imputome_numerics::{apply, product};
use ndarray::{Array1, Array2, ArrayView2, Zip, s};
use rand::Rng;

use super::fitted::normal;

/// Sweeps at most after the rounds of the fit: ours.
const MOST_SWEEPS: usize = 100;
/// Change of a sample's fills, root mean square, that counts as none: ours, or what samples of the
/// fit may have changed by when it ended, whose change was this in the mean, times the factor.
const TOLERANCE: f64 = 1e-3;
const MEAN_TO_MOST: f64 = 3.0;
/// Sweeps of a chain of draws before it is read: ours, as many as the rounds of a fit by default.
const DRAW_SWEEPS: usize = 10;

/// Regressions of each gene on all other columns, all less their centers, round after round.
#[derive(Clone, Debug)]
pub(super) struct Equations {
    /// In the order of the fit, at least one.
    pub(super) rounds: Vec<Round>,
    /// Root mean square change of the fills in the last round.
    pub(super) change: f64,
}

/// The regressions of one round.
#[derive(Clone, Debug)]
pub(super) struct Round {
    /// Shape `[genes, columns]`, 0 at the gene itself.
    pub(super) weights: Array2<f32>,
    /// Shape `[genes]`.
    pub(super) intercepts: Array1<f32>,
    /// The order in which genes are filled.
    pub(super) order: Vec<usize>,
}

/// How far each sample is.
struct Progress {
    /// Mean squared change of a sample's fills in the last sweep.
    changes: Vec<f64>,
    /// Samples whose fills still move.
    moving: Vec<bool>,
    /// Gaps of each sample.
    gaps: Vec<f64>,
}

impl Equations {
    /// The regressions least apt to follow fills instead of measurements.
    fn first(&self) -> &Round {
        self.rounds.first().expect("a fit has a round")
    }

    fn last(&self) -> &Round {
        self.rounds.last().expect("a fit has a round")
    }

    /// Fills gaps as the rounds of the fit did, and goes on with the last round for as long as that
    /// brings a sample closer to where all regressions agree; gives every gene's prediction from
    /// all others.
    ///
    /// To repeat the rounds is not enough: a regression learned from complete samples is then fed
    /// the means that gaps begin with.
    pub(super) fn fill(
        &self,
        values: &mut Array2<f32>,
        gaps: &Array2<f32>,
        limits: &Array2<f32>,
    ) -> Array2<f32> {
        let mut progress = Progress::new(gaps);
        for round in &self.rounds {
            progress.changes = round.sweep(values, gaps, limits, &progress.moving);
        }
        for _ in 0..MOST_SWEEPS {
            progress.stop_settled(TOLERANCE.max(MEAN_TO_MOST * self.change));
            if !progress.moving.contains(&true) {
                break;
            }
            let before = values.clone();
            let changes = self.last().sweep(values, gaps, limits, &progress.moving);
            progress.accept(changes, values, before.view());
        }
        let last = self.last();
        let mut estimates = product(values.view(), last.weights.t()) + &last.intercepts;
        let filled = values.slice(s![.., ..estimates.ncols()]);
        let open = gaps.slice(s![.., ..estimates.ncols()]);
        Zip::from(&mut estimates)
            .and(filled)
            .and(open)
            .for_each(|estimate, &fill, &gap| {
                if gap > 0.0 {
                    *estimate = fill;
                }
            });
        estimates
    }

    /// What draws at gaps deviate from their means, shape `[samples, columns]` and 0 elsewhere,
    /// after some sweeps with noise of the given standard deviations; and what predictions deviate
    /// with them. By the regressions of the first round: later ones meet tables in which fills
    /// follow one another, and leave nothing open.
    pub(super) fn deviate(
        &self,
        gaps: &Array2<f32>,
        deviations: &[f32],
        streams: &mut [impl Rng],
    ) -> (Array2<f32>, Array2<f32>) {
        let first = self.first();
        let mut values = Array2::zeros(gaps.dim());
        for _ in 0..DRAW_SWEEPS {
            for &gene in &first.order {
                let predictions: Array1<f32> = apply(values.view(), first.weights.row(gene));
                for (row, &prediction) in predictions.iter().enumerate() {
                    if gaps[(row, gene)] > 0.0 {
                        let noise = normal(&mut streams[row]) as f32;
                        values[(row, gene)] = prediction + deviations[gene] * noise;
                    }
                }
            }
        }
        let predictions = product(values.view(), first.weights.t());
        (values, predictions)
    }

    /// Adds these equations to what a model stores.
    pub(super) fn store(&self, weights: Weights) -> Weights {
        let (genes, columns) = self.last().weights.dim();
        let n = self.rounds.len();
        let tables = self.rounds.iter().flat_map(|r| r.weights.iter().copied());
        let intercepts = self
            .rounds
            .iter()
            .flat_map(|r| r.intercepts.iter().copied());
        let orders: Vec<&Vec<usize>> = self.rounds.iter().map(|r| &r.order).collect();
        weights
            .with_tensor("weights", &[n, genes, columns], tables.collect())
            .with_tensor("intercepts", &[n, genes], intercepts.collect())
            .with_fact("orders", &orders)
            .with_fact("change", &self.change)
    }

    /// Reads them back. Refused when an order does not name each gene once.
    pub(super) fn restore(weights: &Weights, genes: usize, columns: usize) -> Result<Self> {
        let orders: Vec<Vec<usize>> = weights.fact("orders")?;
        let names_each_once = |order: &Vec<usize>| {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            sorted.into_iter().eq(0..genes)
        };
        if orders.is_empty() || !orders.iter().all(names_each_once) {
            return Err(Error::Weights(
                "the order of genes must name each once in every round".into(),
            ));
        }
        let change: f64 = weights.fact("change")?;
        if !(change >= 0.0 && change.is_finite()) {
            return Err(Error::Weights(
                "the change of fills must not be below 0".into(),
            ));
        }
        let n = orders.len();
        let tables = weights.tensor("weights", &[n, genes, columns])?;
        let intercepts = weights.tensor("intercepts", &[n, genes])?;
        let round = |(at, order): (usize, Vec<usize>)| {
            let table = &tables[at * genes * columns..(at + 1) * genes * columns];
            let table = Array2::from_shape_vec((genes, columns), table.to_vec());
            Round {
                weights: table.expect("shape was checked"),
                intercepts: intercepts[at * genes..(at + 1) * genes].to_vec().into(),
                order,
            }
        };
        Ok(Self {
            rounds: orders.into_iter().enumerate().map(round).collect(),
            change,
        })
    }
}

impl Round {
    /// Fills the gaps of moving samples gene after gene; gives the sum of squared changes of each
    /// sample.
    fn sweep(
        &self,
        values: &mut Array2<f32>,
        gaps: &Array2<f32>,
        limits: &Array2<f32>,
        moving: &[bool],
    ) -> Vec<f64> {
        let mut changes = vec![0.0; moving.len()];
        for &gene in &self.order {
            let predictions = apply(values.view(), self.weights.row(gene)) + self.intercepts[gene];
            for (row, &prediction) in predictions.iter().enumerate() {
                if moving[row] && gaps[(row, gene)] > 0.0 {
                    let fill = prediction.clamp(limits[(gene, 0)], limits[(gene, 1)]);
                    changes[row] += f64::from(fill - values[(row, gene)]).powi(2);
                    values[(row, gene)] = fill;
                }
            }
        }
        changes
    }
}

impl Progress {
    fn new(gaps: &Array2<f32>) -> Self {
        let count = |row: ndarray::ArrayView1<'_, f32>| f64::from(row.sum()).max(1.0);
        Self {
            changes: vec![0.0; gaps.nrows()],
            moving: vec![true; gaps.nrows()],
            gaps: gaps.rows().into_iter().map(count).collect(),
        }
    }

    /// Samples whose fills stand still stop.
    fn stop_settled(&mut self, tolerance: f64) {
        for (moving, (change, gaps)) in self
            .moving
            .iter_mut()
            .zip(self.changes.iter().zip(&self.gaps))
        {
            *moving &= (change / gaps).sqrt() >= tolerance;
        }
    }

    /// Takes a sweep over for samples that it brought closer; the others go back and stop.
    fn accept(&mut self, changes: Vec<f64>, values: &mut Array2<f32>, before: ArrayView2<'_, f32>) {
        for (row, change) in changes.into_iter().enumerate() {
            if self.moving[row] && change > self.changes[row] {
                values.row_mut(row).assign(&before.row(row));
                self.moving[row] = false;
            }
            self.changes[row] = change;
        }
    }
}
