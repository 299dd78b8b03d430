//! The tensors of a network by name: listed, taken.

use super::Network;
use super::arithmetic::Arithmetic;
use super::branch::Branch;
use super::layer::{Layer, Running};
use super::parameter::Parameter;
use crate::weights::{Tensor, Weights};

impl<A: Arithmetic> Network<A> {
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

    pub(super) fn take(&mut self, weights: &Weights) {
        self.values.copy_from_slice(&weights[&self.name].data);
    }
}
