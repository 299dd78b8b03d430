//! From scores to one page.
//!
//! [`page`] gives one self-contained HTML file, [`figures`] the same drawings as SVG files.
//! Both read an [`Evaluation`] and nothing else, so every figure can be recomputed from the
//! tables beside it, and the same evaluation gives the same bytes.

mod cells;
mod downstream;
mod embedding;
mod figures;
mod findings;
mod headline;
mod numbers;
mod page;
mod study;
mod study_figures;
mod tables;

pub use cells::{cell_figures, cell_findings, cell_page};
pub use downstream::{
    ScoreCurve, ScorePanel, ScorePoint, SurvivalGroup, SurvivalPanel, scores_by_method_figure,
    scores_by_share_figure, survival_figure,
};
pub use embedding::{EmbeddingMap, MapPoint, embedding_figure, embedding_page, finding};
use imputome_evaluate::Evaluation;

pub use study::{
    CurvePanel, ShareCurve, StudyReport, StudySection, StudyTable, gene_map_figure, level_figure,
    share_curves_figure, study_page,
};

pub use study_figures::{
    BoxPanel, BoxRow, CellPanel, FigureText, Line, LineAxis, LinePanel, Mark, MarkPanel, MarkRow,
    Steps, boxes_figure, cell_maps_figure, lines_figure, marks_figure,
};

/// What the page says of the run besides what the run found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageContext {
    /// Version of the program, such as `0.1.0`.
    pub version: String,
    /// The command line that made the evaluation; left out of the page when empty.
    pub command: String,
    /// Text of `run.toml`, the plan that repeats the run; left out when empty.
    pub plan: String,
    /// The day of the run as it shall be printed, such as `2026-11-21`; left out when empty.
    pub date: String,
    /// The machine that ran it, such as `2 cores, 8 GiB, Linux`; left out when empty.
    pub machine: String,
}

/// A drawing of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// File name without extension, such as `r2_by_method`.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What is drawn and how to read it, in plain sentences.
    pub caption: String,
    /// The drawing: a whole SVG document with no external address in it but its name space.
    pub svg: String,
}

/// The report: one HTML document that needs no other file.
#[must_use]
pub fn page(evaluation: &Evaluation, context: &PageContext) -> String {
    page::page(evaluation, context)
}

/// Every figure of the report, in the order of the page; those with nothing to show are left out.
#[must_use]
pub fn figures(evaluation: &Evaluation) -> Vec<Figure> {
    figures::all(evaluation)
}
