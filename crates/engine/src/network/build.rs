//! A network with fresh weights.

use std::sync::Arc;

use rayon::ThreadPool;

use super::Network;
use super::arithmetic::Arithmetic;
use super::arrangement::Arrangement;
use super::branch::Branch;
use super::inputs::Inputs;
use super::layer::Layer;
use super::parameter::Parameter;
use crate::adam::Adam;
use crate::error::EngineError;
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
    kernels: Arrangement,
    tensors: u32,
    layers: u32,
}

/// A network with fresh weights; refused: a declaration that contradicts itself, settings out of range.
pub(crate) fn network<A: Arithmetic>(
    arithmetic: A,
    (spec, adam): (&Spec, Adam),
    seed: u64,
    pool: Arc<ThreadPool>,
) -> Result<Network<A>, EngineError> {
    spec.validate()?;
    adam.validate()?;
    let mut maker = Maker {
        seed,
        kernels: A::KERNELS,
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
    let inputs = Inputs { tables };
    let spec = spec.clone();
    Ok(Network::new(arithmetic, spec, adam, pool, inputs, branches))
}

impl Maker {
    fn table(&mut self, input: &Input) -> Option<Parameter> {
        match input {
            Input::Dense { .. } => None,
            Input::Embedding { name, levels, dim } => Some(Parameter::matrix(
                format!("input.{name}.table"),
                [*levels, *dim],
                Arrangement::Rows,
                self.uniform(EMBEDDING_LIMIT),
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
        let fill = self.uniform(limit);
        let kernel = Layer::kernel(name, [ins, block.width], self.kernels, fill);
        let dropout = Stream::new(self.seed, ENGINE_STREAMS + self.layers);
        self.layers += 1;
        Layer::new(name, block, kernel, dropout)
    }

    /// Fills the rows of the next tensor with numbers uniform in `±limit`.
    fn uniform(&mut self, limit: f32) -> impl Fn(usize, &mut [f32]) + Sync + use<> {
        let stream = Stream::new(self.seed, WEIGHT_STREAMS + self.tensors);
        self.tensors += 1;
        move |row, values| {
            stream.fill_uniform(0, row as u32, values);
            values
                .iter_mut()
                .for_each(|value| *value = (2.0 * *value - 1.0) * limit);
        }
    }
}
