//! `imputome inspect`: what is in a table, and what to do with it.

use imputome_core::Run;
use imputome_io::{CovariateFact, Inspection};

use crate::arguments::{InspectArguments, Kind};
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::plan::{ReadingPlan, SamplesPlan};
use crate::reading::{Asked, options, read_with, scale_in_words, shown};
use crate::terminal::{Terminal, Voice, paragraph};

use super::print;

mod cells;

/// Levels of a covariate shown before the rest is only counted. Ours: one line on a terminal.
const LEVELS_SHOWN: usize = 6;

/// Samples named one by one; more are no exceptions but a property of the table. Ours.
const SAMPLES_NAMED: usize = 30;

/// A label and what it labels.
type Line = (&'static str, String);

/// Prints what is in each table.
pub(crate) fn inspect(arguments: &InspectArguments, context: &Context) -> Result<()> {
    let reading: ReadingPlan = as_plan(&arguments.reading)?;
    let samples: SamplesPlan = as_plan(&arguments.samples)?;
    let run = context.run(0)?;
    let mut found = Vec::new();
    for file in &arguments.files {
        let kind = Kind::of(file)?;
        context.typed.expect_effect_on(kind, file)?;
        found.push(match kind {
            Kind::Cells => cells::inspect(file, arguments, &run)?,
            Kind::Table => inspect_table(file, arguments, &reading, &samples, &run)?,
        });
    }
    if arguments.json {
        let all: Vec<&serde_json::Value> = found.iter().map(|found| &found.json).collect();
        let json = serde_json::to_string_pretty(&all).expect("plain data");
        return print(&format!("{json}\n"));
    }
    let texts: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
    print(&texts.join("\n"))
}

/// What was found in one file.
struct Found {
    json: serde_json::Value,
    text: String,
}

fn inspect_table(
    file: &str,
    arguments: &InspectArguments,
    reading: &ReadingPlan,
    samples: &SamplesPlan,
    run: &Run,
) -> Result<Found> {
    let silent = Terminal::new(Voice::Quiet);
    let asked = Asked::new(file, reading, samples);
    let table = read_with(asked, options(asked)?, run, &silent)?;
    let mut found = imputome_io::inspect(&table.data, &table.facts);
    let zeros = |remark: &&String| found.of_cells && remark.contains("--zeros gaps");
    for remark in table.remarks.iter().filter(|remark| !zeros(remark)) {
        if !found.notes.contains(remark) {
            found.notes.push(remark.clone());
        }
    }
    Ok(Found {
        json: serde_json::to_value(&found).expect("plain data"),
        text: text(&found) + &next(&found, file, arguments),
    })
}

/// Typed options as a part of a plan.
pub(super) fn as_plan<T: serde::Serialize, P: serde::de::DeserializeOwned>(typed: &T) -> Result<P> {
    let table = toml::Table::try_from(typed).expect("options are plain data");
    P::deserialize(toml::Value::Table(table)).map_err(|error| Failure::usage(error.to_string()))
}

fn text(found: &Inspection) -> String {
    // Of most cells most genes are zero: what stands out among samples says nothing of them.
    let of_samples = match found.of_cells {
        true => Vec::new(),
        false => [floor(found), genes_and_samples(found)].concat(),
    };
    let lines = [
        shape_and_values(found),
        of_samples,
        known_of_samples(found),
        labeled("note", &found.notes),
        labeled("advice", &found.advice),
    ];
    paragraphs(lines.into_iter().flatten())
}

fn paragraphs(lines: impl IntoIterator<Item = Line>) -> String {
    let mut out = String::new();
    for (label, text) in lines {
        paragraph(&mut out, &format!("{label:<12}"), &text);
    }
    out
}

fn labeled(label: &'static str, texts: &[String]) -> Vec<Line> {
    texts.iter().map(|text| (label, text.clone())).collect()
}

fn shape_and_values(found: &Inspection) -> Vec<Line> {
    let some = |n: usize, first: &[String]| format!("{n} ({})", examples(first, n));
    let scale = scale_in_words(found.scale);
    let mut lines = vec![
        ("table", found.name.clone()),
        ("samples", some(found.samples, &found.first_samples)),
        ("genes", some(found.genes, &found.first_genes)),
        ("scale", format!("{scale} ({})", found.scale_reason)),
    ];
    if let Some([least, _, _, median, _, _, greatest]) = found.quantiles {
        let text = format!("from {least} to {greatest}, median {median}");
        lines.push(("values", text));
    }
    let zeros = percent(found.zero_share);
    lines.push(("gaps", percent(found.gap_share)));
    lines.push(("zeros", format!("{zeros} of the measured values")));
    lines
}

fn known_of_samples(found: &Inspection) -> Vec<Line> {
    let covariates = found.covariates.iter();
    let mut lines: Vec<Line> = covariates
        .map(|covariate| ("covariate", covariate_text(covariate)))
        .collect();
    for companion in &found.companions {
        let text = format!(
            "{}: {} features, {} samples, {} of them with expression; {}",
            companion.name,
            companion.features,
            companion.samples,
            companion.with_expression,
            match companion.gaps {
                0 => "no gaps".to_string(),
                gaps => format!("{gaps} gaps"),
            }
        );
        lines.push(("companion", text));
    }
    if let (Some(groups), Some(largest)) = (found.groups, found.largest_group) {
        let text = format!("{groups} donors (or other groups), up to {largest} samples each");
        lines.push(("groups", text));
    }
    lines
}

/// The command to run next.
fn next(found: &Inspection, file: &str, arguments: &InspectArguments) -> String {
    if found.of_cells {
        return format!("{:<12}imputome convert {file} CELLS.h5ad\n", "next");
    }
    let mut command = match found.gap_share > 0.0 {
        true => format!("imputome impute {file} -o FILLED"),
        false => format!("imputome evaluate {file} -o SCORES"),
    };
    for companion in &arguments.samples.companion {
        command += &format!(" --companion {companion}");
    }
    if let Some(covariates) = &arguments.samples.covariates {
        command += &format!(" --covariates {covariates}");
    }
    format!("{:<12}{command}\n", "next")
}

fn floor(found: &Inspection) -> Vec<Line> {
    let Some(floor) = found.floor else {
        return Vec::new();
    };
    let share = found.commonest.map_or(0.0, |(_, share)| share);
    let mut lines = vec![(
        "floor",
        format!(
            "{floor}, the detection floor: {} of the measured values",
            percent(share)
        ),
    )];
    let at_floor = &found.samples_at_floor;
    if !at_floor.is_empty() {
        lines.push((
            "at floor",
            format!(
                "{} samples are at the floor in more than half of their genes: {}",
                at_floor.len(),
                named(at_floor)
            ),
        ));
    }
    lines
}

fn genes_and_samples(found: &Inspection) -> Vec<Line> {
    let mut lines = Vec::new();
    let names = |names: &[String]| shown(names.iter().map(String::as_str));
    if !found.constant_genes.is_empty() {
        let (n, list) = (found.constant_genes.len(), names(&found.constant_genes));
        lines.push(("constant", format!("{n} genes never vary: {list}")));
    }
    if !found.never_measured_genes.is_empty() {
        let (n, list) = (
            found.never_measured_genes.len(),
            names(&found.never_measured_genes),
        );
        lines.push((
            "unmeasured",
            format!("{n} genes have no value at all: {list}"),
        ));
    }
    let sparse = &found.little_measured_samples;
    if !sparse.is_empty() {
        lines.push((
            "sparse",
            format!(
                "{} samples have less than half of the genes measured: {}",
                sparse.len(),
                named(sparse)
            ),
        ));
    }
    lines
}

/// Samples with their shares: all of them while they are few, the first ones otherwise.
fn named(samples: &[(String, f64)]) -> String {
    let listed: Vec<String> = samples
        .iter()
        .map(|(name, share)| format!("{name} ({})", percent(*share)))
        .collect();
    if listed.len() <= SAMPLES_NAMED {
        listed.join(", ")
    } else {
        let first = shown(listed.iter().map(String::as_str));
        format!("{first} (--json names them all)")
    }
}

fn covariate_text(fact: &CovariateFact) -> String {
    let unknown = if fact.unknown > 0 {
        format!("; unknown for {} samples", fact.unknown)
    } else {
        String::new()
    };
    let what = match fact.range {
        Some([least, median, greatest]) => {
            format!("numbers from {least} to {greatest}, median {median}")
        }
        None => {
            let levels: Vec<String> = fact
                .levels
                .iter()
                .take(LEVELS_SHOWN)
                .map(|(level, n)| format!("{level} {n}"))
                .collect();
            let more = fact.levels.len().saturating_sub(LEVELS_SHOWN);
            let ellipsis = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!(
                "{} levels: {}{ellipsis}",
                fact.levels.len(),
                levels.join(", ")
            )
        }
    };
    format!("{}: {what}{unknown}", fact.name)
}

fn examples(first: &[String], all: usize) -> String {
    let dots = if all > first.len() { ", ..." } else { "" };
    format!("{}{dots}", first.join(", "))
}

/// A share in percent, with a digit more where it would read as none or all.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if share > 0.0 && percent < 0.1 {
        "under 0.1 %".into()
    } else {
        format!("{percent:.1} %")
    }
}
