//! Tables 1 and 2: R2 and cost of every method, the paper's figure beside ours.

use std::collections::BTreeMap;
use std::fmt::Write;

use imputome_evaluate::{Evaluation, SummaryRow, summary};
use imputome_report::StudyTable;

use super::parts::StudyRun;
use super::published;

/// Methods in the order of the tables: the paper's, then ours.
const ORDER: [&str; 14] = [
    "pmi",
    "gain-gtex",
    "gain-mse",
    "mice",
    "missforest",
    "knn",
    "median",
    "mean",
    "blood-surrogate",
    "factor",
    "gaussian",
    "softimpute",
    "svd",
    "blend",
];

/// Methods that the paper compares.
pub(super) const OF_THE_PAPER: [&str; 8] = [
    "pmi",
    "gain-gtex",
    "gain-mse",
    "mice",
    "missforest",
    "knn",
    "median",
    "blood-surrogate",
];

/// Methods that we add.
pub(super) const OURS: [&str; 5] = ["factor", "gaussian", "softimpute", "svd", "blend"];

/// A run and what it found.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) run: &'static StudyRun,
    pub(super) found: Evaluation,
    rows: Vec<SummaryRow>,
    /// Mean over genes of the standard deviation of their R2 over repeats, by method and scenario:
    /// what the paper prints behind its R2.
    gene_spread: BTreeMap<(String, String), f64>,
}

impl Column {
    pub(super) fn new(run: &'static StudyRun, found: Evaluation) -> Self {
        Self {
            rows: summary(&found),
            gene_spread: gene_spread(&found),
            run,
            found,
        }
    }

    /// The row of a method in a scenario, where it was run.
    pub(super) fn row(&self, scenario: &str, method: &str) -> Option<&SummaryRow> {
        let mut rows = self.rows_of(scenario);
        rows.find(|row| row.method == method)
    }

    /// Rows of a scenario, best first.
    pub(super) fn rows_of(&self, scenario: &str) -> impl Iterator<Item = &SummaryRow> {
        let tried = |row: &&SummaryRow| row.repeats > 0 || row.failed.is_some();
        self.rows
            .iter()
            .filter(move |row| row.scenario == scenario)
            .filter(tried)
    }

    fn spread(&self, row: &SummaryRow) -> Option<f64> {
        self.gene_spread
            .get(&(row.method.clone(), row.scenario.clone()))
            .copied()
    }
}

/// The method of a label.
pub(super) fn base(label: &str) -> &str {
    label.split(':').next().unwrap_or(label)
}

fn gene_spread(found: &Evaluation) -> BTreeMap<(String, String), f64> {
    let mut values: BTreeMap<(&str, &str, &str), Vec<f64>> = BTreeMap::new();
    for row in found
        .per_gene
        .iter()
        .filter(|row| row.group == "all" && row.r2.is_finite())
    {
        values
            .entry((&row.method, &row.scenario, &row.gene))
            .or_default()
            .push(row.r2);
    }
    let mut means: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    for ((method, scenario, _), values) in values.iter().filter(|(_, values)| values.len() > 1) {
        let (sum, n) = means
            .entry((method.to_string(), scenario.to_string()))
            .or_default();
        *sum += deviation(values);
        *n += 1.0;
    }
    means
        .into_iter()
        .map(|(key, (sum, n))| (key, sum / n))
        .collect()
}

/// Standard deviation, divisor n - 1.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0))
        .sqrt()
}

/// Labels that any column has, in the order of the tables.
fn labels<'a>(columns: &'a [&Column], scenario: &str) -> Vec<&'a str> {
    let mut labels: Vec<&str> = Vec::new();
    for row in columns.iter().flat_map(|column| column.rows_of(scenario)) {
        if !labels.contains(&row.method.as_str()) {
            labels.push(&row.method);
        }
    }
    let place = |label: &str| {
        ORDER
            .iter()
            .position(|name| *name == base(label))
            .unwrap_or(ORDER.len())
    };
    labels.sort_by_key(|label| (place(label), label.len(), label.to_string()));
    labels
}

/// The table of one scenario for reading.
pub(super) fn table(part: &str, scenario: &str, columns: &[Column]) -> Option<StudyTable> {
    let columns: Vec<&Column> = columns
        .iter()
        .filter(|c| c.rows_of(scenario).next().is_some())
        .collect();
    if columns.is_empty() {
        return None;
    }
    let mut header = vec!["method".to_string(), "R2 in the paper".into()];
    for column in &columns {
        let heading = column.run.heading;
        header.extend([
            format!("R2, {heading}"),
            format!("R2 within tissues, {heading}"),
            format!("CPU s, {heading}"),
            format!("peak MiB, {heading}"),
        ]);
    }
    let rows = labels(&columns, scenario).into_iter().map(|label| {
        let mut cells = vec![
            label.to_string(),
            published::r2(part, scenario, base(label)),
        ];
        for column in &columns {
            cells.extend(match column.row(scenario, label) {
                Some(row) => cells_of(column, row),
                None => ["", "", "", ""].map(String::from),
            });
        }
        cells
    });
    let scenario = match scenario {
        "in-place" => "In place: gaps of the table learned from",
        _ => "Inductive: gaps of new samples",
    };
    Some(StudyTable {
        caption: format!("{scenario}, 50 % hidden"),
        rows: rows.collect(),
        header,
    })
}

fn cells_of(column: &Column, row: &SummaryRow) -> [String; 4] {
    let metric = |name: &str| row.metric(name).map(|metric| metric.mean);
    if let (Some(reason), None) = (&row.failed, metric("r2")) {
        return [reason.clone(), String::new(), String::new(), String::new()];
    }
    let r2 = match column.spread(row) {
        Some(spread) => format!("{} ± {}", number(metric("r2"), 3), number(Some(spread), 3)),
        None => number(metric("r2"), 3),
    };
    [
        r2,
        number(metric("r2_within"), 3),
        number(Some(row.cpu_seconds), 1),
        number(Some(row.peak_mib), 0),
    ]
}

pub(super) fn number(value: Option<f64>, digits: usize) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else {
        return String::new();
    };
    let text = format!("{value:.digits$}");
    // A negative number that rounds to zero is zero.
    match text.trim_start_matches(['-', '0', '.']).is_empty() {
        true => text.trim_start_matches('-').into(),
        false => text,
    }
}

/// The same with every figure, as text of a tidy table.
pub(super) fn tidy(part: &str, columns: &[Column]) -> String {
    let mut text = String::from(
        "run\tscenario\tmethod\tpaper_r2\tr2\tr2_sd_over_repeats\tr2_sd_of_a_gene_over_repeats\tr2_within_tissues\trmse\trepeats\twall_seconds\tcpu_seconds\tpeak_mib\tstatus\n",
    );
    for column in columns {
        for scenario in ["in-place", "inductive"] {
            for row in column.rows_of(scenario) {
                let metric = |name: &str| row.metric(name);
                let exact = |value: Option<f64>| number(value, 6);
                let _ = writeln!(
                    text,
                    "{}\t{scenario}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                    column.run.name,
                    row.method,
                    published::r2(part, scenario, base(&row.method)),
                    exact(metric("r2").map(|m| m.mean)),
                    exact(metric("r2").and_then(|m| m.spread)),
                    exact(column.spread(row)),
                    exact(metric("r2_within").map(|m| m.mean)),
                    exact(metric("rmse").map(|m| m.mean)),
                    row.repeats,
                    number(Some(row.wall_seconds), 2),
                    number(Some(row.cpu_seconds), 2),
                    number(Some(row.peak_mib), 1),
                    row.failed.as_deref().unwrap_or("done"),
                );
            }
        }
    }
    text
}
