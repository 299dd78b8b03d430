//! A network on the processor, whatever the arithmetic: steps, predictions, gradients of inputs.

mod arithmetic;
mod arrangement;
mod branch;
mod build;
mod inputs;
mod layer;
mod model;
mod parameter;
mod section;
mod tensors;

use std::sync::Arc;

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::adam::Adam;
use crate::batch::Batch;
use crate::error::EngineError;
use crate::model::{Mode, Objective, Update};
use crate::objective::evaluate;
use crate::reads::Read;
use crate::spec::Spec;
use branch::{Branch, BranchTrace};
use inputs::Inputs;

pub(crate) use arithmetic::{Arithmetic, Matrix};
pub(crate) use arrangement::{Arrangement, SIDE};
pub(crate) use build::network;
pub(crate) use layer::{Layer, Pass};
pub(crate) use parameter::{Learning, Stretch};
pub(crate) use section::{Section, SmallGradients, Trace};

/// A network with its weights and the state of its training.
#[derive(Debug)]
pub(crate) struct Network<A> {
    arithmetic: A,
    spec: Spec,
    adam: Adam,
    pool: Arc<ThreadPool>,
    inputs: Inputs,
    branches: Vec<Branch>,
    /// Width of every head, in the order of the output.
    heads: Vec<usize>,
    steps: u64,
    updates: u64,
    /// Whether accumulated gradients wait.
    pending: bool,
    scratch: Scratch,
}

/// Memory that steps use again.
#[derive(Debug, Default)]
struct Scratch {
    /// Outputs of all heads, `[samples, width]`.
    output: Vec<f32>,
    /// Gradient with respect to them.
    gradient: Vec<f32>,
}

/// A forward pass and its objective.
#[derive(Debug)]
struct Evaluated<A: Arithmetic> {
    traces: Vec<BranchTrace<A>>,
    value: f64,
    /// For each branch, for each of its heads.
    gradients: Vec<Vec<A::Matrix>>,
}

impl<A: Arithmetic> Network<A> {
    fn new(
        arithmetic: A,
        spec: Spec,
        adam: Adam,
        pool: Arc<ThreadPool>,
        inputs: Inputs,
        branches: Vec<Branch>,
    ) -> Self {
        let heads = branches
            .iter()
            .flat_map(|branch| &branch.heads)
            .map(Layer::width)
            .collect();
        Self {
            arithmetic,
            spec,
            adam,
            pool,
            inputs,
            branches,
            heads,
            steps: 0,
            updates: 0,
            pending: false,
            scratch: Scratch::default(),
        }
    }

    fn pass(&self, samples: usize, mode: Mode) -> Pass {
        // Dropout repeats only after 2³² steps.
        Pass {
            samples,
            mode,
            step: self.steps as u32,
        }
    }

    fn forward(&self, batch: &Batch<'_>, mode: Mode) -> Vec<BranchTrace<A>> {
        let pass = self.pass(batch.samples, mode);
        self.branches
            .par_iter()
            .map(|branch| {
                let input = self.inputs.gather(&branch.reads, batch);
                branch.forward(self.arithmetic, input, pass)
            })
            .collect()
    }

    /// Outputs of all heads side by side.
    fn gather_output(&self, traces: &[BranchTrace<A>], output: &mut [f32]) {
        let width: usize = self.heads.iter().sum();
        let outputs: Vec<&A::Matrix> = traces.iter().flat_map(BranchTrace::outputs).collect();
        let rows = output.par_chunks_mut(width).enumerate();
        rows.for_each(|(sample, mut row)| {
            for (head, head_width) in outputs.iter().zip(&self.heads) {
                let (part, rest) = row.split_at_mut(*head_width);
                head.read(sample, 0, part);
                row = rest;
            }
        });
    }

    /// The gradient of the output taken apart: for each branch, for each head.
    fn split_gradient(&self, samples: usize, gradient: &[f32]) -> Vec<Vec<A::Matrix>> {
        let width: usize = self.heads.iter().sum();
        let mut first = 0;
        let mut head_gradient = |head: &Layer| {
            let head_start = first;
            first += head.width();
            A::Matrix::build(samples, head.width(), &|sample, start, part| {
                let from = sample * width + head_start + start;
                part.copy_from_slice(&gradient[from..from + part.len()]);
            })
        };
        let branches = self.branches.iter();
        branches
            .map(|branch| branch.heads.iter().map(&mut head_gradient).collect())
            .collect()
    }

    /// Forward pass, value of the objective, gradients of all heads.
    fn evaluate(
        &self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        mode: Mode,
        scratch: &mut Scratch,
    ) -> Evaluated<A> {
        let size = batch.samples * self.spec.output_width();
        let Scratch { output, gradient } = scratch;
        output.resize(size, 0.0);
        gradient.resize(size, 0.0);
        let traces = self.pool.install(|| {
            let traces = self.forward(batch, mode);
            self.gather_output(&traces, output);
            traces
        });
        let value = evaluate(
            objective,
            batch,
            (output, gradient),
            &self.heads,
            &self.pool,
        );
        let gradients = self
            .pool
            .install(|| self.split_gradient(batch.samples, gradient));
        Evaluated {
            traces,
            value,
            gradients,
        }
    }

    fn learning(&mut self, update: Update) -> Result<Learning, EngineError> {
        if update == Update::Now && self.pending {
            return Err(EngineError::PendingGradients);
        }
        self.pending = update == Update::Accumulate;
        self.updates += u64::from(update != Update::Accumulate);
        let step = self.adam.step(self.updates);
        Ok(match update {
            Update::Now => Learning::Now(step),
            Update::Accumulate => Learning::Accumulate,
            Update::Apply => Learning::Apply(step),
        })
    }

    fn learn(
        &mut self,
        batch: &Batch<'_>,
        traces: &[BranchTrace<A>],
        gradients: Vec<Vec<A::Matrix>>,
        learning: Learning,
    ) {
        let arithmetic = self.arithmetic;
        let branches = self.branches.par_iter_mut().zip(traces).zip(gradients);
        let learned: Vec<(&[Read], A::Matrix)> = branches
            .map(|((branch, trace), heads)| {
                let gradient = branch.learn(arithmetic, trace, heads, learning);
                (branch.reads.as_slice(), gradient)
            })
            .collect();
        self.inputs.learn(&learned, batch, learning);
    }
}
