//! Training a network: batches, epochs, stopping early, going on after an interruption.

pub(crate) mod batches;
pub(crate) mod checkpoint;
pub(crate) mod early_stopping;
mod engine;
mod epoch;
mod schedule;
mod several;

pub(crate) use batches::Batches;
pub(crate) use checkpoint::Checkpoint;
pub(crate) use early_stopping::History;
pub use engine::find_device;
pub(crate) use engine::{engine, on_processor};
pub use schedule::Schedule;
pub(crate) use several::{Finished, Moments, Progress};

use imputome_core::{Error, Result, Run};
use imputome_engine::{EngineError, Model, Weights};

/// What a method brings to its training: its batches and its loss.
pub(crate) trait Task {
    /// One step, `step` counted from 0 over the whole training; gives its loss.
    fn step(&mut self, model: &mut dyn Model, step: u32) -> Result<f32>;

    /// The loss on samples that no step has seen; nothing where all samples are learned from.
    fn validation_loss(&mut self, model: &dyn Model) -> Result<Option<f64>>;

    /// A second model that the steps train beside the first, such as a discriminator: it follows
    /// the same learning rate, and its state is saved with that of the first.
    fn opponent(&mut self) -> Option<&mut (dyn Model + 'static)> {
        None
    }
}

/// How long and how fast a network is trained.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// What is shown while it runs.
    pub(crate) title: String,
    /// Epochs at most.
    pub(crate) epochs: usize,
    /// Steps in all epochs, shared out evenly among them; at least one for each.
    pub(crate) steps: usize,
    /// Trainings of so many steps that are still to be done, this one among them.
    pub(crate) trainings: usize,
    /// Epochs without a better validation loss after which training stops.
    pub(crate) patience: usize,
    /// The highest learning rate.
    pub(crate) learning_rate: f64,
    /// How the learning rate goes.
    pub(crate) schedule: Schedule,
}

/// Where a training saves its state.
pub(crate) type Save<'a> = dyn Fn(&Checkpoint) -> Result<()> + 'a;

/// A trained network's losses and its best weights.
#[derive(Clone, Debug)]
pub(crate) struct Trained {
    /// Losses by epoch.
    pub(crate) history: History,
    /// Weights of the best epoch; of the last where no validation tells which is best.
    pub(crate) best: Weights,
}

/// Trains `model` until the plan ends or validation stops it, going on from `start` where there
/// is one. `save` is called after every epoch at which a checkpoint is due.
pub(crate) fn train(
    model: &mut dyn Model,
    task: &mut dyn Task,
    plan: &Plan,
    start: Option<Checkpoint>,
    run: &Run,
    save: &Save<'_>,
) -> Result<Trained> {
    let mut trained = begin(model, task, start)?;
    run.progress().begin(&plan.title, plan.epochs as u64);
    while trained.history.epochs() < plan.epochs && !trained.history.is_over(plan.patience) {
        let training = epoch::run(model, task, plan, trained.history.epochs(), run)?;
        let validation = task.validation_loss(model)?;
        if trained.history.add(training, validation) {
            trained.best = model.export();
        }
        let done = trained.history.epochs() as u64;
        run.progress().advance(done, &trained.history.note());
        if run.checkpoints().due() {
            save(&snapshot(model, task, &trained))?;
        }
    }
    run.progress().end();
    if trained.history.is_lost() {
        return Err(diverged(&plan.title));
    }
    if trained.history.best_epoch().is_none() {
        trained.best = model.export();
    }
    Ok(trained)
}

fn begin(model: &mut dyn Model, task: &mut dyn Task, start: Option<Checkpoint>) -> Result<Trained> {
    let Some(start) = start else {
        return Ok(Trained {
            history: History::default(),
            best: Weights::new(),
        });
    };
    model
        .restore_state(&start.state)
        .map_err(checkpoint::not_of_this_fit)?;
    if let Some((opponent, state)) = task.opponent().zip(start.opponent.as_ref()) {
        opponent
            .restore_state(state)
            .map_err(checkpoint::not_of_this_fit)?;
    }
    Ok(Trained {
        history: start.history,
        best: start.best,
    })
}

fn snapshot(model: &dyn Model, task: &mut dyn Task, trained: &Trained) -> Checkpoint {
    Checkpoint {
        state: model.state(),
        opponent: task.opponent().map(|opponent| opponent.state()),
        history: trained.history.clone(),
        best: trained.best.clone(),
    }
}

fn diverged(title: &str) -> Error {
    Error::Unusable(format!(
        "{title}: the loss left the range of numbers before the first epoch ended; \
         lower the learning rate"
    ))
}

/// What the engine refuses, for the user.
pub(crate) fn refused(error: EngineError) -> Error {
    match error {
        EngineError::Device { device, problem } => Error::Device { device, problem },
        other => Error::Unusable(format!("network: {other}")),
    }
}
