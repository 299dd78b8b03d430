//! Standardization learned from training rows.

use ndarray::{Array2, ArrayView1, Zip};
use serde::{Deserialize, Serialize};

use crate::{Dataset, Scale};

/// Each gene's mean and standard deviation over the measured entries of the training rows.
///
/// Section 3.1 of the PMI paper ("standard score"), but learned from training rows only, where
/// the released code scales test rows by themselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// Mean per gene, shape `[genes]`; 0 for a gene never measured.
    pub means: Vec<f32>,
    /// Standard deviation per gene (divisor n), shape `[genes]`; 1 for a gene that does not vary.
    pub deviations: Vec<f32>,
}

impl Scaler {
    /// Learns from the measured entries of `training`.
    pub fn fit(training: &Dataset) -> Self {
        let mut scaler = Self::default();
        let measured = training.measured.0.columns();
        for (values, measured) in training.values.columns().into_iter().zip(measured) {
            scaler.learn_gene(values, measured);
        }
        scaler
    }

    /// Learns one more gene, from its measured values, shape `[samples]`.
    pub fn learn_gene(&mut self, values: ArrayView1<'_, f32>, measured: ArrayView1<'_, bool>) {
        let (mean, deviation) = mean_and_deviation(values, measured);
        self.means.push(mean as f32);
        self.deviations.push(if deviation as f32 > 0.0 {
            deviation as f32
        } else {
            1.0
        });
    }

    /// The table in standard scores; gaps stay gaps.
    pub fn apply(&self, data: &Dataset) -> Dataset {
        self.apply_to(data.clone())
    }

    /// The same, computed where the table lies.
    pub fn apply_to(&self, mut data: Dataset) -> Dataset {
        standardize(&mut data.values, self);
        data.scale = Scale::Standardized;
        data
    }

    /// Brings estimates, shape `[samples, genes]`, back to the scale of the table.
    pub fn undo(&self, estimates: &mut Array2<f32>) {
        for mut row in estimates.rows_mut() {
            for ((value, mean), deviation) in row.iter_mut().zip(&self.means).zip(&self.deviations)
            {
                *value = *value * deviation + mean;
            }
        }
    }

    /// Brings standard deviations of estimates, shape `[samples, genes]`, back to that scale.
    pub fn undo_spread(&self, spread: &mut Array2<f32>) {
        for mut row in spread.rows_mut() {
            for (value, deviation) in row.iter_mut().zip(&self.deviations) {
                *value *= deviation;
            }
        }
    }
}

/// Subtracts the means and divides by the deviations, in the order in which the values lie.
fn standardize(values: &mut Array2<f32>, scaler: &Scaler) {
    let means = ArrayView1::from(&scaler.means);
    let deviations = ArrayView1::from(&scaler.deviations);
    Zip::from(values)
        .and_broadcast(means)
        .and_broadcast(deviations)
        .for_each(|value, mean, deviation| *value = (*value - mean) / deviation);
}

fn mean_and_deviation(values: ArrayView1<'_, f32>, measured: ArrayView1<'_, bool>) -> (f64, f64) {
    let known = || {
        let pairs = values.iter().zip(measured);
        pairs.filter(|(_, m)| **m).map(|(v, _)| f64::from(*v))
    };
    let (mut n, mut sum) = (0.0, 0.0);
    for value in known() {
        n += 1.0;
        sum += value;
    }
    if n == 0.0 {
        return (0.0, 0.0);
    }
    let mean = sum / n;
    let squares: f64 = known().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Names;
    use ndarray::array;

    #[test]
    fn scores_use_measured_entries_alone_and_come_back() {
        let values = array![[1.0, 5.0], [3.0, f32::NAN], [f32::NAN, 5.0]];
        let samples = Names::new("sample", ["a", "b", "c"].map(String::from).to_vec()).unwrap();
        let genes = Names::new("gene", ["x", "y"].map(String::from).to_vec()).unwrap();
        let data = Dataset::new(values, samples, genes).unwrap();
        let scaler = Scaler::fit(&data);
        assert_eq!(scaler.means, [2.0, 5.0]);
        assert_eq!(scaler.deviations, [1.0, 1.0]);
        let mut scaled = scaler.apply(&data).values;
        assert_eq!(
            (scaled[(0, 0)], scaled[(1, 0)], scaled[(0, 1)]),
            (-1.0, 1.0, 0.0)
        );
        scaler.undo(&mut scaled);
        assert_eq!(
            (scaled[(0, 0)], scaled[(1, 0)], scaled[(0, 1)]),
            (1.0, 3.0, 5.0)
        );
    }
}
