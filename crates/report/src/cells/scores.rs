//! Scores of methods for single cells, a panel per score.

use imputome_evaluate::cells::{CellEvaluation, CellScore, CellScoreSummary, CellSummaryRow};
use imputome_evaluate::metrics::Direction;

use crate::Figure;
use crate::figures::WIDTH;
use crate::figures::drawing::{
    Canvas, Look, Paint, Panel, Scale, extent, label_room, marker, method_color, name_rows,
};

const TOP: f64 = 34.0;
/// From a row of panels to the next: ticks and title of the axis, heading of the next.
const BELOW: f64 = 88.0;
const BETWEEN: f64 = 30.0;
const ROW: f64 = 26.0;
const COLUMNS: usize = 3;
const NAME: &str = "scores_by_method";

pub(super) fn figure(evaluation: &CellEvaluation, rows: &[CellSummaryRow]) -> Option<Figure> {
    let scores = rows.first()?.scores.len();
    let known: Vec<usize> = (0..scores)
        .filter(|&at| rows.iter().any(|row| row.scores[at].mean.is_finite()))
        .collect();
    if known.is_empty() {
        return None;
    }
    let labels: Vec<&str> = rows.iter().map(|row| row.method.as_str()).collect();
    let room = label_room(labels.iter().copied(), 270.0) + 22.0;
    let height = ROW * rows.len() as f64;
    let step = (WIDTH - room + BETWEEN - 8.0) / COLUMNS as f64;
    let bands = known.len().div_ceil(COLUMNS);
    let mut canvas = Canvas::new(WIDTH, bands as f64 * (TOP + height + BELOW) - 34.0);
    for (place, &at) in known.iter().enumerate() {
        let panel = Panel {
            left: room + (place % COLUMNS) as f64 * step,
            top: TOP + (place / COLUMNS) as f64 * (TOP + height + BELOW),
            width: step - BETWEEN,
            height,
        };
        if place % COLUMNS == 0 {
            name_rows(&mut canvas, &labels, (room, panel.top), ROW);
        }
        draw(&mut canvas, panel, (evaluation, rows), at);
    }
    Some(described(evaluation, canvas))
}

fn draw(
    canvas: &mut Canvas,
    panel: Panel,
    (evaluation, rows): (&CellEvaluation, &[CellSummaryRow]),
    at: usize,
) {
    let definition = rows[0].scores[at].definition;
    let ends = rows.iter().flat_map(|row| {
        let CellScoreSummary { mean, spread, .. } = row.scores[at];
        let spread = spread.unwrap_or(0.0);
        [mean - spread, mean + spread]
    });
    let each = rows
        .iter()
        .flat_map(|row| values(evaluation, row, definition.name));
    let all = each.chain(ends);
    let scale = Scale::linear(extent(all.filter(|v| v.is_finite())), panel.across()).rounded(4);
    panel.heading(canvas, definition.title);
    let better = match definition.direction {
        Direction::LargerIsBetter => "higher is better →",
        _ => "← lower is better",
    };
    panel.lower_axis(canvas, scale, better);
    let baseline = rows.iter().find(|row| row.method == evaluation.baseline);
    if let Some(mean) = baseline
        .map(|row| row.scores[at].mean)
        .filter(|m| m.is_finite())
    {
        panel.reference(canvas, scale, mean);
    }
    for (place, row) in rows.iter().enumerate() {
        let y = panel.top + (place as f64 + 0.5) * ROW;
        if place > 0 {
            let edge = y - ROW / 2.0;
            let look = Look::drawn(Paint::Faint, 1.0);
            canvas.line((panel.left, edge), (panel.right(), edge), look);
        }
        if row.scores[at].mean.is_finite() {
            let values = values(evaluation, row, definition.name);
            draw_row(canvas, (scale, y), place, (&row.scores[at], &values));
        }
    }
}

/// The score of a method in each repeat.
fn values(evaluation: &CellEvaluation, row: &CellSummaryRow, metric: &str) -> Vec<f64> {
    let of = |score: &&CellScore| score.method == row.method && score.metric == metric;
    let scores = evaluation.scores.iter().filter(of);
    scores.filter_map(|score| score.value).collect()
}

fn draw_row(
    canvas: &mut Canvas,
    (scale, y): (Scale, f64),
    place: usize,
    (summary, values): (&CellScoreSummary, &[f64]),
) {
    let paint = Paint::Data(method_color(place));
    let mean = summary.mean;
    if let Some(spread) = summary.spread {
        let (from, to) = (scale.at(mean - spread), scale.at(mean + spread));
        canvas.line((from, y), (to, y), Look::drawn(paint, 1.6));
    }
    for value in values {
        let look = Look::filled(paint).faded(0.7);
        canvas.circle((scale.at(*value), y + 8.0), 1.8, look);
    }
    marker(canvas, (scale.at(mean), y), place, paint);
}

fn described(evaluation: &CellEvaluation, canvas: Canvas) -> Figure {
    let title = "Scores by method";
    let repeats = match evaluation.experiment.repeats {
        1 => "",
        _ => {
            "Marks are means over repeats, bars one standard deviation to either side, and each small dot below is one repeat. "
        }
    };
    let caption = format!(
        "{repeats}The dotted line is {}, which gives each gene the mean of its non-zeros in every cell: a method that stands on its worse side has told nothing by that score.",
        evaluation.baseline
    );
    Figure {
        name: NAME.into(),
        title: title.into(),
        svg: canvas.finish(NAME, title, &caption),
        caption,
    }
}
