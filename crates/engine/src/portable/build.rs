//! A network with fresh weights.

use std::sync::Arc;

use rayon::ThreadPool;
use rayon::prelude::*;

use super::branch::Branch;
use super::inputs::Inputs;
use super::layer::Layer;
use super::network::Network;
use super::parameter::Parameter;
use crate::adam::Adam;
use crate::random::{ENGINE_STREAMS, Stream};
use crate::reads::Read;
use crate::spec::{self, Dense, Input, Spec};

/// First stream of the initial weights; those of dropout come before.
const WEIGHT_STREAMS: u32 = ENGINE_STREAMS + 0x4000_0000;

/// Half-width of the uniform distribution of embeddings, as Keras.
const EMBEDDING_LIMIT: f32 = 0.05;

/// Hands out streams in the order in which tensors are made.
#[derive(Debug)]
struct Maker {
    seed: u64,
    tensors: u32,
    layers: u32,
}

/// A network with fresh weights for a valid declaration.
pub(super) fn network(spec: &Spec, adam: Adam, seed: u64, pool: Arc<ThreadPool>) -> Network {
    let mut maker = Maker {
        seed,
        tensors: 0,
        layers: 0,
    };
    let (tables, branches) = pool.install(|| {
        let tables: Vec<_> = spec.inputs.iter().map(|input| maker.table(input)).collect();
        let branches = spec
            .branches
            .iter()
            .map(|branch| maker.branch(spec, branch))
            .collect();
        (tables, branches)
    });
    Network::new(spec.clone(), adam, pool, Inputs { tables }, branches)
}

impl Maker {
    fn table(&mut self, input: &Input) -> Option<Parameter> {
        match input {
            Input::Dense { .. } => None,
            Input::Embedding { name, levels, dim } => Some(self.uniform(
                format!("input.{name}.table"),
                [*levels, *dim],
                EMBEDDING_LIMIT,
            )),
        }
    }

    fn branch(&mut self, spec: &Spec, branch: &spec::Branch) -> Branch {
        let (reads, mut ins) = Read::of_branch(spec, branch);
        let mut blocks = Vec::new();
        for (number, block) in (1..).zip(&branch.blocks) {
            blocks.push(self.layer(&format!("{}.block{number}", branch.name), ins, block));
            ins = block.width;
        }
        let heads = branch.heads.iter();
        let heads = heads
            .map(|head| {
                self.layer(
                    &format!("{}.head.{}", branch.name, head.name),
                    ins,
                    &head.block,
                )
            })
            .collect();
        Branch {
            reads,
            blocks,
            heads,
        }
    }

    fn layer(&mut self, name: &str, ins: usize, block: &Dense) -> Layer {
        // Glorot and Bengio 2010, equation 16.
        let limit = (6.0 / (ins + block.width) as f32).sqrt();
        let kernel = self.uniform(format!("{name}.kernel"), [ins, block.width], limit);
        let dropout = Stream::new(self.seed, ENGINE_STREAMS + self.layers);
        self.layers += 1;
        Layer::new(name, block, kernel, dropout)
    }

    /// A tensor uniform in `±limit`.
    fn uniform(&mut self, name: String, [rows, columns]: [usize; 2], limit: f32) -> Parameter {
        let stream = Stream::new(self.seed, WEIGHT_STREAMS + self.tensors);
        self.tensors += 1;
        let mut values = vec![0.0; rows * columns];
        values
            .par_chunks_mut(columns)
            .enumerate()
            .for_each(|(row, values)| {
                stream.fill_uniform(0, row as u32, values);
                values
                    .iter_mut()
                    .for_each(|value| *value = (2.0 * *value - 1.0) * limit);
            });
        Parameter::new(name, vec![rows, columns], values)
    }
}
