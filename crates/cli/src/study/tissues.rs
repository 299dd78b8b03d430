//! What the sections of the page say of tissues: Figures 2 and 5.

use std::collections::BTreeMap;
use std::fmt::Write;

use imputome_evaluate::{Evaluation, GeneScore};
use imputome_report::{Figure, StudySection, StudyTable, gene_map_figure, level_figure};

use super::parts::DRAWN;
use super::performance::{Column, number};
use super::prepare::{ALL_GENES, DataNotes, PATHWAY};
use super::writing::Beside;

/// Figure 2: R2 of genes by tissue.
pub(super) fn tissue_section(
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

/// Figure 5: R2 of genes of the pathway by gene and tissue.
pub(super) fn gene_section(
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

/// The methods of the figures that are there, or else the first ones, as many.
pub(super) fn chosen(there: Vec<&str>) -> Vec<&str> {
    let usual: Vec<&str> = DRAWN
        .into_iter()
        .filter(|label| there.contains(label))
        .collect();
    match usual.is_empty() {
        true => there.into_iter().take(DRAWN.len()).collect(),
        false => usual,
    }
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

/// Rows of levels of the methods drawn, inductive.
fn level_rows<'a>(found: &'a Evaluation, method: &'a str) -> impl Iterator<Item = &'a GeneScore> {
    found.per_gene.iter().filter(move |row| {
        row.method == method
            && row.scenario == "inductive"
            && row.group != "all"
            && row.r2.is_finite()
    })
}

fn tissue_range(found: &Evaluation, method: &str) -> Option<Vec<String>> {
    let mut means: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
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
