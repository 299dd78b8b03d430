//! Which samples stand in a batch: pass after pass over all of them.

use imputome_engine::random::Stream;

/// A shuffle of the samples for every pass, one after the other, cut into batches of one size
/// without regard to where a pass ends: as the released code does it.
#[derive(Clone, Debug)]
pub(super) struct Passes {
    stream: Stream,
    rows: Vec<usize>,
    size: usize,
}

impl Passes {
    /// Batches of `size` of the `rows`.
    pub(super) fn new(stream: Stream, rows: Vec<usize>, size: usize) -> Self {
        Self { stream, rows, size }
    }

    /// Steps of this many passes: whole batches, and at least one step for each pass.
    pub(super) fn steps(&self, passes: usize) -> usize {
        (passes * self.rows.len() / self.size).max(passes)
    }

    /// The rows of the batch of a step.
    pub(super) fn draw(&self, step: u32) -> Vec<usize> {
        let (begin, samples) = (step as usize * self.size, self.rows.len());
        let mut batch = Vec::with_capacity(self.size);
        while batch.len() < self.size {
            let at = begin + batch.len();
            let pass = self.shuffled(at / samples);
            let left = self.size - batch.len();
            batch.extend(pass[at % samples..].iter().take(left));
        }
        batch
    }

    /// All rows in the order of a pass, by the shuffle of Fisher and Yates.
    fn shuffled(&self, pass: usize) -> Vec<usize> {
        let mut rows = self.rows.clone();
        for at in 0..rows.len() {
            let [bits, ..] = self.stream.bits(pass as u32, 0, at as u32);
            let left = (rows.len() - at) as u64;
            // The high half of the product is uniform below `left` up to 1 part in 2^32 / left.
            let pick = at + ((u64::from(bits) * left) >> 32) as usize;
            rows.swap(at, pick);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_shows_every_sample_once_and_batches_straddle_passes() {
        let rows = vec![2, 3, 5, 7, 11];
        let passes = Passes::new(Stream::new(1, 0), rows.clone(), 3);
        // Three passes are fifteen samples in five batches of three.
        assert_eq!(passes.steps(3), 5);
        let seen: Vec<usize> = (0..5).flat_map(|step| passes.draw(step)).collect();
        for pass in seen.chunks(5) {
            let mut pass = pass.to_vec();
            pass.sort_unstable();
            assert_eq!(pass, rows);
        }
        assert_ne!(seen[..5], seen[5..10]);
    }

    #[test]
    fn a_batch_larger_than_the_cohort_holds_several_passes() {
        let passes = Passes::new(Stream::new(1, 0), vec![4, 6], 5);
        assert_eq!(passes.steps(10), 10);
        let mut batch = passes.draw(1);
        batch.sort_unstable();
        // Positions 5 to 9 of the passes: the second of a pass, then two whole ones.
        assert!(
            batch == [4, 4, 4, 6, 6] || batch == [4, 4, 6, 6, 6],
            "{batch:?}"
        );
    }
}
