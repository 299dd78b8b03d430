//! An evaluation of single cells as files.
//!
//! `evaluation.json` holds all that a report reads but for the times, which stand in `runtime.tsv`; the
//! other tables say the same for people.

use imputome_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{CellCost, CellEvaluation};
use crate::tables::Line;

/// Version of the files; raised when an older program could no longer read them.
const FORMAT: u32 = 1;

/// What `evaluation.json` holds.
#[derive(Serialize, Deserialize)]
struct Page {
    /// Tells it from an evaluation of tables.
    cells: u32,
    evaluation: CellEvaluation,
}

impl CellEvaluation {
    /// The files of an evaluation by name; the last one is there if a map was made.
    pub const FILES: [&'static str; 5] = [
        "evaluation.json",
        "scores.tsv",
        "runtime.tsv",
        "genes.tsv",
        "cells.tsv",
    ];

    /// Name and text of each file.
    pub fn to_files(&self) -> Vec<(&'static str, String)> {
        let page = Page {
            cells: FORMAT,
            evaluation: self.clone(),
        };
        let page = serde_json::to_string(&page).expect("an evaluation is plain data");
        let mut texts = vec![
            page + "\n",
            self.scores_table(),
            self.runtime_table(),
            self.genes_table(),
        ];
        texts.extend(self.cells_table());
        Self::FILES.into_iter().zip(texts).collect()
    }

    /// True when the text of `evaluation.json` is of single cells.
    pub fn is_stored_in(text: &str) -> bool {
        text.starts_with("{\"cells\":")
    }

    /// The evaluation that `read` gives by file name. Refused when a file was changed so that it
    /// no longer parses.
    pub fn from_files(read: &mut dyn FnMut(&str) -> Result<String>) -> Result<Self> {
        let advice = "it is not what an evaluation wrote; run `imputome evaluate` again";
        let broken =
            |file: &str, what: String| Error::Unusable(format!("{file}: {what}; {advice}"));
        let text = read(Self::FILES[0])?;
        let page: Page = serde_json::from_str(&text)
            .map_err(|error| broken(Self::FILES[0], error.to_string()))?;
        if page.cells != FORMAT {
            let what = format!("expected format {FORMAT}, found {}", page.cells);
            return Err(broken(Self::FILES[0], what));
        }
        let mut evaluation = page.evaluation;
        for (at, line) in read(Self::FILES[2])?.lines().enumerate().skip(1) {
            let cost = cost(line)
                .ok_or_else(|| broken(Self::FILES[2], format!("line {}: {line:?}", at + 1)))?;
            evaluation.costs.push(cost);
        }
        Ok(evaluation)
    }

    fn scores_table(&self) -> String {
        let rows = self.scores.iter().map(|score| {
            let mut line = Line::default();
            line.text(&score.method);
            line.number(score.repeat);
            line.text(&score.metric);
            line.number(score.value.unwrap_or(f64::NAN));
            line
        });
        table(&["method", "repeat", "metric", "value"], rows)
    }

    fn runtime_table(&self) -> String {
        let rows = self.costs.iter().map(|cost| {
            let mut line = Line::default();
            line.text(&cost.method);
            line.number(cost.repeat);
            line.number(cost.fit_seconds);
            line.number(cost.wall_seconds);
            line.number(cost.cpu_seconds);
            line.text(&cost.status);
            line
        });
        let columns = [
            "method",
            "repeat",
            "fit_wall_seconds",
            "wall_seconds",
            "cpu_seconds",
            "status",
        ];
        table(&columns, rows)
    }

    fn genes_table(&self) -> String {
        let rows = self.genes.iter().map(|gene| {
            let mut line = Line::default();
            line.text(&gene.method);
            line.text(&gene.gene);
            line.number(gene.entries);
            line.optional(gene.mse);
            line.optional(gene.pearson);
            line.optional(gene.zero_error);
            line.text(&gene.left_out);
            line
        });
        let columns = [
            "method",
            "gene",
            "entries",
            "mse",
            "pearson",
            "zero_error",
            "left_out",
        ];
        table(&columns, rows)
    }

    /// Each cell under each table on the map, if one was made.
    fn cells_table(&self) -> Option<String> {
        let maps = self.maps.as_ref()?;
        let before = &maps.tables.first()?.groups;
        let rows = maps.tables.iter().flat_map(|mapped| {
            maps.cells.iter().enumerate().map(move |(at, cell)| {
                let mut line = Line::default();
                line.text(cell);
                line.text(maps.labels.as_ref().map_or("", |labels| &labels[at]));
                line.text(&mapped.name);
                line.number(before[at]);
                line.number(mapped.groups[at]);
                line.number(mapped.places[at].0);
                line.number(mapped.places[at].1);
                line
            })
        });
        let columns = [
            "cell",
            "label",
            "table",
            "group_as_counted",
            "group",
            "umap_1",
            "umap_2",
        ];
        Some(table(&columns, rows))
    }
}

fn table(columns: &[&str], rows: impl Iterator<Item = Line>) -> String {
    let mut text = columns.join("\t");
    text.push('\n');
    for row in rows {
        text.push_str(&row.text);
        text.push('\n');
    }
    text
}

fn cost(line: &str) -> Option<CellCost> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [method, repeat, fit, wall, cpu, status] = cells[..] else {
        return None;
    };
    Some(CellCost {
        method: method.into(),
        repeat: repeat.parse().ok()?,
        fit_seconds: fit.parse().ok()?,
        wall_seconds: wall.parse().ok()?,
        cpu_seconds: cpu.parse().ok()?,
        status: status.into(),
    })
}
