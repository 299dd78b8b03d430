//! `imputome simulate cells`.

use std::path::Path;

use imputome::simulate::{Splatter, SplatterEstimate, SplatterSettings};
use imputome_core::{Names, Run};
use imputome_io::{Column, ColumnValues, NewCells};
use serde_json::{Value, json};

use super::likeness::estimate;
use crate::context::{Context, program};
use crate::failure::{Failure, Result};
use crate::plan::{Record, SettingsTable, SimulatePlan, as_typed, plan_value, run_file};

/// Cells where nothing says how many: those of the DeepImpute paper.
const CELLS: usize = 2_000;
/// Entries of a window, zeros counted; ours, some 200 MB while they are drawn.
const WINDOW_ENTRIES: usize = 1 << 21;
/// The layer of the counts before any was missed.
const TRUTH: &str = "truth";
/// Where the settings lie in `uns`.
const KEY: &str = "imputome_simulation";

/// Simulates cells and writes file and record.
pub(crate) fn simulate(
    plan: &SimulatePlan,
    earlier: Option<&Record>,
    context: &Context,
) -> Result<()> {
    let run = context.run(plan.seed)?;
    let alike = plan.like.as_deref();
    let alike = alike
        .map(|file| estimate(file, plan.layer.as_deref(), &run, context))
        .transpose()?;
    let (alike, inputs) = alike.unzip();
    let settings = settings(plan, alike.as_ref())?;
    let cells = plan
        .cells
        .or(alike.map(|found| found.cells))
        .unwrap_or(CELLS);
    let population = Splatter::new(settings.clone(), &run)?;
    let written = write(plan, &population, cells, &settings, &run)?;
    context.interrupt.proceed()?;
    let record = super::record(&inputs.unwrap_or_default(), Vec::new(), context)?;
    record.compare(earlier, &context.terminal);
    record.write(
        &run_file(&plan.output),
        &spelled_out(plan, &settings, cells),
    )?;
    tell(&plan.output, cells, &settings, &written, context);
    Ok(())
}

/// The settings asked for: those of a preset or file, some changed.
fn settings(plan: &SimulatePlan, alike: Option<&SplatterEstimate>) -> Result<SplatterSettings> {
    let mut settings = match (alike, plan.preset.as_deref()) {
        (Some(found), _) => found.settings.clone(),
        (None, Some(preset)) => SplatterSettings::preset(preset)?,
        (None, None) => SplatterSettings::default(),
    };
    for (name, value) in &plan.settings {
        settings = settings.with(name, &as_typed(value))?;
    }
    if let Some(genes) = plan.genes {
        let genes = genes as usize;
        if plan.settings.contains_key("genes") && settings.genes != genes {
            return Err(Failure::usage(format!(
                "--genes {genes} and --set genes={} are not the same",
                settings.genes
            ))
            .hint("give it once"));
        }
        settings.genes = genes;
    }
    if let Some(found) = alike
        && !plan.settings.contains_key("library_location")
    {
        // As many molecules for a gene as in the file, however many genes are drawn.
        let share = settings.genes as f64 / found.settings.genes as f64;
        settings.library_location += share.ln();
    }
    settings.check()?;
    Ok(settings)
}

/// What went into the file.
struct Written {
    counts: u64,
    missed: u64,
    /// Cells of each group.
    groups: Vec<usize>,
}

fn write(
    plan: &SimulatePlan,
    population: &Splatter,
    cells: usize,
    settings: &SplatterSettings,
    run: &Run,
) -> Result<Written> {
    let genes = &population.genes().genes;
    let names = Names::new("cell", (1..=cells).map(|c| format!("Cell{c}")).collect())?;
    let mut file = NewCells::begin(Path::new(&plan.output), &names, genes, &[TRUTH])?;
    let mut written = Written {
        counts: 0,
        missed: 0,
        groups: vec![0; settings.groups.len()],
    };
    let (mut groups, mut sizes) = (Vec::with_capacity(cells), Vec::with_capacity(cells));
    let progress = run.progress();
    progress.begin("simulating cells", cells as u64);
    let window = (WINDOW_ENTRIES / settings.genes).clamp(1, cells);
    for first in (0..cells).step_by(window) {
        run.proceed()?;
        let drawn = population.cells(first..(first + window).min(cells))?;
        file.add(&drawn.observed, &[&drawn.truth])?;
        written.counts += drawn.observed.n_entries() as u64;
        written.missed += (drawn.truth.n_entries() - drawn.observed.n_entries()) as u64;
        for &group in &drawn.groups {
            written.groups[group] += 1;
            groups.push(group_name(group));
        }
        sizes.extend(drawn.library_sizes);
        progress.advance(groups.len() as u64, "");
    }
    progress.end();
    let of_cells = [
        column("group", ColumnValues::Texts(groups)),
        column("library_size", ColumnValues::Numbers(sizes)),
    ];
    file.finish(
        &of_cells,
        &gene_columns(population),
        (KEY, &facts(plan, settings)),
    )?;
    Ok(written)
}

/// What is true of the genes.
fn gene_columns(population: &Splatter) -> Vec<Column> {
    let truth = population.genes();
    let mut columns = vec![
        column("mean", ColumnValues::Numbers(truth.means.clone())),
        column("outlier", ColumnValues::Flags(truth.outliers.clone())),
    ];
    columns.extend(
        truth
            .factors
            .rows()
            .into_iter()
            .enumerate()
            .map(|(group, factors)| {
                column(
                    &format!("factor_{}", group_name(group)),
                    ColumnValues::Numbers(factors.to_vec()),
                )
            }),
    );
    columns
}

fn facts(plan: &SimulatePlan, settings: &SplatterSettings) -> Value {
    json!({
        "program": program(),
        "simulation": "splatter",
        "seed": plan.seed,
        "settings": serde_json::to_value(settings).expect("plain data"),
    })
}

fn column(name: &str, values: ColumnValues) -> Column {
    Column {
        name: name.into(),
        values,
    }
}

fn group_name(group: usize) -> String {
    format!("Group{}", group + 1)
}

/// The plan with every setting, so that it no longer needs preset or file.
fn spelled_out(plan: &SimulatePlan, settings: &SplatterSettings, cells: usize) -> SimulatePlan {
    let settings: SettingsTable = settings
        .describe()
        .into_iter()
        .map(|setting| (setting.name, plan_value(&setting.value)))
        .collect();
    SimulatePlan {
        cells: Some(cells),
        genes: None,
        preset: None,
        like: None,
        layer: None,
        settings,
        ..plan.clone()
    }
}

fn tell(
    output: &str,
    cells: usize,
    settings: &SplatterSettings,
    written: &Written,
    context: &Context,
) {
    let entries = (cells * settings.genes) as f64;
    let groups: Vec<String> = written.groups.iter().map(usize::to_string).collect();
    context.terminal.say(format!(
        "{cells} cells x {} genes, {:.0} molecules in a typical cell before any are missed, {:.1} % zeros ({:.1} % of the entries missed), {}; {output}",
        settings.genes,
        settings.library_location.exp(),
        100.0 * (1.0 - written.counts as f64 / entries),
        100.0 * written.missed as f64 / entries,
        match groups.len() {
            1 => "one group".into(),
            n => format!("{n} groups of {}", groups.join(", ")),
        },
    ));
}
