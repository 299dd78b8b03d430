//! Distributions as boxes, a panel beside the other.

use super::drawing::{
    Anchor, BoxStatistics, Canvas, LyingBox, Panel, Scale, TextLook, extent, label_room,
    method_color, name_rows,
};
use super::{WIDTH, places_of};
use crate::Figure;
use crate::numbers::count;
use crate::study_figures::{BoxPanel, FigureText};

const TOP: f64 = 34.0;
/// From a row of panels to the next: ticks and title of the axis.
const BELOW: f64 = 56.0;
const BETWEEN: f64 = 30.0;
const ROW: f64 = 26.0;
const COLUMNS: usize = 2;

pub(crate) fn figure(text: FigureText, panels: &[BoxPanel]) -> Option<Figure> {
    let panels: Vec<&BoxPanel> = panels.iter().filter(|p| !found(p).is_empty()).collect();
    let names = places_of(
        panels
            .iter()
            .flat_map(|panel| panel.rows.iter().map(|row| row.name.as_str())),
    );
    if names.is_empty() {
        return None;
    }
    let room = label_room(names.iter().copied(), 220.0) + 22.0;
    let height = ROW * names.len() as f64;
    let lines = panels.len().div_ceil(COLUMNS) as f64;
    let mut canvas = Canvas::new(WIDTH, lines * (TOP + height + BELOW));
    let step = (WIDTH - room + BETWEEN - 8.0) / panels.len().min(COLUMNS) as f64;
    for (at, panel) in panels.iter().enumerate() {
        let place = Panel {
            left: room + (at % COLUMNS) as f64 * step,
            top: TOP + (at / COLUMNS) as f64 * (TOP + height + BELOW),
            width: step - BETWEEN,
            height,
        };
        if at % COLUMNS == 0 {
            name_rows(&mut canvas, &names, (room, place.top), ROW);
        }
        draw_panel(&mut canvas, place, panel, &names);
    }
    Some(Figure {
        name: text.name.into(),
        title: text.title.into(),
        svg: canvas.finish(text.name, text.title, text.caption),
        caption: text.caption.into(),
    })
}

/// Statistics of the rows that have values.
fn found(panel: &BoxPanel) -> Vec<(&str, BoxStatistics)> {
    let rows = panel.rows.iter();
    rows.filter_map(|row| {
        let statistics = BoxStatistics::of(row.values.iter().copied())?;
        Some((row.name.as_str(), statistics))
    })
    .collect()
}

fn draw_panel(canvas: &mut Canvas, place: Panel, panel: &BoxPanel, names: &[&str]) {
    let rows = found(panel);
    let ends = |row: &(&str, BoxStatistics)| [row.1.whiskers.0, row.1.whiskers.1];
    let range = extent(rows.iter().flat_map(ends));
    let scale = Scale::linear(range, place.across()).rounded(4);
    place.heading(canvas, &panel.title);
    place.lower_axis(canvas, scale, &panel.score);
    for (name, statistics) in &rows {
        let at = names.iter().position(|other| other == name);
        let at = at.expect("names are those of the panels");
        let y = place.top + (at as f64 + 0.5) * ROW;
        LyingBox {
            statistics,
            y,
            thickness: 13.0,
            color: method_color(at),
        }
        .draw(canvas, scale);
        let beyond = statistics.beyond(scale);
        if beyond > 0 {
            let look = TextLook::label().soft().sized(10.0).at(Anchor::End);
            let words = format!("{} beyond", count(beyond));
            canvas.text((place.right(), y - 8.0), &words, look);
        }
    }
}
