//! What PMI is, where it comes from and what it can do.

use imputome_core::{MethodCard, Scale};

use super::presets::PRESETS;

/// The card of PMI.
pub(super) const CARD: MethodCard = MethodCard {
    name: "pmi",
    title: "Pseudo-Mask Imputer",
    idea: "A network learns to tell the measured genes that it is not shown from those that it is.",
    source: "Viñas, Azevedo, Gamazon and Liò 2021, doi:10.3389/fgene.2021.624128",
    differs: "by default a factor model stands beside the network and the estimates are bounded \
              by what training samples show; the published presets have neither",
    needs: "covariates such as tissue, sex and age where there are any; donors as groups",
    cost: "time by steps, batch and (genes + width) x width; memory by (genes + width) x width",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: PRESETS,
};
