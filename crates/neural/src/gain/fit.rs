//! From a training table to a fitted imputer.

use imputome_core::{CovariateEncoder, Dataset, Result, Run, Weights};
use serde::{Deserialize, Serialize};

use super::adversary::Opponent;
use super::fitted::FittedGain;
use super::game::Game;
use super::generator::Generator;
use super::judgement::Judgement;
use super::networks;
use super::summary;
use super::task::GainTask;
use crate::preparation::Preparation;
use crate::training::{self, Checkpoint, Plan, Trained, checkpoint};

/// Trains the generator, then learns from validation samples how far its estimates are off.
pub(super) fn fit(game: Game, train: &Dataset, run: &Run) -> Result<FittedGain> {
    let prepared = Preparation::of(game.terms(), train, run)?;
    let trained = train_generator(&game, &prepared, train, run)?;
    let generator = Generator {
        spec: networks::generator(&game, train.n_genes(), &prepared.encoder),
        encoder: prepared.encoder.clone(),
        bounds: prepared.bounds.clone(),
        weights: trained.best.clone(),
        game,
    };
    let judgement = Judgement::learn(&generator, &prepared, train, run)?;
    let summary = summary::of(&generator, &prepared, &trained, &judgement);
    Ok(FittedGain {
        genes: train.genes.as_slice().to_vec(),
        known: CovariateEncoder::fit(&train.covariates),
        generator,
        judgement,
        summary,
    })
}

/// What tells one fit from another, so that a state is not taken up by the wrong one.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Identity {
    game: Game,
    seed: u64,
    samples: usize,
    genes: usize,
}

fn train_generator(
    game: &Game,
    prepared: &Preparation,
    train: &Dataset,
    run: &Run,
) -> Result<Trained> {
    let identity = Identity {
        game: game.clone(),
        seed: run.seed,
        samples: train.n_samples(),
        genes: train.n_genes(),
    };
    let start = identity.latest(run)?;
    let genes = train.n_genes();
    let spec = networks::generator(game, genes, &prepared.encoder);
    let mut model = networks::build(game, &spec, "generator", run)?;
    let opponent = match game.adversary {
        None => None,
        Some(adversary) => {
            let spec = networks::discriminator(game, genes, &prepared.encoder);
            Some(Opponent::new(game, adversary, &spec, run)?)
        }
    };
    let validation = prepared.samples.select(&prepared.validation);
    let learning = (&prepared.samples, prepared.learning.as_slice());
    let mut task = GainTask::new(game, opponent, learning, &validation, run);
    let plan = plan(game, &task);
    let save = |now: &Checkpoint| run.checkpoints().save(&identity.with(now));
    training::train(model.as_mut(), &mut task, &plan, start, run, &save)
}

fn plan(game: &Game, task: &GainTask<'_>) -> Plan {
    let settings = &game.generator;
    Plan {
        title: format!("{}: training", game.method()),
        epochs: settings.epochs,
        steps: task.steps(game) * settings.epochs,
        trainings: 1,
        patience: settings.patience,
        learning_rate: settings.learning_rate,
        schedule: settings.schedule,
    }
}

impl Identity {
    fn latest(&self, run: &Run) -> Result<Option<Checkpoint>> {
        let Some(saved) = run.checkpoints().latest()? else {
            return Ok(None);
        };
        let found: Self = saved.fact("fit").map_err(checkpoint::not_of_this_fit)?;
        if found != *self {
            let reason = "settings, seed or table differ";
            return Err(checkpoint::not_of_this_fit(reason));
        }
        Checkpoint::from_weights(&saved.under("training")).map(Some)
    }

    fn with(&self, now: &Checkpoint) -> Weights {
        Weights::new()
            .with_fact("fit", self)
            .nested("training", now.to_weights())
    }
}
