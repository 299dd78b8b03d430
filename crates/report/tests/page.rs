//! What the page promises: whole, safe, exact, the same each time.

use imputome_evaluate::{Evaluation, MethodFacts, Scenario, Score, summary};
use imputome_report::{PageContext, figures, page};

mod sample;

fn context() -> PageContext {
    PageContext {
        version: "0.1.0".into(),
        command: "imputome evaluate table.tsv".into(),
        plan: "seed = 0".into(),
        date: "2026-11-21".into(),
        machine: "2 cores".into(),
    }
}

/// An evaluation of one method with one score a repeat and nothing else.
fn smallest() -> Evaluation {
    let mut found = sample::evaluation();
    found.experiment.scenarios = vec![Scenario::Inductive];
    found.experiment.hidden_shares = vec![0.5];
    found.experiment.repeats = 2;
    found.experiment.by = None;
    found.data = Default::default();
    found.methods.truncate(1);
    found.scores.clear();
    found.per_gene.clear();
    found.runtime.clear();
    found.curves.clear();
    found.examples.clear();
    for (repeat, value) in [(1, 0.5), (2, 0.25)] {
        found.scores.push(Score {
            method: "pmi".into(),
            scenario: "inductive".into(),
            hidden: 0.5,
            repeat,
            group: "all".into(),
            metric: "r2".into(),
            value,
        });
    }
    found
}

#[test]
fn the_page_has_no_address_outside_itself() {
    let page = page(&sample::evaluation(), &context());
    for attribute in ["src=", "href="] {
        for rest in page.split(attribute).skip(1) {
            assert!(rest.starts_with("\"#"), "{attribute}{}", &rest[..40]);
        }
    }
    for means in [
        "url(", "@import", "<script", "<link", "<img", "<iframe", "<object", "<use",
    ] {
        assert!(!page.contains(means), "{means}");
    }
    let name_spaces = page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count();
    assert_eq!(page.matches("http").count(), name_spaces);
}

#[test]
fn every_figure_is_xml_with_title_and_description_and_stands_in_the_page() {
    let evaluation = sample::evaluation();
    let page = page(&evaluation, &context());
    let figures = figures(&evaluation);
    assert_eq!(figures.len(), 8);
    for figure in figures {
        let document = roxmltree::Document::parse(&figure.svg).expect(&figure.name);
        let tag = |name: &'static str| {
            document
                .descendants()
                .find(|node| node.tag_name().name() == name)
                .and_then(|node| node.text())
        };
        assert_eq!(tag("title"), Some(figure.title.as_str()));
        assert_eq!(tag("desc"), Some(figure.caption.as_str()));
        assert!(page.contains(figure.svg.as_str()), "{}", figure.name);
        assert!(
            !figure.svg.contains("NaN") && !figure.svg.contains("inf"),
            "{}",
            figure.name
        );
    }
}

#[test]
fn the_same_evaluation_gives_the_same_bytes() {
    let (first, second) = (sample::evaluation(), sample::evaluation());
    assert_eq!(page(&first, &context()), page(&second, &context()));
}

#[test]
fn numbers_shown_are_those_of_the_evaluation() {
    let shown = page(&smallest(), &context());
    // Mean and standard deviation (divisor 1) of 0.5 and 0.25.
    assert!(shown.contains(">0.375<") && shown.contains("± 0.177"));
    let evaluation = sample::evaluation();
    let shown = page(&evaluation, &context());
    for row in summary(&evaluation) {
        for metric in row
            .metrics
            .iter()
            .filter(|metric| metric.metric != "entries")
        {
            let value = format!("{:.3}", metric.mean).replace('-', "−");
            let value = if value == "−0.000" {
                "0.000".into()
            } else {
                value
            };
            assert!(
                shown.contains(&format!(">{value}<")),
                "{} {value}",
                metric.metric
            );
        }
    }
}

#[test]
fn names_given_by_users_stay_text() {
    const HOSTILE: &str = "<b>&\"'</style><script>x";
    let mut evaluation = sample::evaluation();
    let replaced = evaluation.methods[1].label.clone();
    evaluation.data.name = HOSTILE.into();
    evaluation.data.scale = HOSTILE.into();
    evaluation.data.remarks.push(HOSTILE.into());
    evaluation.data.covariates.push(HOSTILE.into());
    evaluation.data.levels[0].level = HOSTILE.into();
    rename(&mut evaluation, &replaced, HOSTILE);
    for row in &mut evaluation.per_gene {
        row.gene.insert_str(0, HOSTILE);
        if row.group == "tissue=Adipose Tissue" {
            row.group = format!("tissue={HOSTILE}");
        }
    }
    for curve in &mut evaluation.curves {
        curve.curve.name.insert_str(0, HOSTILE);
        curve.curve.step.insert_str(0, HOSTILE);
    }
    let mut context = context();
    context.plan.push_str(HOSTILE);
    context.command.push_str(HOSTILE);
    context.machine.push_str(HOSTILE);
    context.version.push_str(HOSTILE);
    let page = page(&evaluation, &context);
    assert!(!page.contains("<b>&") && !page.contains("<script"));
    assert_eq!(page.matches("</style>").count(), 1);
    for figure in figures(&evaluation) {
        roxmltree::Document::parse(&figure.svg).expect(&figure.name);
    }
}

fn rename(evaluation: &mut Evaluation, from: &str, to: &str) {
    let rename = |label: &mut String| {
        if label == from {
            *label = to.into();
        }
    };
    let facts: &mut Vec<MethodFacts> = &mut evaluation.methods;
    facts.iter_mut().for_each(|row| rename(&mut row.label));
    evaluation
        .scores
        .iter_mut()
        .for_each(|row| rename(&mut row.method));
    evaluation
        .per_gene
        .iter_mut()
        .for_each(|row| rename(&mut row.method));
    evaluation
        .runtime
        .iter_mut()
        .for_each(|row| rename(&mut row.method));
    evaluation
        .curves
        .iter_mut()
        .for_each(|row| rename(&mut row.method));
    evaluation
        .examples
        .iter_mut()
        .for_each(|row| rename(&mut row.method));
}

#[test]
fn an_evaluation_that_found_nothing_still_has_a_page() {
    let mut empty = smallest();
    empty.scores.clear();
    assert!(page(&empty, &context()).contains("No method could be judged"));
    assert!(figures(&empty).is_empty());
    empty.methods.clear();
    empty.experiment.scenarios.clear();
    empty.experiment.hidden_shares.clear();
    assert!(page(&empty, &PageContext::default()).ends_with("</html>\n"));
    assert!(figures(&empty).is_empty());
}

#[test]
fn scores_that_are_not_numbers_are_shown_as_missing() {
    let mut evaluation = sample::evaluation();
    evaluation
        .scores
        .iter_mut()
        .for_each(|row| row.value = f64::NAN);
    for row in &mut evaluation.per_gene {
        (row.r2, row.rmse, row.pearson) = (f64::NAN, f64::NAN, f64::NAN);
    }
    for row in &mut evaluation.runtime {
        (row.cpu_seconds, row.fit_wall_seconds, row.peak_mib) = (f64::NAN, f64::NAN, f64::NAN);
    }
    for row in &mut evaluation.examples {
        (row.estimate, row.spread) = (f64::NAN, Some(f64::NAN));
    }
    for curve in &mut evaluation.curves {
        curve
            .curve
            .points
            .iter_mut()
            .for_each(|point| point.1 = f64::NAN);
    }
    let page = page(&evaluation, &context());
    assert!(page.contains("No method could be judged") && page.contains(">–<"));
    assert!(!page.contains("NaN"));
    assert!(figures(&evaluation).is_empty());
}

#[test]
fn one_gene_and_one_value_make_figures_without_infinite_places() {
    let mut evaluation = sample::evaluation();
    evaluation
        .per_gene
        .retain(|row| row.gene == "APOE" && row.repeat == Some(1));
    evaluation.examples.truncate(1);
    evaluation.data.levels.clear();
    for curve in &mut evaluation.curves {
        curve.curve.points.truncate(1);
    }
    for figure in figures(&evaluation) {
        roxmltree::Document::parse(&figure.svg).expect(&figure.name);
        assert!(
            !figure.svg.contains("NaN") && !figure.svg.contains("inf"),
            "{}",
            figure.name
        );
    }
    assert!(page(&evaluation, &context()).contains("All genes, best first"));
}
