//! A network declared as data: inputs, branches of dense blocks, heads.

use serde::{Deserialize, Serialize};

mod memory;
mod validate;

/// A whole network: what it reads and the branches that read it.
///
/// Branches are independent of each other except for shared embeddings. The output of the network is the
/// outputs of all heads side by side, branch after branch, in the order declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What a batch brings, in the order in which it brings it.
    pub inputs: Vec<Input>,
    /// Sub-networks; an ordinary network has one.
    pub branches: Vec<Branch>,
}

/// One thing that a batch brings for every sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Input {
    /// Numbers, `width` of them for each sample.
    Dense {
        /// Name, unique among the inputs.
        name: String,
        /// Numbers for each sample; at least 1.
        width: usize,
    },
    /// A level for each sample, looked up in a learned table `[levels, dim]`.
    Embedding {
        /// Name, unique among the inputs.
        name: String,
        /// Number of levels; at least 1.
        levels: usize,
        /// Numbers learned for each level; at least 1.
        dim: usize,
    },
}

/// A sub-network: blocks one after the other, then heads that all read the last block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Name, unique among the branches.
    pub name: String,
    /// What the first block reads, side by side in this order.
    pub reads: Vec<Source>,
    /// Hidden blocks; may be empty, the heads then read the inputs.
    pub blocks: Vec<Dense>,
    /// Outputs; at least one.
    pub heads: Vec<Head>,
}

/// A part of the inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// A whole input, by name.
    Input(String),
    /// Some columns of a dense input.
    Columns {
        /// Name of the input.
        input: String,
        /// Its columns, from 0, in the order in which the branch reads them.
        columns: Vec<u32>,
    },
}

/// A named output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Name, unique within the branch.
    pub name: String,
    /// The block that gives the output.
    pub block: Dense,
}

/// A dense block: product with a learned matrix, bias, then batch norm, activation and dropout, in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dense {
    /// Width of the block's output; at least 1.
    pub width: usize,
    /// Batch norm between product and activation.
    #[serde(default)]
    pub norm: Option<BatchNorm>,
    /// Function applied to every entry.
    #[serde(default)]
    pub activation: Activation,
    /// Share of the output set to zero in training, in `[0, 1)`; the rest grows by `1 / (1 - dropout)`.
    #[serde(default)]
    pub dropout: f32,
}

/// Batch norm over the samples of a batch, with running statistics for prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatchNorm {
    /// Share of the running statistics kept at each step, in `[0, 1)`; 0.99 as Keras.
    pub momentum: f32,
    /// Added to the variance; positive; 1e-3 as Keras.
    pub epsilon: f32,
}

impl Default for BatchNorm {
    fn default() -> Self {
        Self {
            momentum: 0.99,
            epsilon: 1e-3,
        }
    }
}

/// Function applied to every entry of a block's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `z`.
    #[default]
    Linear,
    /// `max(z, 0)`.
    Relu,
    /// `1 / (1 + exp(-z))`.
    Sigmoid,
    /// `ln(1 + exp(z))`.
    Softplus,
    /// `tanh(z)`.
    Tanh,
    /// `exp(z)`.
    Exp,
}

impl Input {
    /// Numbers for each sample, of any finite value.
    pub fn dense(name: impl Into<String>, width: usize) -> Self {
        Self::Dense {
            name: name.into(),
            width,
        }
    }

    /// A level for each sample, with `dim` numbers learned for each of `levels`.
    pub fn embedding(name: impl Into<String>, levels: usize, dim: usize) -> Self {
        Self::Embedding {
            name: name.into(),
            levels,
            dim,
        }
    }

    /// Name of the input.
    pub fn name(&self) -> &str {
        match self {
            Self::Dense { name, .. } | Self::Embedding { name, .. } => name,
        }
    }

    /// Numbers that a branch sees for each sample.
    pub fn width(&self) -> usize {
        match *self {
            Self::Dense { width, .. } => width,
            Self::Embedding { dim, .. } => dim,
        }
    }
}

impl Dense {
    /// A linear block of this width, without batch norm or dropout.
    pub fn linear(width: usize) -> Self {
        Self {
            width,
            norm: None,
            activation: Activation::Linear,
            dropout: 0.0,
        }
    }

    /// The same block with batch norm as Keras sets it.
    pub fn normalized(self) -> Self {
        self.norm(BatchNorm::default())
    }

    /// The same block with this batch norm.
    pub fn norm(self, norm: BatchNorm) -> Self {
        Self {
            norm: Some(norm),
            ..self
        }
    }

    /// The same block with this activation.
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// The same block with this share of its output set to zero in training, in `[0, 1)`.
    pub fn dropout(self, dropout: f32) -> Self {
        Self { dropout, ..self }
    }
}

impl Source {
    /// Name of the input that is read.
    pub fn input(&self) -> &str {
        match self {
            Self::Input(input) | Self::Columns { input, .. } => input,
        }
    }
}

impl Spec {
    /// One branch named `main` that reads all inputs in order and has one head named `output`.
    pub fn sequential(inputs: Vec<Input>, blocks: Vec<Dense>, output: Dense) -> Self {
        let reads = inputs
            .iter()
            .map(|input| Source::Input(input.name().to_owned()))
            .collect();
        let heads = vec![Head {
            name: "output".to_owned(),
            block: output,
        }];
        let branches = vec![Branch {
            name: "main".to_owned(),
            reads,
            blocks,
            heads,
        }];
        Self { inputs, branches }
    }

    /// Width of the network's output: that of all heads of all branches.
    pub fn output_width(&self) -> usize {
        self.branches
            .iter()
            .flat_map(|branch| &branch.heads)
            .map(|head| head.block.width)
            .sum()
    }
}
