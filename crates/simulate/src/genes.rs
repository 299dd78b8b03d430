//! What is true of the genes before any cell exists.

use imputome_core::{Names, Result, Run};
use ndarray::Array2;
use rand::{Rng, RngExt};
use rand_distr::{ChiSquared, Distribution, Gamma, LogNormal};

use crate::SplatterSettings;

/// What is true of the genes.
#[derive(Clone, Debug)]
pub struct GeneTruth {
    /// Names, `Gene1`, `Gene2` and so on.
    pub genes: Names,
    /// Mean of each gene before groups, `[genes]`, positive; only ratios matter.
    pub means: Vec<f64>,
    /// True for genes raised above the others, `[genes]`.
    pub outliers: Vec<bool>,
    /// Factor of each gene in each group, shape `[groups, genes]`, positive; 1 where the group
    /// expresses it as all do.
    pub factors: Array2<f64>,
    /// Factor of each gene's coefficient of variation, `[genes]`, about 1.
    pub(crate) variation: Vec<f64>,
    /// Share of each gene among a cell's molecules, shape `[groups, genes]`, rows add up to 1.
    pub(crate) shares: Array2<f64>,
}

impl GeneTruth {
    /// Draws the genes (Zappia et al. 2017, "The Splat simulation").
    pub(crate) fn draw(settings: &SplatterSettings, run: &Run) -> Result<Self> {
        let names = (1..=settings.genes).map(|i| format!("Gene{i}")).collect();
        let (means, outliers) = draw_means(settings, run);
        let factors = draw_factors(settings, run);
        let mut shares = factors.clone();
        for mut row in shares.rows_mut() {
            row.iter_mut().zip(&means).for_each(|(f, mean)| *f *= mean);
            let whole = row.sum();
            row.mapv_inplace(|value| value / whole);
        }
        Ok(Self {
            genes: Names::new("gene", names)?,
            variation: draw_variation(settings, run),
            means,
            outliers,
            factors,
            shares,
        })
    }

    /// True for genes that group `group` expresses differently, `[genes]`.
    pub fn different_in(&self, group: usize) -> Vec<bool> {
        self.factors.row(group).iter().map(|&f| f != 1.0).collect()
    }
}

/// Gene means, gamma distributed, and those raised to a factor of the median.
fn draw_means(settings: &SplatterSettings, run: &Run) -> (Vec<f64>, Vec<bool>) {
    let mut random = run.stream("splatter/means");
    let gamma = Gamma::new(settings.mean_shape, 1.0 / settings.mean_rate)
        .expect("limits of the settings are those of a gamma distribution");
    // A draw may underflow to 0 where the shape is small; a gene has a mean.
    let mut means: Vec<f64> = (0..settings.genes)
        .map(|_| gamma.sample(&mut random).max(f64::MIN_POSITIVE))
        .collect();
    let mut sorted = means.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let factor = log_normal(settings.outlier_location, settings.outlier_scale);
    let mut outliers = vec![false; means.len()];
    for (mean, outlier) in means.iter_mut().zip(&mut outliers) {
        *outlier = random.random_bool(settings.outlier_share);
        if *outlier {
            *mean = median * at_least_one(&factor, &mut random);
        }
    }
    (means, outliers)
}

/// Factors of genes in groups. A factor below 1 is turned over before its direction is drawn, so
/// that the shares up and down are those asked for.
fn draw_factors(settings: &SplatterSettings, run: &Run) -> Array2<f64> {
    let mut random = run.stream("splatter/groups");
    let factor = log_normal(settings.different_location, settings.different_scale);
    let groups = settings.groups.len();
    let mut factors = Array2::ones((groups, settings.genes));
    // A population of one group has nothing to differ from.
    if groups > 1 {
        for value in &mut factors {
            if random.random_bool(settings.different_share) {
                let up = at_least_one(&factor, &mut random);
                let down = random.random_bool(settings.down_share);
                *value = if down { 1.0 / up } else { up };
            }
        }
    }
    factors
}

fn draw_variation(settings: &SplatterSettings, run: &Run) -> Vec<f64> {
    let mut random = run.stream("splatter/variation");
    let freedom = settings.variation_freedom;
    let squares = ChiSquared::new(freedom).expect("at least one degree of freedom");
    (0..settings.genes)
        .map(|_| (freedom / squares.sample(&mut random)).sqrt())
        .collect()
}

fn at_least_one(factor: &LogNormal<f64>, random: &mut impl Rng) -> f64 {
    let drawn = factor.sample(random);
    if drawn < 1.0 { 1.0 / drawn } else { drawn }
}

pub(crate) fn log_normal(location: f64, scale: f64) -> LogNormal<f64> {
    LogNormal::new(location, scale).expect("a deviation is not below 0")
}
