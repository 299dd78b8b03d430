//! Scores data set by data set, a mark for each method and a panel for each score.

use super::drawing::{
    Canvas, LegendEntry, Look, Paint, Panel, Scale, extent, label_room, legend, legend_height,
    marker, method_color, name_rows,
};
use super::{WIDTH, places_of};
use crate::Figure;
use crate::study_figures::{FigureText, Mark, MarkPanel};

const TOP: f64 = 34.0;
/// From a row of panels to what follows: ticks and title of the axis.
const BELOW: f64 = 60.0;
const BETWEEN: f64 = 42.0;
/// Height of a data set's row beside that of its marks, and of a mark.
const ROW: (f64, f64) = (12.0, 12.0);
/// Panels beside each other at most.
const COLUMNS: usize = 3;

pub(crate) fn figure(text: FigureText, panels: &[MarkPanel]) -> Option<Figure> {
    let panels: Vec<&MarkPanel> = panels.iter().filter(|p| range(p).is_some()).collect();
    let marks = panels.iter().flat_map(|panel| &panel.rows);
    let methods = places_of(marks.flat_map(|row| row.marks.iter().map(|m| m.method.as_str())));
    let data = places_of(
        panels
            .iter()
            .flat_map(|p| p.rows.iter().map(|row| row.name.as_str())),
    );
    if data.is_empty() {
        return None;
    }
    let entries: Vec<LegendEntry> = methods
        .iter()
        .enumerate()
        .map(|(at, method)| (*method, at, Paint::Data(method_color(at))))
        .collect();
    let row = ROW.0 + ROW.1 * methods.len() as f64;
    let height = row * data.len() as f64;
    let room = label_room(data.iter().copied(), 220.0) + 22.0;
    let columns = panels.len().min(COLUMNS);
    let lines = panels.len().div_ceil(COLUMNS) as f64;
    let bottom = TOP + lines * (height + BELOW) + (lines - 1.0) * TOP;
    let mut canvas = Canvas::new(WIDTH, bottom + legend_height(&entries, WIDTH - room) + 6.0);
    let step = (WIDTH - room + BETWEEN - 8.0) / columns as f64;
    for (at, panel) in panels.iter().enumerate() {
        let place = Panel {
            left: room + (at % COLUMNS) as f64 * step,
            top: TOP + (at / COLUMNS) as f64 * (height + BELOW + TOP),
            width: step - BETWEEN,
            height,
        };
        if at % COLUMNS == 0 {
            name_rows(&mut canvas, &data, (room, place.top), row);
        }
        draw_panel(&mut canvas, place, panel, (&data, &methods));
    }
    legend(&mut canvas, &entries, (room, bottom), WIDTH - room);
    Some(Figure {
        name: text.name.into(),
        title: text.title.into(),
        svg: canvas.finish(text.name, text.title, text.caption),
        caption: text.caption.into(),
    })
}

/// From the lowest to the highest score with its spread.
fn range(panel: &MarkPanel) -> Option<(f64, f64)> {
    let marks = panel.rows.iter().flat_map(|row| &row.marks);
    let ends = marks.flat_map(|mark| {
        let spread = spread(mark);
        [mark.value - spread, mark.value + spread]
    });
    let (low, high) = extent(ends.filter(|end| end.is_finite()));
    (low <= high).then_some((low, high))
}

fn spread(mark: &Mark) -> f64 {
    mark.spread.filter(|s| s.is_finite()).unwrap_or(0.0)
}

fn draw_panel(
    canvas: &mut Canvas,
    place: Panel,
    panel: &MarkPanel,
    (data, methods): (&[&str], &[&str]),
) {
    let Some(range) = range(panel) else { return };
    let scale = Scale::linear(range, place.across()).rounded(4);
    place.heading(canvas, &panel.title);
    place.lower_axis(canvas, scale, &panel.score);
    let row = place.height / data.len() as f64;
    for (at, name) in data.iter().enumerate() {
        let top = place.top + at as f64 * row;
        if at > 0 {
            let look = Look::drawn(Paint::Faint, 1.0);
            canvas.line((place.left, top), (place.right(), top), look);
        }
        let marks = panel.rows.iter().filter(|row| row.name == *name);
        for mark in marks.flat_map(|row| &row.marks) {
            let at = methods.iter().position(|m| *m == mark.method);
            let at = at.expect("methods are those of the panels");
            let y = top + (ROW.0 + ROW.1) / 2.0 + at as f64 * ROW.1;
            draw_mark(canvas, scale, (at, y), mark);
        }
    }
}

fn draw_mark(canvas: &mut Canvas, scale: Scale, (at, y): (usize, f64), mark: &Mark) {
    if !mark.value.is_finite() {
        return;
    }
    let (paint, spread) = (Paint::Data(method_color(at)), spread(mark));
    let ends = (scale.at(mark.value - spread), scale.at(mark.value + spread));
    canvas.line((ends.0, y), (ends.1, y), Look::drawn(paint, 1.4));
    marker(canvas, (scale.at(mark.value), y), at, paint);
}
