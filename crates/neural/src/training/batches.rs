//! Which samples stand in a batch.

use imputome_engine::random::Stream;

/// Draws batches of distinct training samples, anew for every step.
///
/// As the released code of PMI does: no pass over the data, any `size` of the samples.
#[derive(Clone, Debug)]
pub(crate) struct Batches {
    stream: Stream,
    rows: Vec<usize>,
    size: usize,
}

impl Batches {
    /// Batches of `size` of the `rows`, or of all of them where they are fewer.
    pub(crate) fn new(stream: Stream, rows: Vec<usize>, size: usize) -> Self {
        let size = size.min(rows.len());
        Self { stream, rows, size }
    }

    /// Steps in which every sample is seen once on average; at least 1.
    pub(crate) fn steps_of_a_pass(&self) -> usize {
        self.rows.len().div_ceil(self.size)
    }

    /// The rows of the batch of a step: the first of a shuffle by Fisher and Yates.
    pub(crate) fn draw(&self, step: u32) -> Vec<usize> {
        let mut rows = self.rows.clone();
        for at in 0..self.size {
            let [bits, ..] = self.stream.bits(step, 0, at as u32);
            let left = (rows.len() - at) as u64;
            // The high half of the product is uniform below `left` up to 1 part in 2^32 / left.
            let pick = at + ((u64::from(bits) * left) >> 32) as usize;
            rows.swap(at, pick);
        }
        rows.truncate(self.size);
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_holds_distinct_training_rows_and_changes_with_the_step() {
        let rows = vec![2, 3, 5, 7, 11, 13];
        let batches = Batches::new(Stream::new(1, 0), rows.clone(), 4);
        let mut seen = std::collections::BTreeSet::new();
        for step in 0..50 {
            let mut batch = batches.draw(step);
            assert!(batch.iter().all(|row| rows.contains(row)));
            seen.insert(batch.clone());
            batch.sort_unstable();
            batch.dedup();
            assert_eq!(batch.len(), 4);
        }
        assert!(seen.len() > 40);
    }

    #[test]
    fn every_row_is_drawn_equally_often() {
        let batches = Batches::new(Stream::new(2, 0), (0..10).collect(), 3);
        let mut counts = [0.0_f64; 10];
        for step in 0..4000 {
            batches
                .draw(step)
                .iter()
                .for_each(|&row| counts[row] += 1.0);
        }
        // Each count is binomial (4000, 0.3): mean 1200, standard deviation 29; five of them.
        assert!(counts.iter().all(|count| (count - 1200.0).abs() < 145.0));
    }
}
