//! What can go wrong, each case named.

use thiserror::Error;

/// Why the engine refuses a network, a batch or stored weights.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The declaration of the network contradicts itself.
    #[error("network cannot be built: {place}: {problem}")]
    Spec {
        /// Part of the declaration, such as `branch \`main\`, block 2`.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A buffer does not have the size that the network and the batch ask for.
    #[error("{what} holds {found} {unit}; expected {expected}")]
    Size {
        /// The buffer.
        what: String,
        /// What it holds.
        unit: &'static str,
        /// Number asked for.
        expected: usize,
        /// Number given.
        found: usize,
    },
    /// An input of the batch is of another kind than the network declares.
    #[error("input `{input}` takes {expected}; found {found}")]
    InputKind {
        /// Name of the input.
        input: String,
        /// Kind declared.
        expected: &'static str,
        /// Kind given.
        found: &'static str,
    },
    /// A level index lies outside an embedding.
    #[error(
        "input `{input}`, sample {sample}: level {level} of an embedding of {levels} levels; \
         give UNKNOWN_LEVEL for a level never trained on"
    )]
    Level {
        /// Name of the input.
        input: String,
        /// Sample within the batch, from 0.
        sample: usize,
        /// Level given.
        level: u32,
        /// Number of levels declared.
        levels: usize,
    },
    /// A setting of training lies outside its range.
    #[error("{setting} is {found}; expected {expected}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// Its range, in words.
        expected: &'static str,
        /// The value given.
        found: f64,
    },
    /// An update at once was asked for while accumulated gradients wait.
    #[error("accumulated gradients wait to be applied; step with Update::Apply before Update::Now")]
    PendingGradients,
    /// Stored weights lack a tensor that the network has.
    #[error("stored weights lack `{name}`; were they made by another network?")]
    MissingTensor {
        /// Name of the tensor.
        name: String,
    },
    /// Stored weights hold a tensor that the network has not.
    #[error("stored weights hold `{name}`, which this network does not have")]
    UnknownTensor {
        /// Name of the tensor.
        name: String,
    },
    /// A stored tensor has another shape.
    #[error("stored tensor `{name}` has shape {found:?}; expected {expected:?}")]
    TensorShape {
        /// Name of the tensor.
        name: String,
        /// Shape of the network's tensor.
        expected: Vec<usize>,
        /// Shape stored, or the number of values where shape and values disagree.
        found: Vec<usize>,
    },
    /// A stored tensor holds a value that no training can have left.
    #[error("stored tensor `{name}` holds {value} at position {position}; expected {expected}")]
    TensorValue {
        /// Name of the tensor.
        name: String,
        /// Position of the first such value, row by row.
        position: usize,
        /// The value.
        value: f32,
        /// What the value should have been.
        expected: &'static str,
    },
    /// A card cannot be used, or failed.
    #[error("{device} cannot be used: {problem}")]
    Device {
        /// The card, such as `cuda:0`.
        device: String,
        /// What is wrong, and what was looked for.
        problem: String,
    },
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// Number of threads asked for.
        threads: usize,
        /// What the operating system said.
        reason: String,
    },
}
