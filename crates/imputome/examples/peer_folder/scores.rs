//! How close estimates come at hidden entries.

use imputome::core::Mask;
use ndarray::Array2;

/// Mean over genes of 1 − SSE / SST, genes whose hidden values do not vary left out.
pub(crate) fn r2(truth: &Array2<f32>, estimates: &Array2<f32>, hidden: &Mask) -> f64 {
    let mut scores = Vec::new();
    for g in 0..truth.ncols() {
        let rows: Vec<usize> = (0..truth.nrows()).filter(|&s| hidden.get(s, g)).collect();
        let value = |s: usize| f64::from(truth[(s, g)]);
        let mean = rows.iter().map(|&s| value(s)).sum::<f64>() / rows.len() as f64;
        let total: f64 = rows.iter().map(|&s| (value(s) - mean).powi(2)).sum();
        let error = |s: usize| (value(s) - f64::from(estimates[(s, g)])).powi(2);
        if total > 0.0 {
            scores.push(1.0 - rows.iter().map(|&s| error(s)).sum::<f64>() / total);
        }
    }
    scores.iter().sum::<f64>() / scores.len() as f64
}

/// Share of hidden entries within one standard deviation of their estimate, and the mean of
/// squared errors over predicted variances: 0.683 and 1 when spread is honest on average.
pub(crate) fn honesty(
    truth: &Array2<f32>,
    estimates: &Array2<f32>,
    spread: &Array2<f32>,
    hidden: &Mask,
) -> (f64, f64) {
    let at = hidden.0.indexed_iter().filter(|(_, hidden)| **hidden);
    let misses: Vec<f64> = at
        .map(|(at, _)| f64::from((truth[at] - estimates[at]) / spread[at]))
        .collect();
    let n = misses.len() as f64;
    let within = misses.iter().filter(|miss| miss.abs() <= 1.0).count();
    let squares: f64 = misses.iter().map(|miss| miss * miss).sum();
    (within as f64 / n, squares / n)
}
