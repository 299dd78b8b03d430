//! The tensors of a network by name: listed, checked, taken.

use std::collections::BTreeSet;

use super::branch::Branch;
use super::layer::{Layer, Running};
use super::network::Network;
use super::parameter::Parameter;
use crate::error::EngineError;
use crate::weights::{State, Tensor, Weights};

impl Network {
    /// What training moves, in a fixed order.
    pub(super) fn tensors(&self) -> impl Iterator<Item = &Parameter> {
        let layers = self.branches.iter().flat_map(Branch::layers);
        self.inputs
            .tables
            .iter()
            .flatten()
            .chain(layers.flat_map(Layer::parameters))
    }

    pub(super) fn tensors_mut(&mut self) -> impl Iterator<Item = &mut Parameter> {
        let layers = self.branches.iter_mut().flat_map(Branch::layers_mut);
        self.inputs
            .tables
            .iter_mut()
            .flatten()
            .chain(layers.flat_map(Layer::parameters_mut))
    }

    /// Running statistics of batch norm, in a fixed order.
    pub(super) fn running(&self) -> impl Iterator<Item = &Running> {
        self.branches
            .iter()
            .flat_map(Branch::layers)
            .flat_map(Layer::running)
    }

    pub(super) fn running_mut(&mut self) -> impl Iterator<Item = &mut Running> {
        self.branches
            .iter_mut()
            .flat_map(Branch::layers_mut)
            .flat_map(Layer::running_mut)
    }

    /// Refuses weights that are not those of this network.
    pub(super) fn check_weights(&self, weights: &Weights) -> Result<(), EngineError> {
        self.tensors()
            .try_for_each(|parameter| parameter.check(weights))?;
        self.running()
            .try_for_each(|running| running.check(weights))?;
        let layers = self.branches.iter().flat_map(Branch::layers);
        let variances = layers
            .filter_map(|layer| layer.norm.as_ref())
            .map(|norm| &norm.variance);
        for variance in variances {
            refuse_negative(&variance.name, &weights[&variance.name])?;
        }
        let running = self.running().map(|running| running.name.as_str());
        refuse_unknown(weights, self.names().chain(running).collect())
    }

    /// Refuses a state that is not that of this network.
    pub(super) fn check_state(&self, state: &State) -> Result<(), EngineError> {
        self.check_weights(&state.weights)?;
        self.check_trainable(&state.first_moments)?;
        self.check_trainable(&state.second_moments)?;
        let mut moments = state.second_moments.iter();
        moments.try_for_each(|(name, tensor)| refuse_negative(name, tensor))?;
        // A bias under batch norm never has a gradient.
        let held = |parameter: &&Parameter| state.gradients.contains_key(&parameter.name);
        let mut held = self.tensors().filter(held);
        held.try_for_each(|parameter| parameter.check(&state.gradients))?;
        refuse_unknown(&state.gradients, self.names().collect())
    }

    fn check_trainable(&self, tensors: &Weights) -> Result<(), EngineError> {
        self.tensors()
            .try_for_each(|parameter| parameter.check(tensors))?;
        refuse_unknown(tensors, self.names().collect())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors().map(|parameter| parameter.name.as_str())
    }
}

impl Layer {
    fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        let norm = self.norm.iter().flat_map(|norm| [&norm.scale, &norm.shift]);
        [&self.kernel, &self.bias].into_iter().chain(norm)
    }

    fn parameters_mut(&mut self) -> impl Iterator<Item = &mut Parameter> {
        let norm = self
            .norm
            .iter_mut()
            .flat_map(|norm| [&mut norm.scale, &mut norm.shift]);
        [&mut self.kernel, &mut self.bias].into_iter().chain(norm)
    }

    fn running(&self) -> impl Iterator<Item = &Running> {
        self.norm
            .iter()
            .flat_map(|norm| [&norm.mean, &norm.variance])
    }

    fn running_mut(&mut self) -> impl Iterator<Item = &mut Running> {
        self.norm
            .iter_mut()
            .flat_map(|norm| [&mut norm.mean, &mut norm.variance])
    }
}

impl Running {
    pub(super) fn tensor(&self) -> Tensor {
        Tensor {
            shape: vec![self.values.len()],
            data: self.values.clone(),
        }
    }

    fn check(&self, weights: &Weights) -> Result<(), EngineError> {
        Tensor::checked(weights, &self.name, &[self.values.len()]).map(drop)
    }

    pub(super) fn take(&mut self, weights: &Weights) {
        self.values.copy_from_slice(&weights[&self.name].data);
    }
}

fn refuse_unknown(tensors: &Weights, known: BTreeSet<&str>) -> Result<(), EngineError> {
    match tensors.keys().find(|name| !known.contains(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(EngineError::UnknownTensor { name: name.clone() }),
    }
}

/// Variances and second moments are means of squares; the root of a negative one would poison the weights.
fn refuse_negative(name: &str, tensor: &Tensor) -> Result<(), EngineError> {
    match tensor.data.iter().position(|&value| value < 0.0) {
        None => Ok(()),
        Some(position) => Err(EngineError::TensorValue {
            name: name.to_owned(),
            position,
            value: tensor.data[position],
            expected: "a value that is not negative",
        }),
    }
}
