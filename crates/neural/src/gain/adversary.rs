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

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::{CovariateEncoder, Dataset, Names};
    use ndarray::array;

    use super::super::GainGtex;

    const VALUES: [f32; 6] = [0.5, 0.0, 0.0, -1.0, 0.0, 0.25];
    const MASK: [f32; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0];

    fn samples() -> (Samples, CovariateEncoder) {
        let names = |kind, n| {
            Names::new(kind, (0..n).map(|i: usize| format!("{kind}{i}")).collect()).unwrap()
        };
        let values = array![[0.5, 2.0, 1.0], [-1.0, 0.75, 0.25]];
        let data = Dataset::new(values, names("sample", 2), names("gene", 3)).unwrap();
        let encoder = CovariateEncoder::fit(&data.covariates);
        (Samples::of(&data, &encoder), encoder)
    }

    /// A discriminator that has learned for a while, so that its gradient is not by chance.
    fn opponent(samples: &Samples, encoder: &CovariateEncoder, hint: &Hint) -> Opponent {
        let settings = GainGtex {
            widths: vec![8, 8],
            learning_rate: 0.01,
            ..GainGtex::default()
        };
        let game = Game::from(&settings);
        let spec = networks::discriminator(&game, 3, encoder);
        let run = Run::new(3, 1).unwrap();
        let adversary = game.adversary.unwrap();
        let mut opponent = Opponent::new(&game, adversary, &spec, &run).unwrap();
        for _ in 0..50 {
            let round = round(samples, hint);
            opponent.learn(round, &[0.3; 6]).unwrap();
        }
        opponent
    }

    fn round<'a>(samples: &'a Samples, hint: &'a Hint) -> Round<'a> {
        Round {
            samples,
            mask: &MASK,
            values: &VALUES,
            hint,
        }
    }

    fn hint() -> Hint {
        let told = vec![0.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        let open = told.iter().map(|told| 1.0 - told).collect();
        Hint::new(&MASK, told, open)
    }

    #[test]
    fn the_hint_tells_the_mask_where_b_is_1_and_a_half_elsewhere() {
        assert_eq!(hint().told, [0.5, 0.5, 0.0, 0.5, 0.5, 1.0]);
    }

    #[test]
    fn the_discriminator_sees_values_where_measured_and_estimates_elsewhere() {
        let ((samples, _), hint) = (samples(), hint());
        let seen = completed(round(&samples, &hint), &[7.0; 6]);
        assert_eq!(seen, [0.5, 7.0, 7.0, -1.0, 7.0, 0.25]);
    }

    #[test]
    fn the_gradient_through_the_discriminator_is_that_of_the_generators_loss() {
        let ((samples, encoder), hint) = (samples(), hint());
        let opponent = opponent(&samples, &encoder, &hint);
        let round = round(&samples, &hint);
        let output = [0.1, -0.4, 0.8, 0.2, 0.6, -0.3_f32];
        let value = |output: &[f32]| {
            opponent
                .add_deception(round, output, &mut [0.0; 6])
                .unwrap()
        };
        let mut gradient = [0.0; 6];
        opponent
            .add_deception(round, &output, &mut gradient)
            .unwrap();
        assert!(gradient.iter().any(|g| g.abs() > 1e-3), "{gradient:?}");
        for at in 0..6 {
            let step = 2e-3;
            let moved = |by: f32| {
                let mut output = output;
                output[at] += by;
                value(&output)
            };
            let expected = (moved(step) - moved(-step)) / f64::from(2.0 * step);
            // An f32 value of about 0.5 divided by 0.004: 2e-5; curvature adds less.
            let off = (f64::from(gradient[at]) - expected).abs();
            assert!(off < 1e-4, "{at}: {} and {expected}", gradient[at]);
        }
        assert!(
            [0, 3, 5]
                .iter()
                .all(|&measured: &usize| gradient[measured] == 0.0)
        );
    }

    #[test]
    fn a_discriminator_learns_to_tell_what_the_hint_leaves_open() {
        let ((samples, encoder), hint) = (samples(), hint());
        let mut opponent = opponent(&samples, &encoder, &hint);
        // An untaught one pays 2/3 ln 2 or so.
        let loss = opponent.learn(round(&samples, &hint), &[0.3; 6]).unwrap();
        assert!(loss < 0.4, "{loss}");
    }
}
