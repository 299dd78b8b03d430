//! Hidden counts against what was put in their place.

use std::collections::BTreeMap;

use imputome_core::Counts;
use ndarray::ArrayView2;

use super::HiddenCount;

/// Fewest hidden counts of a gene from which a correlation within it is taken; ours.
const FEWEST_IN_GENE: usize = 10;

/// How near estimates are to hidden counts, all on the scale `ln(1 + count)`.
///
/// The mean squared error and the pooled correlation are those of Arisdakessian et al. 2019. Both
/// are flattered by whoever gives each gene the mean of its non-zeros, since only non-zeros are
/// hidden; the others are not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellScores {
    /// Hidden counts judged.
    pub entries: usize,
    /// Mean squared error, 0 or above.
    pub mse: f64,
    /// Pearson correlation over all hidden counts together, in `[-1, 1]`.
    pub pearson: f64,
    /// Mean over genes of the correlation within the gene, in `[-1, 1]`; genes with ten hidden counts
    /// that vary, an estimate that does not vary counting as 0. What each gene's mean explains
    /// does not help here.
    pub pearson_within_genes: f64,
    /// Mean squared error after the best straight line through the estimates: what is left when a
    /// method's bias towards zeros or non-zeros is taken out.
    pub mse_calibrated: f64,
}

impl CellScores {
    /// Judges an estimate for each hidden count, counts not below 0, `[hidden]`. Nothing when
    /// none is hidden.
    pub fn of(hidden: &[HiddenCount], estimates: &[f32]) -> Option<Self> {
        assert_eq!(hidden.len(), estimates.len(), "an estimate for each");
        if hidden.is_empty() {
            return None;
        }
        let mut all = Moments::default();
        let mut genes: BTreeMap<usize, Moments> = BTreeMap::new();
        for (entry, &estimate) in hidden.iter().zip(estimates) {
            let truth = f64::from(entry.count).ln_1p();
            let estimate = f64::from(estimate.max(0.0)).ln_1p();
            all.add(truth, estimate);
            genes.entry(entry.gene).or_default().add(truth, estimate);
        }
        Some(Self::from_moments(&all, genes.values()))
    }

    /// Scores of entries that were summed over all and gene by gene; some entries at least.
    pub(super) fn from_moments<'a>(
        all: &Moments,
        genes: impl Iterator<Item = &'a Moments>,
    ) -> Self {
        let within: Vec<f64> = genes
            .filter(|gene| gene.entries >= FEWEST_IN_GENE as f64 && gene.truth_varies())
            .map(Moments::pearson)
            .collect();
        Self {
            entries: all.entries as usize,
            mse: all.mse(),
            pearson: all.pearson(),
            pearson_within_genes: within.iter().sum::<f64>() / within.len() as f64,
            mse_calibrated: all.residual() / all.entries,
        }
    }
}

/// Mean of `ln(1 + estimate)²` where a window of cells has zeros: how much a method puts where
/// nothing was seen. `estimates` has shape `[cells, genes]`; nothing when no entry is zero.
pub fn zero_error(window: &Counts, estimates: ArrayView2<'_, f32>) -> Option<f64> {
    let (mut squares, mut zeros) = (0.0, 0usize);
    for (c, row) in estimates.rows().into_iter().enumerate() {
        let (genes, _) = window.row(c);
        let mut stored = genes.iter().map(|&gene| gene as usize).peekable();
        for (gene, &estimate) in row.iter().enumerate() {
            if stored.next_if_eq(&gene).is_none() {
                squares += f64::from(estimate.max(0.0)).ln_1p().powi(2);
                zeros += 1;
            }
        }
    }
    (zeros > 0).then(|| squares / zeros as f64)
}

/// Sums over pairs of truth and estimate, about running means, so that nothing cancels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    pub(super) entries: f64,
    truth: f64,
    estimate: f64,
    truth_squares: f64,
    estimate_squares: f64,
    products: f64,
    errors: f64,
}

/// Variation below this share of the squares is rounding of f32 estimates.
const ROUNDING: f64 = 1e-12;

impl Moments {
    pub(super) fn add(&mut self, truth: f64, estimate: f64) {
        self.entries += 1.0;
        let (from_truth, from_estimate) = (truth - self.truth, estimate - self.estimate);
        self.truth += from_truth / self.entries;
        self.estimate += from_estimate / self.entries;
        self.truth_squares += from_truth * (truth - self.truth);
        self.estimate_squares += from_estimate * (estimate - self.estimate);
        self.products += from_truth * (estimate - self.estimate);
        self.errors += (truth - estimate).powi(2);
    }

    /// Adds the pairs of another sum (Chan, Golub and LeVeque 1983, doi:10.1080/00031305.1983.10483115).
    pub(super) fn merge(&mut self, other: &Self) {
        if other.entries == 0.0 {
            return;
        }
        let entries = self.entries + other.entries;
        let (truth, estimate) = (other.truth - self.truth, other.estimate - self.estimate);
        let both = self.entries * other.entries / entries;
        self.truth += truth * other.entries / entries;
        self.estimate += estimate * other.entries / entries;
        self.truth_squares += other.truth_squares + truth * truth * both;
        self.estimate_squares += other.estimate_squares + estimate * estimate * both;
        self.products += other.products + truth * estimate * both;
        self.errors += other.errors;
        self.entries = entries;
    }

    /// Mean squared error; not a number without an entry.
    pub(super) fn mse(&self) -> f64 {
        self.errors / self.entries
    }

    pub(super) fn truth_varies(&self) -> bool {
        self.truth_squares > ROUNDING * self.entries * self.truth * self.truth
    }

    fn estimate_varies(&self) -> bool {
        self.estimate_squares > ROUNDING * self.entries * self.estimate * self.estimate
    }

    /// Correlation, 0 where estimates do not vary.
    pub(super) fn pearson(&self) -> f64 {
        if !self.estimate_varies() {
            return 0.0;
        }
        let both = (self.truth_squares * self.estimate_squares).sqrt();
        (self.products / both).clamp(-1.0, 1.0)
    }

    /// Squares left after the best straight line.
    fn residual(&self) -> f64 {
        if !self.estimate_varies() {
            return self.truth_squares;
        }
        self.truth_squares - self.products * self.products / self.estimate_squares
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::array;

    fn entries(counts: &[f32]) -> Vec<HiddenCount> {
        let entry = |(cell, &count): (usize, &f32)| HiddenCount {
            cell,
            gene: cell / 10,
            count,
        };
        counts.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn the_truth_itself_is_perfect() {
        let counts: Vec<f32> = (1..=20).map(|i| i as f32).collect();
        let scores = CellScores::of(&entries(&counts), &counts).unwrap();
        assert_eq!(scores.mse, 0.0);
        assert!((scores.pearson - 1.0).abs() < 1e-12);
        assert!((scores.pearson_within_genes - 1.0).abs() < 1e-12);
        assert!(scores.mse_calibrated.abs() < 1e-12);
    }

    #[test]
    fn means_of_genes_correlate_over_all_and_not_within() {
        let counts: Vec<f32> = (0..20)
            .map(|i| if i < 10 { 2.0 } else { 30.0 } + (i % 3) as f32)
            .collect();
        let means: Vec<f32> = (0..20).map(|i| if i < 10 { 3.0 } else { 31.0 }).collect();
        let scores = CellScores::of(&entries(&counts), &means).unwrap();
        assert!(scores.pearson > 0.98);
        assert_eq!(scores.pearson_within_genes, 0.0);
    }

    #[test]
    fn a_bias_is_taken_out_by_the_line_and_not_by_the_error() {
        // On the logarithmic scale every estimate is half of the truth.
        let counts: Vec<f32> = (1..=20).map(|i| i as f32).collect();
        let halves: Vec<f32> = counts
            .iter()
            .map(|c| ((c.ln_1p()) / 2.0).exp_m1())
            .collect();
        let scores = CellScores::of(&entries(&counts), &halves).unwrap();
        assert!(scores.mse > 0.5);
        assert!(scores.mse_calibrated < 1e-10); // exponential and back in f32
    }

    #[test]
    fn zeros_are_judged_where_nothing_was_seen() {
        let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| i.to_string()).collect());
        let window = Counts::from_table(
            names("cell", 1).unwrap(),
            names("gene", 3).unwrap(),
            array![[4.0, 0.0, 0.0]].view(),
        )
        .unwrap();
        let one = std::f32::consts::E - 1.0;
        let found = zero_error(&window, array![[9.0, one, 0.0]].view()).unwrap();
        assert!((found - 0.5).abs() < 1e-6); // one of two zeros is filled by e - 1, in f32
        assert_eq!(CellScores::of(&[], &[]), None);
    }
}
