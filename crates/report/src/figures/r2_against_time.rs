//! What accuracy costs: R2 against processor time, a point per method.

use super::drawing::{
    Anchor, Canvas, Look, Paint, Panel, Scale, TextLook, extent, marker, shortened, text_width,
};
use super::{WIDTH, paint_of};
use crate::Figure;
use crate::findings::{Findings, mean};
use crate::numbers::percent;

const PANEL: Panel = Panel {
    left: 64.0,
    top: 16.0,
    width: WIDTH - 64.0 - 12.0,
    height: 300.0,
};
/// Scores this much lower than the axis shows are drawn at its edge; ours.
const FAR_BELOW: f64 = -0.5;

struct Point<'a> {
    label: &'a str,
    at: (f64, f64),
}

pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    let known: Vec<(&str, f64, f64)> = findings
        .ranked(findings.main_scenario, findings.main_share)
        .into_iter()
        .filter_map(|row| Some((row.method.as_str(), row.cpu_seconds, mean(row, "r2")?)))
        .filter(|(_, time, r2)| *time > 0.0 && time.is_finite() && r2.is_finite())
        .collect();
    // One point compares nothing.
    if known.len() < 2 {
        return None;
    }
    let (short, long) = extent(known.iter().map(|point| point.1));
    let (low, high) = extent(known.iter().map(|point| point.2));
    let across = Scale::logarithmic((short / 1.5, long * 2.5), PANEL.across());
    let upward = Scale::linear((low.max(high.min(0.0) + FAR_BELOW), high), PANEL.upward());
    let upward = upward.rounded(6);
    let mut canvas = Canvas::new(WIDTH, PANEL.bottom() + 50.0);
    PANEL.left_axis(&mut canvas, upward, "mean R2 of genes");
    PANEL.lower_axis(
        &mut canvas,
        across,
        "CPU seconds to fit and impute (log scale)",
    );
    let points: Vec<Point> = known
        .iter()
        .map(|(label, time, r2)| Point {
            label,
            at: (across.at(*time), upward.at(*r2)),
        })
        .collect();
    draw_points(&mut canvas, findings, &points);
    Some(described(findings, canvas))
}

fn draw_points(canvas: &mut Canvas, findings: &Findings, points: &[Point]) {
    for (point, frame) in points.iter().zip(frames(points)) {
        let text = shortened(point.label, 12.0, 240.0);
        let look = TextLook::label().at(Anchor::Start);
        let baseline = (frame.left, frame.bottom() - 3.0);
        let (x, y) = point.at;
        let nearest = (
            x.clamp(frame.left, frame.right()),
            y.clamp(frame.top, frame.bottom()),
        );
        if (nearest.0 - x).hypot(nearest.1 - y) > 12.0 {
            canvas.line(point.at, nearest, Look::drawn(Paint::Soft, 0.8));
        }
        canvas.text(baseline, &text, look);
    }
    for point in points {
        let place = findings.place(point.label);
        marker(canvas, point.at, place, paint_of(findings, point.label));
    }
}

/// A place for each name beside its point, clear of all points and of the names before it.
fn frames(points: &[Point]) -> Vec<Panel> {
    let mut taken: Vec<Panel> = points
        .iter()
        .map(|point| frame((point.at.0 - 7.0, point.at.1 - 7.0), 14.0, 14.0))
        .collect();
    let mut frames = Vec::with_capacity(points.len());
    for point in points {
        let width = text_width(&shortened(point.label, 12.0, 240.0), 12.0);
        let places = candidates(point.at, width);
        let free = |place: &&Panel| {
            let inside = place.left > PANEL.left
                && place.right() < PANEL.right() + 8.0
                && place.top > PANEL.top - 12.0
                && place.bottom() < PANEL.bottom();
            inside && taken.iter().all(|other| !meet(**place, *other))
        };
        let chosen = places.iter().find(free).unwrap_or(&places[0]);
        taken.push(*chosen);
        frames.push(*chosen);
    }
    frames
}

/// Right, left, above, below; then further and further up and down.
fn candidates((x, y): (f64, f64), width: f64) -> Vec<Panel> {
    let at = |left: f64, top: f64| frame((left, top), width, 15.0);
    let mut places = vec![
        at(x + 10.0, y - 8.0),
        at(x - width - 10.0, y - 8.0),
        at(x - width / 2.0, y - 24.0),
        at(x - width / 2.0, y + 9.0),
    ];
    for step in 1..12 {
        let shift = 16.0 * f64::from(step);
        for side in [x + 14.0, x - width - 14.0] {
            places.push(at(side, y - 8.0 + shift));
            places.push(at(side, y - 8.0 - shift));
        }
    }
    places
}

fn frame((left, top): (f64, f64), width: f64, height: f64) -> Panel {
    Panel {
        left,
        top,
        width,
        height,
    }
}

fn meet(a: Panel, b: Panel) -> bool {
    a.left < b.right() && b.left < a.right() && a.top < b.bottom() && b.top < a.bottom()
}

fn described(findings: &Findings, canvas: Canvas) -> Figure {
    let title = "What accuracy costs";
    let caption = format!(
        "Mean R2 of genes against processor time ({}, {} hidden, means over repeats). Up and to \
         the left is better.",
        findings.main_scenario,
        percent(findings.main_share)
    );
    Figure {
        name: "r2_against_time".into(),
        title: title.into(),
        svg: canvas.finish("r2_against_time", title, &caption),
        caption,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_near_points_do_not_meet() {
        let points: Vec<Point> = (0..8)
            .map(|index| Point {
                label: "knn:neighbors=20",
                at: (
                    400.0 + 3.0 * f64::from(index),
                    150.0 + 2.0 * f64::from(index),
                ),
            })
            .collect();
        let frames = frames(&points);
        for (index, frame) in frames.iter().enumerate() {
            assert!(frames[..index].iter().all(|other| !meet(*frame, *other)));
        }
    }
}
