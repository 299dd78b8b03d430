//! Methods with a network.

pub mod pmi;

pub use pmi::Pmi;
