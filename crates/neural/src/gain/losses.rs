//! Equations 12 and 13, in the form that no logit overflows.

use imputome_engine::losses::{Average, BinaryCrossEntropy, Entries, Loss, MeanSquaredError, Sums};

/// The 1 in Z of equations 12 and 13, which keeps a sample whose mask is told in full from
/// dividing by nothing.
const OFFSET: f64 = 1.0;

/// Equation 12, its `1 - log y` read as the `log (1 - y)` of the cross-entropy it is said to be:
/// targets are the mask, weights 1 - b.
pub(super) const DISCRIMINATION: BinaryCrossEntropy = BinaryCrossEntropy {
    average: Average::PerSample { offset: OFFSET },
};

/// First term of equation 13: what it costs the generator that estimates are known for estimates.
///
/// Outputs are the discriminator's logits, targets are 1 - m, weights 1 - b; the sum over entries
/// with both, of -log y, is divided by 1 and the sum of the weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deception;

impl Loss for Deception {
    fn sums(&self, sample: &Entries<'_>) -> Sums {
        let mut sums = Sums {
            entries: sample.output.len(),
            ..Sums::default()
        };
        for (&logit, (missing, weight)) in sample.output.iter().zip(counted(sample)) {
            // -log y = log (1 + exp -z), without overflow.
            let z = f64::from(logit);
            let cost = (-z).max(0.0) + (-z.abs()).exp().ln_1p();
            sums.loss += f64::from(weight * missing) * cost;
            sums.weight += f64::from(weight);
        }
        sums
    }

    fn value(&self, samples: &[Sums]) -> f64 {
        let pairs = samples.iter().zip(self.factors(samples));
        pairs.map(|(sums, factor)| sums.loss * factor).sum()
    }

    fn factors(&self, samples: &[Sums]) -> Vec<f64> {
        let n = samples.len() as f64;
        let factor = |sums: &Sums| 1.0 / ((sums.weight + OFFSET) * n);
        samples.iter().map(factor).collect()
    }

    fn gradient(&self, sample: &Entries<'_>, factor: f32, gradient: &mut [f32]) {
        let outputs = sample.output.iter().zip(counted(sample));
        for (gradient, (&logit, (missing, weight))) in gradient.iter_mut().zip(outputs) {
            // d(-log y) / dz = y - 1 = -1 / (1 + exp z); exp z may be infinite.
            *gradient = -factor * weight * missing / (1.0 + logit.exp());
        }
    }
}

fn counted<'a>(sample: &Entries<'a>) -> impl Iterator<Item = (f32, f32)> + 'a {
    let weight = sample.weight.unwrap_or(&[]).iter().copied();
    let weights = weight.chain(std::iter::repeat(1.0));
    sample.target.iter().copied().zip(weights)
}

/// Second term of equation 13 over samples of `genes` genes: adds `lambda` times its gradient with
/// respect to `output` and gives `lambda` times its value.
pub(super) fn add_squared_error(
    lambda: f64,
    genes: usize,
    (output, target, weight): (&[f32], &[f32], &[f32]),
    gradient: &mut [f32],
) -> f64 {
    let loss = MeanSquaredError::per_sample();
    let rows = output
        .chunks(genes)
        .zip(target.chunks(genes))
        .zip(weight.chunks(genes));
    let entries: Vec<Entries<'_>> = rows
        .map(|((output, target), weight)| Entries {
            output,
            target,
            weight: Some(weight),
        })
        .collect();
    let sums: Vec<Sums> = entries.iter().map(|sample| loss.sums(sample)).collect();
    let mut own = vec![0.0; genes];
    let samples = entries.iter().zip(loss.factors(&sums));
    for ((sample, factor), gradient) in samples.zip(gradient.chunks_mut(genes)) {
        loss.gradient(sample, (lambda * factor) as f32, &mut own);
        gradient
            .iter_mut()
            .zip(&own)
            .for_each(|(all, own)| *all += own);
    }
    lambda * loss.value(&sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_engine::losses::evaluate;

    /// Two samples of three genes: mask, b, logits.
    const MASK: [f32; 6] = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
    const OPEN: [f32; 6] = [1.0, 1.0, 0.0, 0.0, 1.0, 1.0];
    const LOGITS: [f32; 6] = [0.5, -1.0, 2.0, 0.25, -0.5, 1.5];

    fn chance(logit: f32) -> f64 {
        1.0 / (1.0 + (-f64::from(logit)).exp())
    }

    fn missing() -> Vec<f32> {
        MASK.iter().map(|m| 1.0 - m).collect()
    }

    #[test]
    fn the_discriminator_pays_by_equation_12_only_where_the_mask_is_open() {
        // First sample: genes 0 (measured) and 1 (missing) are open, Z = 3; second: 1 and 2.
        let first = -(chance(0.5).ln() + (1.0 - chance(-1.0)).ln()) / 3.0;
        let second = -(chance(-0.5).ln() + (1.0 - chance(1.5)).ln()) / 3.0;
        let found = evaluate(&DISCRIMINATION, 3, &LOGITS, &MASK, Some(&OPEN));
        // f64 sums of f32 logits.
        assert!((found - (first + second) / 2.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn the_generator_pays_by_the_first_term_of_equation_13_for_open_missing_genes() {
        let (first, second) = (-chance(-1.0).ln() / 3.0, -chance(1.5).ln() / 3.0);
        let found = evaluate(&Deception, 3, &LOGITS, &missing(), Some(&OPEN));
        assert!((found - (first + second) / 2.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn deception_has_the_gradient_of_its_value_and_none_elsewhere() {
        let missing = missing();
        let entries = |row: usize| Entries {
            output: &LOGITS[3 * row..3 * row + 3],
            target: &missing[3 * row..3 * row + 3],
            weight: Some(&OPEN[3 * row..3 * row + 3]),
        };
        let factors = Deception.factors(&[0, 1].map(|row| Deception.sums(&entries(row))));
        let mut gradient = [9.0; 6];
        for (row, gradient) in gradient.chunks_mut(3).enumerate() {
            Deception.gradient(&entries(row), factors[row] as f32, gradient);
        }
        for (at, &found) in gradient.iter().enumerate() {
            let counted = f64::from(missing[at] * OPEN[at]);
            let expected = counted * (chance(LOGITS[at]) - 1.0) / 6.0;
            // f32 exponentials.
            assert!((f64::from(found) - expected).abs() < 1e-7, "{at}");
        }
    }

    #[test]
    fn extreme_logits_cost_what_they_should_and_overflow_nothing() {
        let sample = Entries {
            output: &[-200.0, 200.0],
            target: &[1.0, 1.0],
            weight: None,
        };
        assert_eq!(Deception.sums(&sample).loss, 200.0);
        let mut gradient = [0.0; 2];
        Deception.gradient(&sample, 1.0, &mut gradient);
        assert_eq!(gradient, [-1.0, 0.0]);
    }

    #[test]
    fn the_squared_error_counts_lambda_times_over_what_is_told() {
        let (output, target) = ([1.0, 5.0, 2.0, 7.0], [0.0, 0.0, 0.0, 4.0]);
        let mut gradient = [1.0, 0.0, 0.0, 0.0];
        let entries = (&output[..], &target[..], &[1.0, 0.0, 1.0, 1.0][..]);
        let value = add_squared_error(10.0, 2, entries, &mut gradient);
        // Samples: 1 / 1 and (4 + 9) / 2; the offset of 1e-7 in each divisor.
        assert!((value - 10.0 * (1.0 + 6.5) / 2.0).abs() < 1e-5, "{value}");
        // 10 x 2 x miss / entries / samples, added to what stood there.
        for (found, expected) in gradient.iter().zip([11.0, 0.0, 10.0, 15.0]) {
            assert!((found - expected).abs() < 1e-5, "{gradient:?}");
        }
    }
}
