//! Lines of a file as an array of samples by genes.

use ndarray::parallel::prelude::*;
use ndarray::{Array2, Axis};

/// Lines turned at once; ours: 1024 values of four bytes fill a page of memory, so that pages
/// of the array come into being as those of the lines are given back.
const LINES_AT_ONCE: usize = 1024;
/// Samples turned together; ours, a line of the cache holds so many values.
const SAMPLES_AT_ONCE: usize = 16;

/// Lines that are samples.
pub(crate) fn by_rows(values: Vec<f32>, lines: usize, columns: usize) -> Array2<f32> {
    Array2::from_shape_vec((lines, columns), values).expect("every line has as many values")
}

/// Lines that are genes, turned with little more memory than the table itself.
pub(crate) fn by_columns(mut values: Vec<f32>, lines: usize, columns: usize) -> Array2<f32> {
    let mut turned = Array2::zeros((columns, lines));
    let mut end = lines;
    while end > 0 {
        let start = (end - 1) / LINES_AT_ONCE * LINES_AT_ONCE;
        let block = &values[start * columns..end * columns];
        turned
            .axis_chunks_iter_mut(Axis(0), SAMPLES_AT_ONCE)
            .into_par_iter()
            .enumerate()
            .for_each(|(chunk, mut samples)| {
                for (offset, line) in block.chunks_exact(columns).enumerate() {
                    for (k, mut sample) in samples.rows_mut().into_iter().enumerate() {
                        sample[start + offset] = line[chunk * SAMPLES_AT_ONCE + k];
                    }
                }
            });
        values.truncate(start * columns);
        values.shrink_to_fit();
        end = start;
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_genes_become_columns() {
        let (lines, columns) = (2 * LINES_AT_ONCE + 3, SAMPLES_AT_ONCE + 1);
        let values: Vec<f32> = (0..lines * columns).map(|v| v as f32).collect();
        let turned = by_columns(values.clone(), lines, columns);
        assert_eq!(turned, by_rows(values, lines, columns).reversed_axes());
    }
}
