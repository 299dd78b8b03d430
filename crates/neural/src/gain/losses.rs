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
