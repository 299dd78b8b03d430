//! The report of a study on everything finished, and its tables as files.

use imputome_report::{StudyReport, StudySection, StudyTable, share_curves_figure};

use crate::context::Context;
use crate::failure::Result;
use crate::terminal::duration;

use super::Given;
use super::cohorts::{self, CohortMean};
use super::cross;
use super::embedding;
use super::ordering;
use super::parts::RUNS;
use super::performance::{self, Column};
use super::prepare::{ALL_GENES, CROSS_STUDY, DataNotes, PATHWAY};
use super::published;
use super::running::finished;
use super::tissues::{chosen, gene_section, tissue_section};
use super::writing::{Beside, write_report};

/// Writes the page, the tables and the figures, and prints the tables.
pub(super) fn write(given: &Given, notes: &DataNotes, context: &Context) -> Result<()> {
    let columns = |table: &str| -> Vec<Column> {
        let runs = RUNS.iter().filter(|run| run.table == table);
        runs.filter_map(|run| Some(Column::new(run, finished(run, given)?)))
            .collect()
    };
    let (all, pathway) = (columns(ALL_GENES), columns(PATHWAY));
    let cohorts = cross::finished(given)?;
    let mut beside: Vec<Beside> = Vec::new();
    let sections = [
        performance_section("table1", &all, notes, &mut beside),
        performance_section("table2", &pathway, notes, &mut beside),
        tissue_section(&all, notes, &mut beside),
        embedding::section(given, notes, context, &mut beside)?,
        cross_section(&cohorts, notes, &mut beside),
        gene_section(&pathway, notes, &mut beside),
        Some(sources_section()),
    ];
    let report = StudyReport {
        title: "Are the figures of PMI and GAIN-GTEx found again?".into(),
        source: "Viñas, Azevedo, Gamazon and Liò, Deep Learning Enables Fast and Accurate Imputation of Gene Expression, Frontiers in Genetics 12:624128, 2021.".into(),
        findings: findings(&all, &pathway),
        sections: sections.into_iter().flatten().collect(),
    };
    write_report(&report, &beside, "table", &given.output, context)
}

/// What stands first: the answer in a sentence per table, and what it cost.
fn findings(all: &[Column], pathway: &[Column]) -> Vec<String> {
    let mut text: Vec<String> = Vec::new();
    for (name, columns) in [("Table 1", all), ("Table 2", pathway)] {
        let Some(table) = ordering::table(&name.to_lowercase().replace(' ', ""), columns) else {
            continue;
        };
        let verdicts = |verdict: &str| table.rows.iter().filter(|row| row[3] == verdict).count();
        text.push(format!(
            "{name}: of {} comparisons with what the paper says of the order, {} come out as in the paper, {} differ, and {} cannot be told or asked.",
            table.rows.len(),
            verdicts(ordering::AGREES),
            verdicts(ordering::DIFFERS),
            table.rows.len() - verdicts(ordering::AGREES) - verdicts(ordering::DIFFERS)
        ));
    }
    let runtimes = || {
        all.iter()
            .chain(pathway)
            .flat_map(|column| &column.found.runtime)
    };
    let cpu: f64 = runtimes()
        .map(|r| r.cpu_seconds)
        .filter(|s| s.is_finite())
        .sum();
    if cpu > 0.0 {
        text.push(format!(
            "Tables 1 and 2 as they stand took {} of processor time in {} fits.",
            duration(cpu),
            runtimes().count()
        ));
    }
    text
}

fn performance_section(
    part: &'static str,
    columns: &[Column],
    notes: &DataNotes,
    beside: &mut Vec<Beside>,
) -> Option<StudySection> {
    let (title, table, file) = match part {
        "table1" => ("Table 1: all genes", ALL_GENES, "table1.tsv"),
        _ => (
            "Table 2: genes of the Alzheimer's disease pathway",
            PATHWAY,
            "table2.tsv",
        ),
    };
    if columns.is_empty() {
        return None;
    }
    beside.push((file, performance::tidy(part, columns)));
    let mut tables: Vec<StudyTable> = ["inductive", "in-place"]
        .iter()
        .filter_map(|scenario| performance::table(part, scenario, columns))
        .collect();
    tables.extend(ordering::table(part, columns));
    let text = vec![
        "R2 of a gene is 1 - SSE / SST over its hidden values; shown is the mean over genes, ± the standard deviation of a gene's R2 over the repeats, averaged over genes, as the paper has it. R2 within tissues counts nothing for differences between tissues.".into(),
        "Normal scores: every gene brought to normal scores within each tissue, as the paper's input very likely was, so that R2 means variation within tissues and a tissue's median scores about 0; log values: differences between tissues count too. Strict: whole donors held back, statistics of training samples alone, every method learns from the same rows. As published: the split, the statistics and the deleted training values of the released code, which let the test samples' own values into their standardization.".into(),
        "Of the paper's tables few figures are known here; \"not known\" stands for the others.".into(),
    ];
    Some(StudySection {
        name: part.into(),
        title: title.into(),
        text,
        discussion: ordering::discussion(columns),
        differs: notes.differences(table).to_vec(),
        tables,
        figures: Vec::new(),
    })
}

fn cross_section(
    means: &[CohortMean],
    notes: &DataNotes,
    beside: &mut Vec<Beside>,
) -> Option<StudySection> {
    let table = cohorts::table(means)?;
    beside.push(("figure4.tsv", cohorts::tidy(means)));
    let mut there: Vec<&str> = means.iter().map(|mean| mean.method.as_str()).collect();
    there.dedup();
    let figures = chosen(there).into_iter().filter_map(|method| {
        let name = format!("cross_study_{}", method.replace('-', "_"));
        let title = format!("R2 against the hidden share, TCGA and healthy tissue: {method}");
        share_curves_figure(&name, &title, &cohorts::panels(means, method))
    });
    Some(StudySection {
        name: "table3".into(),
        title: "Table 3 and Figure 4: learned on GTEx, tried on TCGA".into(),
        text: vec![
            "Each method learns once from GTEx samples, every tissue standardized by itself, donors of the healthy test samples left out. Tumors are on another scale, so their cohort is standardized too: strictly by the entries left visible, or, as published, by the whole cohort with what is hidden. The second lets hidden values into the scale of what is filled.".into(),
            "R2 is about the mean that standardized the cohort: above 0, what was learned on healthy tissue beats the cohort's own mean.".into(),
        ],
        discussion: Vec::new(),
        differs: notes.differences(CROSS_STUDY).to_vec(),
        tables: vec![table],
        figures: figures.collect(),
    })
}

/// Where each of the paper's figures is from.
fn sources_section() -> StudySection {
    let rows = published::all().map(|figure| {
        let what = format!(
            "{}, {}, {}: {}",
            figure.part, figure.scenario, figure.method, figure.quantity
        );
        vec![what, figure.cell(), figure.source.into()]
    });
    StudySection {
        name: "sources".into(),
        title: "The paper's figures and their sources".into(),
        tables: vec![StudyTable {
            caption: "All that is known; a figure that is not here is not known".into(),
            header: ["figure", "value", "source"].map(String::from).into(),
            rows: rows.collect(),
        }],
        ..StudySection::default()
    }
}
