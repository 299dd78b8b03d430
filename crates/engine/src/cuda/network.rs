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
use crate::batch::{Batch, InputValues, check_inputs, check_size};
use crate::error::EngineError;
use crate::layout::{Layout, Place};
use crate::model::{InputGradient, Mode, Model, Objective, ParameterCount, Update};
use crate::objective::check_objective;
use crate::reads::input_gradients;
use crate::spec::{Input, Spec};
use crate::weights::{State, Tensor, Weights};

/// Samples that are predicted at a time, so that a prediction needs little of the card's memory; ours.
const PREDICTED: usize = 1024;

/// A network with its weights and the state of its training, all on the card.
#[derive(Debug)]
pub(super) struct Network<C: Card> {
    spec: Spec,
    adam: Adam,
    layout: Layout,
    plan: Plan,
    picks: Picks<C>,
    tensors: Tensors<C>,
    workspace: Arc<Workspace<C>>,
    steps: u64,
    updates: u64,
    /// Whether accumulated gradients wait.
    pending: bool,
}

/// A batch on its way through the network.
#[derive(Debug)]
struct Flow<C: Card> {
    pass: Pass,
    loaded: Loaded<C>,
    traces: Vec<BranchTrace<C>>,
}

/// Gradients of the heads, branch after branch.
type Gradients<C> = Vec<Vec<Array<C>>>;

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

    fn forward(&self, batch: &Batch<'_>, mode: Mode) -> Result<Flow<C>, EngineError> {
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
    fn gather_output(&self, flow: &Flow<C>) -> Result<Array<C>, EngineError> {
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
    fn evaluate(
        &self,
        batch: &Batch<'_>,
        objective: Objective<'_>,
        flow: &Flow<C>,
    ) -> Result<(f64, Gradients<C>), EngineError> {
        let output = self.gather_output(flow)?;
        let (value, gradient) = evaluate(objective, batch, &output, &self.plan.heads)?;
        Ok((value, self.split_gradient(&gradient)?))
    }

    fn learning(&mut self, update: Update) -> Learning {
        self.pending = update == Update::Accumulate;
        self.updates += u64::from(update != Update::Accumulate);
        let step = self.adam.step(self.updates);
        match update {
            Update::Now => Learning::Now(step),
            Update::Accumulate => Learning::Accumulate,
            Update::Apply => Learning::Apply(step),
        }
    }

    fn learn(
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
