//! What DeepImpute is, where it comes from and what it can do.

use imputome_core::{MethodCard, Scale};

use super::NAME;
use super::presets::PRESETS;

/// The card of DeepImpute.
pub(super) const CARD: MethodCard = MethodCard {
    name: NAME,
    title: "DeepImpute",
    idea: "Genes of single cells in random groups, each predicted by a small network from genes of other groups.",
    source: "Arisdakessian, Poirion, Yunits, Zhu and Garmire 2019, doi:10.1186/s13059-019-1837-6",
    differs: "by default all genes that vary are imputed, all entries that are not zero count alike in the loss, and \
              networks read where a cell stands along the leading directions of the genes of other groups and learn what \
              a ridge regression on them leaves over; the published presets have none of this; estimates out of bounds \
              are reported and never become zeros",
    needs: "counts; no gaps: a zero may stand for a count that was missed",
    cost: "time by cells, genes and epochs; memory by entries that are not zero and 2 x hidden x genes",
    inductive: true,
    spread: false,
    scales: &[Scale::Unknown, Scale::Counts],
    presets: PRESETS,
};
