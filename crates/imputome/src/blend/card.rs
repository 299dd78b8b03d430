//! What the catalog tells of the blend.

use imputome_core::{MethodCard, Scale};

/// The card of `blend`.
pub(super) static CARD: MethodCard = MethodCard {
    name: "blend",
    title: "Blend of methods",
    idea: "Other methods estimate what was hidden from them; their weighted mean fills the gaps, each weighted by how well it did.",
    source: "ours: stacking with weights that are not negative (Breiman 1996, doi:10.1007/BF00117832), which here sum to 1",
    differs: "weights lie between those of a gene and those shared by all, follow the share of genes that a sample shows, and a part that adds nothing is left out",
    needs: "what its parts need; donors as groups, so that none stands on two sides of the cross-validation",
    cost: "every part is fitted once per fold, and those that add something once more",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};
