//! Few factors behind many genes.

pub mod factor;
