//! What a network takes up in memory while it is trained.

use super::{Dense, Input, Spec};
use crate::network::SIDE;
use crate::reads::Read;

/// Bytes for each weight: the weight and two moments of Adam, as f32.
const BYTES_OF_WEIGHT: u64 = 12;

/// Bytes for each number of an embedding: those, and its gradient as f64 and f32.
const BYTES_OF_TABLE: u64 = 24;

impl Spec {
    /// Bytes that training a valid network takes, with batches of at most `samples`: 12 for each weight of a kernel whose
    /// sides are rounded up to multiples of 64, and activations with their gradients. Gradients of kernels are never
    /// held, but for [`Update::Accumulate`], which adds 4 bytes for each weight.
    ///
    /// [`Update::Accumulate`]: crate::Update::Accumulate
    pub fn training_bytes(&self, samples: usize) -> u64 {
        let inputs = self.inputs.iter().map(|input| match input {
            Input::Dense { .. } => 0,
            Input::Embedding { levels, dim, .. } => {
                (levels.saturating_mul(*dim) as u64).saturating_mul(BYTES_OF_TABLE)
            }
        });
        let mut bytes = inputs.fold(0, u64::saturating_add);
        // The output of the whole network and its gradient, row by row.
        let mut numbers = 2 * self.output_width();
        for branch in &self.branches {
            let mut ins = Read::of_branch(self, branch).1;
            numbers += ins;
            for block in &branch.blocks {
                bytes = bytes.saturating_add(kernel_bytes(ins, block.width));
                numbers += activations(block);
                ins = block.width;
            }
            for head in &branch.heads {
                bytes = bytes.saturating_add(kernel_bytes(ins, head.block.width));
                numbers += activations(&head.block);
            }
        }
        // Transposed panels hold a multiple of 16 samples.
        let samples = samples.next_multiple_of(16) as u64;
        bytes.saturating_add((4 * numbers as u64).saturating_mul(samples))
    }
}

fn kernel_bytes(ins: usize, outs: usize) -> u64 {
    let (ins, outs) = (ins.next_multiple_of(SIDE), outs.next_multiple_of(SIDE));
    (ins as u64)
        .saturating_mul(outs as u64)
        .saturating_mul(BYTES_OF_WEIGHT)
}

/// Numbers for each sample: output, gradient and its transposed, and what batch norm and dropout keep.
fn activations(block: &Dense) -> usize {
    let norm = usize::from(block.norm.is_some());
    let dropout = 2 * usize::from(block.dropout > 0.0);
    block.width.next_multiple_of(SIDE) * (3 + norm + dropout)
}

#[cfg(test)]
mod tests {
    use crate::{Dense, Input, Spec};

    #[test]
    fn a_weight_takes_twelve_bytes_and_a_unit_four_for_each_number_of_a_sample() {
        let spec = Spec::sequential(vec![Input::dense("values", 128)], vec![], Dense::linear(64));
        // Read, written and its gradient; output, gradient and its transposed within.
        let numbers = 128 + 2 * 64 + 3 * 64;
        assert_eq!(spec.training_bytes(10), 12 * 128 * 64 + 4 * 16 * numbers);
    }

    #[test]
    fn the_largest_published_network_takes_one_and_a_half_gigabytes() {
        let inputs = vec![
            Input::dense("values and mask", 25_114),
            Input::embedding("tissue", 49, 8),
        ];
        let hidden = Dense::linear(3_072).normalized().dropout(0.2);
        let bytes =
            Spec::sequential(inputs, vec![hidden], Dense::linear(12_557)).training_bytes(32);
        assert!((1_390_000_000..1_420_000_000).contains(&bytes), "{bytes}");
    }
}
