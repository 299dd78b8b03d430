//! From a table of counts to fitted networks.

use imputome_core::{Counts, Error, Result, Run};
use imputome_engine::random::Stream;
use imputome_engine::{Adam, Engine, Model};
use rand::seq::SliceRandom;

use super::base::{Base, Zeros};
use super::cells::{LogCells, Reading, expect_table};
use super::choice::{Choice, LeftOut, Moments};
use super::directions::{Directions, ScoreScale, Sums};
use super::fitted::FittedDeepImpute;
use super::network;
use super::parallel;
use super::passes::Passes;
use super::reader::Reader;
use super::scores::InputScale;
use super::settings::{Beside, DeepImpute, Inputs};
use super::subnets::{self, Subnet};
use super::summary;
use super::task::{Reads, SubnetTask};
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
    /// Scores along the directions for each network, `[cells, width]`; empty without directions.
    scores: Vec<Vec<f32>>,
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
    let directions = match settings.uses_directions() && !subnets.is_empty() {
        true => Some(Directions::learn(settings, &cells, &moments, run)?),
        false => None,
    };
    let shared = Shared {
        settings,
        scores: directions
            .as_ref()
            .map(|directions| scores(directions, &cells, counts.n_genes(), &subnets))
            .unwrap_or_default(),
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
        directions,
        (reading, summary),
    ))
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

impl Shared<'_> {
    fn train(
        &self,
        (number, subnet): (usize, &Subnet),
        engine: &dyn Engine,
        run: &Run,
    ) -> Result<Trained> {
        let settings = self.settings;
        let inputs = InputScale::of(settings, &subnet.predictors, &self.moments);
        let (scores, scale) = self.scores_of(number);
        let width = scale.as_ref().map_or(0, |scale| scale.centers.len());
        let base = self.base(subnet, &scores, width);
        let name = |what: &str| format!("{}/{what} {number}", super::NAME);
        let stream = Stream::new(run.derived_seed(&name("batches")), 0);
        let passes = Passes::new(stream, self.learning.clone(), settings.batch);
        let reads = Reads {
            scale: &inputs,
            scores: &scores,
            width,
            base: &base,
        };
        let mut task = SubnetTask::new(
            settings,
            (&self.cells, self.genes),
            (subnet, reads),
            (passes, &self.validation),
        );
        let seed = run.derived_seed(&name("network"));
        let mut model = self.build((subnet, width), engine, seed)?;
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
        let share = match settings.beside {
            Beside::Nothing => 1.0,
            Beside::NonzeroMeans | Beside::Directions => {
                share(&task, model.as_ref(), settings.zero_weight)?
            }
        };
        let [hidden, output] = Reader::layers(trained.best, &inputs);
        Ok(Trained {
            reader: Reader {
                subnet: subnet.clone(),
                scale,
                base,
                hidden,
                output,
                activation: network::output(settings),
                share,
            },
            history: trained.history,
        })
    }

    /// Scores of all cells for a network, scaled, and how.
    fn scores_of(&self, network: usize) -> (Vec<f32>, Option<ScoreScale>) {
        let Some(scores) = self.scores.get(network) else {
            return (Vec::new(), None);
        };
        let mut scores = scores.clone();
        let width = scores.len() / self.cells.len();
        let scale = ScoreScale::learn(&scores, width, &self.learning);
        scale.apply(&mut scores);
        (scores, Some(scale))
    }

    /// What stands beside the network of these targets.
    fn base(&self, subnet: &Subnet, scores: &[f32], width: usize) -> Base {
        let targets = &subnet.targets;
        let means: Vec<f32> = targets
            .iter()
            .map(|&gene| self.moments.nonzero_means[gene])
            .collect();
        match self.settings.beside {
            Beside::Nothing => Base::constant(vec![0.0; targets.len()]),
            Beside::NonzeroMeans => Base::constant(means),
            Beside::Directions => {
                let entries = self.entries(targets, &self.learning);
                let zeros = Zeros::of(self.settings.zero_weight, scores, width, &self.learning);
                Base::regress(scores, width, &entries, zeros.as_ref(), &means)
            }
        }
    }

    /// For each of some genes the cells of `rows` where it is not zero, and its logarithm there.
    fn entries(&self, genes: &[usize], rows: &[usize]) -> Vec<Vec<(u32, f32)>> {
        let mut places = vec![usize::MAX; self.genes];
        for (at, &gene) in genes.iter().enumerate() {
            places[gene] = at;
        }
        let mut entries = vec![Vec::new(); genes.len()];
        for &row in rows {
            for (gene, log) in self.cells.row(row) {
                if let Some(entries) = entries.get_mut(places[gene]) {
                    entries.push((row as u32, log));
                }
            }
        }
        entries
    }

    fn build(
        &self,
        (subnet, width): (&Subnet, usize),
        engine: &dyn Engine,
        seed: u64,
    ) -> Result<Box<dyn Model>> {
        let inputs = match self.settings.inputs {
            Inputs::Directions => width,
            Inputs::Logs | Inputs::Standardized => subnet.predictors.len(),
        };
        let spec = network::spec(self.settings, inputs, subnet.targets.len());
        let adam = Adam {
            learning_rate: self.settings.learning_rate as f32,
            ..Adam::default()
        };
        let mut model = engine.build(&spec, adam, seed).map_err(refused)?;
        let mut weights = model.export();
        network::start(self.settings, &mut weights);
        model.import(&weights).map_err(refused)?;
        Ok(model)
    }
}

/// The share of a network beside what stands there with the smallest squared error on the entries
/// of the cells to stop by, zeros by their weight.
fn share(task: &SubnetTask<'_>, model: &dyn Model, zero_weight: f64) -> Result<f32> {
    let (mut across, mut own) = (0.0_f64, 0.0_f64);
    task.on_validation(model, |output, matrices| {
        let entries = output.iter().zip(&matrices.targets).zip(&matrices.base);
        for ((&output, &target), &base) in entries {
            // What is left over at a zero is all of what stands beside, taken away.
            let weight = if target == -base { zero_weight } else { 1.0 };
            across += weight * f64::from(output) * f64::from(target);
            own += weight * f64::from(output).powi(2);
        }
    })?;
    Ok(if own > 0.0 {
        (across / own).clamp(0.0, 1.0) as f32
    } else {
        0.0
    })
}
