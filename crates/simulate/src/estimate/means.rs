//! The distribution of gene means, and the genes far above it.

use statrs::function::erf::erfc;
use statrs::function::gamma::{gamma_lr, gamma_ur, ln_gamma};

use super::{lowest, median, moments};
use crate::SplatterSettings;

/// Medians of the absolute deviations above the median from which a gene's mean is an outlier's, on logarithms (the
/// paper's two).
const DEVIATIONS: f64 = 2.0;
/// The median of the absolute deviations of a normal distribution times this is its standard deviation.
const NORMAL: f64 = 1.4826;
/// Share of the means at either end of which only that is used (the paper's tenth).
const ENDS: f64 = 0.1;

/// Sets shape and rate of the means and the outliers; gives the number of these.
pub(super) fn find(means: &[f64], settings: &mut SplatterSettings) -> usize {
    let logarithms: Vec<f64> = means.iter().map(|mean| mean.ln()).collect();
    let middle = median(logarithms.clone());
    let deviations = logarithms.iter().map(|value| (value - middle).abs());
    let bound = middle + DEVIATIONS * NORMAL * median(deviations.collect());
    let (mut plain, mut above): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for (&mean, &logarithm) in means.iter().zip(&logarithms) {
        match logarithm > bound {
            true => above.push(logarithm),
            false => plain.push(mean),
        }
    }
    plain.sort_unstable_by(f64::total_cmp);
    (settings.mean_shape, settings.mean_rate) = gamma(&plain);
    let usual = plain[plain.len() / 2].ln();
    above.iter_mut().for_each(|factor| *factor -= usual);
    let share = above.len() as f64 / means.len() as f64;
    settings.outlier_share = share;
    if above.len() > 1 {
        let seen = outliers(&above, bound - usual);
        settings.outlier_location = seen.location;
        settings.outlier_scale = seen.scale;
        settings.outlier_share = (share / seen.shown).min(1.0);
    }
    above.len()
}

/// Shape and rate of the gamma distribution most likely for these means, ascending, of which a tenth at
/// either end is only known to lie beyond what follows.
fn gamma(sorted: &[f64]) -> (f64, f64) {
    let n = sorted.len();
    let cut = (n as f64 * ENDS) as usize;
    let (low, high) = (sorted[cut], sorted[n - 1 - cut]);
    let inner = &sorted[cut..n - cut];
    let (sum, logarithms) = inner.iter().fold((0.0, 0.0), |(sum, logarithms), &mean| {
        (sum + mean, logarithms + mean.ln())
    });
    let [inner, cut] = [inner.len(), cut].map(|count| count as f64);
    let unlikely = |shape: f64, rate: f64| {
        let middle =
            inner * (shape * rate.ln() - ln_gamma(shape)) + (shape - 1.0) * logarithms - rate * sum;
        let ends = gamma_lr(shape, rate * low).max(f64::MIN_POSITIVE).ln()
            + gamma_ur(shape, rate * high).max(f64::MIN_POSITIVE).ln();
        -(middle + cut * ends)
    };
    // Shapes from 0.02 to 50, rates that give means from a thousandth to a thousand times those seen.
    let usual = inner / sum;
    let rate_of = |shape: f64| {
        let center = (shape * usual).ln();
        lowest(center - 7.0, center + 7.0, |rate| {
            unlikely(shape, rate.exp())
        })
        .exp()
    };
    let shape = lowest(-4.0, 4.0, |shape| {
        unlikely(shape.exp(), rate_of(shape.exp()))
    });
    (shape.exp(), rate_of(shape.exp()))
}

/// Factors of outliers.
struct Outliers {
    location: f64,
    scale: f64,
    /// Share of them that lies above the bound.
    shown: f64,
}

/// The normal distribution most likely for logarithms of factors of which only those above `bound` show; mean and
/// deviation of those that show, as the paper has it, where most would not.
fn outliers(factors: &[f64], bound: f64) -> Outliers {
    let (mean, deviation) = moments(factors);
    let shown = |location: f64, scale: f64| 0.5 * erfc((bound - location) / (scale * 2_f64.sqrt()));
    let unlikely = |location: f64, scale: f64| {
        let squares = deviation.powi(2) + (mean - location).powi(2);
        let seen = shown(location, scale).max(f64::MIN_POSITIVE);
        scale.ln() + squares / (2.0 * scale * scale) + seen.ln()
    };
    let deviation = deviation.max(1e-6);
    let scale_of = |location: f64| {
        let scale = lowest(deviation.ln() - 1.0, deviation.ln() + 1.0, |scale: f64| {
            unlikely(location, scale.exp())
        });
        scale.exp()
    };
    let location = lowest(bound, mean, |location| {
        unlikely(location, scale_of(location))
    });
    let scale = scale_of(location);
    // At the bound itself half would not show, and the search has found no mode.
    match location > bound + 0.1 * (mean - bound) {
        true => Outliers {
            location,
            scale,
            shown: shown(location, scale),
        },
        false => Outliers {
            location: mean,
            scale: deviation,
            shown: 1.0,
        },
    }
}
