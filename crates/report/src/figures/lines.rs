//! Lines through points, a panel beside the other.

use super::drawing::{
    Canvas, LegendEntry, Look, Paint, Panel, Scale, extent, legend, legend_height, marker,
    method_color,
};
use super::{WIDTH, places_of};
use crate::Figure;
use crate::study_figures::{FigureText, Line, LineAxis, LinePanel, Steps};

const COLUMNS: usize = 3;
const TOP: f64 = 34.0;
const LEFT: f64 = 68.0;
const HEIGHT: f64 = 230.0;
/// Between panels in a row, with the axis of the next; and between rows.
const BETWEEN: (f64, f64) = (72.0, 96.0);

pub(crate) fn figure(text: FigureText, panels: &[LinePanel]) -> Option<Figure> {
    let panels: Vec<LinePanel> = panels.iter().filter_map(drawable).collect();
    if panels.is_empty() {
        return None;
    }
    let names = places_of(
        panels
            .iter()
            .flat_map(|panel| panel.lines.iter().map(|line| line.name.as_str())),
    );
    let entries: Vec<LegendEntry> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (*name, at, Paint::Data(method_color(at))))
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
        draw_panel(&mut canvas, place, panel, &names);
    }
    legend(&mut canvas, &entries, (LEFT, bottom), WIDTH - LEFT);
    Some(Figure {
        name: text.name.into(),
        title: text.title.into(),
        svg: canvas.finish(text.name, text.title, text.caption),
        caption: text.caption.into(),
    })
}

/// The panel with points that its axes can show; nothing where there is none.
fn drawable(panel: &LinePanel) -> Option<LinePanel> {
    let shown = |axis: &LineAxis, value: f64| {
        value.is_finite() && (axis.steps == Steps::Even || value > 0.0)
    };
    let line = |line: &Line| {
        let points = line.points.iter().copied();
        let points = points.filter(|&(x, y, _)| shown(&panel.across, x) && shown(&panel.upward, y));
        Line {
            points: points.collect(),
            ..line.clone()
        }
    };
    let lines: Vec<Line> = panel.lines.iter().map(line).collect();
    let drawn = LinePanel {
        lines,
        ..panel.clone()
    };
    let any = drawn.lines.iter().any(|line| !line.points.is_empty());
    any.then_some(drawn)
}

fn scale(axis: &LineAxis, values: (f64, f64), pixels: (f64, f64)) -> Scale {
    match axis.steps {
        Steps::Even => Scale::linear(values, pixels),
        Steps::Factors => Scale::logarithmic(values, pixels),
    }
}

fn draw_panel(canvas: &mut Canvas, place: Panel, panel: &LinePanel, names: &[&str]) {
    let points = || panel.lines.iter().flat_map(|line| &line.points);
    let least = |y: f64, spread: f64| match panel.upward.steps {
        Steps::Factors if spread >= y => y,
        _ => y - spread,
    };
    let across = scale(
        &panel.across,
        extent(points().map(|point| point.0)),
        place.across(),
    );
    let upward = scale(
        &panel.upward,
        extent(points().flat_map(|&(_, y, spread)| [least(y, spread), y + spread])),
        place.upward(),
    )
    .rounded(5);
    place.heading(canvas, &panel.title);
    place.left_axis(canvas, upward, &panel.upward.title);
    place.lower_axis(canvas, across, &panel.across.title);
    for line in &panel.lines {
        let at = names.iter().position(|name| *name == line.name);
        let at = at.expect("names are those of the panels");
        draw_line(canvas, (across, upward), line, at);
    }
}

fn draw_line(canvas: &mut Canvas, (across, upward): (Scale, Scale), line: &Line, at: usize) {
    let paint = Paint::Data(method_color(at));
    let pixel = |&(x, y, _): &(f64, f64, f64)| (across.at(x), upward.at(y));
    let path: Vec<_> = line.points.iter().map(pixel).collect();
    match line.straight {
        None => canvas.path(&path, Look::drawn(paint, 2.0)),
        Some(straight) => draw_straight(canvas, (across, upward), (line, straight), paint),
    }
    for &(x, y, spread) in &line.points {
        let ends = (upward.at(y - spread), upward.at(y + spread));
        let x = across.at(x);
        canvas.line((x, ends.0), (x, ends.1), Look::drawn(paint, 1.4));
    }
    for point in path {
        marker(canvas, point, at, paint);
    }
}

/// A straight line in the values, which bends where an axis goes by factors.
fn draw_straight(
    canvas: &mut Canvas,
    (across, upward): (Scale, Scale),
    (line, (intercept, slope)): (&Line, (f64, f64)),
    paint: Paint,
) {
    let (first, last) = extent(line.points.iter().map(|point| point.0));
    // Enough steps for a curve that looks smooth on half of the page.
    let steps = 60;
    let places = (0..=steps).map(|step| {
        let share = f64::from(step) / f64::from(steps);
        match first > 0.0 {
            true => first * (last / first).powf(share),
            false => first + share * (last - first),
        }
    });
    let points: Vec<_> = places
        .map(|x| (x, intercept + slope * x))
        .filter(|(_, y)| upward.covers(*y))
        .map(|(x, y)| (across.at(x), upward.at(y)))
        .collect();
    canvas.path(&points, Look::drawn(paint, 1.6).dashed("5 4"));
}
