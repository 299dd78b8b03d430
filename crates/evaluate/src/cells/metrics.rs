//! How estimates of single cells are judged: each score with its definition and source.

use crate::metrics::{Definition, Direction};

/// Error of the paper.
pub(super) const MSE: Definition = Definition {
    name: "mse",
    title: "MSE",
    text: "Mean squared difference of ln(1 + count) and ln(1 + estimate) over what was hidden. Where only counts that are not zero were hidden, this flatters whoever predicts the mean of the non-zeros: it says nothing of zeros filled that should have stayed zero.",
    range: "at least 0",
    direction: Direction::SmallerIsBetter,
    source: "Arisdakessian et al. 2019, Figure 2",
};

/// Correlation of the paper.
pub(super) const PEARSON: Definition = Definition {
    name: "pearson",
    title: "Pearson",
    text: "Correlation of ln(1 + count) and ln(1 + estimate) over everything hidden together. Most of it is that some genes have more counts than others, which the mean of each gene tells too.",
    range: "−1 to 1",
    direction: Direction::LargerIsBetter,
    source: "Arisdakessian et al. 2019, Figure 2",
};

/// Correlation without what gene means explain.
pub(super) const PEARSON_WITHIN_GENES: Definition = Definition {
    name: "pearson_within_genes",
    title: "Pearson within genes",
    text: "Mean over genes of the same correlation within the gene, over genes with ten hidden counts that vary; estimates that do not vary count as 0. It asks whether a method tells which cells have more of a gene, so that the mean of each gene scores 0.",
    range: "−1 to 1",
    direction: Direction::LargerIsBetter,
    source: "ours",
};

/// Error without bias.
pub(super) const MSE_CALIBRATED: Definition = Definition {
    name: "mse_calibrated",
    title: "MSE after a straight line",
    text: "The same error as MSE after the best straight line through the estimates: what is left when a method's lean towards zeros or non-zeros is taken out.",
    range: "at least 0",
    direction: Direction::SmallerIsBetter,
    source: "ours",
};

/// Error where nothing was counted.
pub(super) const ZERO_ERROR: Definition = Definition {
    name: "zero_error",
    title: "Error at zeros",
    text: "Mean of the square of ln(1 + estimate) where the table has a zero that was not hidden: how much is put where nothing was counted. Some of these zeros are missed molecules and some are true, so that 0 is not the aim; but of two methods equal elsewhere the one that fills less here is the more careful.",
    range: "at least 0",
    direction: Direction::SmallerIsBetter,
    source: "ours",
};

/// Likelihood of molecules put aside.
pub(super) const POISSON: Definition = Definition {
    name: "poisson_loss",
    title: "Poisson loss",
    text: "Mean over all entries, zeros among them, of estimate − count · ln(estimate) for the molecules put aside, the estimate brought to their number by (share put aside) / (share seen): least for the expected count of each entry.",
    range: "any number",
    direction: Direction::SmallerIsBetter,
    source: "Batson, Royer and Webber 2019, doi:10.1101/786269",
};

static DEFINITIONS: [Definition; 6] = [
    MSE,
    PEARSON,
    PEARSON_WITHIN_GENES,
    MSE_CALIBRATED,
    ZERO_ERROR,
    POISSON,
];

/// Every score of single cells, in the order of tables.
pub fn cell_definitions() -> &'static [Definition] {
    &DEFINITIONS
}
