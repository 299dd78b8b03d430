//! Expression learned from another assay of the same samples, such as DNA methylation.

mod components;
mod errors;
mod folds;
pub mod lasso;
mod paired;
pub mod pcr;
mod penalty;
pub mod regression;
pub mod ridge;
mod stored;
mod summary;
mod targets;
pub mod tobmi;
mod transfer;
