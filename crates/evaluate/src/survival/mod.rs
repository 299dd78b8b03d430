//! Survival analysis: time until death or last sight against what was measured.
//!
//! [`FollowUp`] holds times and events. [`univariate_cox`] fits one proportional hazards model
//! per gene, thousands a second; [`cox`] one model of several covariates; [`ridge_cox`] one of
//! more covariates than samples, its penalty by cross-validation. [`concordance`] judges a
//! predicted risk, [`KaplanMeier`] draws what happened and [`log_rank`] compares groups.
//!
//! Everything is computed in f64 and in a fixed order. A model without a finite maximum is an
//! outcome of its own, never a NaN.

mod concordance;
mod cox;
mod follow_up;
mod gene_table;
mod kaplan_meier;
mod log_rank;
mod partial_likelihood;
mod penalized_search;
mod ridge_cox;
mod risk_sets;
mod sample_space;
mod tails;
mod univariate_cox;

pub use concordance::{Concordance, concordance};
pub use cox::{CoxModel, cox};
pub use follow_up::FollowUp;
pub use gene_table::GeneTable;
pub use kaplan_meier::{BandTransform, KaplanMeier, KaplanMeierStep};
pub use log_rank::{LogRank, LogRankGroup, log_rank};
pub use ridge_cox::{PenaltyScore, RidgeCox, RidgeSettings, ridge_cox, ridge_cox_at};
pub use risk_sets::{RiskSets, Ties};
pub(crate) use tails::correlation_p_value;
pub use univariate_cox::{CoxEstimate, CoxOutcome, univariate_cox};
