//! Weights and training state in one layout that every engine shares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::EngineError;

/// Tensors by name: `input.<name>.table` `[levels, dim]`; for each block and head `<branch>.<block>.kernel`
/// `[in, out]` and `.bias` `[out]`; with batch norm also `.scale`, `.shift`, `.running_mean` and
/// `.running_variance` `[out]`.
///
/// `<block>` is `block1`, `block2`, ... for the hidden blocks and `head.<name>` for the heads.
pub type Weights = BTreeMap<String, Tensor>;

/// Numbers with a shape, row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tensor {
    /// Length along each axis.
    pub shape: Vec<usize>,
    /// The numbers, the last axis running fastest.
    pub data: Vec<f32>,
}

/// Everything that the next step depends on, apart from the declaration, the settings of Adam and the seed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Steps done; the dropout of the next step is drawn with it.
    pub steps: u64,
    /// Updates done by Adam.
    pub updates: u64,
    /// Learning rate of the next update.
    pub learning_rate: f32,
    /// Weights and running statistics.
    pub weights: Weights,
    /// First moments of Adam, for trainable tensors.
    pub first_moments: Weights,
    /// Second moments of Adam, for trainable tensors.
    pub second_moments: Weights,
    /// Gradients accumulated and not yet applied, for trainable tensors; empty where none wait.
    pub gradients: Weights,
}

impl Tensor {
    /// The tensor under `name`, refused where it is missing, of another shape, or not finite.
    pub(crate) fn checked<'a>(
        weights: &'a Weights,
        name: &str,
        shape: &[usize],
    ) -> Result<&'a Self, EngineError> {
        let tensor = weights
            .get(name)
            .ok_or_else(|| EngineError::MissingTensor {
                name: name.to_owned(),
            })?;
        let refuse = |found| EngineError::TensorShape {
            name: name.to_owned(),
            expected: shape.to_vec(),
            found,
        };
        if tensor.shape != shape {
            return Err(refuse(tensor.shape.clone()));
        }
        if tensor.data.len() != shape.iter().product::<usize>() {
            return Err(refuse(vec![tensor.data.len()]));
        }
        match tensor.data.iter().position(|value| !value.is_finite()) {
            None => Ok(tensor),
            Some(position) => Err(EngineError::TensorValue {
                name: name.to_owned(),
                position,
                value: tensor.data[position],
                expected: "a finite value",
            }),
        }
    }
}
