//! The sane range of inputs and estimates.
//!
//! Ours: the released code has no bound, and a few samples at the detection floor (14 of 3,797 in
//! GTEx v8) then bring its mean R2 from 0.76 to -0.63.

use imputome_core::{Dataset, Result, Weights};
use ndarray::ArrayView1;

/// Mean square of a sample's standard scores, root taken, above which it is outlying.
///
/// Ours: the 14 samples of GTEx v8 at the detection floor have 6.5, all others at most 3.1. At
/// most 1 in 16 training samples can lie above, since standard scores have a mean square of 1.
const OUTLYING: f64 = 4.0;

/// Measured entries below which a sample is not called outlying; ours, a few odd values are not
/// an odd sample.
const FEWEST: usize = 10;

/// True when a sample's standard scores lie far from those of training samples.
pub(crate) fn is_outlying(values: ArrayView1<'_, f32>, measured: ArrayView1<'_, bool>) -> bool {
    let (mut n, mut squares) = (0, 0.0);
    for (value, _) in values
        .iter()
        .zip(measured)
        .filter(|(_, measured)| **measured)
    {
        n += 1;
        squares += f64::from(*value).powi(2);
    }
    n >= FEWEST && squares > OUTLYING.powi(2) * n as f64
}

/// Ranges by gene.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bounds {
    /// What the network may read: the range of training samples that are not outlying.
    inputs: Range,
    /// What an estimate may be: the range of all training samples, widened by the margin.
    estimates: Range,
}

#[derive(Clone, Debug, PartialEq)]
struct Range {
    low: Vec<f32>,
    high: Vec<f32>,
}

impl Bounds {
    /// Ranges over the measured entries of `train`, those of inputs over its `ordinary` rows;
    /// `margin` widens the range of estimates on either side, as a share of it.
    pub(crate) fn learn(train: &Dataset, ordinary: &[usize], margin: f64) -> Self {
        let mut estimates = Range::of(train);
        estimates.widen(margin as f32);
        Self {
            inputs: Range::of(&train.select_samples(ordinary)),
            estimates,
        }
    }

    /// Brings the measured values of samples, shape `[samples, genes]`, into the range of inputs.
    pub(crate) fn limit_inputs(&self, values: &mut [f32], measured: &[f32]) {
        let genes = self.inputs.low.len();
        for (row, measured) in values.chunks_mut(genes).zip(measured.chunks(genes)) {
            for (g, value) in row.iter_mut().enumerate() {
                if measured[g] > 0.0 {
                    *value = value.clamp(self.inputs.low[g], self.inputs.high[g]);
                }
            }
        }
    }

    /// Brings an estimate for a gene into the range of estimates.
    pub(crate) fn limit(&self, gene: usize, estimate: f32) -> f32 {
        estimate.clamp(self.estimates.low[gene], self.estimates.high[gene])
    }

    /// The ranges as named tensors.
    pub(crate) fn weights(&self) -> Weights {
        let genes = [self.inputs.low.len()];
        Weights::new()
            .with_tensor("inputs.low", &genes, self.inputs.low.clone())
            .with_tensor("inputs.high", &genes, self.inputs.high.clone())
            .with_tensor("estimates.low", &genes, self.estimates.low.clone())
            .with_tensor("estimates.high", &genes, self.estimates.high.clone())
    }

    /// The ranges back from [`Bounds::weights`].
    pub(crate) fn restore(weights: &Weights, genes: usize) -> Result<Self> {
        let range = |name: &str| -> Result<Range> {
            let low = weights.tensor(&format!("{name}.low"), &[genes])?.to_vec();
            let high = weights.tensor(&format!("{name}.high"), &[genes])?.to_vec();
            match low.iter().zip(&high).position(|(low, high)| low > high) {
                None => Ok(Range { low, high }),
                Some(gene) => Err(imputome_core::Error::Weights(format!(
                    "{name}: the range of gene {gene} ends before it begins"
                ))),
            }
        };
        Ok(Self {
            inputs: range("inputs")?,
            estimates: range("estimates")?,
        })
    }
}

impl Range {
    /// Smallest and largest measured value of each gene; 0, the mean, where there is none.
    fn of(data: &Dataset) -> Self {
        let genes = data.n_genes();
        let mut range = Self {
            low: vec![f32::INFINITY; genes],
            high: vec![f32::NEG_INFINITY; genes],
        };
        for (row, measured) in data.values.rows().into_iter().zip(data.measured.0.rows()) {
            for g in (0..genes).filter(|&g| measured[g]) {
                range.low[g] = range.low[g].min(row[g]);
                range.high[g] = range.high[g].max(row[g]);
            }
        }
        for (low, high) in range.low.iter_mut().zip(&mut range.high) {
            if *low > *high {
                (*low, *high) = (0.0, 0.0);
            }
        }
        range
    }

    fn widen(&mut self, margin: f32) {
        for (low, high) in self.low.iter_mut().zip(&mut self.high) {
            let by = margin * (*high - *low);
            (*low, *high) = (*low - by, *high + by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::{Array1, array};

    #[test]
    fn a_sample_at_the_detection_floor_is_outlying_and_a_gap_does_not_count() {
        let mut floor = Array1::from_elem(20, -6.5_f32);
        let mut measured = Array1::from_elem(20, true);
        assert!(is_outlying(floor.view(), measured.view()));
        floor[3] = f32::NAN;
        measured[3] = false;
        assert!(is_outlying(floor.view(), measured.view()));
        assert!(!is_outlying(
            Array1::from_elem(20, 3.1).view(),
            measured.view()
        ));
    }

    #[test]
    fn estimates_stay_within_the_widened_training_range() {
        let names = |kind, list: &[&str]| {
            Names::new(kind, list.iter().map(|n| n.to_string()).collect()).unwrap()
        };
        let values = array![[0.0, -1.0], [10.0, f32::NAN], [-90.0, 1.0]];
        let train = Dataset::new(
            values,
            names("sample", &["a", "b", "c"]),
            names("gene", &["x", "y"]),
        )
        .unwrap();
        let bounds = Bounds::learn(&train, &[0, 1], 0.1);
        assert_eq!(bounds.limit(0, -500.0), -100.0);
        assert_eq!(bounds.limit(1, 3.0), 1.2);
        let mut inputs = vec![-20.0, f32::NAN];
        bounds.limit_inputs(&mut inputs, &[1.0, 0.0]);
        assert_eq!(inputs[0], 0.0);
        assert!(inputs[1].is_nan());
        assert_eq!(Bounds::restore(&bounds.weights(), 2).unwrap(), bounds);
    }
}
