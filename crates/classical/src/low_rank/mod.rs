//! Few factors behind many genes.

pub mod factor;
pub mod softimpute;
pub mod svd;

mod columns;
mod model;
mod range;
mod spectral;

pub use spectral::FittedSpectral;
