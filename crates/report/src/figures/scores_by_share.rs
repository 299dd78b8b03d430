//! Scores against the share of hidden profiles, a line per method and a panel per score; as
//! Figures 3 and 4 of Zhou et al. 2020 (doi:10.1093/gigascience/giaa076).

use super::WIDTH;
use super::drawing::{
    Anchor, Canvas, LegendEntry, Look, Paint, Panel, Scale, TextLook, legend, legend_height,
    marker, method_color,
};
use crate::Figure;
use crate::downstream::{ScoreCurve, ScorePanel, bars_in_words, methods, shares, with_scores};
use crate::numbers::quantity;

const COLUMNS: usize = 3;
const TOP: f64 = 34.0;
const LEFT: f64 = 66.0;
const HEIGHT: f64 = 230.0;
/// Between panels in a row, with the axis of the next; and between rows.
const BETWEEN: (f64, f64) = (66.0, 92.0);
/// Between bars of neighboring methods at the same share, pixels.
const APART: f64 = 2.0;

pub(crate) fn figure(
    (name, title): (&str, &str),
    spread: &str,
    panels: &[ScorePanel],
) -> Option<Figure> {
    let panels = with_scores(panels);
    let (methods, shares) = (methods(&panels), shares(&panels));
    if methods.is_empty() {
        return None;
    }
    let entries: Vec<LegendEntry> = methods
        .iter()
        .enumerate()
        .map(|(at, method)| (*method, at, Paint::Data(method_color(at))))
        .collect();
    let columns = panels.len().min(COLUMNS) as f64;
    let width = (WIDTH - LEFT - 12.0 - BETWEEN.0 * (columns - 1.0)) / columns;
    let rows = panels.len().div_ceil(COLUMNS) as f64;
    let bottom = TOP + rows * HEIGHT + (rows - 1.0) * BETWEEN.1 + 58.0;
    let mut canvas = Canvas::new(WIDTH, bottom + legend_height(&entries, WIDTH - LEFT) + 6.0);
    for (at, panel) in panels.iter().enumerate() {
        let place = Panel {
            left: LEFT + (at % COLUMNS) as f64 * (width + BETWEEN.0),
            top: TOP + (at / COLUMNS) as f64 * (HEIGHT + BETWEEN.1),
            width,
            height: HEIGHT,
        };
        draw_panel(&mut canvas, place, panel, (&methods, &shares));
    }
    legend(&mut canvas, &entries, (LEFT, bottom), WIDTH - LEFT);
    let caption = caption(spread, &panels);
    Some(Figure {
        name: name.into(),
        title: title.into(),
        svg: canvas.finish(name, title, &caption),
        caption,
    })
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
    let value = Scale::linear(range, place.upward()).rounded(5);
    let share = Scale::linear(share_range(shares), place.across());
    place.heading(canvas, &panel.title);
    place.left_axis(canvas, value, &panel.score);
    place.lower_axis_at(canvas, share, &ticks(shares), "profiles hidden, %");
    if let Some(full) = panel.full.filter(|full| full.is_finite()) {
        full_data(canvas, place, value.at(full));
    }
    for curve in panel.curves.iter().rev() {
        let at = methods.iter().position(|m| *m == curve.method);
        let at = at.expect("methods are those of the panels");
        let shift = APART * (at as f64 - (methods.len() as f64 - 1.0) / 2.0);
        draw_curve(canvas, (share, value), curve, (at, shift));
    }
}

fn share_range(shares: &[f64]) -> (f64, f64) {
    let (first, last) = (shares[0], shares[shares.len() - 1]);
    let margin = (0.08 * (last - first)).max(0.02);
    (100.0 * (first - margin), 100.0 * (last + margin))
}

fn ticks(shares: &[f64]) -> Vec<(f64, String)> {
    let label = |share: &f64| {
        let text = quantity(100.0 * share);
        (100.0 * share, text.trim_end_matches(".0").to_string())
    };
    shares.iter().map(label).collect()
}

fn full_data(canvas: &mut Canvas, place: Panel, y: f64) {
    let look = Look::drawn(Paint::Soft, 1.0).dashed("4 3");
    canvas.line((place.left, y), (place.right(), y), look);
    let text = TextLook::label().soft().sized(11.0).at(Anchor::End);
    canvas.text((place.right() - 4.0, y - 5.0), "full data", text);
}

fn draw_curve(
    canvas: &mut Canvas,
    (share, value): (Scale, Scale),
    curve: &ScoreCurve,
    (at, shift): (usize, f64),
) {
    let paint = Paint::Data(method_color(at));
    let known = || curve.points.iter().filter(|point| point.mean.is_finite());
    let line: Vec<_> = known()
        .map(|point| (share.at(100.0 * point.hidden) + shift, value.at(point.mean)))
        .collect();
    canvas.path(&line, Look::drawn(paint, 2.0));
    for (point, (x, _)) in known().zip(&line) {
        if let Some(spread) = point.spread.filter(|s| s.is_finite()) {
            let (low, high) = (value.at(point.mean - spread), value.at(point.mean + spread));
            canvas.line((*x, low), (*x, high), Look::drawn(paint, 1.4));
        }
    }
    for point in line {
        marker(canvas, point, at, paint);
    }
}

fn caption(spread: &str, panels: &[ScorePanel]) -> String {
    let bars = bars_in_words(panels, spread);
    let full = if panels.iter().any(|panel| panel.full.is_some()) {
        " The dashed line is the same analysis of the full data."
    } else {
        ""
    };
    format!(
        "Analyses of imputed tables when more and more of the expression profiles are hidden.{bars}{full}"
    )
}
