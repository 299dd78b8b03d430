//! What GAIN-GTEx and GAIN-MSE are, where they come from and what they can do.

use imputome_core::{MethodCard, Scale};

use super::presets;

/// The card of GAIN-GTEx.
pub(super) const GAIN_GTEX: MethodCard = MethodCard {
    name: "gain-gtex",
    title: "Generative Adversarial Imputation Networks for GTEx",
    idea: "A generator fills the gaps of a sample so that a discriminator cannot tell what was \
           filled from what was measured.",
    source: "Viñas, Azevedo, Gamazon and Liò 2021, doi:10.3389/fgene.2021.624128",
    differs: "by default the generator is also taught the measured genes that it is not shown, \
              the learning rate follows a cosine, and estimates are bounded by what training \
              samples show; the published presets have none of these",
    needs: "covariates such as tissue, sex and age where there are any; donors as groups",
    cost: "time by steps, batch and (genes + width) x width, three times that of gain-mse; \
           memory by (genes + width) x width",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: presets::GAIN_GTEX,
};

/// The card of GAIN-MSE.
pub(super) const GAIN_MSE: MethodCard = MethodCard {
    name: "gain-mse",
    title: "GAIN without its adversary",
    idea: "A network fed with noise at the gaps learns to give back what was measured.",
    source: "Viñas, Azevedo, Gamazon and Liò 2021, doi:10.3389/fgene.2021.624128",
    differs: "as gain-gtex",
    needs: "covariates such as tissue, sex and age where there are any; donors as groups",
    cost: "time by steps, batch and (genes + width) x width; memory by (genes + width) x width",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: presets::GAIN_MSE,
};
