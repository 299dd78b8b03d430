//! The noise z of equation 8, standing only at missing genes.

use imputome_core::Run;
use imputome_engine::random::Stream;

use crate::samples::Samples;

/// Draws noise for samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    seed: u64,
    deviation: f32,
}

/// Whose noise is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) enum For<'a> {
    /// The discriminator's update at a step, for samples in these rows of the table.
    Discriminator(u32, &'a [usize]),
    /// The generator's update at a step, for samples in these rows of the table.
    Generator(u32, &'a [usize]),
    /// An estimate, draw by draw. The noise of a sample depends on what it shows and on nothing
    /// else, so that a sample is estimated alike whatever stands beside it.
    Estimate(u32),
}

impl Noise {
    /// Noise of the given standard deviation for a method of a run.
    pub(super) fn new(method: &str, deviation: f64, run: &Run) -> Self {
        Self {
            seed: run.derived_seed(&format!("{method}/noise")),
            deviation: deviation as f32,
        }
    }

    /// z (1 - m), shape `[samples, genes]`, for samples that show `values` where `mask` is 1.
    pub(super) fn draw(
        &self,
        whom: For<'_>,
        samples: &Samples,
        values: &[f32],
        mask: &[f32],
    ) -> Vec<f32> {
        let mut noise = vec![0.0; mask.len()];
        if self.deviation == 0.0 {
            return noise;
        }
        let genes = samples.genes;
        let rows = noise
            .chunks_mut(genes)
            .zip(values.chunks(genes))
            .zip(mask.chunks(genes));
        for (row, ((noise, values), mask)) in rows.enumerate() {
            let (stream, step, sample) = match whom {
                For::Discriminator(step, rows) => (0, step, rows[row] as u32),
                For::Generator(step, rows) => (1, step, rows[row] as u32),
                For::Estimate(draw) => (2, draw, fingerprint(values, mask)),
            };
            // One number for each gap, in order: those elsewhere would be lost.
            let missing = mask.iter().filter(|&&mask| mask == 0.0).count();
            let mut numbers = vec![0.0; missing];
            Stream::new(self.seed, stream).fill_normal(step, sample, &mut numbers);
            let gaps = noise.iter_mut().zip(mask).filter(|(_, mask)| **mask == 0.0);
            for ((noise, _), number) in gaps.zip(numbers) {
                *noise = self.deviation * number;
            }
        }
        noise
    }
}

/// A number for what a sample shows: FNV-1a (Fowler, Noll and Vo), 32 bits, over words.
fn fingerprint(values: &[f32], mask: &[f32]) -> u32 {
    let words = values
        .iter()
        .zip(mask)
        .flat_map(|(value, mask)| [value.to_bits(), mask.to_bits()]);
    words.fold(0x811c_9dc5, |hash, word| {
        (hash ^ word).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::{CovariateEncoder, Dataset, Names};
    use ndarray::Array2;

    fn samples() -> Samples {
        let names = |kind, n| {
            Names::new(kind, (0..n).map(|i: usize| format!("{kind}{i}")).collect()).unwrap()
        };
        let values = Array2::from_shape_fn((3, 500), |(s, g)| ((s % 2) * 7 + g) as f32);
        let data = Dataset::new(values, names("sample", 3), names("gene", 500)).unwrap();
        Samples::of(&data, &CovariateEncoder::fit(&data.covariates))
    }

    fn draw(whom: For<'_>, deviation: f64) -> Vec<f32> {
        let samples = samples();
        let mask: Vec<f32> = (0..1500)
            .map(|at| f32::from(u8::from(at % 500 < 100)))
            .collect();
        let noise = Noise::new("gain-gtex", deviation, &Run::new(4, 1).unwrap());
        noise.draw(whom, &samples, &samples.values, &mask)
    }

    #[test]
    fn noise_stands_at_missing_genes_only_and_has_its_deviation() {
        let noise = draw(For::Generator(3, &[0, 1, 2]), 2.0);
        assert!(
            noise
                .chunks(500)
                .all(|row| row[..100].iter().all(|&z| z == 0.0))
        );
        let missing: Vec<f32> = noise
            .chunks(500)
            .flat_map(|row| &row[100..])
            .copied()
            .collect();
        let variance = missing.iter().map(|z| z * z).sum::<f32>() / missing.len() as f32;
        // 1200 draws of variance 4: its own deviation is 0.163; four of them.
        assert!((variance - 4.0).abs() < 0.65, "{variance}");
    }

    #[test]
    fn both_updates_of_a_step_and_every_step_have_noise_of_their_own() {
        let rows = [0, 1, 2];
        let first = draw(For::Generator(3, &rows), 1.0);
        assert_eq!(first, draw(For::Generator(3, &rows), 1.0));
        assert_ne!(first, draw(For::Discriminator(3, &rows), 1.0));
        assert_ne!(first, draw(For::Generator(4, &rows), 1.0));
    }

    #[test]
    fn the_noise_of_an_estimate_goes_with_what_the_sample_shows_and_not_with_its_place() {
        let noise = draw(For::Estimate(0), 1.0);
        // Samples 0 and 2 show the same.
        assert_eq!(noise[..500], noise[1000..]);
        assert_ne!(noise[..500], noise[500..1000]);
        assert_ne!(noise, draw(For::Estimate(1), 1.0));
    }
}
