//! What accuracy costs: R2 against processor time, a point per method.

use super::drawing::{Canvas, Panel, Scale, extent, marker, name_points};
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
    let names: Vec<((f64, f64), &str)> = points.iter().map(|p| (p.at, p.label)).collect();
    name_points(canvas, PANEL, &names);
    for point in points {
        let place = findings.place(point.label);
        marker(canvas, point.at, place, paint_of(findings, point.label));
    }
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
