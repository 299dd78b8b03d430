//! How often a molecule is missed, by how much of it there is.

use super::gathered::{Cells, Gathered};
use super::zero_of;
use crate::SplatterSettings;

/// Mean of the counts that are not zero from which a gene tells how much of it there is; ours: at 4
/// nine cells in ten would have it by chance, so that what this chance is taken to be hardly matters.
const ENOUGH: f64 = 4.0;
/// Fewest such genes, and fewest cells that have each; ours.
const FEWEST: usize = 20;
/// Share of counts missed beyond chance from which a simulation misses molecules too; ours, below it is within what a
/// few kinds of cells do to a gene.
const LEAST_MISSED: f64 = 0.05;
/// Standard normal quantiles at the middles of nine equal shares: library sizes that stand for all.
const LIBRARIES: [f64; 9] = [
    -1.5932, -0.9674, -0.5895, -0.2822, 0.0, 0.2822, 0.5895, 0.9674, 1.5932,
];
/// Steps of the fit; ours, ten are enough.
const STEPS: usize = 50;

/// A gene: the logarithm of its mean, the share of its counts that is missed beyond chance, and the share of cells
/// that would have it by chance.
struct Gene {
    logarithm: f64,
    missed: f64,
    present: f64,
}

/// Sets the curve where enough is missed; gives the share missed, none when there are too few genes.
pub(super) fn find(gathered: &Gathered, settings: &mut SplatterSettings) -> Option<f64> {
    let model = Model::new(settings);
    let cells = gathered.cells() as f64;
    let genes: Vec<Gene> = gathered
        .spreads(Cells::Seen)
        .into_iter()
        .filter(|(seen, _, zeros)| seen.mean >= ENOUGH && (1.0 - zeros) * cells >= FEWEST as f64)
        .map(|(seen, _, zeros)| {
            let mean = model.mean_of(seen.mean);
            let present = model.present(mean);
            Gene {
                logarithm: mean.ln(),
                missed: 1.0 - (1.0 - zeros) / present,
                present,
            }
        })
        .collect();
    if genes.len() < FEWEST {
        return None;
    }
    let weights: f64 = genes.iter().map(|gene| gene.present).sum();
    let missed: f64 = genes.iter().map(|gene| gene.present * gene.missed).sum();
    let missed = (missed / weights).clamp(0.0, 1.0);
    if missed > LEAST_MISSED
        && let Some((midpoint, shape)) = curve(&genes)
    {
        settings.dropout = true;
        settings.dropout_midpoint = midpoint;
        settings.dropout_shape = shape;
    }
    Some(missed)
}

/// The settings found so far.
struct Model {
    variation: f64,
    /// Molecules of cells over those of the mean cell.
    libraries: [f64; 9],
}

impl Model {
    fn new(settings: &SplatterSettings) -> Self {
        let sizes = LIBRARIES.map(|quantile| (settings.library_scale * quantile).exp());
        let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
        Self {
            variation: settings.variation,
            libraries: sizes.map(|size| size / mean),
        }
    }

    /// Chance of a count above 0 (one less that of 0 molecules in a gamma-Poisson distribution).
    fn chance(&self, mean: f64) -> f64 {
        let square = (self.variation + 1.0 / mean.sqrt()).powi(2);
        1.0 - (1.0 + mean * square).powf(-1.0 / square)
    }

    /// Share of cells with a count above 0.
    fn present(&self, mean: f64) -> f64 {
        let chances = self.libraries.map(|size| self.chance(mean * size));
        chances.iter().sum::<f64>() / chances.len() as f64
    }

    /// The mean whose counts above 0 have this mean.
    fn mean_of(&self, seen: f64) -> f64 {
        let mean = zero_of(1e-3_f64.ln(), (2.0 * seen).ln(), |logarithm| {
            let mean = logarithm.exp();
            let sizes = self.libraries.map(|size| size * self.chance(mean * size));
            seen - mean * sizes.len() as f64 / sizes.iter().sum::<f64>()
        });
        mean.exp()
    }
}

/// Midpoint and shape of the logistic curve most likely for what is missed (iteratively reweighted least squares,
/// McCullagh and Nelder 1989); nothing when it does not fall.
fn curve(genes: &[Gene]) -> Option<(f64, f64)> {
    let (mut level, mut shape) = (0.0_f64, 0.0_f64);
    for _ in 0..STEPS {
        let (mut ll, mut ls, mut ss, mut l, mut s) = (1e-9, 0.0, 1e-9, 0.0, 0.0);
        for gene in genes {
            let share = 1.0 / (1.0 + (-level - shape * gene.logarithm).exp());
            let weight = gene.present * share * (1.0 - share);
            let beside = gene.present * (gene.missed - share);
            ll += weight;
            ls += weight * gene.logarithm;
            ss += weight * gene.logarithm * gene.logarithm;
            l += beside;
            s += beside * gene.logarithm;
        }
        let determinant = ll * ss - ls * ls;
        if determinant <= 0.0 {
            return None;
        }
        // Steps as long as the range of a logit that matters keep the weights from vanishing.
        level += ((ss * l - ls * s) / determinant).clamp(-4.0, 4.0);
        shape += ((ll * s - ls * l) / determinant).clamp(-4.0, 4.0);
    }
    (shape < 0.0 && level.is_finite()).then(|| (-level / shape, shape))
}
