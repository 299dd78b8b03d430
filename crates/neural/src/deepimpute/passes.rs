//! Which cells stand in a batch: pass after pass over all of them.

use imputome_engine::random::Stream;

/// A shuffle of the cells for every pass, one after the other, cut into batches of one size
/// without regard to where a pass ends.
#[derive(Clone, Debug)]
pub(super) struct Passes {
    stream: Stream,
    rows: Vec<usize>,
    size: usize,
    /// The pass under way and its order.
    current: Option<(usize, Vec<usize>)>,
}

impl Passes {
    /// Batches of `size` of the `rows`, or of all of them where they are fewer.
    pub(super) fn new(stream: Stream, rows: Vec<usize>, size: usize) -> Self {
        let size = size.min(rows.len());
        Self {
            stream,
            rows,
            size,
            current: None,
        }
    }

    /// Steps of this many passes, at least one each.
    pub(super) fn steps(&self, passes: usize) -> usize {
        (passes * self.rows.len() / self.size).max(passes)
    }

    /// The rows of the batch of a step.
    pub(super) fn draw(&mut self, step: u32) -> Vec<usize> {
        let (begin, cells) = (step as usize * self.size, self.rows.len());
        let mut batch = Vec::with_capacity(self.size);
        while batch.len() < self.size {
            let at = begin + batch.len();
            let left = self.size - batch.len();
            let pass = self.pass(at / cells);
            batch.extend(pass[at % cells..].iter().take(left));
        }
        batch
    }

    /// All rows in the order of a pass, by the shuffle of Fisher and Yates.
    fn pass(&mut self, number: usize) -> &[usize] {
        if self.current.as_ref().is_none_or(|(at, _)| *at != number) {
            let mut rows = self.rows.clone();
            for at in 0..rows.len() {
                let [bits, ..] = self.stream.bits(number as u32, 0, at as u32);
                let left = (rows.len() - at) as u64;
                // The high half of the product is uniform below `left` up to 1 part in 2^32 / left.
                let pick = at + ((u64::from(bits) * left) >> 32) as usize;
                rows.swap(at, pick);
            }
            self.current = Some((number, rows));
        }
        self.current.as_ref().map_or(&[], |(_, rows)| rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_shows_every_cell_once_and_batches_straddle_passes() {
        let rows = vec![2, 3, 5, 7, 11];
        let mut passes = Passes::new(Stream::new(1, 0), rows.clone(), 3);
        assert_eq!(passes.steps(3), 5);
        let seen: Vec<usize> = (0..5).flat_map(|step| passes.draw(step)).collect();
        for pass in seen.chunks(5) {
            let mut pass = pass.to_vec();
            pass.sort_unstable();
            assert_eq!(pass, rows);
        }
        assert_ne!(seen[..5], seen[5..10]);
    }
}
