//! Expression learned from another assay of the same samples, such as DNA methylation.

mod components;
mod folds;
mod paired;
mod penalty;
pub mod pcr;
pub mod regression;
pub mod ridge;
mod stored;
mod summary;
mod targets;
pub mod tobmi;
mod transfer;
