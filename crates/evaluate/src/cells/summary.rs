//! One row per method: mean and spread over repeats, who is best, who does not beat the baseline.

use super::metrics::cell_definitions;
use super::{CellEvaluation, CellMask};
use crate::compare::DONE;
use crate::metrics::Definition;

/// How a method fared over all repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct CellSummaryRow {
    /// Label of the method.
    pub method: String,
    /// Repeats finished.
    pub repeats: usize,
    /// Why the first repeat that was not finished was not, if any.
    pub failed: Option<String>,
    /// Scores in the order of [`scores_of`].
    pub scores: Vec<CellScoreSummary>,
    /// Mean wall-clock seconds of fitting and imputing.
    pub wall_seconds: f64,
    /// Mean processor seconds of fitting and imputing.
    pub cpu_seconds: f64,
}

/// A score of one method over the repeats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CellScoreSummary {
    /// What it is.
    pub definition: &'static Definition,
    /// Mean over repeats; not a number where there is none.
    pub mean: f64,
    /// Standard deviation over repeats (divisor n - 1); nothing for one repeat.
    pub spread: Option<f64>,
    /// True for the best mean.
    pub best: bool,
    /// False where the mean is not better than that of the baseline; nothing for the baseline.
    pub beats_baseline: Option<bool>,
}

/// The scores that an evaluation takes, in the order of tables.
pub fn scores_of(mask: CellMask) -> impl Iterator<Item = &'static Definition> {
    let thinned = mask == CellMask::Thinning;
    let all = cell_definitions().iter();
    all.filter(move |score| thinned || score.name != super::metrics::POISSON.name)
}

/// A row for every method, in the order asked for.
pub fn cell_summary(evaluation: &CellEvaluation) -> Vec<CellSummaryRow> {
    let labels = evaluation.methods.iter().map(|m| m.label.as_str());
    let mut rows: Vec<CellSummaryRow> = labels.map(|label| row(evaluation, label)).collect();
    let baseline = rows
        .iter()
        .position(|row| row.method == evaluation.baseline);
    for at in 0..rows.first().map_or(0, |row| row.scores.len()) {
        let direction = rows[0].scores[at].definition.direction;
        let badness = |row: &CellSummaryRow| direction.badness(row.scores[at].mean);
        let least = rows.iter().filter_map(badness).min_by(f64::total_cmp);
        let floor = baseline.and_then(|place| badness(&rows[place]));
        for (place, row) in rows.iter_mut().enumerate() {
            let found = direction.badness(row.scores[at].mean);
            row.scores[at].best = found.is_some() && found == least;
            if let (Some(found), Some(floor), false) = (found, floor, Some(place) == baseline) {
                row.scores[at].beats_baseline = Some(found < floor);
            }
        }
    }
    rows
}

/// Titles of the scores on which a method is not better than the baseline.
pub fn not_beaten(row: &CellSummaryRow) -> Vec<&'static str> {
    let scores = row.scores.iter();
    let failed = scores.filter(|score| score.beats_baseline == Some(false));
    failed.map(|score| score.definition.title).collect()
}

fn row(evaluation: &CellEvaluation, label: &str) -> CellSummaryRow {
    let costs: Vec<_> = evaluation
        .costs
        .iter()
        .filter(|c| c.method == label)
        .collect();
    let failed = costs.iter().find(|cost| cost.status != DONE);
    let done: Vec<_> = costs.iter().filter(|cost| cost.status == DONE).collect();
    let mean_of = |cost: fn(&super::CellCost) -> f64| {
        mean(&done.iter().map(|done| cost(done)).collect::<Vec<_>>())
    };
    let scores = scores_of(evaluation.experiment.mask).map(|definition| {
        let of_score =
            |score: &&super::CellScore| score.method == label && score.metric == definition.name;
        let values = evaluation.scores.iter().filter(of_score);
        let values: Vec<f64> = values.filter_map(|score| score.value).collect();
        CellScoreSummary {
            definition,
            mean: mean(&values),
            spread: spread(&values),
            best: false,
            beats_baseline: None,
        }
    });
    CellSummaryRow {
        method: label.into(),
        repeats: done.len(),
        failed: failed.map(|cost| cost.status.clone()),
        scores: scores.collect(),
        wall_seconds: mean_of(|cost| cost.wall_seconds),
        cpu_seconds: mean_of(|cost| cost.cpu_seconds),
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn spread(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt())
}
