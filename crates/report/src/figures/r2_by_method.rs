//! Distribution of R2 over genes, a box per method, a panel per scenario.

use super::drawing::{
    BoxStatistics, Canvas, Look, LyingBox, Paint, Panel, Scale, TextLook, label_room, name_rows,
};
use super::{WIDTH, color_of};
use crate::Figure;
use crate::findings::{Findings, scenario_title};
use crate::numbers::{count, percent, score};

const ROW: f64 = 38.0;
const TOP: f64 = 34.0;
const BELOW: f64 = 52.0;
/// Room for the mean beside a panel, and for space.
const BESIDE: f64 = 72.0;
/// R2 lower than this is off the axis; ours, at the error of twice the training mean's variance.
pub(super) const LOWEST: f64 = -1.0;

pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    let labels = findings.labels();
    let boxes: Vec<Vec<Option<BoxStatistics>>> = findings
        .scenarios
        .iter()
        .map(|scenario| {
            labels
                .iter()
                .map(|label| statistics(findings, label, scenario))
                .collect()
        })
        .collect();
    let found = || boxes.iter().flatten().flatten();
    let most = found().map(|found| found.count).max()?;
    let low = low_end(found());
    let room = label_room(labels.iter().copied(), 250.0) + 16.0;
    let step = (WIDTH - room) / boxes.len() as f64;
    let height = labels.len() as f64 * ROW;
    let mut canvas = Canvas::new(WIDTH, TOP + height + BELOW);
    name_rows(&mut canvas, &labels, (room, TOP), ROW);
    for (index, boxes) in boxes.iter().enumerate() {
        let left = room + index as f64 * step;
        let panel = Panel {
            left,
            top: TOP,
            width: step - BESIDE,
            height,
        };
        panel.heading(&mut canvas, scenario_title(findings.scenarios[index]));
        let scale = Scale::linear((low, 1.0), panel.across());
        panel.lower_axis(&mut canvas, scale, "R2 of a gene");
        panel.reference(&mut canvas, scale, 0.0);
        draw_rows(&mut canvas, findings, (panel, scale), &labels, boxes);
    }
    Some(described(findings, canvas, most))
}

fn statistics(findings: &Findings, label: &str, scenario: &str) -> Option<BoxStatistics> {
    BoxStatistics::of(findings.genes(label, scenario).iter().map(|gene| gene.r2))
}

/// Where the axis begins: at the lowest whisker, but not above 0 nor below `LOWEST`.
pub(super) fn low_end<'a>(boxes: impl Iterator<Item = &'a BoxStatistics>) -> f64 {
    let lowest = boxes.map(|found| found.whiskers.0).fold(0.0, f64::min);
    // Down to the next tenth, with a little room for the number of genes beyond.
    ((lowest.max(LOWEST) - 0.03) * 10.0).floor() / 10.0
}

fn draw_rows(
    canvas: &mut Canvas,
    findings: &Findings,
    (panel, scale): (Panel, Scale),
    labels: &[&str],
    boxes: &[Option<BoxStatistics>],
) {
    let heading = (panel.right() + 8.0, panel.top - 10.0);
    canvas.text(heading, "mean", TextLook::label().soft());
    for (row, (label, found)) in labels.iter().zip(boxes).enumerate() {
        let y = panel.top + (row as f64 + 0.5) * ROW;
        let Some(found) = found else {
            let at = (panel.left + 8.0, y + 4.0);
            canvas.text(at, "no score", TextLook::label().soft());
            continue;
        };
        let color = color_of(findings, label);
        let drawn = LyingBox {
            statistics: found,
            y,
            thickness: ROW * 0.5,
            color,
        };
        drawn.draw(canvas, scale);
        if scale.covers(found.mean) {
            draw_mean(canvas, scale.at(found.mean), y);
        }
        beyond(canvas, found, scale, (panel.left, y));
        let at = (panel.right() + 8.0, y + 4.0);
        canvas.text(at, &score(found.mean), TextLook::label());
    }
}

fn draw_mean(canvas: &mut Canvas, x: f64, y: f64) {
    let corners = [(x, y - 4.5), (x + 4.5, y), (x, y + 4.5), (x - 4.5, y)];
    let look = Look::filled(Paint::Ground).outlined(Paint::Ink, 1.3);
    canvas.polygon(&corners, look);
}

/// How many values are too low for the axis, said at its left end.
pub(super) fn beyond(
    canvas: &mut Canvas,
    found: &BoxStatistics,
    scale: Scale,
    (left, y): (f64, f64),
) {
    let hidden = found.beyond(scale);
    if hidden > 0 {
        let text = format!("◂ {}", count(hidden));
        canvas.text(
            (left + 2.0, y - 5.0),
            &text,
            TextLook::label().soft().sized(10.5),
        );
    }
}

fn described(findings: &Findings, canvas: Canvas, most: usize) -> Figure {
    let title = "R2 of genes by method";
    let share = percent(findings.main_share);
    let repeats = findings.evaluation.experiment.repeats;
    let over = if repeats > 1 {
        format!(", each the mean over {repeats} repeats")
    } else {
        String::new()
    };
    let caption = format!(
        "R2 of {} genes at {share} hidden{over}. The box holds the middle half of the genes, the \
         line in it is the median, the diamond the mean; whiskers reach the furthest gene within \
         1.5 box lengths, dots are genes beyond. 1 is perfect, 0 is no better than the gene's \
         training mean. A number at ◂ counts genes too low for the axis.",
        count(most)
    );
    Figure {
        name: "r2_by_method".into(),
        title: title.into(),
        svg: canvas.finish("r2_by_method", title, &caption),
        caption,
    }
}
