//! The vocabulary of imputome: what every crate may know.
//!
//! A [`Dataset`] is an expression table with its gaps, covariates, donor groups and companion
//! assays.
//! [`prepare`] splits it without tearing a donor apart, scales it by its training rows and
//! hides entries. A method is an [`Imputer`] before it has learned and a [`FittedImputer`]
//! after; a [`Run`] says how an execution goes (seed, threads, progress, cancellation), never
//! what the method is.
//!
//! No file, terminal, environment variable or clock is touched here.

pub mod card;
pub mod companion;
pub mod counts;
pub mod covariates;
pub mod dataset;
pub mod device;
pub mod error;
pub mod imputer;
pub mod lent;
pub mod mask;
pub mod names;
pub mod prepare;
pub mod run;
pub mod scale;
pub mod settings;
pub mod weights;
pub mod workers;

pub use card::{MethodCard, Preset};
pub use companion::Companion;
pub use counts::{Counts, SparseRows};
pub use covariates::{Covariate, CovariateEncoder, CovariateValues, Covariates, EncodedCovariates};
pub use dataset::Dataset;
pub use device::{Device, Precision};
pub use error::{Error, ErrorKind, Result};
pub use imputer::{
    CompanionUse, FittedImputer, GeneByGene, Imputation, Imputer, Prepared, RowsTogether,
    TableShape,
};
pub use lent::{About, LentTable};
pub use mask::{Holdout, Mask};
pub use names::Names;
pub use run::{Checkpoints, Curve, Progress, Run, Summary};
pub use scale::Scale;
pub use settings::{Setting, Settings};
pub use weights::{Tensor, Weights};
pub use workers::{Part, Workers, answer, hand_out};
