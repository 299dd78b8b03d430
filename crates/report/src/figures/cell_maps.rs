//! Cells on maps, a panel for each table, colored by kind.

use super::WIDTH;
use super::drawing::{
    Canvas, LegendEntry, Look, Paint, Panel, Scale, extent, group_color, legend, legend_height,
};
use crate::Figure;
use crate::study_figures::{CellPanel, FigureText};

const COLUMNS: usize = 3;
const TOP: f64 = 34.0;
const LEFT: f64 = 12.0;
const BETWEEN: f64 = 22.0;
/// Between rows of panels, with the heading of the next.
const BELOW: f64 = 44.0;
/// Room around the cells, as a share of the map; ours.
const MARGIN: f64 = 0.04;
/// Radius of a cell, pixels.
const RADIUS: f64 = 1.3;

pub(crate) fn figure(text: FigureText, kinds: &[&str], panels: &[CellPanel]) -> Option<Figure> {
    let panels: Vec<&CellPanel> = panels.iter().filter(|p| !p.places.is_empty()).collect();
    if panels.is_empty() {
        return None;
    }
    let entries: Vec<LegendEntry> = kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| (*kind, 0, Paint::Data(group_color(at))))
        .collect();
    let columns = panels.len().min(COLUMNS) as f64;
    let side = ((WIDTH - 2.0 * LEFT - BETWEEN * (columns - 1.0)) / columns).min(380.0);
    let lines = panels.len().div_ceil(COLUMNS) as f64;
    let bottom = TOP + lines * side + (lines - 1.0) * BELOW + 14.0;
    let width = WIDTH - 2.0 * LEFT;
    let mut canvas = Canvas::new(WIDTH, bottom + legend_height(&entries, width) + 8.0);
    for (at, panel) in panels.iter().enumerate() {
        let place = Panel {
            left: LEFT + (at % COLUMNS) as f64 * (side + BETWEEN),
            top: TOP + (at / COLUMNS) as f64 * (side + BELOW),
            width: side,
            height: side,
        };
        draw_panel(&mut canvas, place, panel, kinds.len());
    }
    legend(&mut canvas, &entries, (LEFT, bottom), width);
    Some(Figure {
        name: text.name.into(),
        title: text.title.into(),
        svg: canvas.finish(text.name, text.title, text.caption),
        caption: text.caption.into(),
    })
}

fn draw_panel(canvas: &mut Canvas, place: Panel, panel: &CellPanel, kinds: usize) {
    place.heading(canvas, &panel.title);
    let edge = Look::drawn(Paint::Faint, 1.0);
    canvas.rectangle(
        (place.left, place.top),
        (place.width, place.height),
        4.0,
        edge,
    );
    let (left, right) = extent(panel.places.iter().map(|place| place.0));
    let (low, high) = extent(panel.places.iter().map(|place| place.1));
    // A unit is as long across as upward.
    let length = (right - left).max(high - low).max(f64::MIN_POSITIVE) * (1.0 + 2.0 * MARGIN);
    let around = |low: f64, high: f64| {
        let middle = f64::midpoint(low, high);
        (middle - length / 2.0, middle + length / 2.0)
    };
    let across = Scale::linear(around(left, right), place.across());
    let upward = Scale::linear(around(low, high), place.upward());
    for kind in 0..kinds {
        let cells = panel.places.iter().zip(&panel.kinds);
        let cells = cells.filter(|(_, of)| **of == kind);
        let dots: Vec<(f64, f64)> = cells
            .map(|(place, _)| (across.at(place.0), upward.at(place.1)))
            .collect();
        canvas.dots(&dots, RADIUS, Paint::Data(group_color(kind)));
    }
}
