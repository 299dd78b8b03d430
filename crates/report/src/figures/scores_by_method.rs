//! Scores of analyses method by method, a mark per hidden share and a panel per score.

use super::WIDTH;
use super::drawing::{
    Canvas, LegendEntry, Look, Paint, Panel, Scale, label_room, legend, legend_height, marker,
    method_color, name_rows,
};
use crate::Figure;
use crate::downstream::{ScoreCurve, ScorePanel, bars_in_words, methods, shares, with_scores};
use crate::numbers::percent;

const TOP: f64 = 34.0;
/// From the panels to the legend: ticks and title of the axis.
const BELOW: f64 = 56.0;
const BETWEEN: f64 = 26.0;
/// Height of a method's row beside that of its marks, and of a mark.
const ROW: (f64, f64) = (12.0, 12.0);

pub(crate) fn figure(
    (name, title): (&str, &str),
    spread: &str,
    panels: &[ScorePanel],
) -> Option<Figure> {
    let known = with_scores(panels);
    let (methods, shares) = (methods(&known), shares(&known));
    if methods.is_empty() {
        return None;
    }
    let words: Vec<String> = shares
        .iter()
        .map(|share| format!("{} hidden", percent(*share)))
        .collect();
    let entries = legend_entries(&words);
    let row = ROW.0 + ROW.1 * shares.len() as f64;
    let height = row * methods.len() as f64;
    let room = label_room(methods.iter().copied(), 220.0) + 22.0;
    let bottom = TOP + height + BELOW;
    let mut canvas = Canvas::new(WIDTH, bottom + legend_height(&entries, WIDTH - room) + 6.0);
    name_rows(&mut canvas, &methods, (room, TOP), row);
    let step = (WIDTH - room + BETWEEN - 8.0) / known.len() as f64;
    for (at, panel) in known.iter().enumerate() {
        let place = Panel {
            left: room + at as f64 * step,
            top: TOP,
            width: step - BETWEEN,
            height,
        };
        draw_panel(&mut canvas, place, panel, (&methods, &shares));
    }
    legend(&mut canvas, &entries, (room, bottom), WIDTH - room);
    let caption = caption(spread, &known);
    Some(Figure {
        name: name.into(),
        title: title.into(),
        svg: canvas.finish(name, title, &caption),
        caption,
    })
}

fn legend_entries(words: &[String]) -> Vec<LegendEntry<'_>> {
    let numbered = words.iter().enumerate();
    numbered
        .map(|(at, text)| (text.as_str(), at, Paint::Soft))
        .collect()
}

fn draw_panel(
    canvas: &mut Canvas,
    place: Panel,
    panel: &ScorePanel,
    (methods, shares): (&[&str], &[f64]),
) {
    let Some(range) = panel.range() else {
        return;
    };
    let scale = Scale::linear(range, place.across()).rounded(4);
    place.heading(canvas, &panel.title);
    place.lower_axis(canvas, scale, &panel.score);
    if let Some(full) = panel.full.filter(|full| full.is_finite()) {
        place.reference(canvas, scale, full);
    }
    let row = place.height / methods.len() as f64;
    for (at, method) in methods.iter().enumerate() {
        let top = place.top + at as f64 * row;
        if at > 0 {
            let look = Look::drawn(Paint::Faint, 1.0);
            canvas.line((place.left, top), (place.right(), top), look);
        }
        for curve in panel.curves.iter().filter(|curve| curve.method == *method) {
            draw_row(canvas, (scale, top + ROW.0 / 2.0), (at, curve), shares);
        }
    }
}

fn draw_row(
    canvas: &mut Canvas,
    (scale, top): (Scale, f64),
    (at, curve): (usize, &ScoreCurve),
    shares: &[f64],
) {
    let paint = Paint::Data(method_color(at));
    for point in curve.points.iter().filter(|point| point.mean.is_finite()) {
        let place = shares.iter().position(|share| *share == point.hidden);
        let place = place.expect("shares are those of the panels");
        let y = top + (place as f64 + 0.5) * ROW.1;
        if let Some(spread) = point.spread.filter(|s| s.is_finite()) {
            let ends = (scale.at(point.mean - spread), scale.at(point.mean + spread));
            canvas.line((ends.0, y), (ends.1, y), Look::drawn(paint, 1.4));
        }
        marker(canvas, (scale.at(point.mean), y), place, paint);
    }
}

fn caption(spread: &str, panels: &[ScorePanel]) -> String {
    let bars = bars_in_words(panels, spread);
    let full = if panels.iter().any(|panel| panel.full.is_some()) {
        " The dotted line is the same analysis of the full data."
    } else {
        ""
    };
    format!("Analyses of imputed tables, a mark for each share of hidden profiles.{bars}{full}")
}
