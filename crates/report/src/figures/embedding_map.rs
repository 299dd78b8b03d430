//! What a network learned about the levels of a covariate, on a map, colored by organ system.

use std::collections::BTreeSet;

use super::WIDTH;
use super::drawing::{
    Canvas, LegendEntry, Look, Paint, Panel, Scale, extent, group_color, legend, legend_height,
    marker, name_points,
};
use crate::Figure;
use crate::embedding::{EmbeddingMap, MapPoint, finding};

const LEFT: f64 = 12.0;
const HEIGHT: f64 = 560.0;
/// Room around the points for names at the edge, as a share of the map; ours.
const MARGIN: f64 = 0.07;
/// What the legend calls levels without a system.
const NONE: &str = "none known";

pub(crate) fn embedding_map(map: &EmbeddingMap) -> Figure {
    let systems: BTreeSet<&str> = map.points.iter().filter_map(|point| point.system).collect();
    let systems: Vec<&str> = systems.into_iter().collect();
    let entries = entries(map, &systems);
    let width = WIDTH - 2.0 * LEFT;
    let panel = Panel {
        left: LEFT,
        top: legend_height(&entries, width) + 16.0,
        width,
        height: HEIGHT,
    };
    let mut canvas = Canvas::new(WIDTH, panel.bottom() + 12.0);
    legend(&mut canvas, &entries, (LEFT, 4.0), width);
    let edge = Look::drawn(Paint::Faint, 1.0);
    canvas.rectangle(
        (panel.left, panel.top),
        (panel.width, panel.height),
        4.0,
        edge,
    );
    draw_points(&mut canvas, panel, map, &systems);
    described(map, canvas)
}

fn entries<'a>(map: &EmbeddingMap, systems: &[&'a str]) -> Vec<LegendEntry<'a>> {
    let mut entries: Vec<LegendEntry> = (0..)
        .zip(systems)
        .map(|(place, system)| (*system, place, paint(place)))
        .collect();
    if map.points.iter().any(|point| point.system.is_none()) {
        entries.push((NONE, 0, Paint::Soft));
    }
    entries
}

fn paint(place: usize) -> Paint {
    Paint::Data(group_color(place))
}

fn draw_points(canvas: &mut Canvas, panel: Panel, map: &EmbeddingMap, systems: &[&str]) {
    let place = |point: &MapPoint| systems.binary_search(&point.system?).ok();
    let at = pixels(panel, map);
    for (point, from) in map.points.iter().zip(&at) {
        let same = point.system == map.points[point.nearest].system;
        if let (Some(place), true) = (place(point), same) {
            let look = Look::drawn(paint(place), 2.4).faded(0.45);
            canvas.line(*from, at[point.nearest], look);
        }
    }
    let levels = map.points.iter().map(|point| point.level);
    let names: Vec<((f64, f64), &str)> = at.iter().copied().zip(levels).collect();
    name_points(canvas, panel, &names);
    for (point, at) in map.points.iter().zip(at) {
        match place(point) {
            Some(place) => marker(canvas, at, place, paint(place)),
            None => marker(canvas, at, 0, Paint::Soft),
        }
    }
}

/// Where points are drawn: a unit is as long across as upward.
fn pixels(panel: Panel, map: &EmbeddingMap) -> Vec<(f64, f64)> {
    let (left, right) = extent(map.points.iter().map(|point| point.place.0));
    let (low, high) = extent(map.points.iter().map(|point| point.place.1));
    let wide = (right - left).max((high - low) * panel.width / panel.height);
    let wide = wide.max(f64::MIN_POSITIVE) * (1.0 + 2.0 * MARGIN);
    let tall = wide * panel.height / panel.width;
    let around = |low: f64, high: f64, length: f64| {
        let middle = f64::midpoint(low, high);
        (middle - length / 2.0, middle + length / 2.0)
    };
    let across = Scale::linear(around(left, right, wide), panel.across());
    let upward = Scale::linear(around(low, high, tall), panel.upward());
    map.points
        .iter()
        .map(|point| (across.at(point.place.0), upward.at(point.place.1)))
        .collect()
}

fn described(map: &EmbeddingMap, canvas: Canvas) -> Figure {
    let title = format!("What {} learned about {}", map.method, map.covariate);
    let caption = format!(
        "Each point is a level of {}, placed by UMAP from the {} numbers that the network learned for it; color and \
         shape are its organ system, and a colored line leads to the nearest neighbor in the embedding where both are \
         of one system. Axes have no unit. {}",
        map.covariate,
        map.dimensions,
        finding(map).join(" ")
    );
    Figure {
        name: "embedding_map".into(),
        svg: canvas.finish("embedding_map", &title, &caption),
        title,
        caption,
    }
}
