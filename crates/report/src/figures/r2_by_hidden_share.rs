//! R2 against the share of hidden values, a line per method; as Figure 4 of the PMI paper (Viñas
//! et al., Frontiers in Genetics 2021).

use super::drawing::{Canvas, Look, Paint, Panel, Scale, TextLook, label_room, marker, shortened};
use super::{WIDTH, paint_of};
use crate::Figure;
use crate::findings::{Findings, scenario_title};
use crate::numbers::quantity;

const TOP: f64 = 34.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 64.0;
const BETWEEN: f64 = 70.0;
/// Least distance of the names at the ends of lines.
const LINE: f64 = 16.0;

/// Hidden share, mean and spread.
type Point = (f64, f64, Option<f64>);

pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    if findings.shares.len() < 2 {
        return None;
    }
    let labels = findings.labels();
    let (low, high) = range(findings, &labels)?;
    let names = label_room(labels.iter().copied(), 230.0) + 30.0;
    let panels = findings.scenarios.len() as f64;
    let width = (WIDTH - LEFT - names - (panels - 1.0) * BETWEEN) / panels;
    let mut canvas = Canvas::new(WIDTH, TOP + HEIGHT + 52.0);
    for (index, scenario) in findings.scenarios.iter().enumerate() {
        let left = LEFT + index as f64 * (width + BETWEEN);
        let panel = Panel {
            left,
            top: TOP,
            width,
            height: HEIGHT,
        };
        let share = Scale::linear(share_range(findings), panel.across());
        let value = Scale::linear((low, high), panel.upward()).rounded(7);
        panel.heading(&mut canvas, scenario_title(scenario));
        panel.left_axis(&mut canvas, value, "mean R2 of genes");
        panel.lower_axis_at(
            &mut canvas,
            share,
            &ticks(findings, share),
            "share of values hidden, %",
        );
        for label in labels.iter().rev() {
            draw_line(&mut canvas, findings, (share, value), scenario, label);
        }
        if index + 1 == findings.scenarios.len() {
            name_ends(&mut canvas, findings, panel, value, &labels);
        }
    }
    Some(described(findings, canvas))
}

fn points(findings: &Findings, scenario: &str, label: &str) -> Vec<Point> {
    let rows = findings.summary.iter();
    let mut points: Vec<Point> = rows
        .filter(|row| row.scenario == scenario && row.method == label)
        .filter_map(|row| row.metric("r2").map(|r2| (row.hidden, r2.mean, r2.spread)))
        .filter(|point| point.1.is_finite())
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// From the lowest to the highest score with its spread; what is far below 0 is left to the edge.
fn range(findings: &Findings, labels: &[&str]) -> Option<(f64, f64)> {
    let mut ends: Option<(f64, f64)> = None;
    for scenario in &findings.scenarios {
        for label in labels {
            for (_, mean, spread) in points(findings, scenario, label) {
                let spread = spread.filter(|s| s.is_finite()).unwrap_or(0.0);
                let (low, high) = ends.unwrap_or((mean, mean));
                ends = Some((low.min(mean - spread), high.max(mean + spread)));
            }
        }
    }
    let (low, high) = ends?;
    // Half a unit below 0 shows that a method fails, and leaves room to compare the others.
    Some((low.max(high.min(0.0) - 0.5), high))
}

/// In percent, with room for the outermost points.
fn share_range(findings: &Findings) -> (f64, f64) {
    let first = findings.shares.first().copied().unwrap_or(0.0);
    let last = findings.shares.last().copied().unwrap_or(1.0);
    let margin = 0.04 * (last - first);
    (
        100.0 * (first - margin).max(0.0),
        100.0 * (last + margin).min(1.0),
    )
}

/// A tick at each share; at round numbers where the shares stand too close for their labels.
fn ticks(findings: &Findings, share: Scale) -> Vec<(f64, String)> {
    let ticks: Vec<_> = findings
        .shares
        .iter()
        .map(|share| {
            (
                100.0 * share,
                quantity(100.0 * share).trim_end_matches(".0").to_string(),
            )
        })
        .collect();
    let near = |pair: &[(f64, String)]| share.at(pair[1].0) - share.at(pair[0].0) < 32.0;
    if ticks.windows(2).any(near) {
        share.ticks(5)
    } else {
        ticks
    }
}

fn draw_line(
    canvas: &mut Canvas,
    findings: &Findings,
    (share, value): (Scale, Scale),
    scenario: &str,
    label: &str,
) {
    let paint = paint_of(findings, label);
    let points = points(findings, scenario, label);
    let at = |point: &Point| (share.at(100.0 * point.0), value.at(point.1));
    let line: Vec<_> = points.iter().map(at).collect();
    canvas.path(&line, Look::drawn(paint, 2.0));
    for point in &points {
        let (x, _) = at(point);
        if let Some(spread) = point.2.filter(|s| s.is_finite()) {
            let (low, high) = (value.at(point.1 - spread), value.at(point.1 + spread));
            let look = Look::drawn(paint, 1.4);
            canvas.line((x, low), (x, high), look);
            for end in [low, high] {
                canvas.line((x - 3.5, end), (x + 3.5, end), look);
            }
        }
    }
    for point in &points {
        marker(canvas, at(point), findings.place(label), paint);
    }
}

/// Names of the methods beside the ends of their lines, moved apart where they would meet.
fn name_ends(
    canvas: &mut Canvas,
    findings: &Findings,
    panel: Panel,
    value: Scale,
    labels: &[&str],
) {
    let scenario = findings.scenarios.last().copied().unwrap_or_default();
    let end = |label: &&str| {
        points(findings, scenario, label)
            .last()
            .map(|p| value.at(p.1))
    };
    let mut ends: Vec<(&str, f64)> = labels
        .iter()
        .filter_map(|label| Some((*label, end(label)?)))
        .collect();
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let heights: Vec<f64> = ends.iter().map(|(_, y)| *y).collect();
    let places = apart(&heights, panel.top, panel.bottom());
    for ((label, y), place) in ends.iter().zip(places) {
        let (from, to) = (panel.right() + 2.0, panel.right() + 14.0);
        canvas.line((from, *y), (to, place), Look::drawn(Paint::Soft, 0.8));
        let x = panel.right() + 21.0;
        marker(
            canvas,
            (x, place),
            findings.place(label),
            paint_of(findings, label),
        );
        let text = shortened(label, 12.0, 230.0);
        canvas.text((x + 9.0, place + 4.0), &text, TextLook::label());
    }
}

/// The same heights, ascending, at least a line apart and within the panel if they can be.
fn apart(heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut places: Vec<f64> = Vec::with_capacity(heights.len());
    for height in heights {
        let least = places.last().map_or(top, |last| last + LINE);
        places.push(height.max(least));
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - LINE;
    }
    places
}

fn described(findings: &Findings, canvas: Canvas) -> Figure {
    let title = "R2 against the share of hidden values";
    let spread = if findings.evaluation.experiment.repeats > 1 {
        " Bars reach one standard deviation over repeats to either side; where none is seen, it is \
         smaller than the mark."
    } else {
        ""
    };
    let caption = format!(
        "Mean R2 of all genes when more and more of the measured values are hidden.{spread} A \
         method that knows how to use what is left falls slowly. Scores below the axis are drawn \
         at its lower edge."
    );
    Figure {
        name: "r2_by_hidden_share".into(),
        title: title.into(),
        svg: canvas.finish("r2_by_hidden_share", title, &caption),
        caption,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_meet_are_moved_apart() {
        let places = apart(&[10.0, 12.0, 100.0, 101.0], 0.0, 105.0);
        assert_eq!(places, [10.0, 26.0, 89.0, 105.0]);
    }
}
