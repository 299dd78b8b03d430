//! Genes learned from one another, in turns.

pub mod mice;
pub mod missforest;
