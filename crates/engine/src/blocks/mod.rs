//! The arithmetic of the blocks, forward and backward, one file for each kind.
//!
//! All matrices hold one row for each sample.

mod activation;
mod dropout;
mod exponential;
mod norm;

pub(crate) use activation::sigmoid;
pub(crate) use dropout::dropout_factors;
pub(crate) use norm::{BatchStatistics, Normalized, column_sums};
