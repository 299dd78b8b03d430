//! One network after the other, from what all of them share, here or elsewhere.

use imputome_core::{Part, Result, Run};
use imputome_engine::random::Stream;
use imputome_engine::{Adam, Engine, Model};
use serde::{Deserialize, Serialize};

use super::base::{Base, Zeros};
use super::cells::LogCells;
use super::choice::Moments;
use super::directions::ScoreScale;
use super::network;
use super::passes::Passes;
use super::reader::Reader;
use super::scores::InputScale;
use super::settings::{Beside, DeepImpute, Inputs};
use super::subnets::Subnet;
use super::task::{Reads, SubnetTask};
use crate::training::{self, History, Plan, refused};

/// Everything that the networks share.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shared {
    pub(super) settings: DeepImpute,
    pub(super) seed: u64,
    pub(super) cells: LogCells,
    pub(super) moments: Moments,
    pub(super) genes: usize,
    pub(super) learning: Vec<usize>,
    pub(super) validation: Vec<usize>,
}

/// A trained network, and how it went.
#[derive(Debug, Serialize, Deserialize)]
pub struct Trained {
    pub(super) reader: Reader,
    pub(super) history: History,
}

/// A network to be trained.
#[derive(Debug, Serialize, Deserialize)]
pub struct NetworkTask {
    pub(super) number: usize,
    pub(super) subnet: Subnet,
    /// Scores of all cells along the directions, `[cells, width]`; empty without directions.
    pub(super) scores: Vec<f32>,
}

impl NetworkTask {
    /// One for each of `subnets`, with scores where there are directions.
    pub(super) fn all(subnets: Vec<Subnet>, scores: Option<Vec<Vec<f32>>>) -> Vec<Self> {
        let scores = scores.unwrap_or_else(|| vec![Vec::new(); subnets.len()]);
        let tasks = subnets.into_iter().zip(scores).enumerate();
        tasks
            .map(|(number, (subnet, scores))| Self {
                number,
                subnet,
                scores,
            })
            .collect()
    }
}

impl Part for NetworkTask {
    const NAME: &'static str = "deepimpute/network";
    type Common = Shared;
    type Task = Self;
    type Outcome = Trained;

    fn carry_out(shared: &Shared, task: &Self, run: &Run) -> Result<Trained> {
        let engine = training::engine(run)?;
        shared.train(task, &*engine, run)
    }
}

impl Shared {
    /// Trains a network; only engine, threads and progress are those of `run`.
    pub(super) fn train(
        &self,
        task: &NetworkTask,
        engine: &dyn Engine,
        run: &Run,
    ) -> Result<Trained> {
        let settings = &self.settings;
        let (number, subnet) = (task.number, &task.subnet);
        let mut run = run.clone();
        run.seed = self.seed;
        let inputs = InputScale::of(settings, &subnet.predictors, &self.moments);
        let (scores, scale) = self.scaled(&task.scores);
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
        let trained = training::train(model.as_mut(), &mut task, &plan, None, &run, &|_| Ok(()))?;
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

    /// Scores of all cells, scaled, and how.
    fn scaled(&self, scores: &[f32]) -> (Vec<f32>, Option<ScoreScale>) {
        if scores.is_empty() {
            return (Vec::new(), None);
        }
        let mut scores = scores.to_vec();
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
        let spec = network::spec(&self.settings, inputs, subnet.targets.len());
        let adam = Adam {
            learning_rate: self.settings.learning_rate as f32,
            ..Adam::default()
        };
        let mut model = engine.build(&spec, adam, seed).map_err(refused)?;
        let mut weights = model.export();
        network::start(&self.settings, &mut weights);
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
