//! A network as a [`Model`]: steps, predictions, gradients of inputs, weights in and out.

use std::sync::Arc;

use rayon::prelude::*;

use super::arithmetic::{Arithmetic, Matrix};
use super::parameter::Parameter;
use super::{Evaluated, Network, Scratch};
use crate::adam::Adam;
use crate::batch::{Batch, check_inputs, check_size};
use crate::error::EngineError;
use crate::layout::Layout;
use crate::model::{InputGradient, Mode, Model, Objective, ParameterCount, Update};
use crate::objective::check_objective;
use crate::reads::input_gradients;
use crate::spec::Spec;
use crate::weights::{State, Weights};

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
