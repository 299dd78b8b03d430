//! Sums over the entries of a gene, from which scores are taken.

use super::CellScores;
use super::metrics::{MSE, MSE_CALIBRATED, PEARSON, PEARSON_WITHIN_GENES, POISSON, ZERO_ERROR};
use super::scores::Moments;

/// Least expectation of a count in the Poisson loss, so that one 0 does not decide; as Open Problems
/// (Luecken et al. 2025, doi:10.1038/s41587-025-02694-w) has it.
const LEAST_EXPECTED: f64 = 1e-6;

/// What a method makes of one gene.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct GeneTally {
    /// Truth and estimates as `ln(1 + count)`.
    pub(super) judged: Moments,
    /// Sum of squared estimates where the table has zeros, and their number.
    zero_squares: f64,
    zeros: f64,
    /// Sum of the Poisson loss over entries judged.
    poisson: f64,
}

impl GeneTally {
    /// Adds an entry: a count, and what was estimated in its place.
    pub(super) fn add(&mut self, count: f32, estimate: f32) {
        let (count, estimate) = (f64::from(count), f64::from(estimate.max(0.0)));
        self.judged.add(count.ln_1p(), estimate.ln_1p());
        self.poisson += estimate - count * estimate.max(LEAST_EXPECTED).ln();
    }

    /// Adds an estimate where nothing was counted; one that is refused leaves it so.
    pub(super) fn add_zero(&mut self, estimate: f32) {
        self.zero_squares += f64::from(estimate.max(0.0)).ln_1p().powi(2);
        self.zeros += 1.0;
    }

    /// Adds the sums of another repeat or gene.
    pub(super) fn merge(&mut self, other: &Self) {
        self.judged.merge(&other.judged);
        self.zero_squares += other.zero_squares;
        self.zeros += other.zeros;
        self.poisson += other.poisson;
    }

    /// Mean of the squared estimates at zeros; not a number without one.
    pub(super) fn zero_error(&self) -> f64 {
        self.zero_squares / self.zeros
    }

    fn poisson_loss(&self) -> f64 {
        self.poisson / self.judged.entries
    }
}

/// Scores of one method on one trial, by name, from sums of each gene; `thinned` where molecules were
/// put aside.
pub(super) fn scores(genes: &[GeneTally], thinned: bool) -> Vec<(&'static str, f64)> {
    let mut all = GeneTally::default();
    genes.iter().for_each(|gene| all.merge(gene));
    let found = CellScores::from_moments(&all.judged, genes.iter().map(|gene| &gene.judged));
    let mut scores = vec![
        (MSE.name, found.mse),
        (PEARSON.name, found.pearson),
        (PEARSON_WITHIN_GENES.name, found.pearson_within_genes),
        (MSE_CALIBRATED.name, found.mse_calibrated),
        (ZERO_ERROR.name, all.zero_error()),
    ];
    if thinned {
        scores.push((POISSON.name, all.poisson_loss()));
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_merged_sums_are_those_of_all_entries() {
        let entries = [(1.0, 2.0), (3.0, 2.5), (8.0, 4.0), (2.0, 2.0), (5.0, 7.0)];
        let mut whole = GeneTally::default();
        entries.iter().for_each(|&(c, e)| whole.add(c, e));
        let mut parts = [GeneTally::default(); 2];
        for (at, &(c, e)) in entries.iter().enumerate() {
            parts[at % 2].add(c, e);
        }
        let (one, other) = (scores(&[whole], true), scores(&parts, true));
        for place in [0, 1, 3, 5] {
            // Sums in another order, in f64.
            assert!((one[place].1 - other[place].1).abs() < 1e-12, "{place}");
        }
    }

    #[test]
    fn the_poisson_loss_is_least_at_the_truth() {
        let loss = |estimate: f32| {
            let mut gene = GeneTally::default();
            gene.add(3.0, estimate);
            gene.poisson_loss()
        };
        assert!(loss(3.0) < loss(2.9) && loss(3.0) < loss(3.1));
        assert!((loss(3.0) - (3.0 - 3.0 * 3f64.ln())).abs() < 1e-12); // f64
        assert!(loss(0.0).is_finite());
    }
}
