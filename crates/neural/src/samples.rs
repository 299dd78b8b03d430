//! Samples as a network reads them.

use imputome_core::{CovariateEncoder, Dataset, Result, Run};
use imputome_engine::{Batch, InputValues, Model};

use crate::covariates::CovariateValues;
use crate::training::refused;

/// Samples read between two questions whether the run goes on; ours, a fraction of a second, and whole
/// blocks of the engine.
const READ_AT_ONCE: usize = 1024;

/// Samples as the network reads them.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    /// Genes of each sample.
    pub(crate) genes: usize,
    /// Values, shape `[samples, genes]`, row by row; 0 at gaps.
    pub(crate) values: Vec<f32>,
    /// 1 where measured, 0 at gaps; same shape.
    pub(crate) measured: Vec<f32>,
    covariates: CovariateValues,
    numeric_width: usize,
}

impl Samples {
    /// The samples of a table; what stands at a gap is never read.
    pub(crate) fn of(data: &Dataset, encoder: &CovariateEncoder) -> Self {
        let (mut values, mut measured) = (Vec::new(), Vec::new());
        for (&value, &is_measured) in data.values.iter().zip(&data.measured.0) {
            values.push(if is_measured { value } else { 0.0 });
            measured.push(if is_measured { 1.0 } else { 0.0 });
        }
        Self {
            genes: data.n_genes(),
            values,
            measured,
            covariates: CovariateValues::encode(encoder, &data.covariates),
            numeric_width: encoder.numeric.len(),
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len() / self.genes
    }

    /// The given rows, in that order.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        let pick = |table: &[f32]| {
            let row = |&r: &usize| &table[r * self.genes..(r + 1) * self.genes];
            rows.iter().flat_map(row).copied().collect()
        };
        Self {
            genes: self.genes,
            values: pick(&self.values),
            measured: pick(&self.measured),
            covariates: self.covariates.select(rows, self.numeric_width),
            numeric_width: self.numeric_width,
        }
    }

    /// Inputs in the order of [`spec`](crate::network::spec): tables of these samples, each of
    /// shape `[samples, genes]`, their covariates, and a last table.
    pub(crate) fn inputs<'a>(
        &'a self,
        before: &[&'a [f32]],
        after: &'a [f32],
    ) -> Vec<InputValues<'a>> {
        self.with_covariates(&self.covariates, before, after)
    }

    fn with_covariates<'a>(
        &self,
        covariates: &'a CovariateValues,
        before: &[&'a [f32]],
        after: &'a [f32],
    ) -> Vec<InputValues<'a>> {
        let mut inputs: Vec<_> = before.iter().map(|v| InputValues::Dense(v)).collect();
        if self.numeric_width > 0 {
            inputs.push(InputValues::Dense(&covariates.numeric));
        }
        inputs.extend(covariates.levels.iter().map(|l| InputValues::Levels(l)));
        inputs.push(InputValues::Dense(after));
        inputs
    }

    /// What a network makes of these samples, shape `[samples, genes]`, given its inputs.
    pub(crate) fn predict(
        &self,
        model: &dyn Model,
        before: &[&[f32]],
        after: &[f32],
    ) -> Result<Vec<f32>> {
        let mut output = vec![0.0; self.values.len()];
        let inputs = self.inputs(before, after);
        let batch = Batch::new(self.len(), &inputs);
        model.predict(&batch, &mut output).map_err(refused)?;
        Ok(output)
    }

    /// The same, some samples after others, so that `run` can stop it between them.
    pub(crate) fn read(
        &self,
        model: &dyn Model,
        before: &[&[f32]],
        after: &[f32],
        run: &Run,
    ) -> Result<Vec<f32>> {
        let mut output = vec![0.0; self.values.len()];
        for (part, output) in output.chunks_mut(READ_AT_ONCE * self.genes).enumerate() {
            run.proceed()?;
            let first = part * READ_AT_ONCE;
            let rows: Vec<usize> = (first..first + output.len() / self.genes).collect();
            let entries = first * self.genes..first * self.genes + output.len();
            let before: Vec<&[f32]> = before.iter().map(|of| &of[entries.clone()]).collect();
            let covariates = self.covariates.select(&rows, self.numeric_width);
            let inputs = self.with_covariates(&covariates, &before, &after[entries]);
            let batch = Batch::new(rows.len(), &inputs);
            model.predict(&batch, output).map_err(refused)?;
        }
        Ok(output)
    }
}
