//! The portable engine: pure Rust, any processor, threads of its own.

mod branch;
mod build;
mod inputs;
mod layer;
mod network;
mod parameter;
mod tensors;

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::adam::Adam;
use crate::error::EngineError;
use crate::model::{Engine, Model};
use crate::spec::Spec;

/// Trains on the processor with a fixed number of threads; results do not depend on that number.
#[derive(Debug, Clone)]
pub struct PortableEngine {
    pool: Arc<ThreadPool>,
}

impl PortableEngine {
    /// An engine with `threads` threads of its own, shared by its networks; at least 1.
    pub fn new(threads: usize) -> Result<Self, EngineError> {
        if threads == 0 {
            let (setting, expected) = ("threads", "at least 1");
            return Err(EngineError::Setting {
                setting,
                expected,
                found: 0.0,
            });
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|number| format!("engine-{number}"))
            .build()
            .map_err(|error| EngineError::Threads {
                threads,
                reason: error.to_string(),
            })?;
        Ok(Self {
            pool: Arc::new(pool),
        })
    }
}

impl Engine for PortableEngine {
    fn build(&self, spec: &Spec, adam: Adam, seed: u64) -> Result<Box<dyn Model>, EngineError> {
        spec.validate()?;
        adam.validate()?;
        Ok(Box::new(build::network(
            spec,
            adam,
            seed,
            Arc::clone(&self.pool),
        )))
    }
}
