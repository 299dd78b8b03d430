//! The drawings of the report, one file each, in the order of the page.

pub(crate) mod boxes;
pub(crate) mod cell_maps;
mod costs;
pub(crate) mod drawing;
mod embedding_map;
mod estimated_against_true;
pub(crate) mod gene_map;
mod interval_coverage;
mod learning_curves;
pub(crate) mod lines;
pub(crate) mod marks;
mod r2_against_time;
mod r2_by_hidden_share;
pub(crate) mod r2_by_level;
mod r2_by_method;
pub(crate) mod scores_by_method;
pub(crate) mod scores_by_share;
pub(crate) mod share_curves;
pub(crate) mod survival_curves;

use drawing::{Color, Paint, method_color};
pub(crate) use embedding_map::embedding_map;
use imputome_evaluate::Evaluation;

use crate::Figure;
use crate::findings::Findings;

/// Width of every figure, pixels; fits beside the table of contents on a laptop of 1,280.
pub(crate) const WIDTH: f64 = 960.0;

/// Every figure that has something to show.
pub(crate) fn all(evaluation: &Evaluation) -> Vec<Figure> {
    let findings = Findings::of(evaluation);
    [
        r2_by_method::figure(&findings),
        r2_by_level::figure(&findings),
        r2_by_hidden_share::figure(&findings),
        estimated_against_true::figure(&findings),
        interval_coverage::figure(&findings),
        learning_curves::figure(&findings),
        r2_against_time::figure(&findings),
        costs::figure(&findings),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The color a method has in every figure.
fn color_of(findings: &Findings, label: &str) -> Color {
    method_color(findings.place(label))
}

/// A label as part of a file's name.
fn plain_name(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    label.chars().map(plain).collect()
}

fn paint_of(findings: &Findings, label: &str) -> Paint {
    Paint::Data(color_of(findings, label))
}

/// Words in the order in which they are first met: the places of their colors.
fn places_of<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut places: Vec<&str> = Vec::new();
    for word in words {
        if !places.contains(&word) {
            places.push(word);
        }
    }
    places
}
