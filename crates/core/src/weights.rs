//! What a fitted method learned, as data that any file format can carry.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Numbers with a shape, row-major.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tensor {
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// The numbers, last axis fastest; as many as the product of `shape`.
    pub values: Vec<f32>,
}

/// Everything needed to rebuild a fitted method: named tensors and named facts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Tensors by name.
    pub tensors: BTreeMap<String, Tensor>,
    /// Everything that is not a tensor (levels, chosen sizes, curves), by name.
    pub facts: BTreeMap<String, serde_json::Value>,
}

impl Weights {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a tensor added.
    pub fn with_tensor(mut self, name: &str, shape: &[usize], values: Vec<f32>) -> Self {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        self.tensors.insert(
            name.into(),
            Tensor {
                shape: shape.to_vec(),
                values,
            },
        );
        self
    }

    /// The same with a fact added.
    pub fn with_fact<T: Serialize>(mut self, name: &str, fact: &T) -> Self {
        let value = serde_json::to_value(fact).expect("facts are plain data");
        self.facts.insert(name.into(), value);
        self
    }

    /// The tensor `name`, which must have the given shape and only finite values.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<&[f32]> {
        let tensor = self
            .tensors
            .get(name)
            .ok_or_else(|| Error::Weights(format!("tensor {name:?} is missing")))?;
        if tensor.shape != shape || tensor.values.len() != shape.iter().product::<usize>() {
            return Err(Error::Weights(format!(
                "tensor {name:?} has shape {:?}, expected {shape:?}",
                tensor.shape
            )));
        }
        match tensor.values.iter().position(|v| !v.is_finite()) {
            Some(at) => Err(Error::Weights(format!(
                "tensor {name:?} is not finite at position {at}"
            ))),
            None => Ok(&tensor.values),
        }
    }

    /// The fact `name`, which must parse as `T`.
    pub fn fact<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let value = self
            .facts
            .get(name)
            .ok_or_else(|| Error::Weights(format!("fact {name:?} is missing")))?;
        serde_json::from_value(value.clone())
            .map_err(|error| Error::Weights(format!("fact {name:?} does not parse: {error}")))
    }

    /// These weights under a prefix, `prefix.name`, joined to `other`.
    pub fn nested(mut self, prefix: &str, other: Self) -> Self {
        let tensors = other
            .tensors
            .into_iter()
            .map(|(n, t)| (format!("{prefix}.{n}"), t));
        self.tensors.extend(tensors);
        self.facts.extend(
            other
                .facts
                .into_iter()
                .map(|(n, f)| (format!("{prefix}.{n}"), f)),
        );
        self
    }

    /// What was stored under a prefix by [`Weights::nested`].
    pub fn under(&self, prefix: &str) -> Self {
        let strip = |name: &str| Some(name.strip_prefix(prefix)?.strip_prefix('.')?.to_string());
        Self {
            tensors: self
                .tensors
                .iter()
                .filter_map(|(n, t)| Some((strip(n)?, t.clone())))
                .collect(),
            facts: self
                .facts
                .iter()
                .filter_map(|(n, f)| Some((strip(n)?, f.clone())))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensor_that_is_not_finite_is_refused_by_name() {
        let weights = Weights::new().with_tensor("mean", &[2], vec![0.0, f32::NAN]);
        let error = weights.tensor("mean", &[2]).expect_err("not finite");
        assert!(
            error
                .to_string()
                .contains("\"mean\" is not finite at position 1")
        );
    }

    #[test]
    fn nested_weights_come_back_whole() {
        let inner = Weights::new()
            .with_tensor("w", &[1], vec![3.0])
            .with_fact("k", &7);
        let outer = Weights::new().nested("factor", inner.clone());
        assert_eq!(outer.under("factor"), inner);
    }
}
