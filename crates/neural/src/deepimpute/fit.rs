//! From a table of counts to fitted networks.

use imputome_core::{Counts, Error, Result, Run};
use imputome_engine::random::Stream;
use imputome_engine::{Adam, Engine};
use rand::seq::SliceRandom;

use super::cells::{LogCells, Reading, expect_table};
use super::choice::{Choice, LeftOut, Moments};
use super::fitted::FittedDeepImpute;
use super::network;
use super::parallel;
use super::passes::Passes;
use super::reader::Reader;
use super::scores::InputScale;
use super::settings::{Beside, DeepImpute};
use super::subnets::{self, Subnet};
use super::summary;
use super::task::SubnetTask;
use crate::training::{self, History, Plan, refused};

/// Cells below which none are left to stop by: ours, one of four.
const FEWEST_CELLS: usize = 4;

/// Everything that the networks share.
#[derive(Debug)]
pub(super) struct Shared<'a> {
    pub(super) settings: &'a DeepImpute,
    pub(super) cells: LogCells,
    pub(super) moments: Moments,
    pub(super) genes: usize,
    pub(super) learning: Vec<usize>,
    pub(super) validation: Vec<usize>,
}

/// A trained network, and how it went.
#[derive(Debug)]
pub(super) struct Trained {
    pub(super) reader: Reader,
    pub(super) history: History,
}

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
    let shared = Shared {
        settings,
        cells,
        moments,
        genes: counts.n_genes(),
        learning,
        validation,
    };
    let train = |number: usize, engine: &dyn Engine, run: &Run| {
        shared.train((number, &subnets[number]), engine, run)
    };
    let trained = parallel::train_all((subnets.len(), settings.epochs), run, &train)?;
    let summary = summary::of(&shared, &choice, &trained);
    let bound = settings.bound as f32 * shared.cells.largest();
    Ok(FittedDeepImpute::new(
        counts.genes().as_slice().to_vec(),
        choice.reasons,
        (shared.moments.nonzero_means, bound),
        trained.into_iter().map(|trained| trained.reader).collect(),
        (reading, summary),
    ))
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

impl Shared<'_> {
    fn train(
        &self,
        (number, subnet): (usize, &Subnet),
        engine: &dyn Engine,
        run: &Run,
    ) -> Result<Trained> {
        let settings = self.settings;
        let scale = InputScale::of(settings, &subnet.predictors, &self.moments);
        let name = |what: &str| format!("{}/{what} {number}", super::NAME);
        let stream = Stream::new(run.derived_seed(&name("batches")), 0);
        let passes = Passes::new(stream, self.learning.clone(), settings.batch);
        let mut task = SubnetTask::new(
            settings,
            (&self.cells, self.genes),
            (subnet, &scale),
            (passes, &self.validation),
        );
        let spec = network::spec(settings, subnet.predictors.len(), subnet.targets.len());
        let adam = Adam {
            learning_rate: settings.learning_rate as f32,
            ..Adam::default()
        };
        let seed = run.derived_seed(&name("network"));
        let mut model = engine.build(&spec, adam, seed).map_err(refused)?;
        let means = self.means_of(&subnet.targets);
        let mut weights = model.export();
        network::start(settings, &mut weights, &means);
        model.import(&weights).map_err(refused)?;
        let plan = Plan {
            title: name("network"),
            epochs: settings.epochs,
            steps: task.steps(settings.epochs),
            trainings: 1,
            patience: settings.patience,
            learning_rate: settings.learning_rate,
            schedule: settings.schedule,
        };
        let trained = training::train(model.as_mut(), &mut task, &plan, None, run, &|_| Ok(()))?;
        model.import(&trained.best).map_err(refused)?;
        let mut reader = Reader::new(subnet.clone(), trained.best, &scale);
        if settings.beside == Beside::NonzeroMeans {
            reader.share = share(&task, model.as_ref(), &means)?;
        }
        Ok(Trained {
            reader,
            history: trained.history,
        })
    }

    fn means_of(&self, genes: &[usize]) -> Vec<f32> {
        genes
            .iter()
            .map(|&gene| self.moments.nonzero_means[gene])
            .collect()
    }
}

/// The share of a network beside `means` with the smallest squared error on the entries that are
/// not zero in the cells to stop by.
fn share(task: &SubnetTask<'_>, model: &dyn imputome_engine::Model, means: &[f32]) -> Result<f32> {
    let (mut across, mut own) = (0.0_f64, 0.0_f64);
    task.on_validation(model, |output, matrices| {
        let rows = output
            .chunks(means.len())
            .zip(matrices.targets.chunks(means.len()));
        for (output, targets) in rows {
            for ((&output, &target), &mean) in output.iter().zip(targets).zip(means) {
                if target > 0.0 {
                    let step = f64::from(output - mean);
                    across += step * f64::from(target - mean);
                    own += step * step;
                }
            }
        }
    })?;
    Ok(if own > 0.0 {
        (across / own).clamp(0.0, 1.0) as f32
    } else {
        0.0
    })
}
