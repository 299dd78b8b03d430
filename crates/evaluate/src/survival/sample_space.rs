//! A table of more genes than samples, seen from the samples.

use imputome_core::{Error, Result};
use imputome_numerics::{product, symmetric_eigen};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// Part of the largest eigenvalue below which a direction is rounding: ours, for sums in f64.
const RANK_TOLERANCE: f64 = 1e-11;

/// Standard scores (divisor n) and the deviations.
pub(super) fn standardized(genes: ArrayView2<'_, f32>) -> Result<(Array2<f64>, Vec<f64>)> {
    let mut scores = genes.mapv(f64::from);
    if let Some(((_, gene), _)) = scores.indexed_iter().find(|(_, v)| !v.is_finite()) {
        return Err(Error::Unusable(format!(
            "gene {} has a gap; a ridge model needs a table without gaps, so impute it first",
            gene + 1
        )));
    }
    let n = genes.nrows() as f64;
    let means = scores.sum_axis(Axis(0)) / n;
    scores -= &means;
    let squares = scores
        .rows()
        .into_iter()
        .fold(Array1::<f64>::zeros(genes.ncols()), |sum, row| {
            sum + &row * &row
        });
    // Below this share of the mean a deviation is rounding of f32.
    let varies = |(square, mean): (&f64, &f64)| {
        let deviation = (square / n).sqrt();
        if deviation > 1e-7 * mean.abs() {
            deviation
        } else {
            0.0
        }
    };
    let deviations: Vec<f64> = squares.iter().zip(&means).map(varies).collect();
    for mut row in scores.rows_mut() {
        for (score, deviation) in row.iter_mut().zip(&deviations) {
            *score = if *deviation > 0.0 {
                *score / deviation
            } else {
                0.0
            };
        }
    }
    Ok((scores, deviations))
}

/// Orthonormal directions of the samples and singular values, by the samples' Gram matrix.
pub(super) fn spanned(scores: &Array2<f64>) -> Result<(Array2<f64>, Array1<f64>)> {
    let gram = product(scores.view(), scores.t());
    let (values, vectors) = symmetric_eigen(gram.view()).expect("a Gram matrix of finite values");
    let largest = values.first().copied().unwrap_or(0.0);
    let rank = values
        .iter()
        .take_while(|&&value| value > 0.0 && value > RANK_TOLERANCE * largest)
        .count();
    if rank == 0 {
        return Err(Error::Unusable(
            "no gene varies over the samples; a hazards model has nothing to go by".into(),
        ));
    }
    let kept = s![.., ..rank];
    Ok((
        vectors.slice(kept).to_owned(),
        values.slice(s![..rank]).mapv(f64::sqrt),
    ))
}
