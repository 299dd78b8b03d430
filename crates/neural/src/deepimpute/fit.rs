//! From a table of counts to fitted networks.

use imputome_core::{Counts, Error, Result, Run, hand_out};
use imputome_engine::Engine;
use rand::seq::SliceRandom;

use super::cells::{LogCells, Reading, expect_table};
use super::choice::{Choice, LeftOut, Moments};
use super::directions::{Directions, Sums};
use super::fitted::FittedDeepImpute;
use super::parallel;
use super::settings::DeepImpute;
use super::shared::{NetworkTask, Shared, Trained};
use super::subnets::{self, Subnet};
use super::summary;

/// Cells below which none are left to stop by: ours, one of four.
const FEWEST_CELLS: usize = 4;

/// Learns from the cells of a table.
pub(super) fn fit(settings: &DeepImpute, counts: &Counts, run: &Run) -> Result<FittedDeepImpute> {
    expect_table(settings.table, counts)?;
    let rows = rows_learned_from(settings, counts, run)?;
    let reading = Reading::learn(settings, counts, &rows);
    let cells = LogCells::of(counts, &rows, reading);
    let moments = Moments::of(counts, &rows, (&cells, reading));
    let mut choice = Choice::of(settings, &moments);
    run.proceed()?;
    let of_counts = |cell: usize| {
        let (genes, values) = counts.row(rows[cell]);
        let entries = genes.iter().zip(values);
        entries
            .map(|(&gene, &value)| (gene as usize, reading.count(value) as f32))
            .collect()
    };
    let subnets = subnets::choose(
        settings,
        &choice.targets,
        &moments,
        (&cells, &of_counts),
        run,
    );
    if subnets.is_empty() {
        for &gene in &choice.targets {
            choice.reasons[gene] = Some(LeftOut::NoPredictor);
        }
    }
    let (learning, validation) = split(settings, rows.len(), run);
    let directions = match settings.uses_directions() && !subnets.is_empty() {
        true => Some(Directions::learn(settings, &cells, &moments, run)?),
        false => None,
    };
    let scores = directions
        .as_ref()
        .map(|directions| scores(directions, &cells, counts.n_genes(), &subnets));
    let tasks = NetworkTask::all(subnets, scores);
    let shared = Shared {
        settings: settings.clone(),
        seed: run.seed,
        cells,
        moments,
        genes: counts.n_genes(),
        learning,
        validation,
    };
    let trained = train_all(&shared, &tasks, run)?;
    let summary = summary::of(&shared, &choice, &trained);
    let bound = settings.bound as f32 * shared.cells.largest();
    Ok(FittedDeepImpute::new(
        counts.genes().as_slice().to_vec(),
        choice.reasons,
        (shared.moments.nonzero_means, bound),
        trained.into_iter().map(|trained| trained.reader).collect(),
        directions,
        (reading, summary),
    ))
}

/// Trains all networks, here or by the workers of the run.
fn train_all(shared: &Shared, tasks: &[NetworkTask], run: &Run) -> Result<Vec<Trained>> {
    if let Some(workers) = run.workers() {
        let title = format!(
            "{}: training {} networks elsewhere",
            super::NAME,
            tasks.len()
        );
        run.progress().begin(&title, tasks.len() as u64);
        let told = |finished: usize| run.progress().advance(finished as u64, "");
        let trained = hand_out::<NetworkTask>(workers, shared, tasks, &told);
        run.progress().end();
        return trained;
    }
    let train =
        |number: usize, engine: &dyn Engine, run: &Run| shared.train(&tasks[number], engine, run);
    parallel::train_all((tasks.len(), shared.settings.epochs), run, &train)
}

/// Scores of all cells for each network, `[cells, width]`.
fn scores(
    directions: &Directions,
    cells: &LogCells,
    genes: usize,
    subnets: &[Subnet],
) -> Vec<Vec<f32>> {
    let slots = Sums::slots(genes, subnets);
    let mut scores = vec![Vec::with_capacity(cells.len() * (directions.count + 1)); subnets.len()];
    for cell in 0..cells.len() {
        let sums = directions.sums(cells.row(cell), &slots, subnets.len());
        for (network, scores) in scores.iter_mut().enumerate() {
            sums.outside(network, scores);
        }
    }
    scores
}

/// A random share of the cells, in order.
fn rows_learned_from(settings: &DeepImpute, counts: &Counts, run: &Run) -> Result<Vec<usize>> {
    let mut rows: Vec<usize> = (0..counts.n_cells()).collect();
    let wanted = (settings.cells * rows.len() as f64).round() as usize;
    let wanted = wanted.max(FEWEST_CELLS);
    if rows.len() < FEWEST_CELLS {
        return Err(Error::TooLittle {
            method: super::NAME.into(),
            what: "cells, some to learn from and some to stop by".into(),
            needed: FEWEST_CELLS,
            found: rows.len(),
            advice: "give more cells".into(),
        });
    }
    if wanted < rows.len() {
        rows.shuffle(&mut run.stream(&format!("{}/cells", super::NAME)));
        rows.truncate(wanted);
        rows.sort_unstable();
    }
    Ok(rows)
}

/// Cells to learn from and cells to stop by, by number among those chosen.
fn split(settings: &DeepImpute, cells: usize, run: &Run) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..cells).collect();
    order.shuffle(&mut run.stream(&format!("{}/validation", super::NAME)));
    let wanted = (settings.validation * cells as f64).round() as usize;
    let learning = order.split_off(wanted.clamp(1, cells - 1));
    (learning, order)
}
