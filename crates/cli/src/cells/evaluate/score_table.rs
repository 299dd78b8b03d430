//! Scores of cells as a table on the terminal.

use imputome_evaluate::cells::{
    CellEvaluation, CellScoreSummary, CellSummaryRow, cell_summary, scores_of,
};

use crate::evaluation::{aligned, number};
use crate::terminal::paragraph;

/// A line per method, the best of each column marked, and what stands in the columns.
pub(super) fn score_table(evaluation: &CellEvaluation) -> String {
    let mut header = vec!["method".to_owned()];
    header.extend(scores_of(evaluation.experiment.mask).map(|score| score.title.into()));
    header.extend(["wall s", "CPU s"].map(String::from));
    let rows = cell_summary(evaluation);
    let mut table = vec![header];
    table.extend(rows.iter().map(line));
    let mut text = aligned(&table);
    for row in &rows {
        if let Some(reason) = &row.failed {
            text += &format!("  {}: {reason}\n", row.method);
        }
    }
    text.push('\n');
    let mut legend = String::from("* best");
    if evaluation.experiment.repeats > 1 {
        legend += "; mean ± standard deviation over repeats";
    }
    legend += "; counts and estimates as ln(1 + count); times of fitting and imputing";
    paragraph(&mut text, "", &legend);
    text
}

fn line(row: &CellSummaryRow) -> Vec<String> {
    let mut line = vec![row.method.clone()];
    line.extend(row.scores.iter().map(cell));
    line.push(number(row.wall_seconds, 2));
    line.push(number(row.cpu_seconds, 2));
    line
}

fn cell(score: &CellScoreSummary) -> String {
    let mut cell = number(score.mean, 3);
    if let Some(spread) = score.spread {
        cell += &format!(" ± {}", number(spread, 3));
    }
    cell + if score.best { " *" } else { "  " }
}
