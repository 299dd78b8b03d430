//! What methods that learn step by step showed while learning, a panel per method.

use imputome_evaluate::MethodCurve;

use super::WIDTH;
use super::drawing::{
    Anchor, Canvas, Color, Look, Paint, Panel, Scale, TextLook, extent, text_width,
};
use crate::Figure;
use crate::findings::{Findings, same};
use crate::numbers::quantity;

const LEFT: f64 = 66.0;
const BETWEEN: f64 = 82.0;
const TOP: f64 = 62.0;
const HEIGHT: f64 = 220.0;
const BELOW: f64 = 56.0;
/// Values spanning more than this factor are drawn on a log scale, or the first steps would
/// hide the last; ours.
const WIDE: f64 = 3.0;
/// Curves with no more points than this show each; ours.
const FEW: usize = 25;
/// Okabe and Ito's blue and vermilion, then bluish green and reddish purple.
const LINES: [Color; 4] = [
    Color(0x00, 0x72, 0xb2),
    Color(0xd5, 0x5e, 0x00),
    Color(0x00, 0x9e, 0x73),
    Color(0xcc, 0x79, 0xa7),
];
const DASHES: [Option<&str>; 4] = [None, Some("7 3"), Some("2 3"), Some("7 3 2 3")];

/// Curves of one method that share their steps and their kind of value.
struct Group<'a> {
    method: &'a str,
    step: &'a str,
    value: &'a str,
    curves: Vec<&'a MethodCurve>,
}

pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    let groups = groups(findings);
    if groups.is_empty() {
        return None;
    }
    let columns = groups.len().min(3);
    let rows = groups.len().div_ceil(columns);
    let width = (WIDTH - LEFT - 12.0 - (columns as f64 - 1.0) * BETWEEN) / columns as f64;
    let width = width.min(520.0);
    let step = (width + BETWEEN, TOP + HEIGHT + BELOW);
    let mut canvas = Canvas::new(WIDTH, rows as f64 * step.1);
    for (index, group) in groups.iter().enumerate() {
        let panel = Panel {
            left: LEFT + (index % columns) as f64 * step.0,
            top: TOP + (index / columns) as f64 * step.1,
            width,
            height: HEIGHT,
        };
        draw_group(&mut canvas, panel, group);
    }
    Some(described(findings, canvas))
}

fn groups<'a>(findings: &Findings<'a>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for row in &findings.evaluation.curves {
        let shown = row.scenario == findings.main_scenario
            && row
                .hidden
                .is_none_or(|hidden| same(hidden, findings.main_share));
        if !shown || finite(row).next().is_none() {
            continue;
        }
        let (step, value) = (row.curve.step.as_str(), kind(&row.curve.name));
        let known = groups
            .iter_mut()
            .find(|group| (group.method, group.step, group.value) == (&row.method, step, value));
        match known {
            Some(group) => group.curves.push(row),
            None => groups.push(Group {
                method: &row.method,
                step,
                value,
                curves: vec![row],
            }),
        }
    }
    groups
}

/// The kind of value: the last word of the curve's name, as `loss` of `validation loss`.
fn kind(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

fn finite(row: &MethodCurve) -> impl Iterator<Item = (f64, f64)> {
    row.curve
        .points
        .iter()
        .copied()
        .filter(|(x, y)| x.is_finite() && y.is_finite())
}

fn draw_group(canvas: &mut Canvas, panel: Panel, group: &Group) {
    let heading = Panel {
        top: panel.top - 20.0,
        ..panel
    };
    heading.heading(canvas, group.method);
    let points = || group.curves.iter().flat_map(|curve| finite(curve));
    let (low, high) = extent(points().map(|point| point.1));
    let across = Scale::linear(extent(points().map(|point| point.0)), panel.across());
    let upward = if low > 0.0 && high / low > WIDE {
        Scale::logarithmic((low, high), panel.upward())
    } else {
        Scale::linear((low, high), panel.upward()).rounded(5)
    };
    panel.left_axis(canvas, upward, group.value);
    panel.lower_axis(canvas, across, group.step);
    let mut x = panel.left;
    for (index, curve) in group.curves.iter().enumerate() {
        let look = line_look(&curve.curve.name, index);
        draw_curve(canvas, panel, (across, upward), curve, look);
        x = name_curve(canvas, (x, panel.top - 12.0), &curve.curve.name, look);
    }
}

fn draw_curve(
    canvas: &mut Canvas,
    panel: Panel,
    (across, upward): (Scale, Scale),
    curve: &MethodCurve,
    look: Look,
) {
    let at = |(x, y): (f64, f64)| (across.at(x), upward.at(y));
    let line: Vec<_> = finite(curve).map(at).collect();
    canvas.path(&line, look);
    if line.len() <= FEW {
        for point in &line {
            canvas.circle(*point, 2.6, Look::filled(look.stroke));
        }
    }
    if curve.curve.name.contains("validation") {
        mark_lowest(canvas, panel, curve, (across, upward));
    }
}

/// Validation has one color and dash everywhere, the others theirs by place.
fn line_look(name: &str, index: usize) -> Look {
    let place = match (name.contains("validation"), index) {
        (true, _) => 1,
        (false, 0) => 0,
        (false, later) => 2 + later % 2,
    };
    let mut look = Look::drawn(Paint::Data(LINES[place]), 1.8);
    look.dash = DASHES[place];
    look
}

/// A sample of the line and its name; where the next may begin.
fn name_curve(canvas: &mut Canvas, (x, y): (f64, f64), name: &str, look: Look) -> f64 {
    canvas.line((x, y - 4.0), (x + 20.0, y - 4.0), look);
    canvas.text((x + 25.0, y), name, TextLook::label().soft().sized(11.5));
    x + 25.0 + text_width(name, 11.5) + 14.0
}

/// A ring at the lowest value, where early stopping or a choice by validation ends.
fn mark_lowest(
    canvas: &mut Canvas,
    panel: Panel,
    curve: &MethodCurve,
    (across, upward): (Scale, Scale),
) {
    let Some((step, value)) = finite(curve).min_by(|a, b| a.1.total_cmp(&b.1)) else {
        return;
    };
    let (x, y) = (across.at(step), upward.at(value));
    canvas.circle((x, y), 4.5, Look::drawn(Paint::Ink, 1.5));
    let text = format!("{} at {}", quantity(value), whole(step));
    let near_right = x > panel.left + 0.6 * panel.width;
    let (x, anchor) = if near_right {
        (x + 4.0, Anchor::End)
    } else {
        (x - 4.0, Anchor::Start)
    };
    canvas.text(
        (x, y - 11.0),
        &text,
        TextLook::label().sized(11.5).at(anchor),
    );
}

fn whole(step: f64) -> String {
    if step.fract() == 0.0 && step.abs() < 1e9 {
        format!("{step:.0}")
    } else {
        quantity(step)
    }
}

fn described(findings: &Findings, canvas: Canvas) -> Figure {
    let title = "Learning curves";
    let caption = format!(
        "What each method that learns in steps showed in the first repeat ({}). The ring marks the \
         lowest validation value, where the method stops or takes its choice. A validation curve \
         that rises again while training goes on falling shows overfitting; one still falling at \
         its end would gain from more steps.",
        findings.main_scenario
    );
    Figure {
        name: "learning_curves".into(),
        title: title.into(),
        svg: canvas.finish("learning_curves", title, &caption),
        caption,
    }
}
