//! Is the imputation of single cells any good?
//!
//! Nothing is a gap in counts, so what is hidden becomes zero and a method is not told.
//! [`hide`] does so after Arisdakessian et al. 2019 or evenly; [`CellScores`] judges what comes back, beside the published
//! figures always by those that a mean of the non-zeros cannot flatter. [`thin`] parts counts into
//! two independent tables, for judging without hiding. [`gene_agreement`] compares cells with the
//! same kind of cells under a microscope.
//!
//! A [`CellExperiment`] says what is hidden and how often, a [`CellContest`] holds it: methods, seen as
//! [`CellMethod`] alone, against each other and against the mean of the non-zeros. What it finds is
//! a [`CellEvaluation`], condensed by [`cell_summary`].

mod bands;
mod contest;
mod dropout_curve;
mod evaluation;
mod experiment;
mod files;
mod fish;
mod gathering;
mod hidden;
mod hiding;
mod map;
mod maps;
mod metrics;
mod recipe;
mod scores;
mod summary;
mod tally;
mod thinning;
mod trial;

pub use bands::{CountBin, ESTIMATE_BAND, count_band};
pub use contest::{CellContest, CellMethod, Clock};
pub use dropout_curve::DropoutCurve;
pub use evaluation::{
    CellCost, CellDataFacts, CellEvaluation, CellGeneScore, CellScore, JudgedEntries, MethodBins,
};
pub use experiment::{CellExperiment, CellMask};
pub use fish::{GeneAgreement, gene_agreement, scaled_by_housekeeping};
pub use hidden::TooMuchHidden;
pub use hiding::{CellHiding, HeldOutCounts, HiddenCount, hide};
pub use map::{CellMap, CellMapSettings, cell_map, cell_map_sparse};
pub use maps::{AS_COUNTED, CellLabels, CellMaps, LabelAgreement, MappedTable};
pub use metrics::cell_definitions;
pub use recipe::{Recipe, VaryingGenes};
pub use scores::{CellScores, zero_error};
pub use summary::{CellScoreSummary, CellSummaryRow, cell_summary, not_beaten, scores_of};
pub use thinning::{Thinned, thin};
pub use trial::{CellEstimator, CellTrial, CellWindow, common_genes};
