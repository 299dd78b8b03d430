//! A network of the portable engine: steps, predictions, gradients of inputs.

use std::sync::Arc;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::branch::{Branch, BranchTrace};
use super::inputs::Inputs;
use super::layer::{Layer, Pass};
use super::parameter::Learning;
use crate::adam::Adam;
use crate::batch::{Batch, check_inputs, check_size};
use crate::error::EngineError;
use crate::layout::Layout;
use crate::model::{InputGradient, Mode, Model, Objective, ParameterCount, Update};
use crate::objective::{check_objective, evaluate};
use crate::reads::{Read, input_gradients};
use crate::spec::Spec;
use crate::weights::{State, Weights};

/// A network with its weights and the state of its training.
#[derive(Debug)]
pub(super) struct Network {
    spec: Spec,
    adam: Adam,
    pool: Arc<ThreadPool>,
    pub(super) inputs: Inputs,
    pub(super) branches: Vec<Branch>,
    /// Width of every head, in the order of the output.
    heads: Vec<usize>,
    pub(super) steps: u64,
    pub(super) updates: u64,
    /// Whether accumulated gradients wait.
    pub(super) pending: bool,
}

impl Network {
    pub(super) fn new(
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
            spec,
            adam,
            pool,
            inputs,
            branches,
            heads,
            steps: 0,
            updates: 0,
            pending: false,
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

    fn forward(&self, batch: &Batch<'_>, mode: Mode) -> Vec<BranchTrace> {
        let pass = self.pass(batch.samples, mode);
        self.branches
            .par_iter()
            .map(|branch| branch.forward(self.inputs.gather(&branch.reads, batch), pass))
            .collect()
    }

    /// Outputs of all heads side by side.
    fn gather_output(&self, traces: &[BranchTrace], output: &mut [f32]) {
        let width: usize = self.heads.iter().sum();
        let mut start = 0;
        for (head, head_width) in traces
            .iter()
            .flat_map(BranchTrace::outputs)
            .zip(&self.heads)
        {
            for (row, head) in output.chunks_mut(width).zip(head.chunks(*head_width)) {
                row[start..start + head_width].copy_from_slice(head);
            }
            start += head_width;
        }
    }

    /// The gradient of the output taken apart: for each branch, for each head.
    fn split_gradient(&self, gradient: &[f32]) -> Vec<Vec<Vec<f32>>> {
        let width: usize = self.heads.iter().sum();
        let mut start = 0;
        let mut head_gradient = |head: &Layer| {
            let columns = start..start + head.width();
            start = columns.end;
            gradient
                .chunks(width)
                .flat_map(|row| &row[columns.clone()])
                .copied()
                .collect()
        };
        let branches = self.branches.iter();
        branches
            .map(|branch| branch.heads.iter().map(&mut head_gradient).collect())
            .collect()
    }

    /// Forward pass, value of the objective, gradients of all heads. The objective runs on the caller's thread.
    fn evaluate(
        &self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        mode: Mode,
    ) -> (Vec<BranchTrace>, f64, Vec<Vec<Vec<f32>>>) {
        let traces = self.pool.install(|| self.forward(batch, mode));
        let mut output = vec![0.0; batch.samples * self.spec.output_width()];
        self.gather_output(&traces, &mut output);
        let (value, gradient) = evaluate(objective, batch, &output, &self.heads);
        (traces, value, self.split_gradient(&gradient))
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
        traces: &[BranchTrace],
        gradients: Vec<Vec<Vec<f32>>>,
        learning: Learning,
    ) {
        let branches = self.branches.par_iter_mut().zip(traces).zip(gradients);
        let learned: Vec<(&[Read], Vec<f32>)> = branches
            .map(|((branch, trace), heads)| {
                let gradient = branch.learn(trace, heads, learning);
                (branch.reads.as_slice(), gradient)
            })
            .collect();
        self.inputs.learn(&learned, batch, learning);
    }
}

impl Model for Network {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn parameters(&self) -> ParameterCount {
        ParameterCount {
            trainable: self.tensors().map(|parameter| parameter.values.len()).sum(),
            running: self.running().map(|running| running.values.len()).sum(),
        }
    }

    fn set_learning_rate(&mut self, learning_rate: f32) -> Result<(), EngineError> {
        let adam = Adam {
            learning_rate,
            ..self.adam
        };
        adam.validate()?;
        self.adam = adam;
        Ok(())
    }

    fn step(
        &mut self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        update: Update,
    ) -> Result<f32, EngineError> {
        check_inputs(&self.spec, batch)?;
        check_objective(&objective, batch, &self.heads)?;
        let learning = self.learning(update)?;
        let (traces, value, gradients) = self.evaluate(batch, objective, Mode::Training);
        let pool = Arc::clone(&self.pool);
        pool.install(|| self.learn(batch, &traces, gradients, learning));
        self.steps += 1;
        Ok(value as f32)
    }

    fn predict(&self, batch: &Batch<'_>, output: &mut [f32]) -> Result<(), EngineError> {
        check_inputs(&self.spec, batch)?;
        let size = batch.samples * self.spec.output_width();
        check_size("the output", "values", size, output.len())?;
        let traces = self.pool.install(|| self.forward(batch, Mode::Inference));
        self.gather_output(&traces, output);
        Ok(())
    }

    fn input_gradient(
        &self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        mode: Mode,
    ) -> Result<InputGradient, EngineError> {
        check_inputs(&self.spec, batch)?;
        check_objective(&objective, batch, &self.heads)?;
        let (traces, value, gradients) = self.evaluate(batch, objective, mode);
        let gradients: Vec<Vec<f32>> = self.pool.install(|| {
            let branches = self.branches.par_iter().zip(&traces).zip(gradients);
            branches
                .map(|((branch, trace), heads)| branch.input_gradient(trace, heads))
                .collect()
        });
        let reads = self.branches.iter().map(|branch| branch.reads.as_slice());
        let inputs = input_gradients(&self.spec, reads.zip(&gradients), batch.samples);
        Ok(InputGradient {
            value: value as f32,
            inputs,
        })
    }

    fn export(&self) -> Weights {
        let running = self
            .running()
            .map(|running| (running.name.clone(), running.tensor()));
        let parameters = self.tensors();
        let parameters = parameters
            .map(|parameter| (parameter.name.clone(), parameter.tensor(&parameter.values)));
        parameters.chain(running).collect()
    }

    fn import(&mut self, weights: &Weights) -> Result<(), EngineError> {
        Layout::of(&self.spec).check_weights(weights)?;
        self.tensors_mut()
            .for_each(|parameter| parameter.take(weights));
        self.running_mut().for_each(|running| running.take(weights));
        Ok(())
    }

    fn state(&self) -> State {
        let mut state = State {
            steps: self.steps,
            updates: self.updates,
            learning_rate: self.adam.learning_rate,
            weights: self.export(),
            ..State::default()
        };
        self.tensors()
            .for_each(|parameter| parameter.save(&mut state, self.pending));
        state
    }

    fn restore_state(&mut self, state: &State) -> Result<(), EngineError> {
        Layout::of(&self.spec).check_state(state)?;
        self.set_learning_rate(state.learning_rate)?;
        self.import(&state.weights)?;
        self.tensors_mut()
            .for_each(|parameter| parameter.restore(state));
        (self.steps, self.updates) = (state.steps, state.updates);
        self.pending = !state.gradients.is_empty();
        Ok(())
    }
}
