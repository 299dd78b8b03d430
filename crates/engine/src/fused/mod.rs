//! The fused engine: kernels of our own, with AVX-512, AVX2 or NEON.

mod arithmetic;
mod kernels;
mod panels;
mod work;

use std::sync::Arc;

use rayon::ThreadPool;

use crate::adam::Adam;
use crate::error::EngineError;
use crate::model::{Engine, Model};
use crate::network::network;
use crate::spec::Spec;
use arithmetic::Fused;
use kernels::Instructions;

/// Trains on the processor with kernels of our own and a fixed number of threads; results depend neither on that
/// number nor on the instructions.
///
/// Every weight is visited once in the backward pass: its share in the gradient of the inputs, its own gradient and
/// the update by Adam happen while its block is in the first-level cache, which the gradient never leaves.
#[derive(Debug, Clone)]
pub struct FusedEngine {
    pool: Arc<ThreadPool>,
    instructions: Instructions,
}

impl FusedEngine {
    /// An engine with `threads` threads of its own, at least 1, shared by its networks, and the widest instructions of
    /// this processor; none where it has neither AVX2 with fused multiply-add nor NEON.
    pub fn new(threads: usize) -> Result<Option<Self>, EngineError> {
        Ok(Self::on_every_instruction_set(threads)?.into_iter().next())
    }

    /// One engine for each set of instructions of this processor that the kernels know, the widest first. All give the
    /// same results; this is how to see it.
    pub fn on_every_instruction_set(threads: usize) -> Result<Vec<Self>, EngineError> {
        let pool = crate::threads::pool(threads)?;
        let engine = |instructions| Self {
            pool: Arc::clone(&pool),
            instructions,
        };
        Ok(Instructions::available().into_iter().map(engine).collect())
    }

    /// Name of the instructions that the kernels use.
    pub fn instructions(&self) -> &'static str {
        self.instructions.name()
    }
}

impl Engine for FusedEngine {
    fn build(&self, spec: &Spec, adam: Adam, seed: u64) -> Result<Box<dyn Model>, EngineError> {
        let arithmetic = Fused {
            instructions: self.instructions,
        };
        let pool = Arc::clone(&self.pool);
        Ok(Box::new(network(arithmetic, (spec, adam), seed, pool)?))
    }
}
