//! Low-rank completion with a penalty on singular values.
//!
//! The completed table is the one of smallest squared error at measured entries plus `λ` times
//! the sum of its singular values: gaps are filled by the low-rank part, singular values of the
//! filled table lessened by `λ`, and again until nothing moves. A new sample is a ridge
//! regression of what it has measured on the loadings, which for a sample learned from gives back its
//! row of the completed table.
//!
//! Source: Mazumder, Hastie and Tibshirani 2010, Journal of Machine Learning Research 11,
//! 2287-2322; the alternating form of Hastie, Mazumder, Lee and Zadeh 2015, same journal 16, 3367-3402.
//! Differs from them: penalty and rank come from masked validation along a path of warm starts;
//! covariates are observed columns; steps are longer where much is missing.
//!
//! Cost: samples x genes x rank per round, a few rounds per penalty; samples x genes x rank² to
//! project rows with gaps.

use imputome_core::{
    CompanionUse, Dataset, FittedImputer, Imputer, MethodCard, Preset, Result, Run, Scale, Setting,
    TableShape, Weights, settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spectral::{FittedSpectral, Kind, Plan};

static CARD: MethodCard = MethodCard {
    name: "softimpute",
    title: "Soft-thresholded SVD",
    idea: "The table is taken for one of low rank whose singular values are penalized; a gap gets what that table holds there.",
    source: "Mazumder, Hastie and Tibshirani 2010, Journal of Machine Learning Research 11, 2287-2322; Hastie et al. 2015, same journal 16, 3367-3402",
    differs: "penalty and rank come from masked validation with warm starts; new samples are projected by a ridge regression; covariates are observed columns",
    needs: "nothing beside the table; categorical and numeric covariates help",
    cost: "samples x genes x rank per round, a few rounds per penalty; samples x genes x rank² to project rows with gaps",
    inductive: true,
    spread: false,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[Preset {
        name: "published",
        doc: "without covariates, as Mazumder et al. 2010; the penalty still comes from validation",
    }],
};

/// Settings of the soft-thresholded SVD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Softimpute {
    /// What singular values of the standardized table are lessened by, or none to choose it by
    /// masked validation.
    #[schemars(range(min = 0.0))]
    pub penalty: Option<f64>,
    /// Rank at most, or none for 112; the penalty leaves what the table bears.
    #[schemars(range(min = 1))]
    pub rank: Option<usize>,
    /// Share of a validation sample's genes out of sight when choosing, its gaps included.
    #[schemars(range(min = 0.05, max = 0.95))]
    pub hidden: f64,
    /// Size of a level's column against a standardized gene; 0 leaves covariates out.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub covariate_weight: f64,
    /// Rounds per penalty at most.
    #[schemars(range(min = 1))]
    pub rounds: usize,
    /// Squared relative change of the completed table below which a penalty counts as settled.
    #[schemars(range(min = 0.0, max = 0.1))]
    pub tolerance: f64,
}

impl Default for Softimpute {
    fn default() -> Self {
        // Ours, measured on GTEx, see the method page.
        Self {
            penalty: None,
            rank: None,
            hidden: 0.5,
            covariate_weight: 3.0,
            rounds: 100,
            tolerance: 1e-4,
        }
    }
}

impl Softimpute {
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
            kind: Kind::Penalty(self.penalty),
            most_rank: self.rank,
            hidden: self.hidden,
            covariate_weight: self.covariate_weight,
            rounds: self.rounds,
            tolerance: self.tolerance,
        }
    }
}

impl Imputer for Softimpute {
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
