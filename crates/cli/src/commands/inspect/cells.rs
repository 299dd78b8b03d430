//! What is in a file of cells.

use std::path::Path;

use imputome_core::Run;
use imputome_io::{CellFile, CellInspection, CellOptions, Element, ElementFact, inspect_cells};

use super::{Found, Line, examples, labeled, paragraphs, percent};
use crate::arguments::InspectArguments;
use crate::failure::Result;
use crate::reading::scale_in_words;

/// Looks at a file of cells, window by window.
pub(super) fn inspect(file: &str, arguments: &InspectArguments, run: &Run) -> Result<Found> {
    let options = CellOptions {
        element: arguments
            .layer
            .as_deref()
            .map_or(Element::Auto, Element::from_argument),
        ..CellOptions::default()
    };
    crate::memory::advise_on_cells();
    let cells = CellFile::open_with(Path::new(file), &options)?;
    let found = inspect_cells(&cells, run)?;
    Ok(Found {
        json: serde_json::to_value(&found).expect("plain data"),
        text: text(&found),
    })
}

fn text(found: &CellInspection) -> String {
    let mut lines: Vec<Line> = vec![
        (
            "cells in",
            format!("{} ({})", found.name, found.form.name()),
        ),
        ("cells", some(found.cells, &found.first_cells)),
        ("genes", some(found.genes, &found.first_genes)),
    ];
    let table = |element| ("table", of_element(element, &found.element));
    lines.extend(found.elements.iter().map(table));
    let scale = scale_in_words(found.scale);
    lines.extend([
        ("scale", format!("{scale} ({})", found.scale_reason)),
        (
            "zeros",
            format!(
                "{} of the entries; {} are not zero, {} MiB in memory",
                percent(found.zero_share),
                found.entries,
                found.memory.div_ceil(1 << 20)
            ),
        ),
        ("cell totals", over_cells(&found.totals)),
        (
            "genes seen",
            format!("in a cell: {}", over_cells(&found.genes_per_cell)),
        ),
    ]);
    if found.unseen_genes > 0 {
        let text = format!("{} genes are zero in every cell", found.unseen_genes);
        lines.push(("unseen", text));
    }
    lines.extend(labeled("note", &found.notes));
    lines.extend(labeled("warning", &found.warnings));
    lines.extend(labeled("advice", &found.advice));
    paragraphs(lines)
}

fn of_element(element: &ElementFact, looked_at: &str) -> String {
    let mut text = format!("{}: {}", element.name, element.stored);
    if !element.scale_reason.is_empty() {
        text += &format!(", {}", element.scale_reason);
    }
    if element.name == looked_at {
        text += " (looked at)";
    }
    text
}

fn some(n: usize, first: &[String]) -> String {
    format!("{n} ({})", examples(first, n))
}

fn over_cells([least, first, median, third, greatest]: &[f64; 5]) -> String {
    let shown = |value: &f64| {
        let digits = if value.fract() == 0.0 { 0 } else { 2 };
        format!("{value:.digits$}")
    };
    format!(
        "median {}, half of the cells from {} to {}, all from {} to {}",
        shown(median),
        shown(first),
        shown(third),
        shown(least),
        shown(greatest)
    )
}
