//! How close estimates of counts come.

use std::fmt;

use ndarray::Array2;

use crate::folder::Cells;

/// Scores over the hidden entries, on the scale of ln(1 + count).
pub(crate) struct Scores {
    mse: f64,
    pearson: f64,
    within_genes: f64,
    after_line: f64,
    on_zeros: f64,
    with_expected: Option<f64>,
}

/// Sums of two quantities over some entries.
#[derive(Clone, Copy, Default)]
struct Moments {
    n: f64,
    sums: [f64; 2],
    squares: [f64; 2],
    product: f64,
}

impl Moments {
    fn add(&mut self, a: f64, b: f64) {
        self.n += 1.0;
        self.sums[0] += a;
        self.sums[1] += b;
        self.squares[0] += a * a;
        self.squares[1] += b * b;
        self.product += a * b;
    }

    /// Variances of both and their covariance.
    fn central(&self) -> ([f64; 2], f64) {
        let mean = |at: usize| self.sums[at] / self.n;
        let variance = |at: usize| self.squares[at] / self.n - mean(at) * mean(at);
        let covariance = self.product / self.n - mean(0) * mean(1);
        ([variance(0), variance(1)], covariance)
    }

    fn correlation(&self) -> f64 {
        let ([a, b], across) = self.central();
        across / (a * b).sqrt()
    }
}

/// Scores of estimates of every entry.
pub(crate) fn of(cells: &Cells, estimates: &Array2<f32>) -> Scores {
    let mut all = Moments::default();
    let mut genes = vec![Moments::default(); cells.counts.ncols()];
    let mut expected = Moments::default();
    let (mut error, mut zeros) = (0.0, (0.0, 0.0));
    for ((at, &hidden), &count) in cells.hidden.indexed_iter().zip(&cells.counts) {
        let estimate = f64::from(estimates[at].max(0.0)).ln_1p();
        if let Some(table) = &cells.expected {
            expected.add(f64::from(table[at]).ln_1p(), estimate);
        }
        if count == 0.0 {
            zeros.0 += estimate * estimate;
            zeros.1 += 1.0;
        }
        if !hidden {
            continue;
        }
        let truth = f64::from(count).ln_1p();
        error += (truth - estimate).powi(2);
        all.add(truth, estimate);
        genes[at.1].add(truth, estimate);
    }
    let ([truth, _], _) = all.central();
    Scores {
        mse: error / all.n,
        pearson: all.correlation(),
        within_genes: within(&genes),
        after_line: truth * (1.0 - all.correlation().powi(2)),
        on_zeros: zeros.0 / zeros.1,
        with_expected: cells.expected.as_ref().map(|_| expected.correlation()),
    }
}

/// Hidden entries of a gene below which a correlation says nothing; the bound of the peers' scores.
const FEWEST: f64 = 10.0;

/// Mean correlation over genes with enough hidden entries, where truth and estimates vary; 0 where there is none.
fn within(genes: &[Moments]) -> f64 {
    let varies = |gene: &&Moments| gene.central().0.iter().all(|&variance| variance > 1e-12);
    let enough = genes.iter().filter(|gene| gene.n >= FEWEST).filter(varies);
    let correlations: Vec<f64> = enough.map(Moments::correlation).collect();
    correlations.iter().sum::<f64>() / correlations.len().max(1) as f64
}

impl fmt::Display for Scores {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "MSE {:.4}, r {:.4}, r within genes {:.4}, MSE after the best line {:.4}, on zeros {:.4}",
            self.mse, self.pearson, self.within_genes, self.after_line, self.on_zeros
        )?;
        match self.with_expected {
            Some(correlation) => write!(formatter, ", r with truth {correlation:.4}"),
            None => Ok(()),
        }
    }
}
