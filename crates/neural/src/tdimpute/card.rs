//! What TDimpute is, where it comes from and what it can do.

use imputome_core::{MethodCard, Scale};

use super::NAME;
use super::presets::PRESETS;

/// The card of TDimpute.
pub(super) const CARD: MethodCard = MethodCard {
    name: NAME,
    title: "TDimpute",
    idea: "A network of one hidden layer learns expression from another assay of the same samples, on a \
           large source first and then on the cohort.",
    source: "Zhou, Chai, Zhao, Luo and Yang 2020, doi:10.1093/gigascience/giaa076",
    differs: "by default ridge regression stands beside five networks, each stopped and judged by a fifth \
              of the samples; inputs are standardized and outputs linear; the published presets have \
              none of this",
    needs: "a companion assay such as DNA methylation; samples that have both",
    cost: "time by networks, epochs, samples and (features + genes) x hidden; memory by (features + genes) x \
           hidden",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Tpm, Scale::Standardized],
    presets: PRESETS,
};
