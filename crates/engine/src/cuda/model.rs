//! What a network on a card offers: steps, predictions, gradients of inputs, exchange of weights.

use super::card::Card;
use super::network::Network;
use super::parameter::Parameter;
use super::workspace::Array;
use crate::adam::Adam;
use crate::batch::{Batch, InputValues, check_inputs, check_size};
use crate::error::EngineError;
use crate::layout::Place;
use crate::model::{InputGradient, Mode, Model, Objective, ParameterCount, Update};
use crate::objective::check_objective;
use crate::reads::input_gradients;
use crate::spec::{Input, Spec};
use crate::weights::{State, Tensor, Weights};

/// Samples that are predicted at a time, so that a prediction needs little of the card's memory; ours.
const PREDICTED: usize = 1024;

impl<C: Card> Model for Network<C> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn parameters(&self) -> ParameterCount {
        ParameterCount {
            trainable: self.tensors.trainable.iter().map(|p| p.values.len()).sum(),
            running: self.tensors.running.iter().map(Array::len).sum(),
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
        check_objective(&objective, batch, &self.plan.heads)?;
        if update == Update::Now && self.pending {
            return Err(EngineError::PendingGradients);
        }
        let flow = self.forward(batch, Mode::Training)?;
        let (value, gradients) = self.evaluate(batch, objective, &flow)?;
        let learning = self.learning(update);
        self.learn(&flow, gradients, learning)?;
        self.steps += 1;
        Ok(value as f32)
    }

    fn predict(&self, batch: &Batch<'_>, output: &mut [f32]) -> Result<(), EngineError> {
        check_inputs(&self.spec, batch)?;
        let width = self.spec.output_width();
        check_size("the output", "values", batch.samples * width, output.len())?;
        for (number, output) in output.chunks_mut(PREDICTED * width).enumerate() {
            let (start, samples) = (number * PREDICTED, output.len() / width);
            let inputs: Vec<InputValues<'_>> = self
                .spec
                .inputs
                .iter()
                .zip(batch.inputs)
                .map(|(input, values)| rows(input, *values, start, samples))
                .collect();
            let flow = self.forward(&Batch::new(samples, &inputs), Mode::Inference)?;
            self.gather_output(&flow)?.read_into(output)?;
        }
        Ok(())
    }

    fn input_gradient(
        &self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        mode: Mode,
    ) -> Result<InputGradient, EngineError> {
        check_inputs(&self.spec, batch)?;
        check_objective(&objective, batch, &self.plan.heads)?;
        let flow = self.forward(batch, mode)?;
        let (value, gradients) = self.evaluate(batch, objective, &flow)?;
        let branches = self.plan.branches.iter().zip(&flow.traces).zip(gradients);
        let gradients: Vec<Vec<f32>> = branches
            .map(|((branch, trace), heads)| {
                let gradient = self
                    .tensors
                    .input_gradient(branch, trace, heads, flow.pass)?;
                gradient.read()
            })
            .collect::<Result<_, _>>()?;
        let reads = self
            .plan
            .branches
            .iter()
            .map(|branch| branch.reads.as_slice());
        Ok(InputGradient {
            value: value as f32,
            inputs: input_gradients(&self.spec, reads.zip(&gradients), batch.samples),
        })
    }

    fn export(&self) -> Weights {
        let running = self.layout.running.iter().zip(&self.tensors.running);
        let mut weights = self.tensors_of(|parameter| Some(&parameter.values));
        weights.extend(running.map(|(place, array)| (place.name.clone(), tensor(place, array))));
        weights
    }

    fn import(&mut self, weights: &Weights) -> Result<(), EngineError> {
        self.layout.check_weights(weights)?;
        let parameters = self
            .layout
            .trainable
            .iter()
            .zip(&mut self.tensors.trainable);
        for (place, parameter) in parameters {
            parameter.values.write(&weights[&place.name].data)?;
        }
        for (place, running) in self.layout.running.iter().zip(&mut self.tensors.running) {
            running.write(&weights[&place.name].data)?;
        }
        Ok(())
    }

    fn state(&self) -> State {
        State {
            steps: self.steps,
            updates: self.updates,
            learning_rate: self.adam.learning_rate,
            weights: self.export(),
            first_moments: self.tensors_of(|parameter| Some(&parameter.first)),
            second_moments: self.tensors_of(|parameter| Some(&parameter.second)),
            gradients: if self.pending {
                self.tensors_of(|parameter| parameter.gradient.as_ref())
            } else {
                Weights::new()
            },
        }
    }

    fn restore_state(&mut self, state: &State) -> Result<(), EngineError> {
        self.layout.check_state(state)?;
        self.set_learning_rate(state.learning_rate)?;
        self.import(&state.weights)?;
        let parameters = self
            .layout
            .trainable
            .iter()
            .zip(&mut self.tensors.trainable);
        for (place, parameter) in parameters {
            parameter
                .first
                .write(&state.first_moments[&place.name].data)?;
            parameter
                .second
                .write(&state.second_moments[&place.name].data)?;
            let gradient = state.gradients.get(&place.name);
            parameter.gradient = gradient
                .map(|gradient| self.workspace.numbers(&gradient.data))
                .transpose()?;
        }
        (self.steps, self.updates) = (state.steps, state.updates);
        self.pending = !state.gradients.is_empty();
        Ok(())
    }
}

impl<C: Card> Network<C> {
    /// Every tensor by its name, as `of` gives it.
    fn tensors_of(&self, of: impl Fn(&Parameter<C>) -> Option<&Array<C>>) -> Weights {
        let pairs = self.layout.trainable.iter().zip(&self.tensors.trainable);
        let held = pairs.filter_map(|(place, parameter)| Some((place, of(parameter)?)));
        held.map(|(place, array)| (place.name.clone(), tensor(place, array)))
            .collect()
    }
}

/// # Panics
/// Where the card fails between two steps, which no caller could mend.
fn tensor<C: Card>(place: &Place, array: &Array<C>) -> Tensor {
    Tensor {
        shape: place.shape.clone(),
        data: array.read().expect("the card gives back what it holds"),
    }
}

/// Some samples of an input.
fn rows<'a>(
    input: &Input,
    values: InputValues<'a>,
    start: usize,
    samples: usize,
) -> InputValues<'a> {
    match values {
        InputValues::Dense(values) => {
            let width = input.width();
            InputValues::Dense(&values[start * width..(start + samples) * width])
        }
        InputValues::Levels(levels) => InputValues::Levels(&levels[start..start + samples]),
    }
}
