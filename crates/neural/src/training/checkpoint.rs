//! The state of a training as data that can be saved, and back.

use imputome_core::{Error, Result, Tensor, Weights};
use imputome_engine::{State, Weights as EngineWeights};
use serde::{Deserialize, Serialize};

use super::early_stopping::History;

/// Name of the second model in a stored state.
const OPPONENT: &str = "opponent";

/// Everything that the rest of a training depends on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checkpoint {
    /// The network, the moments of its optimizer and its counters.
    pub(crate) state: State,
    /// The same of a second model trained beside it, where there is one.
    pub(crate) opponent: Option<State>,
    /// Losses so far.
    pub(crate) history: History,
    /// Weights of the best epoch so far; empty before there is one.
    pub(crate) best: EngineWeights,
}

#[derive(Serialize, Deserialize)]
struct Counters {
    steps: u64,
    updates: u64,
    learning_rate: f32,
}

impl Checkpoint {
    /// The state as named tensors and facts.
    pub(crate) fn to_weights(&self) -> Weights {
        let all = state_to_weights(&self.state)
            .nested("best", from_engine(&self.best))
            .with_fact("history", &self.history);
        match &self.opponent {
            Some(opponent) => all.nested(OPPONENT, state_to_weights(opponent)),
            None => all,
        }
    }

    /// The state back from [`Checkpoint::to_weights`].
    pub(crate) fn from_weights(weights: &Weights) -> Result<Self> {
        let opponent = weights.under(OPPONENT);
        let opponent = (!opponent.facts.is_empty()).then(|| state_from_weights(&opponent));
        Ok(Self {
            state: state_from_weights(weights)?,
            opponent: opponent.transpose()?,
            history: weights.fact("history")?,
            best: to_engine(&weights.under("best")),
        })
    }
}

fn state_to_weights(state: &State) -> Weights {
    let counters = Counters {
        steps: state.steps,
        updates: state.updates,
        learning_rate: state.learning_rate,
    };
    Weights::new()
        .nested("weights", from_engine(&state.weights))
        .nested("first", from_engine(&state.first_moments))
        .nested("second", from_engine(&state.second_moments))
        .with_fact("counters", &counters)
}

fn state_from_weights(weights: &Weights) -> Result<State> {
    let counters: Counters = weights.fact("counters")?;
    Ok(State {
        steps: counters.steps,
        updates: counters.updates,
        learning_rate: counters.learning_rate,
        weights: to_engine(&weights.under("weights")),
        first_moments: to_engine(&weights.under("first")),
        second_moments: to_engine(&weights.under("second")),
        gradients: EngineWeights::new(),
    })
}

/// Weights of a network in the form that files carry.
pub(crate) fn from_engine(weights: &EngineWeights) -> Weights {
    let tensor = |t: &imputome_engine::Tensor| Tensor {
        shape: t.shape.clone(),
        values: t.data.clone(),
    };
    Weights {
        tensors: weights
            .iter()
            .map(|(name, t)| (name.clone(), tensor(t)))
            .collect(),
        ..Weights::default()
    }
}

/// Weights of a network in the form that the engine takes.
pub(crate) fn to_engine(weights: &Weights) -> EngineWeights {
    let tensor = |t: &Tensor| imputome_engine::Tensor {
        shape: t.shape.clone(),
        data: t.values.clone(),
    };
    weights
        .tensors
        .iter()
        .map(|(name, t)| (name.clone(), tensor(t)))
        .collect()
}

/// A stored state that the network does not take.
pub(crate) fn not_of_this_fit(reason: impl std::fmt::Display) -> Error {
    Error::Checkpoint(format!(
        "the saved state is not one of this fit ({reason}); start without --resume"
    ))
}
