//! The page of an evaluation of single cells.

use askama::Template;
use imputome_evaluate::cells::{
    CellEvaluation, CellGeneScore, CellMask, CellScoreSummary, CellSummaryRow, LabelAgreement,
    cell_summary, scores_of,
};
use imputome_evaluate::metrics::Direction;
use imputome_evaluate::{Definition, MethodFacts};

use super::findings::{findings, question};
use crate::numbers::{count, score, seconds, spread};
use crate::{Figure, PageContext};

/// Genes shown at either end; all are in `genes.tsv`.
const GENES_SHOWN: usize = 8;
/// Entries of a gene from which its correlation is shown; ours.
const FEWEST_ENTRIES: usize = 20;

/// What `page.html` shows.
#[derive(Debug, Template)]
#[template(path = "cells/page.html")]
struct Page<'a> {
    style: &'static str,
    context: &'a PageContext,
    name: &'a str,
    question: Vec<String>,
    findings: Vec<String>,
    definitions: Vec<&'static Definition>,
    rows: Vec<Row>,
    repeats: usize,
    figures: Vec<Figure>,
    best: &'a str,
    genes: Vec<(&'static str, Vec<Gene>)>,
    groups: Vec<Groups>,
    by: &'a str,
    facts: Vec<(&'static str, String)>,
    remarks: &'a [String],
    methods: &'a [MethodFacts],
}

/// A method in the table of scores.
#[derive(Debug)]
struct Row {
    method: String,
    failed: String,
    cells: Vec<Cell>,
    wall: String,
    cpu: String,
}

#[derive(Debug)]
struct Cell {
    value: String,
    spread: String,
    best: bool,
    below: bool,
}

#[derive(Debug)]
struct Gene {
    gene: String,
    pearson: String,
    mse: String,
    entries: String,
}

/// Groups of one table.
#[derive(Debug)]
struct Groups {
    table: String,
    groups: usize,
    as_before: String,
    agreement: Option<[String; 5]>,
}

impl Page<'_> {
    /// The figure of this name, where it has something to show.
    fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }

    fn way(&self, definition: &Definition) -> &'static str {
        match definition.direction {
            Direction::LargerIsBetter => "↑",
            Direction::SmallerIsBetter => "↓",
            Direction::NearerIsBetter(_) | Direction::Neutral => "",
        }
    }
}

/// The whole document.
pub(super) fn page(evaluation: &CellEvaluation, context: &PageContext) -> String {
    let rows = cell_summary(evaluation);
    let best = best(&rows).unwrap_or(&evaluation.baseline);
    let data = &evaluation.data;
    let page = Page {
        style: include_str!("../style.css"),
        context,
        name: &data.name,
        question: question(evaluation),
        findings: findings(evaluation, &rows),
        definitions: scores_of(evaluation.experiment.mask).collect(),
        rows: rows.iter().map(Row::of).collect(),
        repeats: evaluation.experiment.repeats,
        figures: super::cell_figures(evaluation),
        genes: genes(evaluation, best),
        best,
        groups: groups(evaluation),
        by: evaluation
            .maps
            .as_ref()
            .and_then(|maps| maps.by.as_deref())
            .unwrap_or(""),
        facts: facts(evaluation),
        remarks: &data.remarks,
        methods: &evaluation.methods,
    };
    let mut text = page
        .render()
        .expect("a template that writes to memory cannot fail");
    text.push('\n');
    text
}

/// The method that tells best which cells have more of a gene.
fn best(rows: &[CellSummaryRow]) -> Option<&str> {
    let within = |row: &&CellSummaryRow| {
        let mut scores = row.scores.iter();
        scores.any(|score| score.best && score.definition.name == "pearson_within_genes")
    };
    rows.iter().find(within).map(|row| row.method.as_str())
}

impl Row {
    fn of(row: &CellSummaryRow) -> Self {
        let cell = |found: &CellScoreSummary| Cell {
            value: score(found.mean),
            spread: found
                .spread
                .map_or(String::new(), |s| format!("± {}", spread(s))),
            best: found.best,
            below: found.beats_baseline == Some(false),
        };
        Self {
            method: row.method.clone(),
            failed: row.failed.clone().unwrap_or_default(),
            cells: row.scores.iter().map(cell).collect(),
            wall: seconds(row.wall_seconds),
            cpu: seconds(row.cpu_seconds),
        }
    }
}

/// Genes told best and worst by a method, by the correlation over their hidden counts.
fn genes(evaluation: &CellEvaluation, method: &str) -> Vec<(&'static str, Vec<Gene>)> {
    let of = |gene: &&CellGeneScore| gene.method == method && gene.entries >= FEWEST_ENTRIES;
    let judged = evaluation.genes.iter().filter(of);
    let mut judged: Vec<(f64, &CellGeneScore)> = judged
        .filter_map(|gene| Some((gene.pearson?, gene)))
        .collect();
    judged.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.gene.cmp(&b.1.gene)));
    if judged.len() < 2 * GENES_SHOWN {
        return Vec::new();
    }
    let shown = |genes: &[(f64, &CellGeneScore)]| -> Vec<Gene> {
        let gene = |(pearson, gene): &(f64, &CellGeneScore)| Gene {
            gene: gene.gene.clone(),
            pearson: score(*pearson),
            mse: score(gene.mse.unwrap_or(f64::NAN)),
            entries: count(gene.entries),
        };
        genes.iter().map(gene).collect()
    };
    let worst = judged.len() - GENES_SHOWN;
    vec![
        ("Told best", shown(&judged[..GENES_SHOWN])),
        ("Told worst", shown(&judged[worst..])),
    ]
}

fn groups(evaluation: &CellEvaluation) -> Vec<Groups> {
    let tables = evaluation.maps.iter().flat_map(|maps| &maps.tables);
    let texts = |found: LabelAgreement| {
        let silhouette = found.silhouette.unwrap_or(f64::NAN);
        [found.ari, found.ami, found.nmi, found.fmi, silhouette].map(score)
    };
    tables
        .map(|table| Groups {
            table: table.name.clone(),
            groups: table.groups.iter().max().map_or(0, |last| last + 1),
            as_before: score(table.as_before),
            agreement: table.agreement.map(texts),
        })
        .collect()
}

/// What is known of the data and of what was asked, as name and value.
fn facts(evaluation: &CellEvaluation) -> Vec<(&'static str, String)> {
    let (data, asked) = (&evaluation.data, &evaluation.experiment);
    let hidden = match asked.mask {
        CellMask::Dropout => format!("{} cells of each gene", asked.hide),
        CellMask::Program => format!("{} genes of each cell", asked.hide),
        CellMask::Even => format!("{} of the counts", crate::numbers::percent(asked.hide)),
        CellMask::Thinning => format!("{} of the molecules", crate::numbers::percent(asked.hide)),
    };
    vec![
        ("Cells", count(data.cells)),
        ("Genes", count(data.genes)),
        ("Entries that are not zero", count(data.entries)),
        ("Table read", data.element.clone()),
        ("Its values", data.scale.clone()),
        ("Mask", asked.mask.name().into()),
        ("Hidden", hidden),
        ("Repeats", count(asked.repeats)),
        ("Seed", asked.seed.to_string()),
    ]
}
