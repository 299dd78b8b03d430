//! The discriminator at play: it learns to tell estimates from measured values, and tells the
//! generator how to deceive it.

use imputome_core::{Result, Run};
use imputome_engine::{Batch, Mode, Model, Objective, Spec, Update};

use super::game::{Adversary, Game};
use super::losses::{DISCRIMINATION, Deception};
use super::networks;
use crate::masks::{Draw, PseudoMasks};
use crate::samples::Samples;
use crate::training::refused;

/// A discriminator and its hints.
#[derive(Debug)]
pub(super) struct Opponent {
    /// The discriminator.
    pub(super) model: Box<dyn Model>,
    /// Lambda of equation 13.
    pub(super) lambda: f64,
    hints: PseudoMasks,
}

/// A batch as both players see it, shape `[samples, genes]` each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round<'a> {
    /// The samples of the batch.
    pub(super) samples: &'a Samples,
    /// m: 1 where the generator sees the value.
    pub(super) mask: &'a [f32],
    /// m x: their values, 0 elsewhere.
    pub(super) values: &'a [f32],
    /// What the discriminator is told.
    pub(super) hint: &'a Hint,
}

/// What the discriminator is told, shape `[samples, genes]` each.
#[derive(Debug)]
pub(super) struct Hint {
    /// h of equation 11.
    told: Vec<f32>,
    /// 1 - b: 1 where the mask is not told.
    open: Vec<f32>,
    /// 1 - m.
    missing: Vec<f32>,
}

impl Hint {
    /// Equation 11, given b: `told` is 1 where the mask is told, `open` 1 where it is not.
    fn new(mask: &[f32], told: Vec<f32>, open: Vec<f32>) -> Self {
        let hint = |((told, open), mask): ((&f32, &f32), &f32)| told * mask + 0.5 * open;
        Self {
            told: told.iter().zip(&open).zip(mask).map(hint).collect(),
            open,
            missing: mask.iter().map(|mask| 1.0 - mask).collect(),
        }
    }
}

impl Opponent {
    /// A discriminator with fresh weights.
    pub(super) fn new(game: &Game, adversary: Adversary, spec: &Spec, run: &Run) -> Result<Self> {
        let seed = run.derived_seed(&format!("{}/hints", game.method()));
        Ok(Self {
            model: networks::build(game, spec, "discriminator", run)?,
            lambda: adversary.lambda,
            hints: PseudoMasks::new(seed, adversary.alpha, adversary.beta),
        })
    }

    /// The hints of a step, for samples in the given rows of the table.
    pub(super) fn hint(&self, step: u32, rows: &[usize], mask: &[f32]) -> Hint {
        let genes = mask.len() / rows.len();
        let every = vec![1.0; genes];
        let (mut told, mut open) = (vec![0.0; mask.len()], vec![0.0; mask.len()]);
        let samples = told.chunks_mut(genes).zip(open.chunks_mut(genes));
        for ((told, open), &row) in samples.zip(rows) {
            let at = Draw {
                step,
                sample: row as u32,
            };
            self.hints.draw(at, &every, told, open);
        }
        Hint::new(mask, told, open)
    }

    /// One update by equation 12, given the generator's output.
    pub(super) fn learn(&mut self, round: Round<'_>, output: &[f32]) -> Result<f32> {
        let completed = completed(round, output);
        let inputs = round.samples.inputs(&[&completed], &round.hint.told);
        let batch = Batch::new(round.samples.len(), &inputs)
            .target(round.mask)
            .weight(&round.hint.open);
        let objective = Objective::Loss(&DISCRIMINATION);
        self.model
            .step(&batch, objective, Update::Now)
            .map_err(refused)
    }

    /// First term of equation 13 for the generator's output: gives its value and adds its
    /// gradient, through the discriminator in inference mode, to `gradient`.
    pub(super) fn add_deception(
        &self,
        round: Round<'_>,
        output: &[f32],
        gradient: &mut [f32],
    ) -> Result<f64> {
        let completed = completed(round, output);
        let inputs = round.samples.inputs(&[&completed], &round.hint.told);
        let batch = Batch::new(round.samples.len(), &inputs)
            .target(&round.hint.missing)
            .weight(&round.hint.open);
        let objective = Objective::Loss(&Deception);
        let found = self
            .model
            .input_gradient(&batch, objective, Mode::Inference)
            .map_err(refused)?;
        let through = found.inputs[0].iter().zip(&round.hint.missing);
        for (gradient, (through, missing)) in gradient.iter_mut().zip(through) {
            *gradient += through * missing;
        }
        Ok(found.value.into())
    }
}

/// Equation 9: estimates only where there is no value.
fn completed(round: Round<'_>, output: &[f32]) -> Vec<f32> {
    let entries = round.values.iter().zip(output).zip(&round.hint.missing);
    entries
        .map(|((value, output), missing)| value + missing * output)
        .collect()
}
