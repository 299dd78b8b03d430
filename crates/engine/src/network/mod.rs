//! A network on the processor, whatever the arithmetic: steps, predictions, gradients of inputs.

mod arithmetic;
mod arrangement;
mod branch;
mod build;
mod inputs;
mod layer;
mod parameter;
mod section;
mod tensors;

use std::sync::Arc;

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::adam::Adam;
use crate::batch::{Batch, check_inputs, check_size};
use crate::error::EngineError;
use crate::layout::Layout;
use crate::model::{InputGradient, Mode, Model, Objective, ParameterCount, Update};
use crate::objective::{check_objective, evaluate};
use crate::reads::{Read, input_gradients};
use crate::spec::Spec;
use crate::weights::{State, Weights};
use branch::{Branch, BranchTrace};
use inputs::Inputs;
use parameter::Parameter;

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
        gradient.clear();
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
            Some(&self.pool),
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

impl<A: Arithmetic> Model for Network<A> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn parameters(&self) -> ParameterCount {
        ParameterCount {
            trainable: self.tensors().map(Parameter::len).sum(),
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
        let mut scratch = std::mem::take(&mut self.scratch);
        let evaluated = self.evaluate(batch, objective, Mode::Training, &mut scratch);
        self.scratch = scratch;
        let pool = Arc::clone(&self.pool);
        pool.install(|| self.learn(batch, &evaluated.traces, evaluated.gradients, learning));
        self.steps += 1;
        Ok(evaluated.value as f32)
    }

    fn predict(&self, batch: &Batch<'_>, output: &mut [f32]) -> Result<(), EngineError> {
        check_inputs(&self.spec, batch)?;
        let size = batch.samples * self.spec.output_width();
        check_size("the output", "values", size, output.len())?;
        self.pool.install(|| {
            let traces = self.forward(batch, Mode::Inference);
            self.gather_output(&traces, output);
        });
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
        let Evaluated {
            traces,
            value,
            gradients,
        } = self.evaluate(batch, objective, mode, &mut Scratch::default());
        let gradients: Vec<Vec<f32>> = self.pool.install(|| {
            let branches = self.branches.par_iter().zip(&traces).zip(gradients);
            branches
                .map(|((branch, trace), heads)| {
                    let width = branch.reads.iter().map(|read| read.width).sum();
                    let gradient = branch.input_gradient(self.arithmetic, trace, heads);
                    rows(&gradient, batch.samples, width)
                })
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
        let parameters = parameters.map(|parameter| (parameter.name.clone(), parameter.tensor()));
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

/// A matrix row by row.
fn rows(matrix: &impl Matrix, samples: usize, width: usize) -> Vec<f32> {
    let mut rows = vec![0.0; samples * width];
    for (sample, row) in rows.chunks_mut(width).enumerate() {
        matrix.read(sample, 0, row);
    }
    rows
}
