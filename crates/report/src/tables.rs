//! The tables of the page, as text.

use imputome_evaluate::{Definition, MetricSummary, SummaryRow, definitions};

use crate::findings::{Findings, Gene, same, scenario_title};
use crate::numbers::{NO_NUMBER, count, memory, percent, score, seconds, spread as number_of};

/// Genes shown at either end of the ranking; ours, what fits a screen.
const GENES_SHOWN: usize = 10;

/// Scores and costs of every method at one scenario and hidden share.
#[derive(Debug)]
pub(crate) struct ScoreTable {
    pub(crate) scenario: &'static str,
    pub(crate) share: String,
    pub(crate) columns: Vec<&'static Definition>,
    pub(crate) rows: Vec<ScoreRow>,
}

/// A method in a [`ScoreTable`].
#[derive(Debug)]
pub(crate) struct ScoreRow {
    pub(crate) method: String,
    pub(crate) cells: Vec<Cell>,
    pub(crate) fit: String,
    pub(crate) cpu: String,
    pub(crate) memory: String,
    /// Why it has no scores or fewer than others; empty where all went well.
    pub(crate) failed: String,
}

/// A number with its spread.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) value: String,
    pub(crate) spread: String,
    pub(crate) best: bool,
}

/// Tables of the main share first, then of the others.
pub(crate) fn scores(findings: &Findings) -> (Vec<ScoreTable>, Vec<ScoreTable>) {
    let main = findings.main_share;
    let of = |share: f64| {
        findings
            .scenarios
            .iter()
            .map(move |s| score_table(findings, s, share))
    };
    let others = findings.shares.iter().filter(|share| !same(**share, main));
    (
        of(main).collect(),
        others.flat_map(|share| of(*share)).collect(),
    )
}

fn score_table(findings: &Findings, scenario: &'static str, share: f64) -> ScoreTable {
    let ranked = findings.ranked(scenario, share);
    let columns: Vec<_> = present(&ranked)
        .filter(|column| column.name != "entries")
        .collect();
    ScoreTable {
        scenario: scenario_title(scenario),
        share: percent(share),
        rows: score_rows(&ranked, &columns),
        columns,
    }
}

/// Definitions of the metrics that any of these rows has.
fn present(rows: &[&SummaryRow]) -> impl Iterator<Item = &'static Definition> {
    definitions()
        .iter()
        .filter(|definition| rows.iter().any(|row| row.metric(definition.name).is_some()))
}

/// Definitions of all metrics on the page.
pub(crate) fn metrics(findings: &Findings) -> Vec<&'static Definition> {
    present(&findings.summary.iter().collect::<Vec<_>>()).collect()
}

fn score_rows(ranked: &[&SummaryRow], columns: &[&'static Definition]) -> Vec<ScoreRow> {
    // The best of one is no finding.
    let compared = ranked.len() > 1;
    let row = |row: &&SummaryRow| ScoreRow {
        method: row.method.clone(),
        cells: columns
            .iter()
            .map(|column| cell(row.metric(column.name)))
            .map(|cell| Cell {
                best: cell.best && compared,
                ..cell
            })
            .collect(),
        fit: seconds(row.fit_wall_seconds),
        cpu: seconds(row.cpu_seconds),
        memory: memory(row.peak_mib),
        failed: row.failed.clone().unwrap_or_default(),
    };
    ranked.iter().map(row).collect()
}

fn cell(metric: Option<&MetricSummary>) -> Cell {
    let Some(metric) = metric else {
        return Cell {
            value: NO_NUMBER.into(),
            spread: String::new(),
            best: false,
        };
    };
    let spread = metric.spread.filter(|spread| spread.is_finite());
    Cell {
        value: if metric.metric == "failures" {
            count(metric.mean.max(0.0).round() as usize)
        } else {
            score(metric.mean)
        },
        spread: spread.map_or_else(String::new, |spread| format!("± {}", number_of(spread))),
        best: metric.best,
    }
}

/// Mean over repeats of a metric by level and method, in the main scenario.
#[derive(Debug)]
pub(crate) struct LevelTable {
    pub(crate) methods: Vec<String>,
    pub(crate) rows: Vec<LevelRow>,
}

/// A level in a [`LevelTable`].
#[derive(Debug)]
pub(crate) struct LevelRow {
    pub(crate) level: String,
    pub(crate) samples: String,
    pub(crate) training_samples: String,
    pub(crate) cells: Vec<Cell>,
}

/// R2 within each level, by method; the best of each level marked.
pub(crate) fn levels(findings: &Findings) -> LevelTable {
    let data = &findings.evaluation.data;
    let methods: Vec<String> = findings.labels().into_iter().map(String::from).collect();
    let by = data.by.as_deref().unwrap_or_default();
    let rows = data.levels.iter().map(|level| {
        let group = format!("{by}={}", level.level);
        let values: Vec<f64> = methods
            .iter()
            .map(|method| level_mean(findings, method, &group))
            .collect();
        let best = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let cells = values.iter().map(|value| Cell {
            value: score(*value),
            spread: String::new(),
            best: methods.len() > 1 && *value == best,
        });
        LevelRow {
            level: level.level.clone(),
            samples: count(level.samples),
            training_samples: count(level.training_samples),
            cells: cells.collect(),
        }
    });
    LevelTable {
        rows: rows.collect(),
        methods,
    }
}

fn level_mean(findings: &Findings, method: &str, group: &str) -> f64 {
    let values: Vec<f64> = findings
        .evaluation
        .scores
        .iter()
        .filter(|row| {
            row.metric == "r2_within"
                && row.group == group
                && row.method == method
                && row.scenario == findings.main_scenario
                && same(row.hidden, findings.main_share)
        })
        .map(|row| row.value)
        .collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// Genes of the best method, from one end of the ranking.
#[derive(Debug)]
pub(crate) struct GeneTable {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<GeneRow>,
}

/// A gene in a [`GeneTable`].
#[derive(Debug)]
pub(crate) struct GeneRow {
    pub(crate) gene: String,
    pub(crate) r2: String,
    /// R2 as length of a bar, percent of its room.
    pub(crate) bar: u32,
    pub(crate) rmse: String,
    pub(crate) pearson: String,
    pub(crate) entries: String,
}

/// The best and the worst genes of the best method; all genes in one table where they are few.
pub(crate) fn genes(findings: &Findings) -> Vec<GeneTable> {
    let Some(best) = findings.best(findings.main_scenario) else {
        return Vec::new();
    };
    let mut genes = findings.genes(&best.method, findings.main_scenario);
    genes.sort_by(|a, b| b.r2.total_cmp(&a.r2).then_with(|| a.name.cmp(b.name)));
    let table = |title, genes: &[Gene]| GeneTable {
        title,
        rows: genes.iter().map(gene_row).collect(),
    };
    if genes.is_empty() {
        Vec::new()
    } else if genes.len() <= 2 * GENES_SHOWN {
        vec![table("All genes, best first", &genes)]
    } else {
        let best = table("Best estimated", &genes[..GENES_SHOWN]);
        genes.reverse();
        vec![best, table("Worst estimated", &genes[..GENES_SHOWN])]
    }
}

fn gene_row(gene: &Gene) -> GeneRow {
    GeneRow {
        gene: gene.name.into(),
        r2: score(gene.r2),
        bar: (gene.r2.clamp(0.0, 1.0) * 100.0).round() as u32,
        rmse: score(gene.rmse),
        pearson: score(gene.pearson),
        entries: count(gene.entries),
    }
}
