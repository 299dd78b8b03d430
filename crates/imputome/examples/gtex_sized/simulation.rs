//! A table of tissues and factors within them.

use imputome::core::{Covariate, CovariateValues, Covariates, Dataset, Names};
use ndarray::{Array2, Axis};
use rand::{Rng, RngExt};

use crate::Outcome;
use crate::statistics::Statistics;

/// Factors that move genes together within tissues.
const FACTORS: usize = 100;
/// Share of the variance within tissues that the first factor explains, and that all others do.
/// In GTEx v8 (3,748 samples of 29 tissues, 469 genes, log2(TPM + 0.001)) the leading principal
/// components within tissues explain 0.235, 0.047, 0.028, 0.022, ..., 100 of them 0.70; within
/// one tissue 50 explain 0.71 (muscle) to 0.83 (blood).
const FIRST: f32 = 0.2;
const OTHERS: f32 = 0.5;
/// Fall of the others: the share of factor k goes as k to this power, fitted to the same.
const FALL: f32 = -0.8;

/// Expression of `samples` samples, log2(TPM + 1): tissue means and deviations as measured,
/// within a tissue factors of falling strength and noise of each gene's own.
pub(crate) fn simulate(
    statistics: &Statistics,
    samples: usize,
    random: &mut impl Rng,
) -> Outcome<Dataset> {
    let genes = statistics.means.ncols();
    let mut loadings = Array2::from_shape_simple_fn((FACTORS, genes), || normal(random));
    for (mut row, share) in loadings.axis_iter_mut(Axis(0)).zip(shares()) {
        row *= share.sqrt();
    }
    let factors = Array2::from_shape_simple_fn((samples, FACTORS), || normal(random));
    let mut values = factors.dot(&loadings);
    let noise = (1.0 - FIRST - OTHERS).sqrt();
    let mut levels = Vec::with_capacity(samples);
    for mut row in values.rows_mut() {
        let tissue = random.random_range(0..statistics.tissues.len());
        levels.push(Some(statistics.tissues[tissue].clone()));
        for (g, value) in row.iter_mut().enumerate() {
            let within = *value + noise * normal(random);
            *value = statistics.means[(tissue, g)] + statistics.deviations[(tissue, g)] * within;
        }
    }
    named(values, levels)
}

fn named(values: Array2<f32>, levels: Vec<Option<String>>) -> Outcome<Dataset> {
    let (samples, genes) = values.dim();
    let names = |kind: &'static str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{kind}{i:05}")).collect())
    };
    let tissue = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(levels),
    };
    let data = Dataset::new(values, names("sample", samples)?, names("gene", genes)?)?;
    Ok(data.with_covariates(Covariates::new(samples, vec![tissue])?)?)
}

/// Share of the variance within tissues that each factor explains.
fn shares() -> Vec<f32> {
    let falling = |k: usize| (k as f32).powf(FALL);
    let sum: f32 = (1..FACTORS).map(falling).sum();
    let others = (1..FACTORS).map(|k| OTHERS * falling(k) / sum);
    std::iter::once(FIRST).chain(others).collect()
}

/// A standard normal number (Box and Muller 1958).
fn normal(random: &mut impl Rng) -> f32 {
    let (radius, angle) = (1.0 - random.random::<f32>(), random.random::<f32>());
    (-2.0 * radius.ln()).sqrt() * (std::f32::consts::TAU * angle).cos()
}
