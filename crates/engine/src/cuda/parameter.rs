//! A tensor of weights on a card with what training keeps beside it.

use std::sync::Arc;

use super::card::{Argument, Card};
use super::workspace::{Array, Workspace, count};
use crate::adam::AdamStep;
use crate::error::EngineError;

/// What happens to a gradient.
#[derive(Debug, Clone, Copy)]
pub(super) enum Learning {
    /// Applied at once.
    Now(AdamStep),
    /// Added to those accumulated.
    Accumulate,
    /// Applied together with those accumulated.
    Apply(AdamStep),
}

/// A tensor of weights, its moments, and its accumulated gradient once there is one.
#[derive(Debug)]
pub(super) struct Parameter<C: Card> {
    pub(super) values: Array<C>,
    pub(super) first: Array<C>,
    pub(super) second: Array<C>,
    pub(super) gradient: Option<Array<C>>,
}

impl<C: Card> Parameter<C> {
    pub(super) fn new(workspace: &Arc<Workspace<C>>, values: &[f32]) -> Result<Self, EngineError> {
        Ok(Self {
            values: workspace.numbers(values)?,
            first: workspace.zeros(values.len())?,
            second: workspace.zeros(values.len())?,
            gradient: None,
        })
    }

    /// Learns from the whole gradient.
    pub(super) fn learn(
        &mut self,
        gradient: &Array<C>,
        learning: Learning,
    ) -> Result<(), EngineError> {
        match (learning, self.gradient.take()) {
            (Learning::Now(step), held) => {
                self.gradient = held;
                self.apply(step, gradient)
            }
            (Learning::Apply(step), None) => self.apply(step, gradient),
            (Learning::Accumulate, held) => {
                let mut held = match held {
                    Some(held) => held,
                    None => self.values.workspace().zeros(gradient.len())?,
                };
                held.add(gradient)?;
                self.gradient = Some(held);
                Ok(())
            }
            (Learning::Apply(step), Some(mut held)) => {
                held.add(gradient)?;
                self.apply(step, &held)?;
                held.fill(0.0)?;
                self.gradient = Some(held);
                Ok(())
            }
        }
    }

    fn apply(&mut self, step: AdamStep, gradient: &Array<C>) -> Result<(), EngineError> {
        let entries = self.values.len();
        assert!([&self.first, &self.second, gradient].map(Array::len) == [entries; 3]);
        let workspace = Arc::clone(self.values.workspace());
        let arguments = vec![
            self.values.writes(),
            self.first.writes(),
            self.second.writes(),
            gradient.reads(),
            Argument::Value(step.first_share),
            Argument::Value(step.second_share),
            Argument::Value(step.rate),
            Argument::Value(step.epsilon),
            count(entries),
        ];
        workspace.launch("adam", entries, arguments)
    }
}
