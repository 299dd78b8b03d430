//! Cells on a map, as counted and as each method fills them.

use std::collections::BTreeMap;

use imputome_evaluate::cells::{CellEvaluation, CellMaps, MappedTable};

use crate::Figure;
use crate::figures::WIDTH;
use crate::figures::drawing::{
    Canvas, LegendEntry, Look, Paint, Panel, Scale, TextLook, extent, group_color, legend,
    legend_height,
};
use crate::numbers::{count, score};

const LEFT: f64 = 8.0;
const BETWEEN: f64 = 22.0;
const TOP: f64 = 32.0;
const BELOW: f64 = 34.0;
const NAME: &str = "cells_before_and_after";
/// Kinds that have a color of their own, the largest ones; as many as can be told apart.
const COLORED: usize = 12;
/// Room around the cells, as a share of the map; ours.
const MARGIN: f64 = 0.04;

/// Cells of one color.
struct Kind {
    name: String,
    cells: Vec<usize>,
    paint: Paint,
}

pub(super) fn figure(evaluation: &CellEvaluation) -> Option<Figure> {
    let maps = evaluation.maps.as_ref()?;
    let kinds = kinds(maps);
    let names: Vec<String> = kinds
        .iter()
        .map(|kind| format!("{} ({})", kind.name, count(kind.cells.len())))
        .collect();
    let entries: Vec<LegendEntry> = names
        .iter()
        .zip(&kinds)
        .map(|(name, kind)| (name.as_str(), 0, kind.paint))
        .collect();
    let per_row = match maps.tables.len() {
        few @ 1..=3 => few,
        4 => 2,
        _ => 3,
    };
    let room = WIDTH - 2.0 * LEFT - (per_row as f64 - 1.0) * BETWEEN;
    let side = room / per_row as f64;
    let height = side.min(430.0);
    let first = legend_height(&entries, WIDTH - 2.0 * LEFT) + 12.0;
    let rows = maps.tables.len().div_ceil(per_row);
    let mut canvas = Canvas::new(WIDTH, first + rows as f64 * (TOP + height + BELOW));
    legend(&mut canvas, &entries, (LEFT, 4.0), WIDTH - 2.0 * LEFT);
    for (at, table) in maps.tables.iter().enumerate() {
        let panel = Panel {
            left: LEFT + (at % per_row) as f64 * (side + BETWEEN),
            top: first + TOP + (at / per_row) as f64 * (TOP + height + BELOW),
            width: side,
            height,
        };
        draw(&mut canvas, panel, table, &kinds);
        let below = (panel.left, panel.bottom() + 18.0);
        canvas.text(below, &words(table), TextLook::label().soft());
    }
    Some(described(maps, canvas))
}

/// Cells by label, or by group of the table as counted, the largest kinds first; those beyond the
/// colors, and cells without a label, last.
fn kinds(maps: &CellMaps) -> Vec<Kind> {
    let mut known: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut others = Vec::new();
    for cell in 0..maps.cells.len() {
        let name = match (&maps.labels, maps.tables.first()) {
            (Some(labels), _) => labels[cell].clone(),
            (None, Some(table)) => format!("group {}", table.groups[cell] + 1),
            (None, None) => String::new(),
        };
        match name.is_empty() {
            true => others.push(cell),
            false => known.entry(name).or_default().push(cell),
        }
    }
    let mut known: Vec<(String, Vec<usize>)> = known.into_iter().collect();
    known.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    let colored = known.len().min(COLORED);
    let rest = known.split_off(colored);
    others.extend(rest.into_iter().flat_map(|(_, cells)| cells));
    let mut kinds: Vec<Kind> = known
        .into_iter()
        .enumerate()
        .map(|(place, (name, cells))| Kind {
            name,
            cells,
            paint: Paint::Data(group_color(place)),
        })
        .collect();
    if !others.is_empty() {
        kinds.push(Kind {
            name: "others".into(),
            cells: others,
            paint: Paint::Soft,
        });
    }
    kinds
}

fn draw(canvas: &mut Canvas, panel: Panel, table: &MappedTable, kinds: &[Kind]) {
    panel.heading(canvas, &table.name);
    let corner = (panel.left, panel.top);
    let edge = Look::drawn(Paint::Faint, 1.0);
    canvas.rectangle(corner, (panel.width, panel.height), 4.0, edge);
    let at = pixels(panel, table);
    // The more cells, the smaller each: ours, by looking.
    let radius = (60.0 / (table.places.len() as f64).sqrt()).clamp(1.0, 2.6);
    for kind in kinds.iter().rev() {
        let places: Vec<(f64, f64)> = kind.cells.iter().map(|&cell| at[cell]).collect();
        canvas.dots(&places, radius, kind.paint);
    }
}

/// Where cells are drawn: a unit is as long across as upward.
fn pixels(panel: Panel, table: &MappedTable) -> Vec<(f64, f64)> {
    let places = || table.places.iter();
    let (left, right) = extent(places().map(|place| f64::from(place.0)));
    let (low, high) = extent(places().map(|place| f64::from(place.1)));
    let wide = (right - left).max((high - low) * panel.width / panel.height);
    let wide = wide.max(f64::MIN_POSITIVE) * (1.0 + 2.0 * MARGIN);
    let tall = wide * panel.height / panel.width;
    let around = |low: f64, high: f64, length: f64| {
        let middle = f64::midpoint(low, high);
        (middle - length / 2.0, middle + length / 2.0)
    };
    let across = Scale::linear(around(left, right, wide), panel.across());
    let upward = Scale::linear(around(low, high, tall), panel.upward());
    places()
        .map(|place| (across.at(f64::from(place.0)), upward.at(f64::from(place.1))))
        .collect()
}

/// What stands below a map.
fn words(table: &MappedTable) -> String {
    let groups = table.groups.iter().max().map_or(0, |last| last + 1);
    match &table.agreement {
        Some(found) => format!(
            "{groups} groups, ARI {}, silhouette {}",
            score(found.ari),
            score(found.silhouette.unwrap_or(f64::NAN))
        ),
        None => format!(
            "{groups} groups, ARI to those as counted {}",
            score(table.as_before)
        ),
    }
}

fn described(maps: &CellMaps, canvas: Canvas) -> Figure {
    let title = "Maps of the cells";
    let colored = match &maps.by {
        Some(by) => format!("colored by {by}, which no method was told"),
        None => "colored in every map by the groups (Leiden) of the counts".into(),
    };
    let sample = match maps.cells.len() {
        shown if shown < maps.of => format!(
            " A sample of {} of the {} cells is drawn.",
            count(shown),
            count(maps.of)
        ),
        _ => String::new(),
    };
    let caption = format!(
        "Each point is a cell, {colored}. Maps are made by UMAP from 50 principal components of the genes that vary, of the counts and of the counts with the zeros of {} genes filled by each method, which learned from all counts for that. Axes have no unit, and turns and mirrorings mean nothing. Groups that a method makes and the counts do not show are not to be believed.{sample}",
        count(maps.genes)
    );
    Figure {
        name: NAME.into(),
        title: title.into(),
        svg: canvas.finish(NAME, title, &caption),
        caption,
    }
}
