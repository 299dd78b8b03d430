//! Methods with a network.
//!
//! A method is a declaration of its network, a loss and its data; the engine knows the rest.

mod bounds;
mod covariates;
pub mod deepimpute;
pub mod gain;
mod masks;
mod network;
pub mod panels;
pub mod pmi;
mod preparation;
mod samples;
pub mod spread;
pub mod tdimpute;
pub mod training;
mod view;

pub use covariates::{Embedding, embeddings};
pub use deepimpute::DeepImpute;
pub use gain::{GainGtex, GainMse};
pub use pmi::Pmi;
pub use tdimpute::Tdimpute;
