//! Methods with a network.
//!
//! A method is a declaration of its network, a loss and its data; the engine knows the rest.

mod covariates;
pub mod pmi;
pub mod training;

pub use pmi::Pmi;
