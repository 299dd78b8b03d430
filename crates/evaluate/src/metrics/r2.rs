//! Share of a gene's variation that is recovered, about three references.

use super::{Definition, Direction, Sums};

const RANGE: &str = "at most 1";

/// R2 about the training mean.
pub const R2: Definition = Definition {
    name: "r2",
    title: "R2",
    text: "1 - sum of squared errors / sum of squares about the training mean of the gene, over held-out entries; mean over genes. 0 is what filling in the training mean scores, 1 is the truth.",
    range: RANGE,
    direction: Direction::LargerIsBetter,
    source: "Evaluation of GTEx-imputation (Vinas et al. 2021, doi:10.3389/fgene.2021.624128) with the mean of measured training entries as reference",
};

/// R2 about the training mean of the level.
pub const R2_WITHIN: Definition = Definition {
    name: "r2_within",
    title: "R2 within levels",
    text: "The same with the training mean of the gene within the sample's level (tissue) as reference: the share of the variation inside levels that is recovered; 0 is what filling in level means scores. Mean over genes; for a single level, where a gene has few entries, both sums run over all genes in standard deviations of each. A level with fewer than 3 training values of a gene uses the gene's overall mean.",
    range: RANGE,
    direction: Direction::LargerIsBetter,
    source: "ours",
};

/// R2 about the mean of the held-out entries themselves.
pub const R2_HELD_OUT: Definition = Definition {
    name: "r2_held_out",
    title: "R2 about held-out means",
    text: "The same with the mean of the gene's held-out values themselves as reference, which no method can know: the coefficient of determination. Mean over genes. Never above r2; for comparison with other tools.",
    range: RANGE,
    direction: Direction::LargerIsBetter,
    source: "Coefficient of determination, as r2_score of scikit-learn",
};

/// [`R2`] of one gene.
pub fn r2(sums: &Sums) -> f64 {
    1.0 - sums.ratio(sums.squared_errors, sums.truth_squares)
}

/// [`R2_WITHIN`] of one gene, or of one level when summed over genes.
pub fn r2_within(sums: &Sums) -> f64 {
    1.0 - sums.ratio(sums.squared_errors, sums.within_squares)
}

/// [`R2_HELD_OUT`] of one gene.
pub fn r2_held_out(sums: &Sums) -> f64 {
    let about_own_mean = sums.truth_squares - sums.truth * sums.truth / sums.entries;
    1.0 - sums.ratio(sums.squared_errors, about_own_mean)
}
