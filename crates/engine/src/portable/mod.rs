//! The portable engine: pure Rust, any processor, threads of its own.

use crate::adam::Adam;
use crate::error::EngineError;
use crate::model::{Engine, Model};
use crate::spec::Spec;

/// Trains on the processor with a fixed number of threads; results do not depend on that number.
#[derive(Debug, Clone)]
pub struct PortableEngine {
    threads: usize,
}

impl PortableEngine {
    /// An engine with `threads` threads of its own; at least 1.
    pub fn new(threads: usize) -> Result<Self, EngineError> {
        Ok(Self { threads })
    }
}

impl Engine for PortableEngine {
    fn build(&self, spec: &Spec, adam: Adam, seed: u64) -> Result<Box<dyn Model>, EngineError> {
        unimplemented!("{spec:?} {adam:?} {seed} {}", self.threads)
    }
}
