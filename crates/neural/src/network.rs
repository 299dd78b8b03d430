//! Networks over genes and covariates, and their size.

use imputome_core::{CovariateEncoder, Error, Result};
use imputome_engine::{
    Activation, Adam, Dense, EngineError, Input, Spec, Weights as EngineWeights,
};

use crate::covariates::{embedding_inputs, numeric_input};
use crate::training::on_processor;

/// The hidden layers of a network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layers<'a> {
    /// Widths, from the inputs to the output.
    pub(crate) widths: &'a [usize],
    /// Share of units dropped at each step of training.
    pub(crate) dropout: f64,
    /// Whether they are batch-normalized.
    pub(crate) batch_norm: bool,
}

impl Layers<'_> {
    fn blocks(self) -> Vec<Dense> {
        let hidden = |&width: &usize| {
            let block = Dense::linear(width);
            let block = if self.batch_norm {
                block.normalized()
            } else {
                block
            };
            block
                .activation(Activation::Relu)
                .dropout(self.dropout as f32)
        };
        self.widths.iter().map(hidden).collect()
    }
}

/// A network that gives a number for each of `genes` genes.
///
/// Inputs in the order of the released code of PMI and GAIN-GTEx: tables over the genes by the
/// names in `before`, numeric covariates, embeddings, and a last table over the genes, `after`.
pub(crate) fn spec(
    (before, after): (&[&str], &str),
    genes: usize,
    encoder: &CovariateEncoder,
    layers: Layers<'_>,
) -> Spec {
    let mut inputs: Vec<_> = before
        .iter()
        .map(|&name| Input::dense(name, genes))
        .collect();
    inputs.extend(numeric_input(encoder));
    inputs.extend(embedding_inputs(encoder));
    inputs.push(Input::dense(after, genes));
    Spec::sequential(inputs, layers.blocks(), Dense::linear(genes))
}

/// How many numbers a network holds, from its declaration alone.
pub(crate) fn parameters(spec: &Spec) -> usize {
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

/// Refuses stored weights that are not those of the network declared, before any memory is taken
/// for it.
pub(crate) fn expect_weights(spec: &Spec, stored: &EngineWeights) -> Result<()> {
    let found: usize = stored.values().map(|tensor| tensor.data.len()).sum();
    let expected = parameters(spec);
    if found != expected {
        return Err(Error::Weights(format!(
            "the network holds {found} numbers, expected {expected}"
        )));
    }
    let refuse = |error: EngineError| Error::Weights(error.to_string());
    let engine = on_processor(1).map_err(refuse)?;
    let mut model = engine.build(spec, Adam::default(), 0).map_err(refuse)?;
    model.import(stored).map_err(refuse)
}
