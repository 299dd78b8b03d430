//! Results as files: five tidy tables and one page of JSON for the rest.
//!
//! Numbers are written as the shortest decimal that reads back to the same bits, `NaN` where a
//! value cannot be computed, nothing where there is none; a tab, line break or backslash in a
//! name as `\t`, `\n`, `\r`, `\\`. A report is rebuilt from these files alone.

mod cells;
mod rows;

pub(crate) use cells::Line;

use imputome_core::{Curve, Error, Result};
use serde::{Deserialize, Serialize};

use crate::experiment::Experiment;
use crate::scores::{DataFacts, Evaluation, MethodCurve, MethodFacts};
use rows::{CurvePoint, Row};

/// Version of the files; raised when an older program could no longer read them.
const FORMAT: u32 = 1;

/// What `evaluation.json` holds: everything that is not a table, and the size of each table.
#[derive(Serialize, Deserialize)]
struct Page {
    format: u32,
    experiment: Experiment,
    data: DataFacts,
    methods: Vec<MethodFacts>,
    rows: Rows,
}

/// Rows that each table must have.
#[derive(Serialize, Deserialize)]
struct Rows {
    scores: usize,
    per_gene: usize,
    runtime: usize,
    curves: usize,
    examples: usize,
}

impl Evaluation {
    /// The files of an evaluation by name.
    pub const FILES: [&'static str; 6] = [
        "evaluation.json",
        "scores.tsv",
        "per_gene.tsv",
        "runtime.tsv",
        "curves.tsv",
        "examples.tsv",
    ];

    /// Name and text of each of [`Evaluation::FILES`].
    pub fn to_files(&self) -> Vec<(&'static str, String)> {
        let points = curve_points(&self.curves);
        let page = Page {
            format: FORMAT,
            experiment: self.experiment.clone(),
            data: self.data.clone(),
            methods: self.methods.clone(),
            rows: Rows {
                scores: self.scores.len(),
                per_gene: self.per_gene.len(),
                runtime: self.runtime.len(),
                curves: points.len(),
                examples: self.examples.len(),
            },
        };
        let page = serde_json::to_string_pretty(&page).expect("facts are plain data");
        let texts = [
            page + "\n",
            table(&self.scores),
            table(&self.per_gene),
            table(&self.runtime),
            table(&points),
            table(&self.examples),
        ];
        Self::FILES.into_iter().zip(texts).collect()
    }

    /// The evaluation that `read` gives by file name. Refused when a file was changed so that it
    /// no longer parses or has another number of rows, with file, line and column.
    pub fn from_files(read: &mut dyn FnMut(&str) -> Result<String>) -> Result<Self> {
        let [page, scores, per_gene, runtime, curves, examples] = Self::FILES;
        let text = read(page)?;
        let page: Page = parse_page(page, &text)?;
        let points = parse::<CurvePoint>(curves, &read(curves)?, page.rows.curves)?;
        Ok(Self {
            experiment: page.experiment,
            data: page.data,
            methods: page.methods,
            scores: parse(scores, &read(scores)?, page.rows.scores)?,
            per_gene: parse(per_gene, &read(per_gene)?, page.rows.per_gene)?,
            runtime: parse(runtime, &read(runtime)?, page.rows.runtime)?,
            curves: curves_of(points),
            examples: parse(examples, &read(examples)?, page.rows.examples)?,
        })
    }
}

fn table<R: Row>(rows: &[R]) -> String {
    let mut text = R::COLUMNS.join("\t");
    text.push('\n');
    for row in rows {
        let mut line = cells::Line::default();
        row.write(&mut line);
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}

fn parse_page(file: &str, text: &str) -> Result<Page> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let advice = "it is not what an evaluation wrote; run `imputome evaluate` again";
    let broken = |error| Error::Unusable(format!("{file}: {error}; {advice}"));
    let version: Version = serde_json::from_str(text).map_err(broken)?;
    if version.format != FORMAT {
        return Err(Error::Unusable(format!(
            "{file}: expected format {FORMAT}, found {}; it was written by another version of imputome, run `imputome evaluate` again",
            version.format
        )));
    }
    serde_json::from_str(text).map_err(broken)
}

fn parse<R: Row>(file: &str, text: &str, expected: usize) -> Result<Vec<R>> {
    let mut lines = text.lines();
    let header = R::COLUMNS.join("\t");
    let found = lines.next().unwrap_or("");
    if found != header {
        return Err(Error::Unusable(format!(
            "{file} line 1: expected the columns {}, found {}",
            R::COLUMNS.join(" "),
            found.replace('\t', " ")
        )));
    }
    let rows = lines
        .enumerate()
        .map(|(at, line)| R::read(&mut cells::Cells::new(file, at + 2, line, R::COLUMNS)?))
        .collect::<Result<Vec<R>>>()?;
    if rows.len() != expected {
        return Err(Error::Unusable(format!(
            "{file}: expected {expected} rows as evaluation.json says, found {}; the file was cut or changed, run `imputome evaluate` again",
            rows.len()
        )));
    }
    Ok(rows)
}

fn curve_points(curves: &[MethodCurve]) -> Vec<CurvePoint> {
    let point_of = |(at, owner): (usize, &MethodCurve)| {
        let owner = owner.clone();
        let points = owner.curve.points.clone();
        points.into_iter().map(move |(step, value)| CurvePoint {
            curve: at + 1,
            method: owner.method.clone(),
            scenario: owner.scenario.clone(),
            hidden: owner.hidden,
            name: owner.curve.name.clone(),
            unit: owner.curve.step.clone(),
            step,
            value,
        })
    };
    curves.iter().enumerate().flat_map(point_of).collect()
}

fn curves_of(points: Vec<CurvePoint>) -> Vec<MethodCurve> {
    let mut curves: Vec<MethodCurve> = Vec::new();
    let mut last = None;
    for point in points {
        if last != Some(point.curve) {
            last = Some(point.curve);
            curves.push(MethodCurve {
                method: point.method,
                scenario: point.scenario,
                hidden: point.hidden,
                curve: Curve {
                    name: point.name,
                    step: point.unit,
                    points: Vec::new(),
                },
            });
        }
        if let Some(owner) = curves.last_mut() {
            owner.curve.points.push((point.step, point.value));
        }
    }
    curves
}
