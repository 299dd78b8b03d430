//! Other assays of the same samples.

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use crate::{Error, Mask, Names, Result};

/// Another assay of the same samples, such as DNA methylation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Companion {
    /// What it is, such as `methylation`.
    pub name: String,
    /// Values on the assay's own scale, shape `[samples, features]`, rows as those of the
    /// expression table. What stands at a gap has no meaning, unless `Model` prepared the
    /// companion: then it is the feature's mean over the training rows.
    pub values: Array2<f32>,
    /// True where the assay gave a value, same shape.
    pub measured: Mask,
    /// Column names, unique.
    pub features: Names,
}

impl Companion {
    /// A companion whose values that are not finite are gaps.
    ///
    /// Refused when names and table differ in size.
    pub fn new(name: impl Into<String>, values: Array2<f32>, features: Names) -> Result<Self> {
        let name = name.into();
        if values.ncols() != features.len() {
            return Err(Error::Shape {
                what: format!("features of companion {name:?}"),
                expected: features.len().to_string(),
                found: values.ncols().to_string(),
            });
        }
        Ok(Self {
            measured: Mask(values.mapv(f32::is_finite)),
            name,
            values,
            features,
        })
    }

    /// Number of columns.
    pub fn n_features(&self) -> usize {
        self.values.ncols()
    }

    /// True when anything was measured in sample `s`.
    pub fn present(&self, s: usize) -> bool {
        self.measured.row(s).iter().any(|&measured| measured)
    }

    /// The given rows, in that order.
    pub fn select_samples(&self, positions: &[usize]) -> Self {
        Self {
            name: self.name.clone(),
            values: self.values.select(Axis(0), positions),
            measured: Mask(self.measured.0.select(Axis(0), positions)),
            features: self.features.clone(),
        }
    }

    /// The given columns, in that order. Positions must not repeat.
    pub fn select_features(&self, positions: &[usize]) -> Self {
        Self {
            name: self.name.clone(),
            values: self.values.select(Axis(1), positions),
            measured: Mask(self.measured.0.select(Axis(1), positions)),
            features: self.features.select(positions),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_sample_without_any_value_is_absent() {
        let features = Names::new("feature", vec!["cg1".into(), "cg2".into()]).unwrap();
        let values = array![[0.1, f32::NAN], [f32::NAN, f32::NAN]];
        let companion = Companion::new("methylation", values, features).unwrap();
        assert_eq!((companion.present(0), companion.present(1)), (true, false));
    }
}
