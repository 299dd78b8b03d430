//! Where a network keeps what: its tensors by number, in the order of the layout.

use crate::random::{ENGINE_STREAMS, Stream};
use crate::reads::Read;
use crate::spec::{self, Dense, Input, Spec};

/// A network by the numbers of its tensors.
#[derive(Debug)]
pub(super) struct Plan {
    /// Table of each input, where it is an embedding.
    pub(super) tables: Vec<Option<usize>>,
    pub(super) branches: Vec<Branch>,
    /// Width of every head, in the order of the output.
    pub(super) heads: Vec<usize>,
}

/// A sub-network.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) reads: Vec<Read>,
    /// Width of what it reads.
    pub(super) width: usize,
    pub(super) blocks: Vec<Layer>,
    pub(super) heads: Vec<Layer>,
}

/// A dense block.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) ins: usize,
    pub(super) block: Dense,
    pub(super) dropout: Stream,
    /// Number of the kernel among the trainable tensors; the bias follows, then scale and shift of batch norm.
    pub(super) kernel: usize,
    /// Number of the mean among the running statistics; the variance follows.
    pub(super) mean: usize,
}

/// Hands out numbers in the order of the layout.
#[derive(Debug)]
struct Numbers {
    seed: u64,
    trainable: usize,
    running: usize,
    layers: u32,
}

impl Plan {
    /// The plan of a valid declaration.
    pub(super) fn of(spec: &Spec, seed: u64) -> Self {
        let mut numbers = Numbers {
            seed,
            trainable: 0,
            running: 0,
            layers: 0,
        };
        let tables = spec.inputs.iter().map(|input| numbers.table(input));
        let tables = tables.collect();
        let branches = spec.branches.iter();
        let branches: Vec<Branch> = branches
            .map(|branch| numbers.branch(spec, branch))
            .collect();
        let heads = branches.iter().flat_map(|branch| &branch.heads);
        let heads = heads.map(|head| head.block.width).collect();
        Self {
            tables,
            branches,
            heads,
        }
    }
}

impl Branch {
    /// Stretches of what it reads that come from an embedding.
    pub(super) fn embedded(&self) -> impl Iterator<Item = &Read> {
        self.reads.iter().filter(|read| read.embedding)
    }
}

impl Layer {
    pub(super) fn bias(&self) -> usize {
        self.kernel + 1
    }

    /// Of batch norm.
    pub(super) fn scale(&self) -> usize {
        self.kernel + 2
    }

    /// Of batch norm.
    pub(super) fn shift(&self) -> usize {
        self.kernel + 3
    }

    /// Of batch norm, among the running statistics.
    pub(super) fn variance(&self) -> usize {
        self.mean + 1
    }
}

impl Numbers {
    fn table(&mut self, input: &Input) -> Option<usize> {
        matches!(input, Input::Embedding { .. }).then(|| {
            self.trainable += 1;
            self.trainable - 1
        })
    }

    fn branch(&mut self, spec: &Spec, branch: &spec::Branch) -> Branch {
        let (reads, width) = Read::of_branch(spec, branch);
        let mut ins = width;
        let mut blocks = Vec::new();
        for block in &branch.blocks {
            blocks.push(self.layer(ins, block));
            ins = block.width;
        }
        let heads = branch.heads.iter();
        let heads = heads.map(|head| self.layer(ins, &head.block)).collect();
        Branch {
            reads,
            width,
            blocks,
            heads,
        }
    }

    fn layer(&mut self, ins: usize, block: &Dense) -> Layer {
        let layer = Layer {
            ins,
            block: block.clone(),
            dropout: Stream::new(self.seed, ENGINE_STREAMS + self.layers),
            kernel: self.trainable,
            mean: self.running,
        };
        self.layers += 1;
        self.trainable += if block.norm.is_some() { 4 } else { 2 };
        self.running += if block.norm.is_some() { 2 } else { 0 };
        layer
    }
}
