//! How much cells of one kind differ in a gene.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::gathered::{Cells, Gathered, Spread};
use super::{median, zero_of};
use crate::SplatterSettings;

/// Mean count from which a gene's zeros are missed molecules and not chance; ours: below one in 10,000 with the
/// variation that is usual.
const PLENTY: f64 = 20.0;
/// Mean count from which a gene's dispersion can be told from noise; ours.
const ENOUGH: f64 = 0.5;
/// Fewest genes that a variation is found from; ours.
const FEWEST: usize = 50;
/// Rounds between variation and its spread over genes; ours, they hardly depend on one another.
const ROUNDS: usize = 5;
/// Degrees of freedom that stand for no spread at all; ours.
const NO_SPREAD: f64 = 1000.0;

/// Sets the common variation and the degrees of freedom of its spread over genes; gives the number of genes that they
/// were found from, none when there were too few.
///
/// A gene's dispersion is that of the model, (common + 1 / sqrt(mean))^2 over all cells, times a factor of its own,
/// whose distribution is `freedom` over a chi-squared variable. The median gene gives the common
/// variation. Two halves of the cells share the factor and nothing else: the covariance of its
/// logarithms between them is trigamma(freedom / 2).
pub(super) fn find(gathered: &Gathered, settings: &mut SplatterSettings) -> usize {
    let above = |cells: Cells, least: f64| -> Vec<(Spread, [Spread; 2])> {
        let genes = gathered.spreads(cells).into_iter();
        genes
            .filter(|(whole, _, _)| whole.mean >= least)
            .map(|(whole, halves, _)| (whole, halves))
            .collect()
    };
    let mut genes = above(Cells::Seen, PLENTY);
    if genes.len() < FEWEST {
        genes = above(Cells::All, ENOUGH);
    }
    if genes.len() < FEWEST {
        return 0;
    }
    for _ in 0..ROUNDS {
        let usual = median_factor(settings.variation_freedom);
        settings.variation = zero_of(0.0, 10.0, |common| {
            let factors = genes.iter().map(|(whole, _)| factor(whole, common));
            median(factors.collect()) - usual
        });
        settings.variation_freedom = freedom(&genes, settings.variation);
    }
    genes.len()
}

/// A gene's dispersion over that of the model.
fn factor(spread: &Spread, common: f64) -> f64 {
    let model = common * common + 2.0 * common * spread.three_halves + spread.first;
    spread.dispersion / model
}

/// The middle of `freedom` over a chi-squared variable.
fn median_factor(freedom: f64) -> f64 {
    ChiSquared::new(freedom).map_or(1.0, |squares| freedom / squares.inverse_cdf(0.5))
}

fn freedom(genes: &[(Spread, [Spread; 2])], common: f64) -> f64 {
    let logarithms: Vec<[f64; 2]> = genes
        .iter()
        .map(|(_, halves)| halves.map(|half| factor(&half, common)))
        .filter(|factors| factors.iter().all(|&factor| factor > 0.0))
        .map(|factors| factors.map(f64::ln))
        .collect();
    let n = logarithms.len() as f64;
    let [one, two] = [0, 1].map(|h| logarithms.iter().map(|pair| pair[h]).sum::<f64>() / n);
    let together: f64 = logarithms
        .iter()
        .map(|pair| (pair[0] - one) * (pair[1] - two))
        .sum();
    let spread = together / (n - 1.0);
    zero_of(1.0, NO_SPREAD, |freedom| trigamma(freedom / 2.0) - spread)
}

/// The derivative of digamma (Abramowitz and Stegun 1964, 6.4.6 and 6.4.12).
fn trigamma(mut x: f64) -> f64 {
    let mut before = 0.0;
    while x < 6.0 {
        before += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    before + 1.0 / x + y / 2.0 + y / x * (1.0 / 6.0 - y * (1.0 / 30.0 - y / 42.0))
}

#[cfg(test)]
mod tests {
    use super::trigamma;
    use std::f64::consts::PI;

    #[test]
    fn trigamma_has_its_known_values() {
        // Six terms of the series from 6 on leave 1e-8.
        assert!((trigamma(1.0) - PI * PI / 6.0).abs() < 1e-7);
        assert!((trigamma(0.5) - PI * PI / 2.0).abs() < 1e-7);
    }
}
