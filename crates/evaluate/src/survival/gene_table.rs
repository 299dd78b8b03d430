//! An expression table as the studies here read it.

use imputome_core::{Dataset, Mask};
use ndarray::ArrayView2;

/// Expression, shape `[samples, genes]`, with or without gaps. A value that is not finite is a
/// gap too.
#[derive(Clone, Copy, Debug)]
pub struct GeneTable<'a> {
    values: ArrayView2<'a, f32>,
    measured: Option<&'a Mask>,
}

impl<'a> GeneTable<'a> {
    /// A table of values alone, such as an imputed one.
    pub fn complete(values: ArrayView2<'a, f32>) -> Self {
        Self {
            values,
            measured: None,
        }
    }

    /// What was measured in a dataset.
    pub fn measured(data: &'a Dataset) -> Self {
        Self {
            values: data.values.view(),
            measured: Some(&data.measured),
        }
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.values.nrows()
    }

    /// Number of genes.
    pub fn n_genes(&self) -> usize {
        self.values.ncols()
    }

    /// The value of sample `s`, gene `g`; nothing for a gap.
    pub fn get(&self, s: usize, g: usize) -> Option<f32> {
        let value = self.values[(s, g)];
        let measured = self.measured.is_none_or(|mask| mask.get(s, g));
        (measured && value.is_finite()).then_some(value)
    }

    /// Values of the genes `first..first + n` gene by gene, `samples` naming the rows in their
    /// order; NaN for gaps. Row after row is read, which is how a table lies in memory.
    pub(crate) fn columns(&self, samples: &[usize], first: usize, n: usize) -> Vec<Vec<f64>> {
        let mut columns = vec![Vec::with_capacity(samples.len()); n];
        for &s in samples {
            for (offset, column) in columns.iter_mut().enumerate() {
                column.push(self.get(s, first + offset).map_or(f64::NAN, f64::from));
            }
        }
        columns
    }
}
