//! Equations 2 to 4 as the steps of a training.

use imputome_core::{Result, Run};
use imputome_engine::losses::{self, MeanSquaredError};
use imputome_engine::random::Stream;
use imputome_engine::{Batch, Model, Objective, Update};

use super::Pmi;
use crate::masks::PseudoMasks;
use crate::samples::Samples;
use crate::training::{Batches, Task, refused};
use crate::view::View;

/// The training of one network: learning samples with masks drawn anew at each step, validation
/// samples with masks drawn once.
#[derive(Debug)]
pub(super) struct PseudoMaskTask<'a> {
    samples: &'a Samples,
    batches: Batches,
    masks: PseudoMasks,
    validation: &'a Samples,
    validation_view: View,
}

impl<'a> PseudoMaskTask<'a> {
    /// The task over all `samples` of a table, learning from the rows named, judged on
    /// `validation`; draws belong to network number `network`.
    pub(super) fn new(
        settings: &Pmi,
        samples: &'a Samples,
        learning: &[usize],
        validation: &'a Samples,
        (network, run): (usize, &Run),
    ) -> Self {
        let seed = |name: &str| run.derived_seed(&format!("pmi/{name} {network}"));
        let batches = Stream::new(seed("batches"), 0);
        let fixed = PseudoMasks::new(seed("validation masks"), settings.alpha, settings.beta);
        let rows: Vec<usize> = (0..validation.len()).collect();
        Self {
            samples,
            batches: Batches::new(batches, learning.to_vec(), settings.batch),
            masks: PseudoMasks::new(seed("masks"), settings.alpha, settings.beta),
            validation,
            validation_view: View::draw(&fixed, 0, &rows, validation),
        }
    }

    /// Steps of an epoch: those of the settings, or one pass over the samples.
    pub(super) fn steps(&self, settings: &Pmi) -> usize {
        settings
            .steps
            .unwrap_or_else(|| self.batches.steps_of_a_pass())
    }
}

impl Task for PseudoMaskTask<'_> {
    fn step(&mut self, model: &mut dyn Model, step: u32) -> Result<f32> {
        let rows = self.batches.draw(step);
        let batch = self.samples.select(&rows);
        let view = View::draw(&self.masks, step, &rows, &batch);
        let inputs = batch.inputs(&[&view.values], &view.shown);
        let batch = Batch::new(rows.len(), &inputs)
            .target(&batch.values)
            .weight(&view.hidden);
        // Equation 4, per sample as the released code has it.
        let loss = MeanSquaredError::per_sample();
        model
            .step(&batch, Objective::Loss(&loss), Update::Now)
            .map_err(refused)
    }

    fn validation_loss(&mut self, model: &dyn Model) -> Result<Option<f64>> {
        let view = &self.validation_view;
        let samples = self.validation;
        let output = samples.predict(model, &[&view.values], &view.shown)?;
        let loss = MeanSquaredError::per_sample();
        let target = &samples.values;
        let weight = Some(view.hidden.as_slice());
        let loss = losses::evaluate(&loss, samples.genes, &output, target, weight);
        Ok(Some(loss))
    }
}
