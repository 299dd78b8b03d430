//! Estimates of hidden values against what was measured, a panel per method.

use imputome_evaluate::Example;

use super::drawing::{
    Anchor, Canvas, Hexagons, Look, Paint, Panel, Scale, TextLook, density_color,
};
use super::{WIDTH, paint_of};
use crate::Figure;
use crate::findings::{Findings, same};
use crate::numbers::{count, percent, score};

const LEFT: f64 = 64.0;
const BETWEEN: f64 = 46.0;
const TOP: f64 = 52.0;
const BELOW: f64 = 58.0;
/// With fewer points than this each is drawn by itself; ours, where single points still stand apart.
const FEW: usize = 400;

struct Sample<'a> {
    label: &'a str,
    examples: Vec<&'a Example>,
}

pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    let samples = samples(findings);
    let values = common_range(&samples)?;
    let columns = samples.len().min(3);
    let rows = samples.len().div_ceil(columns);
    let side = panel_side(columns);
    let step = (side + BETWEEN, TOP + side + BELOW);
    let any_bins = samples.iter().any(|sample| sample.examples.len() >= FEW);
    let bar = if any_bins { 40.0 } else { 0.0 };
    let mut canvas = Canvas::new(WIDTH, rows as f64 * step.1 + bar);
    let panel_of = |index: usize| Panel {
        left: LEFT + (index % columns) as f64 * step.0,
        top: TOP + (index / columns) as f64 * step.1,
        width: side,
        height: side,
    };
    let drawn: Vec<_> = samples
        .iter()
        .enumerate()
        .map(|(index, sample)| bins(sample, panel_of(index), values))
        .collect();
    let most = drawn.iter().map(Hexagons::most).max().unwrap_or(0);
    for (index, (sample, bins)) in samples.iter().zip(&drawn).enumerate() {
        let panel = panel_of(index);
        draw_panel(&mut canvas, findings, panel, values, sample);
        if sample.examples.len() >= FEW {
            bins.draw(&mut canvas, most);
        } else {
            draw_points(&mut canvas, findings, panel, values, sample);
        }
        identity(&mut canvas, panel, values);
    }
    if any_bins {
        color_bar(&mut canvas, most);
    }
    Some(described(findings, canvas, any_bins))
}

/// Examples of the main scenario and share by method, best method first.
fn samples<'a>(findings: &'a Findings) -> Vec<Sample<'a>> {
    let labels = findings.labels();
    let of = |label: &'a str| {
        let rows = findings.evaluation.examples.iter().filter(|row| {
            row.method == label
                && row.scenario == findings.main_scenario
                && same(row.hidden, findings.main_share)
                && row.truth.is_finite()
                && row.estimate.is_finite()
        });
        Sample {
            label,
            examples: rows.collect(),
        }
    };
    labels
        .into_iter()
        .map(of)
        .filter(|sample| !sample.examples.is_empty())
        .collect()
}

fn panel_side(columns: usize) -> f64 {
    let room = WIDTH - LEFT - (columns as f64 - 1.0) * BETWEEN - 12.0;
    (room / columns as f64).min(400.0)
}

/// Nearly all true values and the estimates of the best method, on one range for both axes.
fn common_range(samples: &[Sample]) -> Option<(f64, f64)> {
    let mut values: Vec<f64> = samples
        .iter()
        .flat_map(|sample| sample.examples.iter().map(|example| example.truth))
        .collect();
    let best = samples.first()?.examples.iter();
    values.extend(best.map(|example| example.estimate));
    values.sort_by(f64::total_cmp);
    // One in five hundred at either end may lie outside, or one outlier would shrink the rest.
    let last = values.len() - 1;
    let cut = last / 500;
    let (low, high) = (values[cut], values[last - cut]);
    let margin = 0.03 * (high - low);
    Some((low - margin, high + margin))
}

fn scales(panel: Panel, values: (f64, f64)) -> (Scale, Scale) {
    let across = Scale::linear(values, (panel.left, panel.right()));
    (across, Scale::linear(values, (panel.bottom(), panel.top)))
}

/// Positions of the examples that lie within the panel.
fn positions(sample: &Sample, panel: Panel, values: (f64, f64)) -> Vec<(f64, f64)> {
    let (across, upward) = scales(panel, values);
    sample
        .examples
        .iter()
        .filter(|row| across.covers(row.truth) && upward.covers(row.estimate))
        .map(|row| (across.at(row.truth), upward.at(row.estimate)))
        .collect()
}

fn bins(sample: &Sample, panel: Panel, values: (f64, f64)) -> Hexagons {
    // The fewer the points, the larger the hexagons that still hold several.
    let radius = if sample.examples.len() < 2000 {
        4.5
    } else {
        3.5
    };
    Hexagons::of(positions(sample, panel, values), radius)
}

fn draw_panel(
    canvas: &mut Canvas,
    findings: &Findings,
    panel: Panel,
    values: (f64, f64),
    sample: &Sample,
) {
    let heading = Panel {
        top: panel.top - 17.0,
        ..panel
    };
    heading.heading(canvas, sample.label);
    let n = sample.examples.len();
    let outside = n - positions(sample, panel, values).len();
    let mut facts = format!("r {}, n {}", score(pearson(&sample.examples)), count(n));
    if outside > 0 {
        facts.push_str(&format!(", {} outside", count(outside)));
    }
    canvas.text(
        (panel.left, panel.top - 10.0),
        &facts,
        TextLook::label().soft(),
    );
    let (across, upward) = scales(panel, values);
    let scale = findings.scale_of_scores();
    let unit = if scale.is_empty() {
        String::new()
    } else {
        format!(" ({scale})")
    };
    panel.left_axis(
        canvas,
        upward,
        if panel.left == LEFT { "estimate" } else { "" },
    );
    panel.lower_axis(canvas, across, &format!("measured{unit}"));
}

fn draw_points(
    canvas: &mut Canvas,
    findings: &Findings,
    panel: Panel,
    values: (f64, f64),
    sample: &Sample,
) {
    let look = Look::filled(paint_of(findings, sample.label)).faded(0.5);
    for position in positions(sample, panel, values) {
        canvas.circle(position, 2.4, look);
    }
}

/// Where estimate equals truth.
fn identity(canvas: &mut Canvas, panel: Panel, values: (f64, f64)) {
    let (across, upward) = scales(panel, values);
    let corner = |value: f64| (across.at(value), upward.at(value));
    let (from, to) = (corner(values.0), corner(values.1));
    canvas.line(from, to, Look::drawn(Paint::Ground, 2.6).faded(0.7));
    canvas.line(from, to, Look::drawn(Paint::Ink, 1.1).dashed("5 4"));
}

fn pearson(examples: &[&Example]) -> f64 {
    let n = examples.len() as f64;
    let truth = examples.iter().map(|row| row.truth).sum::<f64>() / n;
    let estimate = examples.iter().map(|row| row.estimate).sum::<f64>() / n;
    let (mut both, mut of_truth, mut of_estimate) = (0.0, 0.0, 0.0);
    for row in examples {
        let (a, b) = (row.truth - truth, row.estimate - estimate);
        both += a * b;
        of_truth += a * a;
        of_estimate += b * b;
    }
    both / (of_truth * of_estimate).sqrt()
}

fn color_bar(canvas: &mut Canvas, most: usize) {
    let (left, top, width) = (LEFT + 165.0, canvas.height - 26.0, 200.0);
    let label = TextLook::label();
    canvas.text((LEFT, top + 10.0), "entries per hexagon", label);
    canvas.text((left - 8.0, top + 10.0), "1", label.soft().at(Anchor::End));
    let steps = 50;
    for step in 0..steps {
        let share = f64::from(step) / f64::from(steps);
        let look = Look::filled(Paint::Data(density_color(share)));
        // Each reaches to the end and is drawn over by the next, so that no seam shows.
        let size = (width * (1.0 - share), 12.0);
        canvas.rectangle((left + width * share, top), size, 0.0, look);
    }
    let end = format!("{} (log scale)", count(most));
    canvas.text((left + width + 8.0, top + 10.0), &end, label.soft());
}

fn described(findings: &Findings, canvas: Canvas, any_bins: bool) -> Figure {
    let title = "Estimated against measured values";
    let drawn = if any_bins {
        "Hexagons are colored by the number of entries in them. "
    } else {
        "Each dot is one entry. "
    };
    let caption = format!(
        "A sample of the values hidden ({}, {} hidden), each as measured and as estimated. {drawn}\
         On the dashed line both are equal; a cloud flatter than the line means estimates drawn \
         toward the mean, which costs least where little is known. r is the correlation over all \
         entries shown, of all genes together, and so higher than R2 of single genes.",
        findings.main_scenario,
        percent(findings.main_share),
    );
    Figure {
        name: "estimated_against_true".into(),
        title: title.into(),
        svg: canvas.finish("estimated_against_true", title, &caption),
        caption,
    }
}
