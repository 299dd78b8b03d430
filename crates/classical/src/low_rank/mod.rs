//! Few factors behind many genes.

pub mod factor;
pub mod gaussian;
pub mod softimpute;
pub mod svd;

pub(crate) mod columns;
mod model;
mod range;
mod spectral;
mod table;
mod validation;

pub use spectral::FittedSpectral;
