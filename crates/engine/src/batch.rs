//! The samples of one step.

mod validate;

pub(crate) use validate::{check_inputs, check_size};

/// Level of a sample whose level was never trained on: the mean of the whole table stands in for its row.
pub const UNKNOWN_LEVEL: u32 = u32::MAX;

/// The samples of one step, borrowed; all matrices row by row, one row for each sample.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Number of samples; at least 1.
    pub samples: usize,
    /// One for each input of the network, in its order.
    pub inputs: &'a [InputValues<'a>],
    /// What the output should be, shape `[samples, output_width]`; empty where no loss asks for it.
    pub target: &'a [f32],
    /// Weight of each entry of the target, same shape, not negative; a mask is weights of 0 and 1.
    pub weight: Option<&'a [f32]>,
}

/// The values of one input for the samples of a batch.
#[derive(Debug, Clone, Copy)]
pub enum InputValues<'a> {
    /// For a dense input, shape `[samples, width]`.
    Dense(&'a [f32]),
    /// For an embedding, shape `[samples]`, each below the number of levels or [`UNKNOWN_LEVEL`].
    Levels(&'a [u32]),
}

impl<'a> Batch<'a> {
    /// A batch without target, as prediction takes it.
    pub fn new(samples: usize, inputs: &'a [InputValues<'a>]) -> Self {
        Self {
            samples,
            inputs,
            target: &[],
            weight: None,
        }
    }

    /// The same batch with a target, shape `[samples, output_width]`.
    pub fn target(self, target: &'a [f32]) -> Self {
        Self { target, ..self }
    }

    /// The same batch with a weight for each entry of the target, same shape.
    pub fn weight(self, weight: &'a [f32]) -> Self {
        Self {
            weight: Some(weight),
            ..self
        }
    }
}
