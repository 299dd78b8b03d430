//! Trains multilayer networks; knows nothing of genes.

mod adam;
mod batch;
mod blocks;
mod error;
pub mod losses;
mod model;
mod portable;
pub mod random;
mod spec;
mod weights;

pub use adam::Adam;
pub use batch::{Batch, InputValues, UNKNOWN_LEVEL};
pub use error::EngineError;
pub use model::{
    Engine, HeadLoss, InputGradient, Mode, Model, Objective, OutputGradient, ParameterCount, Update,
};
pub use portable::PortableEngine;
pub use spec::{Activation, BatchNorm, Branch, Dense, Head, Input, Source, Spec};
pub use weights::{State, Tensor, Weights};
