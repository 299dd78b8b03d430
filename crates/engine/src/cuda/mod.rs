//! The engine on a CUDA card: cuBLAS for products, kernels compiled at run time for the rest.
//!
//! Weights, moments and gradients stay on the card; a step brings the batch there and the sums of the loss back.
//! A loss of which [`Loss::term`](crate::losses::Loss::term) says nothing is computed on the processor, as is an
//! [`Objective::Gradient`](crate::Objective::Gradient). Same seed and card, same bytes: every sum has one order.
//! Against the other engines the sums of products differ in their last bits.
//!
//! The engine knows its card through [`Card`] alone, so that tests run it over one made of the processor.

mod branch;
mod card;
mod inputs;
mod layer;
mod model;
mod network;
mod norm;
mod nvidia;
mod objective;
mod opening;
mod parameter;
mod plan;
mod workspace;

use std::sync::Arc;

pub use card::{Argument, Card, ColumnMajor, Existing, KERNELS, Launch, Product, Transposed};
pub use nvidia::{Memory, NvidiaCard, Precision};

use crate::PortableEngine;
use crate::adam::Adam;
use crate::error::EngineError;
use crate::model::{Engine, Model};
use crate::spec::Spec;
use network::Network;

/// Trains on a card.
#[derive(Debug, Clone)]
pub struct CudaEngine<C: Card = NvidiaCard> {
    card: Arc<C>,
}

impl CudaEngine {
    /// An engine on card number `ordinal`, from 0.
    ///
    /// Refused: no driver, no such card, cuBLAS or NVRTC not found.
    pub fn new(ordinal: usize, precision: Precision) -> Result<Self, EngineError> {
        Ok(Self::over(NvidiaCard::open(ordinal, precision)?))
    }
}

impl<C: Card> CudaEngine<C> {
    /// An engine over a card.
    pub fn over(card: C) -> Self {
        Self {
            card: Arc::new(card),
        }
    }
}

impl<C: Card> Engine for CudaEngine<C> {
    fn build(&self, spec: &Spec, adam: Adam, seed: u64) -> Result<Box<dyn Model>, EngineError> {
        // The portable engine refuses what contradicts itself and draws the weights that every engine begins with.
        let weights = PortableEngine::new(1)?.build(spec, adam, seed)?.export();
        let card = Arc::clone(&self.card);
        Ok(Box::new(Network::new(card, spec, (adam, seed), &weights)?))
    }
}
