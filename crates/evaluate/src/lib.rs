//! Is the imputation any good? Sees methods only as estimates.

pub mod experiment;
pub mod scores;

pub use experiment::{Experiment, Scenario};
pub use scores::{
    DataFacts, Evaluation, Example, GeneScore, LevelFacts, MethodCurve, MethodFacts, Runtime, Score,
};
