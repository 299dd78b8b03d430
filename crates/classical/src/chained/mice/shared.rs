//! All genes at once: one Gram matrix, one inverse, one product a round.
//!
//! A round regresses every column on all others (read off one inverse), settles every gap where
//! all regressions agree, and goes on with the completed table. What a fill leaves open joins the
//! diagonal of the Gram matrix: a filled entry varies less than a measured one would, by the
//! variance of the residuals (the correction of EM, Little and Rubin 2002, section 11.2, kept to
//! its diagonal).

use imputome_core::{Curve, Error, Result, Run};
use imputome_numerics::{add_gram, inverse};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

use super::evidence::Regressions;
use super::settle::{Patience, Precision, settle};

/// Samples settled together: ours.
pub(super) const SAMPLE_BLOCK: usize = 128;
/// Samples centered at a time on the way into the Gram matrix: ours.
const GRAM_BLOCK: usize = 1024;
/// Ridge of the first round, as a share of the samples, where none is given: ours.
const FIRST_RIDGE: f64 = 0.06;
/// Smallest and largest ridge that the evidence may ask for, as shares of the samples: ours. With
/// as many genes as samples, fills that a ridge shrank ask for a larger one round after round.
const RIDGES: (f64, f64) = (1e-4, 0.5);
/// Change of the ridge that counts as none, as a share: ours.
const SAME_RIDGE: f64 = 0.03;
/// Steps in the first round, and in later ones, which start from where the last one ended: ours.
const FIRST_STEPS: usize = 3;
const LATER_STEPS: usize = 2;
/// How far beyond its new fill a gap is moved, so that fewer rounds are needed: ours. The rounds
/// contract, so that anything below 2 converges.
const OVERSHOOT: f32 = 1.5;

/// How long a fit goes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rounds {
    /// Rounds at most.
    pub(super) most: usize,
    /// Root mean square change of the fills below which the rounds end.
    pub(super) tolerance: f64,
    /// Ridge as a share of the samples; nothing to take it from the evidence.
    pub(super) ridge: Option<f64>,
}

/// A table whose gaps are being filled.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Shape `[samples, columns]`, genes first, fills at gaps.
    pub(super) values: Array2<f32>,
    /// 1 at gaps, 0 elsewhere, same shape.
    pub(super) gaps: Array2<f32>,
    /// How many columns are genes.
    pub(super) genes: usize,
}

/// What the rounds came to.
#[derive(Clone, Debug)]
pub(super) struct Joint {
    /// Mean of each column.
    pub(super) center: Vec<f64>,
    /// Covariance of the columns with the ridge on its diagonal; the lower triangle has meaning.
    pub(super) covariance: Array2<f64>,
    /// Variance of each gene about its prediction from all other columns.
    pub(super) variances: Vec<f64>,
    /// Those variances over what the covariance says, on the whole.
    pub(super) excess: f64,
    /// Rounds taken.
    pub(super) rounds: usize,
    /// Ridge as a share of the samples.
    pub(super) ridge: f64,
    /// Change of the fills by round.
    pub(super) curve: Curve,
}

/// Completes the table and gives the Gaussian that its regressions share.
pub(super) fn complete(table: &mut Table, limit: Rounds, run: &Run) -> Result<Joint> {
    let samples = table.values.nrows();
    let mut ridge = limit.ridge.unwrap_or(FIRST_RIDGE);
    let mut state = Round::before_the_first(table);
    let mut points = Vec::new();
    run.progress()
        .begin("completing the table", limit.most as u64);
    let mut last = None;
    for round in 1..=limit.most {
        run.proceed()?;
        let next = state.turn(table, ridge, round == 1)?;
        points.push((round as f64, next.change));
        let note = format!("change of fills {:.4}, ridge {ridge:.4}", next.change);
        run.progress().advance(round as u64, &note);
        let evidence = next.regressions.ridge(&next.residuals, table.genes);
        let asked = evidence.map_or(ridge, |r| (r / samples as f64).clamp(RIDGES.0, RIDGES.1));
        let asked = limit.ridge.unwrap_or(asked);
        let is_settled = (asked / ridge).ln().abs() < SAME_RIDGE;
        let is_over = next.change <= limit.tolerance && is_settled;
        last = Some(next.variances_and_excess(table.genes));
        (state, ridge) = (next, asked);
        if is_over {
            break;
        }
    }
    run.progress().end();
    let (variances, excess) = last.expect("there is a first round");
    let (center, mut covariance) = state.gram(table, ridge, FirstRound::No);
    covariance.mapv_inplace(|v| v / samples as f64);
    Ok(Joint {
        center,
        covariance,
        variances,
        excess,
        rounds: points.len(),
        ridge,
        curve: Curve {
            name: "change of fills".into(),
            step: "round".into(),
            points,
        },
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FirstRound {
    Yes,
    No,
}

/// A round's regressions and how well they did.
struct Round {
    regressions: Regressions,
    /// Mean squared residual of each column where it was measured.
    residuals: Vec<f64>,
    /// Gaps of each column.
    gaps: Vec<f64>,
    /// Conditional variance of each column under the Gaussian of this round.
    conditional: Vec<f64>,
    /// Root mean square change of the fills.
    change: f64,
}

impl Round {
    fn before_the_first(table: &Table) -> Self {
        let columns = table.values.ncols();
        let mut gaps = vec![0.0; columns];
        for row in table.gaps.rows() {
            for (sum, &gap) in gaps.iter_mut().zip(row) {
                *sum += f64::from(gap);
            }
        }
        Self {
            regressions: Regressions::of(&Array2::eye(columns), 0.0, 1),
            residuals: vec![0.0; columns],
            gaps,
            conditional: vec![1.0; columns],
            change: 0.0,
        }
    }

    /// One round.
    fn turn(&self, table: &mut Table, ridge: f64, is_first: bool) -> Result<Self> {
        let samples = table.values.nrows();
        let first = if is_first {
            FirstRound::Yes
        } else {
            FirstRound::No
        };
        let (center, gram) = self.gram(table, ridge, first);
        let inverse = inverse(gram).ok_or_else(|| {
            Error::Unusable(
                "mice: the genes are too much alike to be told apart in rounding; raise the setting ridge".into(),
            )
        })?;
        let regressions = Regressions::of(&inverse, ridge * samples as f64, samples);
        let conditional = inverse.diag().mapv(|d| 1.0 / (d * samples as f64)).to_vec();
        let precision = Precision::of(&inverse);
        drop(inverse);
        let outcome = settle_all(table, &center, &precision, first);
        let measured = |gaps: f64| (samples as f64 - gaps).max(1.0);
        let residuals = outcome.squares.iter().zip(&self.gaps);
        let residuals = residuals.map(|(sum, &gaps)| sum / measured(gaps)).collect();
        let open: f64 = self.gaps[..table.genes].iter().sum();
        Ok(Self {
            regressions,
            residuals,
            gaps: self.gaps.clone(),
            conditional,
            change: (outcome.change / open.max(1.0)).sqrt(),
        })
    }

    /// Column means, and the Gram matrix about them with what fills leave open and the ridge on its
    /// diagonal (lower triangle).
    ///
    /// Before the first round gaps hold means, and each column is stretched to the variance of what
    /// was measured, which keeps the matrix positive definite.
    fn gram(&self, table: &Table, ridge: f64, first: FirstRound) -> (Vec<f64>, Array2<f64>) {
        let (samples, columns) = table.values.dim();
        let center = column_means(&table.values);
        let stretch = |gaps: f64| (samples as f64 / (samples as f64 - gaps).max(1.0)).sqrt();
        let scales: Vec<f64> = match first {
            FirstRound::Yes => self.gaps.iter().map(|&gaps| stretch(gaps)).collect(),
            FirstRound::No => vec![1.0; columns],
        };
        let mut gram = Array2::zeros((columns, columns));
        for rows in table.values.axis_chunks_iter(Axis(0), GRAM_BLOCK) {
            add_gram(&mut gram, centered(rows, &center, &scales).view());
        }
        for (j, diagonal) in gram.diag_mut().iter_mut().enumerate() {
            *diagonal += self.gaps[j] * self.residuals[j] + ridge * samples as f64;
        }
        (center, gram)
    }

    /// Predictive variance of each gene, and these over the conditional variances.
    fn variances_and_excess(&self, genes: usize) -> (Vec<f64>, f64) {
        let variances = self
            .regressions
            .predictive_variances(&self.residuals, genes);
        let expected: f64 = self.conditional[..genes].iter().sum();
        let excess = variances.iter().sum::<f64>() / expected.max(f64::MIN_POSITIVE);
        (variances, excess.max(f64::from(f32::MIN_POSITIVE)))
    }
}

/// Sums over samples.
struct Outcome {
    /// Squared residuals at measured entries, per column.
    squares: Vec<f64>,
    /// Squared changes of the fills of genes.
    change: f64,
}

/// Settles every sample, block by block.
fn settle_all(
    table: &mut Table,
    center: &[f64],
    precision: &Precision,
    first: FirstRound,
) -> Outcome {
    let genes = table.genes;
    let parts: Vec<Outcome> = table
        .values
        .axis_chunks_iter_mut(Axis(0), SAMPLE_BLOCK)
        .into_par_iter()
        .zip(table.gaps.axis_chunks_iter(Axis(0), SAMPLE_BLOCK))
        .map(|(values, gaps)| settle_block(values, gaps, center, precision, (first, genes)))
        .collect();
    let mut total = Outcome {
        squares: vec![0.0; center.len()],
        change: 0.0,
    };
    for part in parts {
        total.change += part.change;
        for (sum, square) in total.squares.iter_mut().zip(part.squares) {
            *sum += square;
        }
    }
    total
}

fn settle_block(
    mut values: ArrayViewMut2<'_, f32>,
    gaps: ArrayView2<'_, f32>,
    center: &[f64],
    precision: &Precision,
    (first, genes): (FirstRound, usize),
) -> Outcome {
    let gaps = gaps.to_owned();
    let mut settled = centered(values.view(), center, &vec![1.0; center.len()]);
    let (steps, overshoot) = match first {
        FirstRound::Yes => (FIRST_STEPS, 1.0),
        FirstRound::No => (LATER_STEPS, OVERSHOOT),
    };
    let patience = Patience {
        steps,
        tolerance: 0.0,
    };
    let products = settle(&mut settled, &gaps, precision, patience);
    let mut squares = vec![0.0; center.len()];
    for (row, gaps) in products.rows().into_iter().zip(gaps.rows()) {
        let entries = row.iter().zip(gaps).zip(&precision.diagonal);
        for (sum, ((&product, &gap), &diagonal)) in squares.iter_mut().zip(entries) {
            *sum += f64::from(1.0 - gap) * f64::from(product / diagonal).powi(2);
        }
    }
    let mut change = 0.0;
    for ((mut row, settled), gaps) in values
        .rows_mut()
        .into_iter()
        .zip(settled.rows())
        .zip(gaps.rows())
    {
        for (j, value) in row.iter_mut().enumerate() {
            if gaps[j] > 0.0 {
                let step = settled[j] + center[j] as f32 - *value;
                if j < genes {
                    change += f64::from(step).powi(2);
                }
                *value += overshoot * step;
            }
        }
    }
    Outcome { squares, change }
}

/// Rows less the center, times the scales.
fn centered(rows: ArrayView2<'_, f32>, center: &[f64], scales: &[f64]) -> Array2<f32> {
    let mut copy = rows.to_owned();
    for mut row in copy.rows_mut() {
        for ((value, center), scale) in row.iter_mut().zip(center).zip(scales) {
            *value = ((f64::from(*value) - center) * scale) as f32;
        }
    }
    copy
}

fn column_means(values: &Array2<f32>) -> Vec<f64> {
    let mut sums = vec![0.0; values.ncols()];
    for row in values.rows() {
        for (sum, &value) in sums.iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    let n = values.nrows().max(1) as f64;
    sums.iter().map(|sum| sum / n).collect()
}

impl Table {
    /// Subtracts from each column the mean of what was measured and puts 0 at gaps; gives the means.
    pub(super) fn center(&mut self) -> Vec<f64> {
        let columns = self.values.ncols();
        let (mut sums, mut counts) = (vec![0.0; columns], vec![0.0_f64; columns]);
        for (row, gaps) in self.values.rows().into_iter().zip(self.gaps.rows()) {
            for (j, (&value, &gap)) in row.iter().zip(gaps).enumerate() {
                sums[j] += f64::from(value) * f64::from(1.0 - gap);
                counts[j] += f64::from(1.0 - gap);
            }
        }
        let means: Vec<f64> = sums
            .iter()
            .zip(&counts)
            .map(|(s, n)| s / n.max(1.0))
            .collect();
        for (mut row, gaps) in self.values.rows_mut().into_iter().zip(self.gaps.rows()) {
            for ((value, &gap), mean) in row.iter_mut().zip(gaps).zip(&means) {
                *value = (f64::from(*value) - mean) as f32 * (1.0 - gap);
            }
        }
        means
    }
}
