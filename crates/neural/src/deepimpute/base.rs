//! What stands beside a network: means, or regressions on where cells stand along the directions.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use imputome_numerics::symmetric_eigen;
use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Penalties tried for each gene: ours, half-decades from next to none to next to nothing left. The
/// last leaves the gene its mean, so that none is told worse than by it as far as the criterion sees.
const PENALTIES: [f64; 8] = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, f64::INFINITY];

/// Cells where a gene is not zero below which it gets its mean: ours, a slope needs three.
const FEWEST: usize = 3;

/// An intercept for each target and slopes on the scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Base {
    /// `[targets]`.
    pub(super) intercepts: Vec<f32>,
    /// `[scores, targets]`; empty where there are none.
    pub(super) slopes: Vec<f32>,
}

impl Base {
    /// Constants, `[targets]`.
    pub(super) fn constant(intercepts: Vec<f32>) -> Self {
        Self {
            intercepts,
            slopes: Vec::new(),
        }
    }

    /// Ridge regression of each target on scores `[cells, width]`, over the cells where it is not zero,
    /// `entries` for each, and over its `zeros` where they weigh something; the penalty by generalized cross-validation (Golub, Heath and Wahba 1979,
    /// doi:10.1080/00401706.1979.10489751). Targets with too few cells keep their `means`.
    pub(super) fn regress(
        scores: &[f32],
        width: usize,
        entries: &[Vec<(u32, f32)>],
        zeros: Option<&Zeros>,
        means: &[f32],
    ) -> Self {
        let fitted: Vec<(f32, Vec<f32>)> = entries
            .par_iter()
            .zip(means)
            .map(|(entries, &mean)| {
                let found = (entries.len() >= FEWEST).then(|| match zeros {
                    None => Gram::of(scores, width, entries),
                    Some(zeros) => Gram::with_zeros(scores, width, entries, zeros),
                });
                let found = found.and_then(|gram| gram.solve());
                found.unwrap_or_else(|| (mean, vec![0.0; width]))
            })
            .collect();
        let targets = entries.len();
        let mut slopes = vec![0.0; width * targets];
        for (target, (_, own)) in fitted.iter().enumerate() {
            for (score, &slope) in own.iter().enumerate() {
                slopes[score * targets + target] = slope;
            }
        }
        Self {
            intercepts: fitted.into_iter().map(|(intercept, _)| intercept).collect(),
            slopes,
        }
    }

    /// Writes its estimates for cells with these scores, `[cells, width]`, into `output` `[cells, targets]`.
    pub(super) fn estimate(&self, scores: &[f32], output: &mut [f32]) {
        let targets = self.intercepts.len();
        for row in output.chunks_exact_mut(targets) {
            row.copy_from_slice(&self.intercepts);
        }
        if self.slopes.is_empty() {
            return;
        }
        let (cells, width) = (output.len() / targets, self.slopes.len() / targets);
        matmul(
            MatMut::from_row_major_slice_mut(output, cells, targets),
            Accum::Add,
            MatRef::from_row_major_slice(scores, cells, width),
            MatRef::from_row_major_slice(&self.slopes, width, targets),
            1.0,
            Par::Seq,
        );
    }
}

/// What the zeros of a target are to be in its regression: the cells learned from, and what one weighs.
#[derive(Debug)]
pub(super) struct Zeros {
    /// Weight of a zero, above 0; of all else it is 1.
    weight: f64,
    cells: f64,
    /// `[scores]`, over all cells.
    sums: Vec<f64>,
    /// `[scores, scores]`, over all cells, not centered.
    squares: Array2<f64>,
}

impl Zeros {
    /// Sums over the cells of `rows`, with scores `[cells, width]`; nothing where zeros weigh nothing.
    pub(super) fn of(weight: f64, scores: &[f32], width: usize, rows: &[usize]) -> Option<Self> {
        let mut zeros = Self {
            weight,
            cells: rows.len() as f64,
            sums: vec![0.0; width],
            squares: Array2::zeros((width, width)),
        };
        if weight == 0.0 {
            return None;
        }
        for &row in rows {
            add_products(
                &scores[row * width..][..width],
                1.0,
                &mut zeros.sums,
                &mut zeros.squares,
            );
        }
        Some(zeros)
    }
}

/// Adds a cell's scores and their products, so many times.
fn add_products(scores: &[f32], times: f64, sums: &mut [f64], squares: &mut Array2<f64>) {
    let rows = squares.as_slice_mut().expect("row by row");
    for ((&a, sum), row) in scores
        .iter()
        .zip(sums)
        .zip(rows.chunks_exact_mut(scores.len().max(1)))
    {
        let a = times * f64::from(a);
        *sum += a;
        row.iter_mut()
            .zip(scores)
            .for_each(|(product, &b)| *product += a * f64::from(b));
    }
}

/// Products of scores and a target over some cells, centered.
#[derive(Debug)]
struct Gram {
    cells: f64,
    score_means: Vec<f64>,
    mean: f64,
    /// `[scores, scores]`.
    squares: Array2<f64>,
    /// `[scores]`.
    across: Vec<f64>,
    total: f64,
}

impl Gram {
    fn of(scores: &[f32], width: usize, entries: &[(u32, f32)]) -> Self {
        let n = entries.len() as f64;
        let row = |cell: u32| &scores[cell as usize * width..][..width];
        let mean = entries.iter().map(|&(_, log)| f64::from(log)).sum::<f64>() / n;
        let mut score_means = vec![0.0; width];
        for &(cell, _) in entries {
            let sums = score_means.iter_mut().zip(row(cell));
            sums.for_each(|(sum, &score)| *sum += f64::from(score) / n);
        }
        let mut gram = Self {
            cells: n,
            squares: Array2::zeros((width, width)),
            across: vec![0.0; width],
            total: 0.0,
            score_means,
            mean,
        };
        let squares = gram.squares.as_slice_mut().expect("row by row");
        let mut centered = vec![0.0; width];
        for &(cell, log) in entries {
            let y = f64::from(log) - gram.mean;
            let scores = row(cell).iter().zip(&gram.score_means);
            for (centered, (&score, mean)) in centered.iter_mut().zip(scores) {
                *centered = f64::from(score) - mean;
            }
            for (sums, &a) in squares.chunks_exact_mut(width).zip(&centered) {
                sums.iter_mut()
                    .zip(&centered)
                    .for_each(|(sum, b)| *sum += a * b);
            }
            let across = gram.across.iter_mut().zip(&centered);
            across.for_each(|(sum, a)| *sum += a * y);
            gram.total += y * y;
        }
        gram
    }

    /// The same over all cells, zeros with their weight: what is not zero is added to a weighted whole.
    fn with_zeros(scores: &[f32], width: usize, entries: &[(u32, f32)], zeros: &Zeros) -> Self {
        let rest = 1.0 - zeros.weight;
        let mut sums: Vec<f64> = zeros.sums.iter().map(|sum| zeros.weight * sum).collect();
        let mut squares = &zeros.squares * zeros.weight;
        let mut across = vec![0.0; width];
        let (mut sum, mut total) = (0.0, 0.0);
        for &(cell, log) in entries {
            let (row, log) = (&scores[cell as usize * width..][..width], f64::from(log));
            if rest > 0.0 {
                add_products(row, rest, &mut sums, &mut squares);
            }
            let products = across.iter_mut().zip(row);
            products.for_each(|(product, &score)| *product += f64::from(score) * log);
            sum += log;
            total += log * log;
        }
        let n = entries.len() as f64;
        let cells = n + zeros.weight * (zeros.cells - n);
        let mean = sum / cells;
        let score_means: Vec<f64> = sums.iter().map(|sum| sum / cells).collect();
        for ((a, b), product) in squares.indexed_iter_mut() {
            *product -= cells * score_means[a] * score_means[b];
        }
        let products = across.iter_mut().zip(&score_means);
        products.for_each(|(product, score)| *product -= cells * mean * score);
        Self {
            cells,
            score_means,
            mean,
            squares,
            across,
            total: total - cells * mean * mean,
        }
    }

    /// Intercept and slopes under the best penalty.
    fn solve(&self) -> Option<(f32, Vec<f32>)> {
        let (values, vectors) = symmetric_eigen(self.squares.view())?;
        let rotated: Vec<f64> = vectors
            .columns()
            .into_iter()
            .map(|vector| vector.iter().zip(&self.across).map(|(v, a)| v * a).sum())
            .collect();
        let criterion = |penalty: f64| {
            let (mut rest, mut freedom) = (self.total, 1.0);
            for (&value, &rotated) in values.iter().zip(&rotated) {
                let value = value.max(0.0);
                let weight = rotated / (value + penalty);
                rest += weight * (weight * value - 2.0 * rotated);
                freedom += value / (value + penalty);
            }
            rest.max(0.0) / (self.cells - freedom).max(1.0).powi(2)
        };
        let best = PENALTIES
            .into_iter()
            .min_by(|&a, &b| criterion(a).total_cmp(&criterion(b)))?;
        let mut slopes = vec![0.0; rotated.len()];
        for ((&value, rotated), vector) in values.iter().zip(&rotated).zip(vectors.columns()) {
            let weight = rotated / (value.max(0.0) + best);
            slopes
                .iter_mut()
                .zip(vector)
                .for_each(|(slope, v)| *slope += weight * v);
        }
        let shift: f64 = slopes
            .iter()
            .zip(&self.score_means)
            .map(|(s, m)| s * m)
            .sum();
        let slopes = slopes.into_iter().map(|slope| slope as f32).collect();
        Some(((self.mean - shift) as f32, slopes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of two directions and targets: one that follows them, one of noise, one seen twice.
    fn regressed() -> (Vec<f32>, Base) {
        let score = |cell: u32| {
            let other = (cell * cell * 5 + cell * 3) % 17;
            [
                ((cell * 37) % 19) as f32 / 9.0 - 1.0,
                other as f32 / 8.0 - 1.0,
            ]
        };
        let scores: Vec<f32> = (0..60).flat_map(score).collect();
        let noise = |cell: u32| ((cell * 7919) % 13) as f32 / 13.0 - 0.5;
        let follows =
            |cell: u32| 2.0 + scores[2 * cell as usize] - 0.5 * scores[2 * cell as usize + 1];
        let entries = vec![
            (0..60)
                .map(|cell| (cell, follows(cell) + 0.1 * noise(cell)))
                .collect(),
            (0..60).map(|cell| (cell, noise(cell))).collect(),
            vec![(3, 1.0), (5, 9.0)],
        ];
        let base = Base::regress(&scores, 2, &entries, None, &[2.0, 0.0, 5.0]);
        (scores, base)
    }

    #[test]
    fn a_target_that_follows_the_scores_is_told_and_noise_is_not() {
        let (scores, base) = regressed();
        let mut output = vec![0.0; 60 * 3];
        base.estimate(&scores, &mut output);
        for (row, scores) in output.chunks(3).zip(scores.chunks(2)) {
            let truth = 2.0 + scores[0] - 0.5 * scores[1];
            // Noise of a tenth, and a penalty of 1 beside sums of squares of 20 takes a twentieth away.
            assert!((row[0] - truth).abs() < 0.15, "{} {truth}", row[0]);
            // Noise of a deviation of 0.28 over 60 cells.
            assert!(row[1].abs() < 0.15, "{}", row[1]);
        }
    }

    #[test]
    fn a_target_that_no_score_tells_keeps_its_mean() {
        // Each value of the score has the same values of the target.
        let scores: Vec<f32> = (0..60).map(|cell| (cell % 6) as f32 - 2.5).collect();
        let entries = vec![(0..60).map(|cell| (cell, (cell / 6) as f32)).collect()];
        let base = Base::regress(&scores, 1, &entries, None, &[4.5]);
        assert_eq!((base.intercepts[0], base.slopes[0]), (4.5, 0.0));
    }

    #[test]
    fn zeros_that_weigh_as_much_as_counts_are_counts_of_zero() {
        let scores: Vec<f32> = (0..40).map(|cell| (cell % 8) as f32 - 3.5).collect();
        let log = |cell: u32| (cell % 3) as f32 * (1.0 + (cell % 8) as f32);
        let all: Vec<(u32, f32)> = (0..40).map(|cell| (cell, log(cell))).collect();
        let seen = all.iter().copied().filter(|&(_, log)| log != 0.0).collect();
        let rows: Vec<usize> = (0..40).collect();
        let zeros = Zeros::of(1.0, &scores, 1, &rows);
        let weighed = Base::regress(&scores, 1, &[seen], zeros.as_ref(), &[0.0]);
        let plain = Base::regress(&scores, 1, &[all], None, &[0.0]);
        // Sums in another order.
        assert!((weighed.intercepts[0] - plain.intercepts[0]).abs() < 1e-5);
        assert!((weighed.slopes[0] - plain.slopes[0]).abs() < 1e-5 && plain.slopes[0] > 0.1);
        assert!(Zeros::of(0.0, &scores, 1, &rows).is_none());
    }

    #[test]
    fn a_target_with_too_few_cells_keeps_its_mean() {
        let (_, base) = regressed();
        assert_eq!(base.intercepts[2], 5.0);
        assert_eq!((base.slopes[2], base.slopes[5]), (0.0, 0.0));
    }
}
