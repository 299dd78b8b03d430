//! How often the truth lies within the interval a method gives, a panel per scenario.

use std::collections::BTreeMap;

use super::drawing::{
    Anchor, Canvas, Look, Paint, Panel, Scale, TextLook, legend, legend_height, marker,
};
use super::{WIDTH, paint_of};
use crate::Figure;
use crate::findings::{Findings, same, scenario_title};
use crate::numbers::{count, percent};

const TOP: f64 = 34.0;
const LEFT: f64 = 64.0;
const SIDE: f64 = 330.0;
const BETWEEN: f64 = 120.0;

/// Shares of a normal distribution and how many standard deviations to either side hold them.
const INTERVALS: [(f64, f64); 8] = [
    (0.2, 0.253_347),
    (0.35, 0.453_762),
    (0.5, 0.674_490),
    (0.65, 0.934_589),
    (0.8, 1.281_552),
    (0.9, 1.644_854),
    (0.95, 1.959_964),
    (0.99, 2.575_829),
];

pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    let scenarios: Vec<_> = findings
        .scenarios
        .iter()
        .map(|scenario| (*scenario, errors(findings, scenario)))
        .filter(|(_, methods)| !methods.is_empty())
        .collect();
    let methods = methods(findings, &scenarios);
    if methods.is_empty() {
        return None;
    }
    let entries: Vec<_> = methods
        .iter()
        .map(|label| (*label, findings.place(label), paint_of(findings, label)))
        .collect();
    let below = TOP + SIDE + 52.0;
    let mut canvas = Canvas::new(WIDTH, below + legend_height(&entries, WIDTH - LEFT) + 8.0);
    for (index, (scenario, errors)) in scenarios.iter().enumerate() {
        let left = LEFT + index as f64 * (SIDE + BETWEEN);
        let panel = Panel {
            left,
            top: TOP,
            width: SIDE,
            height: SIDE,
        };
        draw_panel(&mut canvas, findings, panel, scenario, errors);
    }
    legend(&mut canvas, &entries, (LEFT, below), WIDTH - LEFT);
    let most = scenarios
        .iter()
        .flat_map(|(_, errors)| errors.values().map(Vec::len))
        .max();
    Some(described(findings, canvas, most.unwrap_or(0)))
}

type Errors<'a> = BTreeMap<&'a str, Vec<f64>>;

/// Errors in standard deviations as the method gave them, by method.
fn errors<'a>(findings: &Findings<'a>, scenario: &str) -> Errors<'a> {
    let mut errors: Errors = BTreeMap::new();
    for row in &findings.evaluation.examples {
        let Some(spread) = row.spread.filter(|spread| *spread > 0.0) else {
            continue;
        };
        let error = (row.estimate - row.truth).abs() / spread;
        let here = row.scenario == scenario && same(row.hidden, findings.main_share);
        if here && error.is_finite() {
            errors.entry(&row.method).or_default().push(error);
        }
    }
    errors
}

/// Methods that give intervals anywhere, in the order of the ranking.
fn methods<'a>(findings: &'a Findings, scenarios: &[(&str, Errors)]) -> Vec<&'a str> {
    let gives = |label: &&str| {
        scenarios
            .iter()
            .any(|(_, errors)| errors.contains_key(*label))
    };
    findings.labels().into_iter().filter(gives).collect()
}

fn draw_panel(
    canvas: &mut Canvas,
    findings: &Findings,
    panel: Panel,
    scenario: &str,
    errors: &Errors,
) {
    let across = Scale::linear((0.0, 100.0), (panel.left, panel.right()));
    let upward = Scale::linear((0.0, 100.0), (panel.bottom(), panel.top));
    panel.heading(canvas, scenario_title(scenario));
    panel.left_axis(canvas, upward, "true values inside, %");
    panel.lower_axis(canvas, across, "interval promised, %");
    let (from, to) = ((panel.left, panel.bottom()), (panel.right(), panel.top));
    canvas.line(from, to, Look::drawn(Paint::Ink, 1.1).dashed("5 4"));
    for (label, errors) in errors {
        let paint = paint_of(findings, label);
        let point = |(share, reach): &(f64, f64)| {
            let inside = inside(errors, *reach);
            (across.at(100.0 * share), upward.at(100.0 * inside))
        };
        let points: Vec<_> = INTERVALS.iter().map(point).collect();
        canvas.path(&points, Look::drawn(paint, 2.0));
        for point in &points {
            marker(canvas, *point, findings.place(label), paint);
        }
    }
    explain(canvas, panel);
}

/// What it means to lie off the dashed line.
fn explain(canvas: &mut Canvas, panel: Panel) {
    let look = TextLook::label().soft();
    let at = (panel.left + 12.0, panel.top + 20.0);
    canvas.text(at, "above: intervals wider than needed", look);
    let at = (panel.right() - 12.0, panel.bottom() - 14.0);
    canvas.text(at, "below: too narrow", look.at(Anchor::End));
}

fn inside(errors: &[f64], reach: f64) -> f64 {
    errors.iter().filter(|error| **error <= reach).count() as f64 / errors.len() as f64
}

fn described(findings: &Findings, canvas: Canvas, most: usize) -> Figure {
    let title = "Do the intervals keep their promise?";
    let caption = format!(
        "Some methods say how sure they are of each value. For intervals of 20 to 99 %, the share \
         of up to {} hidden values ({} hidden) that truly lie inside. On the dashed line the \
         intervals are as wide as they should be.",
        count(most),
        percent(findings.main_share)
    );
    Figure {
        name: "interval_coverage".into(),
        title: title.into(),
        svg: canvas.finish("interval_coverage", title, &caption),
        caption,
    }
}
