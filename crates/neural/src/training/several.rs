//! Networks trained one after the other, and going on after an interruption.

use imputome_core::{Result, Run, Weights};
use imputome_engine::{State, Weights as EngineWeights};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Checkpoint, History, Trained, checkpoint};

/// Networks trained before an interruption, and the state of the one it hit.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Networks that are done, in order.
    pub(crate) done: Vec<Finished>,
    /// State of the one under way.
    pub(crate) state: Option<Checkpoint>,
}

/// A trained network, with the moments of its optimizer where they are kept.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    /// Its losses and weights.
    pub(crate) trained: Trained,
    /// What another training can go on from.
    pub(crate) moments: Option<Moments>,
}

/// The moments of Adam after the last step of a training.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moments {
    /// Updates done.
    pub(crate) updates: u64,
    /// Means of gradients.
    pub(crate) first: EngineWeights,
    /// Means of squared gradients.
    pub(crate) second: EngineWeights,
}

#[derive(Serialize, Deserialize)]
struct Updates {
    updates: u64,
}

impl Progress {
    /// What was saved by the fit that `identity` tells from all others; refused where another
    /// fit's state stands there.
    pub(crate) fn latest<I: DeserializeOwned + PartialEq>(identity: &I, run: &Run) -> Result<Self> {
        let Some(saved) = run.checkpoints().latest()? else {
            return Ok(Self::default());
        };
        let found: I = saved.fact("fit").map_err(checkpoint::not_of_this_fit)?;
        if found != *identity {
            return Err(checkpoint::not_of_this_fit(
                "settings, seed or table differ",
            ));
        }
        let histories: Vec<History> = saved.fact("histories")?;
        let network = |(n, history)| -> Result<Finished> {
            let best = checkpoint::to_engine(&saved.under(&format!("done{n}")));
            Ok(Finished {
                trained: Trained { history, best },
                moments: Moments::restore(&saved.under(&format!("moments{n}")))?,
            })
        };
        Ok(Self {
            done: histories
                .into_iter()
                .enumerate()
                .map(network)
                .collect::<Result<_>>()?,
            state: Some(Checkpoint::from_weights(&saved.under("training"))?),
        })
    }

    /// The networks done and the state of the one under way, to be saved.
    pub(crate) fn to_weights<I: Serialize>(
        identity: &I,
        done: &[Finished],
        now: &Checkpoint,
    ) -> Weights {
        let histories: Vec<&History> = done
            .iter()
            .map(|network| &network.trained.history)
            .collect();
        let state = Weights::new()
            .with_fact("fit", identity)
            .with_fact("histories", &histories)
            .nested("training", now.to_weights());
        done.iter().enumerate().fold(state, |state, (n, network)| {
            let best = checkpoint::from_engine(&network.trained.best);
            let state = state.nested(&format!("done{n}"), best);
            match &network.moments {
                None => state,
                Some(moments) => state.nested(&format!("moments{n}"), moments.weights()),
            }
        })
    }
}

impl Moments {
    /// Those of a state.
    pub(crate) fn of(state: State) -> Self {
        Self {
            updates: state.updates,
            first: state.first_moments,
            second: state.second_moments,
        }
    }

    /// As named tensors and facts.
    pub(crate) fn weights(&self) -> Weights {
        let updates = Updates {
            updates: self.updates,
        };
        Weights::new()
            .nested("first", checkpoint::from_engine(&self.first))
            .nested("second", checkpoint::from_engine(&self.second))
            .with_fact("updates", &updates)
    }

    /// Back from [`Moments::weights`], where anything stands there.
    pub(crate) fn restore(weights: &Weights) -> Result<Option<Self>> {
        if weights.facts.is_empty() {
            return Ok(None);
        }
        let Updates { updates } = weights.fact("updates")?;
        Ok(Some(Self {
            updates,
            first: checkpoint::to_engine(&weights.under("first")),
            second: checkpoint::to_engine(&weights.under("second")),
        }))
    }
}
