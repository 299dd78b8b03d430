//! Dropout: which units of which samples are kept.

use crate::random::Stream;

/// Factor of every entry, shape `[samples, width]`: 0 where dropped, `1 / (1 - rate)` where kept.
pub(crate) fn dropout_factors(
    stream: Stream,
    step: u32,
    rate: f32,
    [samples, width]: [usize; 2],
) -> Vec<f32> {
    let kept = 1.0 / (1.0 - rate);
    let mut factors = vec![0.0; samples * width];
    for (sample, factors) in (0..).zip(factors.chunks_mut(width)) {
        stream.fill_uniform(step, sample, factors);
        factors
            .iter_mut()
            .for_each(|uniform| *uniform = if *uniform < rate { 0.0 } else { kept });
    }
    factors
}
