//! Low-rank completion with singular values cut off.
//!
//! Gaps are filled by the `rank` leading singular directions of the filled table, and again until
//! nothing moves. A new sample is a regression of what it has measured on these directions.
//!
//! Source: SVDimpute of Troyanskaya et al. 2001, doi:10.1093/bioinformatics/17.6.520.
//! Differs from it: the rank comes from masked validation along a path of warm starts, upwards;
//! directions are of genes, so that a fitted model can meet new samples; scores of a sample are
//! shrunk by their expected size against what the directions leave, as far as validation wants;
//! covariates are observed columns.
//!
//! Cost: samples x genes x rank per round, some rounds per rank; samples x genes x rank² to
//! project rows with gaps.

use imputome_core::{
    CompanionUse, Dataset, FittedImputer, Imputer, MethodCard, Preset, Result, Run, Scale, Setting,
    TableShape, Weights, settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spectral::{FittedSpectral, Kind, Plan};

static CARD: MethodCard = MethodCard {
    name: "svd",
    title: "Iterative SVD",
    idea: "Gaps are filled by the leading singular directions of the filled table, until nothing moves.",
    source: "SVDimpute of Troyanskaya et al. 2001, doi:10.1093/bioinformatics/17.6.520",
    differs: "the rank comes from masked validation with warm starts; new samples are projected, their scores shrunk; covariates are observed columns",
    needs: "nothing beside the table; categorical and numeric covariates help",
    cost: "samples x genes x rank per round, some rounds per rank; samples x genes x rank² to project rows with gaps",
    inductive: true,
    spread: false,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[Preset {
        name: "published",
        doc: "without covariates, as Troyanskaya et al. 2001; the rank still comes from validation",
    }],
};

/// Settings of the iterative SVD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Svd {
    /// Number of singular directions, or none to choose it by masked validation.
    #[schemars(range(min = 1))]
    pub rank: Option<usize>,
    /// Share of a validation sample's genes out of sight when choosing, its gaps included.
    #[schemars(range(min = 0.05, max = 0.95))]
    pub hidden: f64,
    /// Size of a level's column against a standardized gene; 0 leaves covariates out.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub covariate_weight: f64,
    /// Rounds per rank at most.
    #[schemars(range(min = 1))]
    pub rounds: usize,
    /// Squared relative change of the completed table below which a rank counts as settled.
    #[schemars(range(min = 0.0, max = 0.1))]
    pub tolerance: f64,
}

impl Default for Svd {
    fn default() -> Self {
        // Ours, measured on GTEx, see the method page.
        Self {
            rank: None,
            hidden: 0.5,
            covariate_weight: 3.0,
            rounds: 100,
            tolerance: 1e-4,
        }
    }
}

impl Svd {
    /// The settings of a preset of the card.
    pub fn preset(name: &str) -> Option<Self> {
        (name == "published").then(|| Self {
            covariate_weight: 0.0,
            ..Self::default()
        })
    }

    /// Learns from the measured entries of `train`; gives the model itself.
    pub fn fit(&self, train: &Dataset, run: &Run) -> Result<FittedSpectral> {
        self.check()?;
        self.plan().fit(train, run)
    }

    fn plan(&self) -> Plan {
        Plan {
            card: &CARD,
            kind: Kind::Rank(self.rank),
            most_rank: None,
            hidden: self.hidden,
            covariate_weight: self.covariate_weight,
            rounds: self.rounds,
            tolerance: self.tolerance,
        }
    }
}

impl Imputer for Svd {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn companions(&self) -> CompanionUse {
        CompanionUse::Stacked
    }

    fn memory(&self, shape: TableShape) -> u64 {
        self.plan().memory(shape)
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Self::fit(self, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(FittedSpectral::restore(&CARD, weights)?))
    }
}
