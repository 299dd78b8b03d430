//! The page, from findings to settings.

use askama::Template;
use imputome_evaluate::{DataFacts, Definition, Evaluation, MethodFacts};

use crate::findings::Findings;
use crate::headline::{Headline, headline, question};
use crate::numbers::{count, percent};
use crate::tables::{self, GeneTable, LevelTable, ScoreTable};
use crate::{Figure, PageContext, figures};

/// What `template.html` shows.
#[derive(Debug, Template)]
#[template(path = "template.html")]
struct Page<'a> {
    style: &'static str,
    context: &'a PageContext,
    name: &'a str,
    main_scenario: &'static str,
    main_share: String,
    best: &'a str,
    repeats: usize,
    question: Vec<String>,
    headlines: Vec<Headline>,
    main_scores: Vec<ScoreTable>,
    other_scores: Vec<ScoreTable>,
    other_shares: String,
    figures: Vec<Figure>,
    by: &'a str,
    levels: LevelTable,
    genes: Vec<GeneTable>,
    definitions: Vec<&'static Definition>,
    facts: Vec<(&'static str, String)>,
    remarks: &'a [String],
    methods: &'a [MethodFacts],
}

impl Page<'_> {
    /// The figure of this name, where it has something to show.
    fn figure(&self, name: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }
}

/// The whole document.
pub(crate) fn page(evaluation: &Evaluation, context: &PageContext) -> String {
    let findings = Findings::of(evaluation);
    let (main_scores, other_scores) = tables::scores(&findings);
    let data = &evaluation.data;
    let best = findings.best(findings.main_scenario);
    let headlines = findings
        .scenarios
        .iter()
        .map(|name| headline(&findings, name));
    let page = Page {
        style: include_str!("style.css"),
        context,
        name: Some(data.name.as_str())
            .filter(|name| !name.is_empty())
            .unwrap_or("a table"),
        main_scenario: findings.main_scenario,
        main_share: percent(findings.main_share),
        best: best.map_or("", |row| &row.method),
        repeats: evaluation.experiment.repeats,
        question: question(&findings),
        headlines: headlines.collect(),
        main_scores,
        other_scores,
        other_shares: other_shares(&findings),
        figures: figures::all(evaluation),
        by: data.by.as_deref().unwrap_or(""),
        levels: tables::levels(&findings),
        genes: tables::genes(&findings),
        definitions: tables::metrics(&findings),
        facts: facts(evaluation),
        remarks: &data.remarks,
        methods: &evaluation.methods,
    };
    let mut text = page
        .render()
        .expect("a template that writes to memory cannot fail");
    text.push('\n');
    text
}

fn other_shares(findings: &Findings) -> String {
    let main = findings.main_share;
    let others = findings
        .shares
        .iter()
        .filter(|share| !crate::findings::same(**share, main));
    let others: Vec<String> = others.map(|share| percent(*share)).collect();
    crate::headline::listed(&others)
}

/// Groups, where samples have any.
fn groups(data: &DataFacts) -> String {
    if data.groups < data.samples {
        count(data.groups)
    } else {
        "none given: each sample by itself".into()
    }
}

/// Nothing where values are as they are in the table.
fn normalization(evaluation: &Evaluation) -> String {
    let asked = &evaluation.experiment.normalization;
    Some(asked)
        .filter(|asked| !asked.is_none())
        .map_or_else(String::new, |asked| asked.in_words())
}

/// What is known of the data and of what was asked, as name and value.
fn facts(evaluation: &Evaluation) -> Vec<(&'static str, String)> {
    let (data, asked) = (&evaluation.data, &evaluation.experiment);
    let shares: Vec<String> = asked
        .hidden_shares
        .iter()
        .map(|share| percent(*share))
        .collect();
    let mut facts = vec![
        ("Samples", count(data.samples)),
        ("Genes judged", count(data.genes)),
        ("Groups never split", groups(data)),
        ("Not measured to begin with", percent(data.gap_share)),
        ("Scale of the values", data.scale.clone()),
        ("Normalized for learning", normalization(evaluation)),
        (
            "Scale of the scores",
            asked.scale_of_scores().unwrap_or_default(),
        ),
        ("Covariates", data.covariates.join(", ")),
        ("Scored apart by", data.by.clone().unwrap_or_default()),
        ("Hidden", shares.join(", ")),
        ("Repeats", count(asked.repeats)),
        ("Protocol", asked.protocol.name().into()),
        ("Seed", asked.seed.to_string()),
    ];
    if asked
        .scenarios
        .iter()
        .any(|scenario| scenario.name() == "inductive")
    {
        facts.push((
            "Samples kept for the inductive test",
            percent(asked.test_share),
        ));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}
