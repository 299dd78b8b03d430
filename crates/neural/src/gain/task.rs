//! Equations 8 to 13 as the steps of a training.

use imputome_core::{Result, Run};
use imputome_engine::losses::{self, MeanSquaredError};
use imputome_engine::random::Stream;
use imputome_engine::{Batch, Model, Objective, Update};

use super::Reconstruct;
use super::adversary::{Opponent, Round};
use super::game::Game;
use super::losses::add_squared_error;
use super::noise::{For, Noise};
use crate::masks::PseudoMasks;
use crate::samples::Samples;
use crate::training::{Batches, Task, refused};
use crate::view::View;

/// Most of a validation sample that is shown, so that something is left to be told.
///
/// Ours; the released in-place configurations show the generator all that is measured.
const MOST_SHOWN: f64 = 0.8;

/// The training of a generator, against an opponent where there is one.
#[derive(Debug)]
pub(super) struct GainTask<'a> {
    reconstruct: Reconstruct,
    samples: &'a Samples,
    batches: Batches,
    masks: PseudoMasks,
    noise: Noise,
    opponent: Option<Opponent>,
    validation: &'a Samples,
    validation_view: View,
}

impl<'a> GainTask<'a> {
    /// The task over all `samples` of a table, learning from the rows named, judged on
    /// `validation`.
    pub(super) fn new(
        game: &Game,
        opponent: Option<Opponent>,
        (samples, learning): (&'a Samples, &[usize]),
        validation: &'a Samples,
        run: &Run,
    ) -> Self {
        let seed = |name: &str| run.derived_seed(&format!("{}/{name}", game.method()));
        let settings = &game.generator;
        let (low, high) = (settings.lowest_shown, settings.highest_shown);
        let fixed = PseudoMasks::new(
            seed("validation masks"),
            low.min(MOST_SHOWN),
            high.min(MOST_SHOWN),
        );
        let rows: Vec<usize> = (0..validation.len()).collect();
        let batches = Stream::new(seed("batches"), 0);
        Self {
            reconstruct: settings.reconstruct,
            samples,
            batches: Batches::new(batches, learning.to_vec(), settings.batch),
            masks: PseudoMasks::new(seed("masks"), low, high),
            noise: Noise::new(game.method(), settings.noise, run),
            opponent,
            validation,
            validation_view: View::draw(&fixed, 0, &rows, validation),
        }
    }

    /// Steps of an epoch: those of the settings, or one pass over the samples.
    pub(super) fn steps(&self, game: &Game) -> usize {
        game.generator
            .steps
            .unwrap_or_else(|| self.batches.steps_of_a_pass())
    }

    /// Where the squared error is taken.
    fn told<'v>(&self, view: &'v View, batch: &'v Samples) -> &'v [f32] {
        match self.reconstruct {
            Reconstruct::Shown => &view.shown,
            Reconstruct::Measured => &batch.measured,
            Reconstruct::Hidden => &view.hidden,
        }
    }

    /// The discriminator's update, then the generator's with fresh noise; masks and hint are the
    /// same for both (the order of the released code).
    fn adversarial_step(
        &self,
        opponent: &mut Opponent,
        model: &mut dyn Model,
        (step, rows): (u32, &[usize]),
    ) -> Result<f32> {
        let batch = self.samples.select(rows);
        let view = View::draw(&self.masks, step, rows, &batch);
        let hint = opponent.hint(step, rows, &view.shown);
        let round = Round {
            samples: &batch,
            mask: &view.shown,
            values: &view.values,
            hint: &hint,
        };
        let noise = |whom| self.noise.draw(whom, &batch, &view.values, &view.shown);
        let first = noise(For::Discriminator(step, rows));
        let output = batch.predict(model, &[&first, &view.values], &view.shown)?;
        opponent.learn(round, &output)?;
        let second = noise(For::Generator(step, rows));
        deceive(model, opponent, round, &second, self.told(&view, &batch))
    }

    /// The generator's update by its squared error alone.
    fn plain_step(&self, model: &mut dyn Model, (step, rows): (u32, &[usize])) -> Result<f32> {
        let batch = self.samples.select(rows);
        let view = View::draw(&self.masks, step, rows, &batch);
        let whom = For::Generator(step, rows);
        let noise = self.noise.draw(whom, &batch, &view.values, &view.shown);
        let inputs = batch.inputs(&[&noise, &view.values], &view.shown);
        let loss = MeanSquaredError::per_sample();
        let told = Batch::new(rows.len(), &inputs)
            .target(&batch.values)
            .weight(self.told(&view, &batch));
        model
            .step(&told, Objective::Loss(&loss), Update::Now)
            .map_err(refused)
    }
}

/// The generator's update by equation 13, its squared error taken where `told` is 1.
fn deceive(
    model: &mut dyn Model,
    opponent: &Opponent,
    round: Round<'_>,
    noise: &[f32],
    told: &[f32],
) -> Result<f32> {
    let samples = round.samples;
    let mut failed = None;
    let mut objective = |output: &[f32], gradient: &mut [f32]| {
        let entries = (output, samples.values.as_slice(), told);
        let error = add_squared_error(opponent.lambda, samples.genes, entries, gradient);
        match opponent.add_deception(round, output, gradient) {
            Ok(deception) => error + deception,
            Err(error) => {
                failed = Some(error);
                f64::NAN
            }
        }
    };
    let inputs = samples.inputs(&[noise, round.values], round.mask);
    let batch = Batch::new(samples.len(), &inputs);
    let loss = model.step(&batch, Objective::Gradient(&mut objective), Update::Now);
    failed.map_or_else(|| loss.map_err(refused), Err)
}

impl Task for GainTask<'_> {
    fn step(&mut self, model: &mut dyn Model, step: u32) -> Result<f32> {
        let rows = self.batches.draw(step);
        match self.opponent.take() {
            None => self.plain_step(model, (step, &rows)),
            Some(mut opponent) => {
                let loss = self.adversarial_step(&mut opponent, model, (step, &rows));
                self.opponent = Some(opponent);
                loss
            }
        }
    }

    /// Mean squared error on what is measured and not shown, whatever the training minimizes.
    fn validation_loss(&mut self, model: &dyn Model) -> Result<Option<f64>> {
        let (view, samples) = (&self.validation_view, self.validation);
        let whom = For::Estimate(0);
        let noise = self.noise.draw(whom, samples, &view.values, &view.shown);
        let output = samples.predict(model, &[&noise, &view.values], &view.shown)?;
        let loss = MeanSquaredError::per_sample();
        let (target, weight) = (&samples.values, Some(view.hidden.as_slice()));
        let loss = losses::evaluate(&loss, samples.genes, &output, target, weight);
        Ok(Some(loss))
    }

    fn opponent(&mut self) -> Option<&mut (dyn Model + 'static)> {
        Some(self.opponent.as_mut()?.model.as_mut())
    }
}
