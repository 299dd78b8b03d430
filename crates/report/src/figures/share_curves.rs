//! R2 against the hidden share with its spread over genes, a panel per pair of cohorts; as
//! Figure 4 of the PMI paper (Viñas et al., Frontiers in Genetics 2021).

use super::WIDTH;
use super::drawing::{Canvas, Look, Paint, Panel, Scale, legend, marker, method_color};
use crate::Figure;
use crate::study::CurvePanel;

const COLUMNS: usize = 3;
const TOP: f64 = 34.0;
const LEFT: f64 = 62.0;
const HEIGHT: f64 = 200.0;
/// Between panels in a row, with the axis of the next; and between rows, with axis and legend.
const BETWEEN: (f64, f64) = (62.0, 144.0);
/// R2 below this is drawn at the edge.
const LOWEST: f64 = -0.5;

pub(crate) fn figure(name: &str, title: &str, panels: &[CurvePanel]) -> Option<Figure> {
    let points = || {
        panels
            .iter()
            .flat_map(|panel| &panel.curves)
            .flat_map(|curve| &curve.points)
    };
    let highest = points()
        .map(|(_, mean, spread)| mean + spread)
        .fold(f64::NEG_INFINITY, f64::max);
    if !highest.is_finite() {
        return None;
    }
    let lowest = points()
        .map(|(_, mean, spread)| mean - spread)
        .fold(0.0, f64::min)
        .max(LOWEST);
    let columns = panels.len().min(COLUMNS) as f64;
    let width = (WIDTH - LEFT - 12.0 - BETWEEN.0 * (columns - 1.0)) / columns;
    let rows = panels.len().div_ceil(COLUMNS) as f64;
    let mut canvas = Canvas::new(WIDTH, TOP + rows * (HEIGHT + BETWEEN.1) - 24.0);
    for (at, panel) in panels.iter().enumerate() {
        let place = Panel {
            left: LEFT + (at % COLUMNS) as f64 * (width + BETWEEN.0),
            top: TOP + (at / COLUMNS) as f64 * (HEIGHT + BETWEEN.1),
            width,
            height: HEIGHT,
        };
        draw_panel(&mut canvas, place, (lowest, highest.min(1.0)), panel);
    }
    let caption = "Mean R2 of genes when more and more of the values are hidden; the shaded area reaches one standard deviation over genes to either side. Below 0 the cohort's own mean does better. Values below the axis are drawn at its lower edge.";
    Some(Figure {
        name: name.into(),
        title: title.into(),
        svg: canvas.finish(name, title, caption),
        caption: caption.into(),
    })
}

fn draw_panel(canvas: &mut Canvas, place: Panel, range: (f64, f64), panel: &CurvePanel) {
    let share = Scale::linear((0.0, 100.0), place.across());
    let value = Scale::linear(range, place.upward()).rounded(5);
    place.heading(canvas, &panel.title);
    place.left_axis(canvas, value, "R2");
    let ticks = [0.0, 25.0, 50.0, 75.0, 100.0].map(|tick| (tick, format!("{tick:.0}")));
    place.lower_axis_at(canvas, share, &ticks, "share of values hidden, %");
    let inside = |y: f64| y.clamp(place.top, place.bottom());
    for (at, curve) in panel.curves.iter().enumerate() {
        let paint = Paint::Data(method_color(at));
        let edge = |sign: f64| {
            let at = move |&(hidden, mean, spread): &(f64, f64, f64)| {
                (
                    share.at(100.0 * hidden),
                    inside(value.at(mean + sign * spread)),
                )
            };
            curve.points.iter().map(at)
        };
        let area: Vec<_> = edge(1.0).chain(edge(-1.0).rev()).collect();
        canvas.polygon(&area, Look::filled(paint).faded(0.15));
        let line: Vec<_> = edge(0.0).collect();
        canvas.path(&line, Look::drawn(paint, 2.0));
        for point in line {
            marker(canvas, point, at, paint);
        }
    }
    name_curves(canvas, place, panel);
}

fn name_curves(canvas: &mut Canvas, place: Panel, panel: &CurvePanel) {
    let entries: Vec<_> = panel
        .curves
        .iter()
        .enumerate()
        .map(|(at, curve)| (curve.name.as_str(), at, Paint::Data(method_color(at))))
        .collect();
    let top = place.bottom() + 44.0;
    legend(
        canvas,
        &entries,
        (place.left - 20.0, top),
        place.width + 40.0,
    );
}
