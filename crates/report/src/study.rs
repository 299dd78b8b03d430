//! The page of a published study, rebuilt: tables with the publication's figures beside ours.

use askama::Template;
use imputome_evaluate::Evaluation;

use crate::figures;
use crate::findings::Findings;
use crate::{Figure, PageContext};

/// What the page of a study says.
#[derive(Clone, Debug, Default)]
pub struct StudyReport {
    /// The question, as a heading.
    pub title: String,
    /// What was rebuilt: the publication.
    pub source: String,
    /// What the study found, a sentence each.
    pub findings: Vec<String>,
    /// Tables and figures in the order of the page.
    pub sections: Vec<StudySection>,
}

/// A part of the page.
#[derive(Clone, Debug, Default)]
pub struct StudySection {
    /// Its address within the page, such as `table1`.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// What is shown and how it was done, a paragraph each.
    pub text: Vec<String>,
    /// What the results say, a sentence each.
    pub discussion: Vec<String>,
    /// How data or method differ from the publication's, a line each.
    pub differs: Vec<String>,
    /// Its tables.
    pub tables: Vec<StudyTable>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// A table of texts; the first column names the row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StudyTable {
    /// What it shows.
    pub caption: String,
    /// Headings of the columns.
    pub header: Vec<String>,
    /// One text per column in each row.
    pub rows: Vec<Vec<String>>,
}

/// A curve with its spread over genes.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareCurve {
    /// What it is of.
    pub name: String,
    /// Hidden share, mean R2 of genes, and their standard deviation.
    pub points: Vec<(f64, f64, f64)>,
}

/// Curves drawn together, such as a cancer and the healthy tissue of its organ.
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePanel {
    /// What stands above them.
    pub title: String,
    /// The curves.
    pub curves: Vec<ShareCurve>,
}

impl Page<'_> {
    /// Cells that begin as a number stand under each other by their ends.
    fn is_number(&self, cell: &str) -> bool {
        let first = cell.trim_start_matches(['-', '−']).chars().next();
        first.is_none_or(|first| first.is_ascii_digit())
    }

    /// True for a column with numbers in it.
    fn is_numeric(&self, table: &StudyTable, column: &usize) -> bool {
        let mut cells = table.rows.iter().map(|row| row[*column].as_str());
        cells.any(|cell| !cell.is_empty() && self.is_number(cell))
    }
}

#[derive(Debug, Template)]
#[template(path = "study.html")]
struct Page<'a> {
    style: &'static str,
    context: &'a PageContext,
    report: &'a StudyReport,
}

/// The page of a study: one HTML document that needs no other file.
#[must_use]
pub fn study_page(report: &StudyReport, context: &PageContext) -> String {
    let page = Page {
        style: include_str!("style.css"),
        context,
        report,
    };
    let mut text = page
        .render()
        .expect("a template that writes to memory cannot fail");
    text.push('\n');
    text
}

/// R2 of genes within each level under one method, a box per level; as Figure 2 of the PMI paper.
#[must_use]
pub fn level_figure(evaluation: &Evaluation, method: &str) -> Option<Figure> {
    figures::r2_by_level::figure_of(&Findings::of(evaluation), method)
}

/// R2 of every gene within every level under one method, as a map; after Figure 5 of the PMI paper.
#[must_use]
pub fn gene_map_figure(evaluation: &Evaluation, method: &str) -> Option<Figure> {
    figures::gene_map::figure(&Findings::of(evaluation), method)
}

/// R2 against the hidden share with its spread over genes, a panel per pair; as Figure 4 of the PMI paper.
#[must_use]
pub fn share_curves_figure(name: &str, title: &str, panels: &[CurvePanel]) -> Option<Figure> {
    figures::share_curves::figure(name, title, panels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_study_says_cannot_become_markup() {
        let report = StudyReport {
            title: "a <b> c".into(),
            sections: vec![StudySection {
                name: "table1".into(),
                tables: vec![StudyTable {
                    caption: "x & y".into(),
                    header: vec!["method".into(), "R2".into()],
                    rows: vec![vec!["<pmi>".into(), "0.7".into()]],
                }],
                ..StudySection::default()
            }],
            ..StudyReport::default()
        };
        let page = study_page(&report, &PageContext::default());
        assert!(page.contains("&#60;pmi&#62;") && !page.contains("<pmi>"));
        assert!(page.contains("id=\"table1\""));
    }

    #[test]
    fn curves_of_nothing_are_no_figure() {
        assert!(share_curves_figure("f", "F", &[]).is_none());
        let panel = CurvePanel {
            title: "ACC".into(),
            curves: vec![ShareCurve {
                name: "TCGA ACC".into(),
                points: vec![(0.1, 0.5, 0.2), (0.5, 0.4, 0.2)],
            }],
        };
        let drawn = share_curves_figure("f", "F", &[panel]).unwrap();
        roxmltree::Document::parse(&drawn.svg).unwrap();
    }
}
