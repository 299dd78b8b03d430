//! What a network learned about tissues: a map, a finding, a table.

use askama::Template;
use imputome_evaluate::Agreement;

use crate::numbers::{count, percent};
use crate::{Figure, PageContext, figures};

/// The levels of a covariate on a map, as [`embedding_figure`] and [`embedding_page`] show them.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddingMap<'a> {
    /// The covariate, such as `tissue`.
    pub covariate: &'a str,
    /// The method whose network learned, such as `gain-gtex`.
    pub method: &'a str,
    /// Numbers that the network has for each level.
    pub dimensions: usize,
    /// The levels.
    pub points: Vec<MapPoint<'a>>,
    /// Whether systems stand together in the space of the embedding, where that can be judged.
    pub agreement: Option<&'a Agreement>,
    /// The same on the map.
    pub agreement_on_map: Option<&'a Agreement>,
}

/// A level on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapPoint<'a> {
    /// Its name.
    pub level: &'a str,
    /// Its organ system, where it has one.
    pub system: Option<&'a str>,
    /// Where it stands; the unit is arbitrary, but the same in both directions.
    pub place: (f64, f64),
    /// The nearest other level in the space of the embedding, as a position among the points.
    pub nearest: usize,
}

/// The map as a drawing.
#[must_use]
pub fn embedding_figure(map: &EmbeddingMap) -> Figure {
    figures::embedding_map(map)
}

/// The map, what it shows and what it is made of: one HTML document that needs no other file.
#[must_use]
pub fn embedding_page(map: &EmbeddingMap, context: &PageContext) -> String {
    let page = Page {
        style: include_str!("style.css"),
        context,
        map,
        finding: finding(map),
        figure: embedding_figure(map),
        rows: rows(map),
    };
    let mut text = page
        .render()
        .expect("a template that writes to memory cannot fail");
    text.push('\n');
    text
}

/// How many levels have their nearest neighbor in their own system, against chance, in a
/// sentence for each space.
#[must_use]
pub fn finding(map: &EmbeddingMap) -> Vec<String> {
    let spaces = [
        ("In the embedding", map.agreement),
        ("On the map", map.agreement_on_map),
    ];
    let told = spaces.iter().filter_map(|(place, agreement)| {
        let found = (*agreement)?;
        Some(format!(
            "{place}, {} of {} levels ({}) have their nearest neighbor in their own system; {} by chance \
             (p = {}, {} permutations).",
            found.agreeing,
            found.judged,
            percent(found.share()),
            percent(found.by_chance),
            chance(found.p_value),
            count(found.permutations)
        ))
    });
    let told: Vec<String> = told.collect();
    match told.is_empty() {
        true => vec!["No two levels share a system, so that none can stand together.".into()],
        false => told,
    }
}

/// A probability with as many digits as permutations support.
fn chance(p_value: f64) -> String {
    let text = format!("{p_value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// What `embedding.html` shows.
#[derive(Debug, Template)]
#[template(path = "embedding.html")]
struct Page<'a> {
    style: &'static str,
    context: &'a PageContext,
    map: &'a EmbeddingMap<'a>,
    finding: Vec<String>,
    figure: Figure,
    rows: Vec<Row<'a>>,
}

/// A level, its system, its neighbor and whether they agree.
#[derive(Debug)]
struct Row<'a> {
    level: &'a str,
    system: &'a str,
    nearest: &'a str,
    nearest_system: &'a str,
    agrees: bool,
}

/// By system, those without one last.
fn rows<'a>(map: &'a EmbeddingMap) -> Vec<Row<'a>> {
    let mut rows: Vec<Row> = map.points.iter().map(|point| row(map, point)).collect();
    rows.sort_by_key(|row| (row.system.is_empty(), row.system, row.level));
    rows
}

fn row<'a>(map: &'a EmbeddingMap, point: &'a MapPoint) -> Row<'a> {
    let nearest = &map.points[point.nearest];
    Row {
        level: point.level,
        system: point.system.unwrap_or(""),
        nearest: nearest.level,
        nearest_system: nearest.system.unwrap_or(""),
        agrees: point.system.is_some() && point.system == nearest.system,
    }
}
