//! What was found against FISH, for the page.

use imputome_report::{FigureText, StudySection, StudyTable, marks_figure};

use super::fish::{ABSENT, DATA};
use super::published;
use super::rows::Found;
use super::tables::{Better, Metric, cell, of_data, panel};
use super::verdicts::against_raw;

const METRICS: [Metric; 2] = [
    Metric {
        name: "gini_pearson",
        title: "Pearson of Gini coefficients",
        better: Better::Higher,
    },
    Metric {
        name: "gini_mse",
        title: "MSE of Gini coefficients",
        better: Better::Lower,
    },
];

/// The section; it says so where the files are not there.
pub(super) fn section(found: &Found) -> StudySection {
    let mut section = StudySection {
        name: "part-fish".into(),
        title: "Figure 3: single genes under the microscope (RNA FISH)".into(),
        text: vec!["Cells of both assays with an amount of GAPDH strictly between its 10 and 90 % quantiles are divided by that amount over its mean. For each gene in both that varies enough to be imputed, the Gini coefficient (how unequally cells share in it) is compared between sequencing, raw and imputed, and FISH; the Kolmogorov-Smirnov distance is taken after both have the same mean.".into()],
        ..StudySection::default()
    };
    if found.is_empty() {
        section.text.push(ABSENT.into());
        section.tables.extend(published::table("fish"));
        return section;
    }
    section.tables.extend(of_data(
        found,
        DATA,
        "",
        &METRICS,
        "Gini coefficients over genes, sequenced against FISH",
    ));
    section
        .tables
        .extend(by_gene(found, "gini", "Gini coefficient of each gene"));
    section.tables.extend(by_gene(
        found,
        "ks",
        "Kolmogorov-Smirnov distance of each gene from FISH",
    ));
    section.tables.extend(published::table("fish"));
    let methods = found.drawn();
    let panels = METRICS.map(|metric| panel(found, &methods, "", &metric));
    let text = FigureText {
        name: "fish",
        title: "Gini coefficients against FISH, raw and imputed",
        caption: "Over genes in both assays; bars reach one standard deviation over repeats to either side.",
    };
    section.figures.extend(marks_figure(text, &panels));
    section.discussion = against_raw(found, (DATA, ""), &METRICS);
    section.discussion.extend(found.failures());
    section
}

/// Methods in lines and genes in columns, FISH itself last.
fn by_gene(found: &Found, metric: &str, caption: &str) -> Option<StudyTable> {
    let genes = found.settings(metric);
    let line = |method: &str, metric: &str, label: &str| -> Vec<String> {
        let cells = genes
            .iter()
            .map(|gene| cell(found.mean(DATA, method, (gene, metric))));
        std::iter::once(label.to_string()).chain(cells).collect()
    };
    let methods = found.methods();
    let mut rows: Vec<Vec<String>> = methods.iter().map(|m| line(m, metric, m)).collect();
    if metric == "gini" {
        rows.extend(methods.first().map(|m| line(m, "gini_fish", "FISH")));
    }
    let header = std::iter::once("method".to_string()).chain(genes.iter().cloned());
    (!genes.is_empty()).then(|| StudyTable {
        caption: caption.into(),
        header: header.collect(),
        rows,
    })
}
