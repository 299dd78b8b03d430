//! Equation 1 as the steps of a training.

use imputome_core::{Result, Run};
use imputome_engine::losses::{self, Loss, RootMeanSquaredError, SampleRootMeanSquaredError};
use imputome_engine::random::Stream;
use imputome_engine::{Batch, InputValues, Model, Objective, Update};

use super::pairs::Pairs;
use super::passes::Passes;
use super::scales::Scales;
use super::settings::{RootOver, Tdimpute};
use crate::training::{Task, refused};

/// The training of one network on pairs.
#[derive(Debug)]
pub(super) struct PairTask<'a, 'table> {
    pairs: &'a Pairs<'table>,
    scales: &'a Scales,
    passes: Passes,
    /// Rows to stop by; none where all are learned from.
    validation: &'a [usize],
    root: RootOver,
}

impl<'a, 'table> PairTask<'a, 'table> {
    /// The task of network number `network`, learning from `learning`, judged on `validation`, in
    /// batches of `batch`.
    pub(super) fn new(
        settings: &Tdimpute,
        (pairs, scales): (&'a Pairs<'table>, &'a Scales),
        (learning, validation): (Vec<usize>, &'a [usize]),
        batch: usize,
        (network, run): (usize, &Run),
    ) -> Self {
        let seed = run.derived_seed(&format!("{}/batches {network}", super::NAME));
        Self {
            pairs,
            scales,
            passes: Passes::new(Stream::new(seed, 0), learning, batch),
            validation,
            root: settings.loss,
        }
    }

    /// Steps of this many epochs.
    pub(super) fn steps(&self, epochs: usize) -> usize {
        self.passes.steps(epochs)
    }

    fn loss(&self) -> &'static dyn Loss {
        match self.root {
            RootOver::Batch => &RootMeanSquaredError,
            RootOver::Sample => &SampleRootMeanSquaredError,
        }
    }
}

impl Task for PairTask<'_, '_> {
    fn step(&mut self, model: &mut dyn Model, step: u32) -> Result<f32> {
        let rows = self.passes.draw(step);
        let matrices = self.pairs.select(&rows, self.scales);
        let inputs = [InputValues::Dense(&matrices.features)];
        let batch = Batch {
            weight: matrices.weights.as_deref(),
            ..Batch::new(rows.len(), &inputs).target(&matrices.targets)
        };
        let objective = Objective::Loss(self.loss());
        model.step(&batch, objective, Update::Now).map_err(refused)
    }

    fn validation_loss(&mut self, model: &dyn Model) -> Result<Option<f64>> {
        if self.validation.is_empty() {
            return Ok(None);
        }
        let matrices = self.pairs.select(self.validation, self.scales);
        let inputs = [InputValues::Dense(&matrices.features)];
        let batch = Batch::new(self.validation.len(), &inputs);
        let mut output = vec![0.0; matrices.targets.len()];
        model.predict(&batch, &mut output).map_err(refused)?;
        let genes = self.pairs.values.ncols();
        let weights = matrices.weights.as_deref();
        let loss = losses::evaluate(self.loss(), genes, &output, &matrices.targets, weights);
        Ok(Some(loss))
    }
}
