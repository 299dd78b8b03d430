//! The report of an evaluation of single cells, from one made by hand.

use imputome_evaluate::MethodFacts;
use imputome_evaluate::cells::{
    AS_COUNTED, CellCost, CellDataFacts, CellEvaluation, CellExperiment, CellGeneScore, CellMaps,
    CellScore, CountBin, JudgedEntries, LabelAgreement, MappedTable, MethodBins,
};
use imputome_report::{PageContext, cell_figures, cell_findings, cell_page};

const METHODS: [&str; 2] = ["deepimpute", "nonzero-mean"];

fn facts(label: &str) -> MethodFacts {
    MethodFacts {
        label: label.into(),
        name: label.into(),
        title: format!("Title of <{label}>"),
        source: "a source".into(),
        settings: Vec::new(),
        chosen: Vec::new(),
        remarks: Vec::new(),
    }
}

/// Scores of one repeat: deepimpute is better by all but the error at zeros.
fn scores(method: usize) -> [(&'static str, f64); 5] {
    let better = 1.0 - method as f64;
    [
        ("mse", 0.3 - 0.1 * better),
        ("pearson", 0.5 + 0.1 * better),
        ("pearson_within_genes", 0.2 * better),
        ("mse_calibrated", 0.25 - 0.1 * better),
        ("zero_error", 0.4 + 0.1 * better),
    ]
}

fn evaluation() -> CellEvaluation {
    let each = || METHODS.into_iter().enumerate();
    let mapped = |name: &str, ari: f64| MappedTable {
        name: name.into(),
        places: (0..30).map(|c| (c as f32, (c * c % 7) as f32)).collect(),
        groups: (0..30).map(|c| c % 3).collect(),
        as_before: 1.0,
        agreement: Some(LabelAgreement {
            ari,
            ami: 0.4,
            nmi: 0.45,
            fmi: 0.6,
            silhouette: None,
        }),
    };
    CellEvaluation {
        experiment: CellExperiment {
            repeats: 2,
            ..CellExperiment::default()
        },
        data: CellDataFacts {
            name: "a & b.h5ad".into(),
            cells: 30,
            genes: 50,
            entries: 400,
            ..CellDataFacts::default()
        },
        methods: METHODS.map(facts).into(),
        baseline: METHODS[1].into(),
        judged: vec![JudgedEntries {
            repeat: 1,
            genes: 40,
            hidden: 500,
            judged: 390,
            not_imputed: 100,
            refused: 10,
        }],
        scores: each()
            .flat_map(|(at, method)| scores(at).map(|score| (method, score)))
            .flat_map(|(method, (metric, value))| {
                [1, 2].map(|repeat| CellScore {
                    method: method.into(),
                    repeat,
                    metric: metric.into(),
                    value: Some(value + 0.01 * repeat as f64),
                })
            })
            .collect(),
        genes: (0..40)
            .map(|gene| CellGeneScore {
                method: METHODS[0].into(),
                gene: format!("G{gene}"),
                entries: 25,
                mse: Some(0.2),
                pearson: Some(f64::from(gene) / 40.0),
                zero_error: Some(0.1),
                left_out: String::new(),
            })
            .collect(),
        bins: METHODS
            .map(|method| MethodBins {
                method: method.into(),
                bins: (1..9)
                    .map(|count| CountBin {
                        count,
                        estimate: 5 + count,
                        entries: 30,
                    })
                    .collect(),
            })
            .into(),
        maps: Some(CellMaps {
            by: Some("kind".into()),
            of: 30,
            genes: 40,
            cells: (0..30).map(|c| format!("C{c}")).collect(),
            labels: Some((0..30).map(|c| format!("k{}", c % 2)).collect()),
            tables: vec![mapped(AS_COUNTED, 0.5), mapped(METHODS[0], 0.4)],
        }),
        costs: METHODS
            .map(|method| CellCost {
                method: method.into(),
                repeat: 1,
                fit_seconds: 1.0,
                wall_seconds: 1.5,
                cpu_seconds: 2.0,
                status: "done".into(),
            })
            .into(),
    }
}

#[test]
fn findings_name_what_does_not_beat_the_mean_of_the_non_zeros() {
    let text = cell_findings(&evaluation()).join("\n");
    for part in [
        "Best here by MSE after a straight line: deepimpute, 0.165; nonzero-mean",
        "deepimpute does not beat nonzero-mean on error at zeros.",
        "flatter whoever predicts the mean of the non-zeros",
        "390 of 500 hidden counts",
        "100 are of genes that some method leaves as they are",
        "10 had an estimate that some method refused",
        "agree with kind by an adjusted Rand index of 0.500 as counted",
        "by more than other random numbers explain (0.05), where zeros are filled by deepimpute",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn figures_are_svg_and_names_cannot_become_markup() {
    let evaluation = evaluation();
    let figures = cell_figures(&evaluation);
    let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    let expected = [
        "scores_by_method",
        "estimated_against_hidden",
        "cells_before_and_after",
    ];
    assert_eq!(names, expected);
    for figure in &figures {
        roxmltree::Document::parse(&figure.svg).unwrap();
    }
    let page = cell_page(&evaluation, &PageContext::default());
    assert!(page.contains("a &#38; b.h5ad") && !page.contains("<deepimpute>"));
    assert!(page.contains("Told best") && page.contains("G39"));
}

#[test]
fn an_evaluation_without_map_or_bins_is_still_a_page() {
    let bare = CellEvaluation {
        maps: None,
        bins: Vec::new(),
        genes: Vec::new(),
        ..evaluation()
    };
    assert_eq!(cell_figures(&bare).len(), 1);
    let page = cell_page(&bare, &PageContext::default());
    assert!(page.contains("No map could be made"));
}
