//! Correlation of truth and estimate within each gene.

use super::{Definition, Direction, Sums};

/// Pearson correlation per gene.
pub const PEARSON: Definition = Definition {
    name: "pearson",
    title: "Pearson correlation",
    text: "Correlation of truth and estimate over the held-out entries of a gene; mean over genes. An estimate that is the same everywhere tells nothing and counts as 0.",
    range: "-1 to 1",
    direction: Direction::LargerIsBetter,
    source: "Standard",
};

/// Share of its own squares below which the variation of a quantity is rounding and not
/// variation. Ours: sums of squares in f64 carry a relative error of up to 1e-16 per entry, and
/// estimates in f32 differ by 1e-7, whose square is 1e-14.
const ROUNDING: f64 = 1e-12;

/// [`PEARSON`] of one gene; not a number where the truth does not vary.
pub fn pearson(sums: &Sums) -> f64 {
    let variation = |total: f64, squares: f64| {
        let about_mean = squares - total * total / sums.entries;
        if about_mean > ROUNDING * squares {
            about_mean
        } else {
            0.0
        }
    };
    let truth = variation(sums.truth, sums.truth_squares);
    let estimate = variation(sums.estimate, sums.estimate_squares);
    if sums.failures > 0.0 || truth == 0.0 {
        return f64::NAN;
    }
    if estimate == 0.0 {
        return 0.0;
    }
    let together = sums.products - sums.truth * sums.estimate / sums.entries;
    (together / (truth * estimate).sqrt()).clamp(-1.0, 1.0)
}
