//! Mathematics shared by methods and evaluation.
//!
//! Work is cut into fixed blocks and reduced in a fixed order, so that results are the same
//! bytes for any number of threads.

pub mod order;

pub use order::median;
