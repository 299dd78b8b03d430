//! What a network takes up in memory while it is trained.

use super::{Dense, Spec};
use crate::reads::Read;

/// Side of the blocks in which the widest engine keeps weights; it rounds both sides of a kernel up to it.
const SIDE: usize = 64;

/// Bytes for each weight: the weight and two moments of Adam, as f32.
const BYTES_OF_WEIGHT: usize = 12;

impl Spec {
    /// Bytes that training a valid network takes, with batches of at most `samples`: 12 for each weight, and
    /// activations with their gradients. Gradients are never held, but for [`Update::Accumulate`], which adds 4 bytes
    /// for each weight.
    ///
    /// [`Update::Accumulate`]: crate::Update::Accumulate
    pub fn training_bytes(&self, samples: usize) -> u64 {
        let inputs = self.inputs.iter().map(|input| match input {
            super::Input::Dense { .. } => 0,
            super::Input::Embedding { levels, dim, .. } => levels * dim * BYTES_OF_WEIGHT,
        });
        let mut bytes: u64 = inputs.map(|bytes| bytes as u64).sum();
        // The output of the whole network and its gradient, row by row.
        let mut numbers = 2 * self.output_width();
        for branch in &self.branches {
            let mut ins = Read::of_branch(self, branch).1;
            numbers += ins;
            for block in &branch.blocks {
                bytes += kernel_bytes(ins, block.width);
                numbers += activations(block);
                ins = block.width;
            }
            for head in &branch.heads {
                bytes += kernel_bytes(ins, head.block.width);
                numbers += activations(&head.block);
            }
        }
        bytes.saturating_add(4 * (numbers as u64).saturating_mul(samples as u64))
    }
}

fn kernel_bytes(ins: usize, outs: usize) -> u64 {
    let stored = ins.next_multiple_of(SIDE) as u64 * outs.next_multiple_of(SIDE) as u64;
    stored.saturating_mul(BYTES_OF_WEIGHT as u64)
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
        assert_eq!(
            spec.training_bytes(10),
            12 * 128 * 64 + 4 * 10 * (128 + 2 * 64 + 3 * 64)
        );
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
