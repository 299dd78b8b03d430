//! Dropout: which units of which samples are kept.

use std::ops::Range;

use crate::random::Stream;

/// Factor of every entry, shape `[samples, units]`: 0 where dropped, `1 / (1 - rate)` where kept. `units` starts at a
/// multiple of 4.
pub(crate) fn dropout_factors(
    stream: Stream,
    step: u32,
    rate: f32,
    samples: usize,
    units: Range<usize>,
) -> Vec<f32> {
    let kept = 1.0 / (1.0 - rate);
    let mut factors = vec![0.0; samples * units.len()];
    for (sample, factors) in (0..).zip(factors.chunks_mut(units.len())) {
        stream.fill_uniform_from(units.start, step, sample, factors);
        factors
            .iter_mut()
            .for_each(|uniform| *uniform = if *uniform < rate { 0.0 } else { kept });
    }
    factors
}
