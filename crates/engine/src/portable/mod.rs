//! The portable engine: pure Rust, any processor, threads of its own.

mod product;
mod rows;

use std::sync::Arc;

use rayon::ThreadPool;

use crate::adam::Adam;
use crate::error::EngineError;
use crate::model::{Engine, Model};
use crate::network::network;
use crate::spec::Spec;
use rows::Rows;

/// Trains on any processor with a fixed number of threads; results do not depend on that number.
///
/// It calls a linear algebra library for its products, and is what the other engines are tested against.
#[derive(Debug, Clone)]
pub struct PortableEngine {
    pool: Arc<ThreadPool>,
}

impl PortableEngine {
    /// An engine with `threads` threads of its own, shared by its networks; at least 1.
    pub fn new(threads: usize) -> Result<Self, EngineError> {
        Ok(Self {
            pool: crate::threads::pool(threads)?,
        })
    }
}

impl Engine for PortableEngine {
    fn build(&self, spec: &Spec, adam: Adam, seed: u64) -> Result<Box<dyn Model>, EngineError> {
        let pool = Arc::clone(&self.pool);
        Ok(Box::new(network(Rows, (spec, adam), seed, pool)?))
    }
}
