//! Estimates from the samples most alike.

pub mod knn;
mod votes;
