//! The report of a study on everything finished, and its tables as files.

use std::fmt::Write;
use std::path::Path;

use imputome_evaluate::Evaluation;
use imputome_report::{
    Figure, PageContext, StudyReport, StudySection, StudyTable, gene_map_figure, level_figure,
    share_curves_figure, study_page,
};

use crate::commands::print;
use crate::context::{Context, command_line, machine, today};
use crate::failure::{Failure, Result};
use crate::terminal::duration;

use super::Given;
use super::cohorts::{self, CohortMean};
use super::cross;
use super::embedding;
use super::ordering;
use super::parts::{DRAWN, RUNS};
use super::performance::{self, Column, number};
use super::prepare::{ALL_GENES, CROSS_STUDY, DataNotes, PATHWAY};
use super::published;
use super::running::finished;

const PAGE_FILE: &str = "report.html";
const FIGURES_FOLDER: &str = "figures";

/// A file beside the page: name and text.
type Beside = (&'static str, String);

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
    let page = PageContext {
        version: env!("CARGO_PKG_VERSION").into(),
        command: command_line(),
        plan: String::new(),
        date: today(),
        machine: machine(),
    };
    for section in &report.sections {
        write_figures(&given.output, &section.figures)?;
        for table in section
            .tables
            .iter()
            .filter(|_| section.name.starts_with("table"))
        {
            print(&aligned(table))?;
        }
        if section.name.starts_with("table") {
            print(
                &section
                    .differs
                    .iter()
                    .map(|line| format!("data: {line}\n"))
                    .collect::<String>(),
            )?;
        }
    }
    for (name, text) in beside {
        imputome_io::write_bytes(&given.output.join(name), text.as_bytes())?;
    }
    let file = given.output.join(PAGE_FILE);
    imputome_io::write_bytes(&file, study_page(&report, &page).as_bytes())?;
    context.terminal.say(format!("report: {}", file.display()));
    Ok(())
}

pub(super) fn write_figures(output: &Path, figures: &[Figure]) -> Result<()> {
    let folder = output.join(FIGURES_FOLDER);
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
    })?;
    for figure in figures {
        let file = folder.join(format!("{}.svg", figure.name));
        imputome_io::write_bytes(&file, figure.svg.as_bytes())?;
    }
    Ok(())
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

/// The evaluation under the strict protocol, on the paper's scale where it is there.
fn strict(columns: &[Column]) -> Option<&Evaluation> {
    let ending = |ending: &str| {
        columns
            .iter()
            .find(|column| column.run.name.ends_with(ending))
    };
    let column = ending("-normal-strict").or_else(|| ending("-log-strict"));
    column.map(|column| &column.found)
}

fn drawn(found: &Evaluation) -> impl Iterator<Item = &str> {
    let labels = found.methods.iter().map(|method| method.label.as_str());
    chosen(labels.collect()).into_iter()
}

/// The methods of the figures that are there, or else the first ones, as many.
fn chosen(there: Vec<&str>) -> Vec<&str> {
    let usual: Vec<&str> = DRAWN
        .into_iter()
        .filter(|label| there.contains(label))
        .collect();
    match usual.is_empty() {
        true => there.into_iter().take(DRAWN.len()).collect(),
        false => usual,
    }
}

fn tissue_section(
    columns: &[Column],
    notes: &DataNotes,
    beside: &mut Vec<Beside>,
) -> Option<StudySection> {
    let found = strict(columns)?;
    let figures: Vec<Figure> = drawn(found)
        .filter_map(|method| level_figure(found, method))
        .collect();
    if figures.is_empty() {
        return None;
    }
    beside.push(("figure2.tsv", genes_by_level(found)));
    let rows = drawn(found)
        .filter_map(|method| tissue_range(found, method))
        .collect();
    let mut header = vec!["method".to_string()];
    header.extend(
        [
            "lowest tissue",
            "its mean R2",
            "highest tissue",
            "its mean R2",
        ]
        .map(String::from),
    );
    let mut table = StudyTable {
        caption: "Mean R2 of genes within a tissue: the lowest and the highest tissue".into(),
        header,
        rows,
    };
    table.rows.push(
        [
            "paper: pmi",
            "EBV-transformed lymphocytes",
            "about 0.5",
            "small intestine",
            "about 0.78",
        ]
        .map(String::from)
        .into(),
    );
    Some(StudySection {
        name: "figure2".into(),
        title: "Figure 2: R2 by tissue".into(),
        text: vec![
            "R2 is about the gene's own mean in that tissue, inductive, half of the values hidden."
                .into(),
        ],
        discussion: Vec::new(),
        differs: notes.differences(ALL_GENES).to_vec(),
        tables: vec![table],
        figures,
    })
}

/// Rows of levels of the methods drawn, inductive.
fn level_rows<'a>(
    found: &'a Evaluation,
    method: &'a str,
) -> impl Iterator<Item = &'a imputome_evaluate::GeneScore> {
    found.per_gene.iter().filter(move |row| {
        row.method == method
            && row.scenario == "inductive"
            && row.group != "all"
            && row.r2.is_finite()
    })
}

fn tissue_range(found: &Evaluation, method: &str) -> Option<Vec<String>> {
    let mut means: std::collections::BTreeMap<&str, (f64, f64)> = std::collections::BTreeMap::new();
    for row in level_rows(found, method) {
        let tissue = row
            .group
            .split_once('=')
            .map_or(row.group.as_str(), |(_, tissue)| tissue);
        let (sum, n) = means.entry(tissue).or_default();
        *sum += row.r2;
        *n += 1.0;
    }
    let mean = |(tissue, (sum, n)): (&&str, &(f64, f64))| (tissue.to_string(), sum / n);
    let lowest = means.iter().map(mean).min_by(|a, b| a.1.total_cmp(&b.1))?;
    let highest = means.iter().map(mean).max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(vec![
        method.into(),
        lowest.0,
        number(Some(lowest.1), 3),
        highest.0,
        number(Some(highest.1), 3),
    ])
}

fn genes_by_level(found: &Evaluation) -> String {
    let mut text = String::from("method\ttissue\tgene\tentries\tr2\n");
    for method in drawn(found) {
        for row in level_rows(found, method) {
            let tissue = row
                .group
                .split_once('=')
                .map_or(row.group.as_str(), |(_, tissue)| tissue);
            let _ = writeln!(
                text,
                "{method}\t{tissue}\t{}\t{}\t{}",
                row.gene, row.entries, row.r2
            );
        }
    }
    text
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

fn gene_section(
    columns: &[Column],
    notes: &DataNotes,
    beside: &mut Vec<Beside>,
) -> Option<StudySection> {
    let found = strict(columns)?;
    let figures: Vec<Figure> = drawn(found)
        .filter_map(|method| gene_map_figure(found, method))
        .collect();
    if figures.is_empty() {
        return None;
    }
    beside.push(("figure5.tsv", genes_by_level(found)));
    Some(StudySection {
        name: "figure5".into(),
        title: "Figure 5: R2 by gene and tissue in the pathway".into(),
        text: vec!["The paper shows a point per gene and tissue and tells brain from other tissues; here every gene and tissue is a field of a map. R2 is about the gene's own mean in that tissue, inductive, half of the values hidden.".into()],
        discussion: Vec::new(),
        differs: notes.differences(PATHWAY).to_vec(),
        tables: Vec::new(),
        figures,
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

/// A table for the terminal: columns of equal width, two spaces apart.
pub(super) fn aligned(table: &StudyTable) -> String {
    let lines: Vec<&Vec<String>> = std::iter::once(&table.header).chain(&table.rows).collect();
    let width = |column: usize| {
        lines
            .iter()
            .map(|line| line[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.header.len()).map(width).collect();
    let mut text = format!("{}\n", table.caption);
    for line in lines {
        let cells = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        let _ = writeln!(
            text,
            "  {}",
            cells.collect::<Vec<_>>().join("  ").trim_end()
        );
    }
    text.push('\n');
    text
}
