//! From a training table to a fitted imputer.

use imputome_core::{CovariateEncoder, Dataset, Result, Run, Weights};
use imputome_engine::{Adam, Model, Spec};
use serde::{Deserialize, Serialize};

use super::Pmi;
use super::beside::Judgement;
use super::fitted::{FittedPmi, Networks};
use super::network::spec;
use super::summary;
use super::task::PseudoMaskTask;
use crate::preparation::{Preparation, Terms};
use crate::training::{self, Checkpoint, History, Plan, Trained, checkpoint, refused};

/// Trains the networks, then learns from validation samples how much they count.
pub(super) fn fit(settings: &Pmi, train: &Dataset, run: &Run) -> Result<FittedPmi> {
    let terms = Terms {
        method: "pmi",
        validation: settings.validation,
        bound: settings.bound,
    };
    let prepared = Preparation::of(terms, train, run)?;
    let spec = spec(settings, train.n_genes(), &prepared.encoder);
    let trained = train_networks(settings, &spec, &prepared, train, run)?;
    let networks = Networks {
        spec,
        encoder: prepared.encoder.clone(),
        bounds: prepared.bounds.clone(),
        weights: trained.iter().map(|network| network.best.clone()).collect(),
    };
    let judgement = Judgement::learn(settings, &networks, &prepared, train, run)?;
    let summary = summary::of(settings, &prepared, &trained, &judgement);
    Ok(FittedPmi {
        genes: train.genes.as_slice().to_vec(),
        known: CovariateEncoder::fit(&train.covariates),
        networks,
        judgement,
        summary,
    })
}

/// What tells one fit from another, so that a state is not taken up by the wrong one.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Identity {
    settings: Pmi,
    seed: u64,
    samples: usize,
    genes: usize,
}

/// Networks trained before an interruption, and the state of the one it hit.
#[derive(Default)]
struct Progress {
    done: Vec<Trained>,
    state: Option<Checkpoint>,
}

fn train_networks(
    settings: &Pmi,
    spec: &Spec,
    prepared: &Preparation,
    train: &Dataset,
    run: &Run,
) -> Result<Vec<Trained>> {
    let identity = Identity {
        settings: settings.clone(),
        seed: run.seed,
        samples: train.n_samples(),
        genes: train.n_genes(),
    };
    let mut progress = Progress::latest(&identity, run)?;
    let validation = prepared.samples.select(&prepared.validation);
    let mut done = std::mem::take(&mut progress.done);
    while done.len() < settings.networks {
        let network = done.len();
        let mut task = PseudoMaskTask::new(
            settings,
            &prepared.samples,
            &prepared.learning,
            &validation,
            (network, run),
        );
        let mut model = build(settings, spec, network, run)?;
        let plan = plan(settings, &task, network);
        let state = progress.state.take();
        let save = |now: &Checkpoint| {
            run.checkpoints()
                .save(&Progress::to_weights(&identity, &done, now))
        };
        done.push(training::train(
            model.as_mut(),
            &mut task,
            &plan,
            state,
            run,
            &save,
        )?);
    }
    Ok(done)
}

fn build(settings: &Pmi, spec: &Spec, network: usize, run: &Run) -> Result<Box<dyn Model>> {
    let adam = Adam {
        learning_rate: settings.learning_rate as f32,
        ..Adam::default()
    };
    let seed = run.derived_seed(&format!("pmi/network {network}"));
    training::engine(run)?
        .build(spec, adam, seed)
        .map_err(refused)
}

fn plan(settings: &Pmi, task: &PseudoMaskTask<'_>, network: usize) -> Plan {
    let title = match settings.networks {
        1 => "pmi: training".to_string(),
        n => format!("pmi: training network {} of {n}", network + 1),
    };
    Plan {
        title,
        epochs: settings.epochs,
        steps: task.steps(settings) * settings.epochs,
        trainings: settings.networks - network,
        patience: settings.patience,
        learning_rate: settings.learning_rate,
        schedule: settings.schedule,
    }
}

impl Progress {
    fn latest(identity: &Identity, run: &Run) -> Result<Self> {
        let Some(saved) = run.checkpoints().latest()? else {
            return Ok(Self::default());
        };
        let found: Identity = saved.fact("fit").map_err(checkpoint::not_of_this_fit)?;
        if found != *identity {
            return Err(checkpoint::not_of_this_fit(
                "settings, seed or table differ",
            ));
        }
        let histories: Vec<History> = saved.fact("histories")?;
        let network = |(n, history)| Trained {
            history,
            best: checkpoint::to_engine(&saved.under(&format!("done{n}"))),
        };
        Ok(Self {
            done: histories.into_iter().enumerate().map(network).collect(),
            state: Some(Checkpoint::from_weights(&saved.under("training"))?),
        })
    }

    fn to_weights(identity: &Identity, done: &[Trained], now: &Checkpoint) -> Weights {
        let histories: Vec<&History> = done.iter().map(|network| &network.history).collect();
        let state = Weights::new()
            .with_fact("fit", identity)
            .with_fact("histories", &histories)
            .nested("training", now.to_weights());
        done.iter().enumerate().fold(state, |state, (n, network)| {
            state.nested(&format!("done{n}"), checkpoint::from_engine(&network.best))
        })
    }
}
