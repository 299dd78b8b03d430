//! The network of equation 7 and what it reads.

use imputome_core::{CovariateEncoder, Dataset, Result};
use imputome_engine::{Activation, Batch, Dense, Input, InputValues, Model, Spec};

use super::Pmi;
use crate::covariates::{CovariateValues, embedding_inputs, numeric_input};
use crate::training::refused;

/// The network over `genes` genes and the covariates that training rows taught.
///
/// Inputs in the order of the released code: visible values, numeric covariates, embeddings,
/// pseudo-mask.
pub(super) fn spec(settings: &Pmi, genes: usize, encoder: &CovariateEncoder) -> Spec {
    let mut inputs = vec![Input::dense("values", genes)];
    inputs.extend(numeric_input(encoder));
    inputs.extend(embedding_inputs(encoder));
    inputs.push(Input::dense("mask", genes));
    let hidden = |&width: &usize| {
        let block = Dense::linear(width);
        let block = if settings.batch_norm {
            block.normalized()
        } else {
            block
        };
        block
            .activation(Activation::Relu)
            .dropout(settings.dropout as f32)
    };
    let blocks = settings.widths.iter().map(hidden).collect();
    Spec::sequential(inputs, blocks, Dense::linear(genes))
}

/// How many numbers a network holds, from its declaration alone.
pub(super) fn parameters(spec: &Spec) -> usize {
    let tables = spec.inputs.iter().map(|input| match input {
        Input::Dense { .. } => 0,
        Input::Embedding { levels, dim, .. } => levels * dim,
    });
    let mut width: usize = spec.inputs.iter().map(Input::width).sum();
    let mut total: usize = tables.sum();
    for branch in &spec.branches {
        for block in branch
            .blocks
            .iter()
            .chain(branch.heads.iter().map(|h| &h.block))
        {
            // Kernel and bias; scale, shift, running mean and variance of batch norm.
            let of_norm = if block.norm.is_some() { 4 } else { 0 };
            total = total.saturating_add(block.width.saturating_mul(width + 1 + of_norm));
            width = block.width;
        }
    }
    total
}

/// Samples as the network reads them.
#[derive(Clone, Debug)]
pub(super) struct Samples {
    /// Genes of each sample.
    pub(super) genes: usize,
    /// Values, shape `[samples, genes]`, row by row; 0 at gaps.
    pub(super) values: Vec<f32>,
    /// 1 where measured, 0 at gaps; same shape.
    pub(super) measured: Vec<f32>,
    covariates: CovariateValues,
    numeric_width: usize,
}

impl Samples {
    /// The samples of a table; what stands at a gap is never read.
    pub(super) fn of(data: &Dataset, encoder: &CovariateEncoder) -> Self {
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
    pub(super) fn len(&self) -> usize {
        self.values.len() / self.genes
    }

    /// The given rows, in that order.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
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

    /// Inputs in the order of [`spec`], given what is visible of these samples: values (0 where
    /// not visible) and mask, both of shape `[samples, genes]`.
    pub(super) fn inputs<'a>(&'a self, values: &'a [f32], mask: &'a [f32]) -> Vec<InputValues<'a>> {
        let mut inputs = vec![InputValues::Dense(values)];
        if self.numeric_width > 0 {
            inputs.push(InputValues::Dense(&self.covariates.numeric));
        }
        inputs.extend(
            self.covariates
                .levels
                .iter()
                .map(|l| InputValues::Levels(l)),
        );
        inputs.push(InputValues::Dense(mask));
        inputs
    }

    /// What a network makes of these samples, shape `[samples, genes]`, given what is visible.
    pub(super) fn predict(
        &self,
        model: &dyn Model,
        values: &[f32],
        mask: &[f32],
    ) -> Result<Vec<f32>> {
        let mut output = vec![0.0; values.len()];
        let inputs = self.inputs(values, mask);
        let batch = Batch::new(self.len(), &inputs);
        model.predict(&batch, &mut output).map_err(refused)?;
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::covariates::{Levels, NumericScale};

    #[test]
    fn the_published_network_has_as_many_parameters_as_the_released_one() {
        let levels = |name: &str, n: usize| Levels {
            name: name.into(),
            levels: (0..n).map(|l| l.to_string()).collect(),
        };
        let encoder = CovariateEncoder {
            categorical: vec![levels("sex", 2), levels("cohort", 3), levels("tissue", 49)],
            numeric: vec![NumericScale {
                name: "age".into(),
                mean: 0.0,
                deviation: 1.0,
            }],
        };
        let settings = Pmi::preset("published-inductive-alzheimer").unwrap();
        // The summary that Keras prints for the released model, Alzheimer genes, inductive.
        assert_eq!(parameters(&spec(&settings, 273, &encoder)), 3_633_738);
    }
}
