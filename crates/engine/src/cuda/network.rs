//! A network on a card: steps, predictions, gradients of inputs.

use std::sync::Arc;

use super::branch::BranchTrace;
use super::card::Card;
use super::inputs::{Loaded, Picks, Stretch, copy_columns};
use super::layer::{Pass, Tensors};
use super::objective::evaluate;
use super::parameter::{Learning, Parameter};
use super::plan::Plan;
use super::workspace::{Array, Workspace};
use crate::adam::Adam;
use crate::batch::Batch;
use crate::error::EngineError;
use crate::layout::{Layout, Place};
use crate::model::{Mode, Objective, Update};
use crate::spec::Spec;
use crate::weights::Weights;

/// A network with its weights and the state of its training, all on the card.
#[derive(Debug)]
pub(super) struct Network<C: Card> {
    pub(super) spec: Spec,
    pub(super) adam: Adam,
    pub(super) layout: Layout,
    pub(super) plan: Plan,
    picks: Picks<C>,
    pub(super) tensors: Tensors<C>,
    pub(super) workspace: Arc<Workspace<C>>,
    pub(super) steps: u64,
    pub(super) updates: u64,
    /// Whether accumulated gradients wait.
    pub(super) pending: bool,
}

/// A batch on its way through the network.
#[derive(Debug)]
pub(super) struct Flow<C: Card> {
    pub(super) pass: Pass,
    loaded: Loaded<C>,
    pub(super) traces: Vec<BranchTrace<C>>,
}

/// Gradients of the heads, branch after branch.
pub(super) type Gradients<C> = Vec<Vec<Array<C>>>;

impl<C: Card> Network<C> {
    /// A network with these weights for a valid declaration.
    pub(super) fn new(
        card: Arc<C>,
        spec: &Spec,
        (adam, seed): (Adam, u64),
        weights: &Weights,
    ) -> Result<Self, EngineError> {
        let workspace = Workspace::new(card);
        let (layout, plan) = (Layout::of(spec), Plan::of(spec, seed));
        let data = |place: &Place| weights[&place.name].data.as_slice();
        let trainable = layout.trainable.iter();
        let running = layout.running.iter();
        let tensors = Tensors {
            trainable: trainable
                .map(|place| Parameter::new(&workspace, data(place)))
                .collect::<Result<_, _>>()?,
            running: running
                .map(|place| workspace.numbers(data(place)))
                .collect::<Result<_, _>>()?,
        };
        Ok(Self {
            spec: spec.clone(),
            adam,
            picks: Picks::new(&workspace, &plan)?,
            layout,
            plan,
            tensors,
            workspace,
            steps: 0,
            updates: 0,
            pending: false,
        })
    }

    pub(super) fn forward(&self, batch: &Batch<'_>, mode: Mode) -> Result<Flow<C>, EngineError> {
        // Dropout repeats only after 2³² steps.
        let pass = Pass {
            samples: batch.samples,
            mode,
            step: self.steps as u32,
        };
        let loaded = Loaded::new(&self.workspace, batch)?;
        let mut traces = Vec::new();
        for (number, branch) in self.plan.branches.iter().enumerate() {
            let (plan, picks) = (&self.plan, &self.picks);
            let input = self
                .tensors
                .gather(plan, number, picks, &loaded, &self.workspace)?;
            traces.push(self.tensors.forward_branch(branch, input, pass)?);
        }
        Ok(Flow {
            pass,
            loaded,
            traces,
        })
    }

    /// Outputs of all heads side by side.
    pub(super) fn gather_output(&self, flow: &Flow<C>) -> Result<Array<C>, EngineError> {
        let samples = flow.pass.samples;
        let width = self.spec.output_width();
        let mut output = self.workspace.room(samples * width)?;
        let mut start = 0;
        let heads = flow.traces.iter().flat_map(BranchTrace::outputs);
        for (head, &columns) in heads.zip(&self.plan.heads) {
            let stretch = Stretch {
                rows: samples,
                columns,
                target_width: width,
                target_start: start,
            };
            copy_columns(head, [columns, 0], &mut output, stretch)?;
            start += columns;
        }
        Ok(output)
    }

    /// The gradient of the output taken apart: for each branch, for each head.
    fn split_gradient(&self, gradient: &Array<C>) -> Result<Gradients<C>, EngineError> {
        let width = self.spec.output_width();
        let rows = gradient.len() / width;
        let mut start = 0;
        let mut of_head = |columns: usize| {
            let mut part = self.workspace.room(rows * columns)?;
            let stretch = Stretch {
                rows,
                columns,
                target_width: columns,
                target_start: 0,
            };
            copy_columns(gradient, [width, start], &mut part, stretch)?;
            start += columns;
            Ok(part)
        };
        let branches = self.plan.branches.iter().map(|branch| {
            let heads = branch.heads.iter();
            heads.map(|head| of_head(head.block.width)).collect()
        });
        branches.collect()
    }

    /// Value of the objective and gradients of all heads.
    pub(super) fn evaluate(
        &self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        flow: &Flow<C>,
    ) -> Result<(f64, Gradients<C>), EngineError> {
        let output = self.gather_output(flow)?;
        let (value, gradient) = evaluate(objective, batch, &output, &self.plan.heads)?;
        Ok((value, self.split_gradient(&gradient)?))
    }

    pub(super) fn learning(&mut self, update: Update) -> Learning {
        self.pending = update == Update::Accumulate;
        self.updates += u64::from(update != Update::Accumulate);
        let step = self.adam.step(self.updates);
        match update {
            Update::Now => Learning::Now(step),
            Update::Accumulate => Learning::Accumulate,
            Update::Apply => Learning::Apply(step),
        }
    }

    pub(super) fn learn(
        &mut self,
        flow: &Flow<C>,
        gradients: Gradients<C>,
        learning: Learning,
    ) -> Result<(), EngineError> {
        let mut looked_up = Vec::new();
        let branches = self.plan.branches.iter().zip(&flow.traces);
        for ((branch, trace), heads) in branches.zip(gradients) {
            let how = (flow.pass, learning);
            looked_up.extend(self.tensors.learn_branch(branch, trace, heads, how)?);
        }
        self.tensors
            .learn_tables(&self.plan, &flow.loaded, &looked_up, learning)
    }
}
