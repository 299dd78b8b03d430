//! What was found of differential expression, for the page.

use imputome_report::{FigureText, StudySection, marks_figure};

use super::expression::{RATE, TESTS, TOP};
use super::published;
use super::rows::Found;
use super::sources::SIMULATION;
use super::tables::{Better, Metric, of_data, panel};
use super::verdicts::against_raw;

const METRICS: [Metric; 5] = [
    Metric {
        name: "auc",
        title: "ROC-AUC, first 500 of each group",
        better: Better::Higher,
    },
    Metric {
        name: "auc_all",
        title: "ROC-AUC, all genes by p",
        better: Better::Higher,
    },
    Metric {
        name: "auc_statistic",
        title: "ROC-AUC, all genes by statistic",
        better: Better::Higher,
    },
    Metric {
        name: "found",
        title: "Different genes found",
        better: Better::Higher,
    },
    Metric {
        name: "false_discoveries",
        title: "False among those called",
        better: Better::Lower,
    },
];

/// The section, nothing where nothing was found.
pub(super) fn section(found: &Found) -> Option<StudySection> {
    if found.is_empty() {
        return None;
    }
    let mut tables: Vec<_> = TESTS
        .iter()
        .filter_map(|(test, _)| {
            let caption =
                format!("{test}: one group against all other cells, five groups together");
            of_data(found, SIMULATION, test, &METRICS, &caption)
        })
        .collect();
    tables.extend(published::table("expression"));
    let methods = found.drawn();
    let panels = TESTS.iter().flat_map(|(test, _)| {
        let methods = &methods;
        [0, 2, 4].map(move |at| panel(found, methods, test, &METRICS[at]))
    });
    let panels: Vec<_> = panels.collect();
    let text = FigureText {
        name: "expression",
        title: "Genes that groups express differently, raw and imputed",
        caption: "Mean over simulations of other seeds; bars reach one standard deviation to either side, and where none is seen it is smaller than the mark. False among those called: genes that no group expresses differently; a test that keeps its word stays below 0.05.",
    };
    let tests = TESTS.iter();
    let mut discussion: Vec<String> = tests
        .flat_map(|(test, _)| against_raw(found, (SIMULATION, test), &METRICS))
        .collect();
    discussion.extend(found.failures());
    Some(StudySection {
        name: "part-expression".into(),
        title: "Figure 5c: differential expression".into(),
        text: vec![
            format!("In each simulation the genes are known that a group expresses differently. Cells are scaled to the same total, logarithms taken, each group compared with all other cells, p values adjusted by Benjamini and Hochberg. The paper's figure is the area under the ROC curve of 1 less the adjusted p value over the first {TOP} genes of each group, pooled."),
            format!("A ranking of chosen genes says little, so all genes are ranked too, by p value and by the size of the statistic. Of the genes called at a false discovery rate of {RATE} no more than {RATE} should be ones that no group expresses differently; a gene that another group changes differs from the rest too, and is not counted as false."),
        ],
        discussion,
        differs: vec![
            "The paper's text names the t test, its program used ranks (Wilcoxon): both are here. The t test is Welch's.".into(),
            "The simulation is the same model with the same settings, in our own program: other random numbers, and a new simulation for each repeat.".into(),
        ],
        tables,
        figures: marks_figure(text, &panels).into_iter().collect(),
    })
}
