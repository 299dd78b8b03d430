//! From a training table to fitted networks.

use imputome_core::prepare::split_groups;
use imputome_core::{Dataset, Result, Run, Weights};
use imputome_engine::{Adam, Model, Spec};
use serde::{Deserialize, Serialize};

use super::fitted::FittedTdimpute;
use super::judgement::{self, Judgement};
use super::network::spec;
use super::pairs::Pairs;
use super::scales::Scales;
use super::settings::Tdimpute;
use super::start::Start;
use super::stored::Stored;
use super::summary;
use super::task::PairTask;
use crate::training::{self, Checkpoint, Finished, History, Moments, Plan, Progress, refused};

/// Rows of the table that each network leaves out; none where no part is left out.
#[derive(Clone, Debug)]
pub(super) struct Parts(Vec<Vec<usize>>);

/// Trains the networks, from fresh weights or from those of another cohort, then judges them by
/// the samples that each has left out.
pub(super) fn fit(
    settings: &Tdimpute,
    start: Option<&Weights>,
    train: &Dataset,
    run: &Run,
) -> Result<FittedTdimpute> {
    let pairs = Pairs::of(train)?;
    let read = start
        .map(|start| Start::read(settings, start))
        .transpose()?;
    let cohort = Cohort {
        settings,
        scales: Scales::learn(settings, &pairs, read.as_ref().map(Start::scales)),
        parts: Parts::of(settings, train, &pairs, run)?,
        start: read,
        pairs,
        train,
    };
    let finished = cohort.train_networks(run)?;
    let history = |network: &Finished| network.trained.history.clone();
    let histories: Vec<History> = finished.iter().map(history).collect();
    let stored = cohort.stored(finished);
    let source = start.map(judgement::source).transpose()?.flatten();
    let judgement = Judgement::learn(settings, &stored, &cohort, source.as_ref(), run)?;
    let summary = summary::of(&cohort, &histories, &judgement);
    Ok(FittedTdimpute {
        spec: cohort.spec(),
        stored,
        judgement,
        summary,
    })
}

/// Everything that the training of every network shares.
#[derive(Debug)]
pub(super) struct Cohort<'a> {
    pub(super) settings: &'a Tdimpute,
    pub(super) train: &'a Dataset,
    pub(super) pairs: Pairs<'a>,
    pub(super) scales: Scales,
    pub(super) parts: Parts,
    pub(super) start: Option<Start>,
}

/// What tells one fit from another, so that a state is not taken up by the wrong one.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Identity {
    settings: Tdimpute,
    seed: u64,
    samples: usize,
    genes: usize,
    features: usize,
    tuned: bool,
}

impl Parts {
    fn of(settings: &Tdimpute, train: &Dataset, pairs: &Pairs<'_>, run: &Run) -> Result<Self> {
        if settings.patience.is_none() {
            return Ok(Self(vec![Vec::new()]));
        }
        let groups = train.group_of_samples();
        let groups: Vec<String> = pairs.rows.iter().map(|&row| groups[row].clone()).collect();
        let mut distinct = groups.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let parts = settings.parts.min(distinct.len());
        let random = &mut run.stream(&format!("{}/parts", super::NAME));
        let parts = split_groups(&groups, &vec![1.0; parts], random)?;
        let rows = |part: Vec<usize>| part.into_iter().map(|at| pairs.rows[at]).collect();
        Ok(Self(parts.into_iter().map(rows).collect()))
    }

    /// The rows that network number `network` leaves out.
    pub(super) fn left_out(&self, network: usize) -> &[usize] {
        &self.0[network % self.0.len()]
    }

    /// How many different parts `networks` networks leave out.
    pub(super) fn used(&self, networks: usize) -> usize {
        self.0.len().min(networks)
    }
}

impl Cohort<'_> {
    /// The declaration of every network.
    pub(super) fn spec(&self) -> Spec {
        let (features, genes) = (self.pairs.features.ncols(), self.train.n_genes());
        spec(self.settings, features, genes)
    }

    /// The paired rows that are not `left_out`.
    pub(super) fn others(&self, left_out: &[usize]) -> Vec<usize> {
        let is_other = |row: &&usize| !left_out.contains(row);
        self.pairs.rows.iter().filter(is_other).copied().collect()
    }

    /// Features of the companion, in order.
    pub(super) fn features(&self) -> &[String] {
        let companion = self.train.companions.first();
        companion.map_or(&[], |companion| companion.features.as_slice())
    }

    fn stored(&self, finished: Vec<Finished>) -> Stored {
        let apart = |network: Finished| (network.trained.best, network.moments);
        let (networks, moments) = finished.into_iter().map(apart).unzip();
        Stored {
            features: self.features().to_vec(),
            genes: self.train.genes.as_slice().to_vec(),
            scales: self.scales.clone(),
            networks,
            moments,
        }
    }

    fn train_networks(&self, run: &Run) -> Result<Vec<Finished>> {
        let identity = self.identity(run);
        if let Some(start) = &self.start {
            start.expect_common(self.features(), self.train.genes.as_slice())?;
        }
        let mut progress = Progress::latest(&identity, run)?;
        let mut done = std::mem::take(&mut progress.done);
        while done.len() < self.settings.networks {
            let state = progress.state.take();
            let finished = self.train_network(&identity, &done, state, run)?;
            done.push(finished);
        }
        Ok(done)
    }

    fn train_network(
        &self,
        identity: &Identity,
        done: &[Finished],
        state: Option<Checkpoint>,
        run: &Run,
    ) -> Result<Finished> {
        let network = done.len();
        let left_out = self.parts.left_out(network);
        let mut task = PairTask::new(
            self.settings,
            (&self.pairs, &self.scales),
            (self.others(left_out), left_out),
            self.batch(),
            (network, run),
        );
        let mut model = self.build(network, run)?;
        let plan = self.plan(&task, network);
        let save = |now: &Checkpoint| {
            let state = Progress::to_weights(identity, done, now);
            run.checkpoints().save(&state)
        };
        let trained = training::train(model.as_mut(), &mut task, &plan, state, run, &save)?;
        let keep = self.settings.keep_moments;
        let moments = keep.then(|| Moments::of(model.state()));
        Ok(Finished { trained, moments })
    }

    fn build(&self, network: usize, run: &Run) -> Result<Box<dyn Model>> {
        // Adam as TensorFlow's class of that name sets it, which the released code uses.
        let adam = Adam {
            learning_rate: self.settings.learning_rate as f32,
            epsilon: 1e-8,
            ..Adam::default()
        };
        let seed = run.derived_seed(&format!("{}/network {network}", super::NAME));
        let engine = training::engine(run)?;
        let mut model = engine.build(&self.spec(), adam, seed).map_err(refused)?;
        if let Some(start) = &self.start {
            let names = (self.features(), self.train.genes.as_slice());
            let state = start.state(self.settings, names, (&self.scales, network));
            model.restore_state(&state).map_err(refused)?;
        }
        Ok(model)
    }

    fn batch(&self) -> usize {
        match self.start {
            None => self.settings.batch,
            Some(_) => self.settings.tuning_batch,
        }
    }

    fn plan(&self, task: &PairTask<'_, '_>, network: usize) -> Plan {
        let (doing, epochs) = match self.start {
            None => ("training", self.settings.epochs),
            Some(_) => ("tuning", self.settings.tuning_epochs),
        };
        let steps = task.steps(epochs);
        let title = match self.settings.networks {
            1 => format!("tdimpute: {doing} over {steps} steps"),
            n => format!(
                "tdimpute: {doing} network {} of {n} over {steps} steps",
                network + 1
            ),
        };
        Plan {
            title,
            epochs,
            steps,
            trainings: self.settings.networks - network,
            patience: self.settings.patience.unwrap_or(usize::MAX),
            learning_rate: self.settings.learning_rate,
            schedule: self.settings.schedule,
        }
    }

    fn identity(&self, run: &Run) -> Identity {
        Identity {
            settings: self.settings.clone(),
            seed: run.seed,
            samples: self.train.n_samples(),
            genes: self.train.n_genes(),
            features: self.pairs.features.ncols(),
            tuned: self.start.is_some(),
        }
    }
}
