//! Is the imputation any good? Sees methods only as estimates.
//!
//! An [`Experiment`] says what to do; [`Trials`] makes its splits and masks, the same for every
//! method, and normalizes what is seen where that is asked for; [`mod@compare`] lets a caller run the methods, judges their estimates by the
//! [`metrics`] and gathers an [`Evaluation`]; [`mod@summary`] condenses it to one row per method.
//! [`mod@agreement`] judges a map of points, such as tissues, by the groups they belong to;
//! [`downstream`] asks whether a study of an imputed table finds what one of the full table does,
//! with the [`survival`] analysis such studies need. [`cells`] judges tables of single cells.

pub mod agreement;
pub mod cells;
pub mod compare;
pub mod cross_study;
pub mod downstream;
mod enough;
mod examples;
pub mod experiment;
mod facts;
mod join;
pub mod levels;
pub mod metrics;
mod number;
pub mod pool;
pub mod protocol;
pub mod record;
pub mod reference;
mod rows;
pub mod score;
pub mod scores;
pub mod summary;
pub mod survival;
mod tables;
pub mod trials;

pub use agreement::{Agreement, agreement, nearest_neighbors};
pub use compare::{Comparison, Cost, DONE, Outcome, compare};
pub use cross_study::{Cohort, CohortScore, CrossStudy, Moments, Standardization};
pub use experiment::{Experiment, Hiding, Scenario, ScoreScale};
pub use levels::Levels;
pub use metrics::{Definition, Direction, definition, definitions};
pub use protocol::Protocol;
pub use record::Record;
pub use reference::Reference;
pub use score::{Judgment, score};
pub use scores::{
    DataFacts, Evaluation, Example, GeneScore, LevelFacts, MethodCurve, MethodFacts, Runtime, Score,
};
pub use summary::{Difference, MetricSummary, SummaryRow, summary};
pub use trials::{Test, Trial, Trials};
