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
            Stream::new(self.seed, stream).fill_normal(step, sample, noise);
            for (noise, mask) in noise.iter_mut().zip(mask) {
                *noise *= self.deviation * (1.0 - mask);
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
