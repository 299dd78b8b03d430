//! A branch on a card: blocks one after the other, then heads, and back.

use super::card::{Card, Existing, Product};
use super::inputs::LookedUp;
use super::layer::{Pass, Tensors, Trace};
use super::parameter::Learning;
use super::plan::{Branch, Layer};
use super::workspace::Array;
use crate::error::EngineError;

/// What the backward pass needs of the forward pass.
#[derive(Debug)]
pub(super) struct BranchTrace<C: Card> {
    input: Array<C>,
    blocks: Vec<Trace<C>>,
    heads: Vec<Trace<C>>,
}

/// First column and number of columns of a part of what a block reads.
type Stretch = [usize; 2];

impl<C: Card> BranchTrace<C> {
    /// Output of each head, shape `[samples, width]`.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &Array<C>> {
        self.heads.iter().map(|trace| &trace.output)
    }

    /// What block number `block`, from 0, reads; the heads read what a block after the last would.
    fn input_of(&self, block: usize) -> &Array<C> {
        match block.checked_sub(1) {
            None => &self.input,
            Some(below) => &self.blocks[below].output,
        }
    }
}

impl<C: Card> Tensors<C> {
    /// Runs `input` `[samples, width read]` through blocks and heads.
    pub(super) fn forward_branch(
        &self,
        branch: &Branch,
        input: Array<C>,
        pass: Pass,
    ) -> Result<BranchTrace<C>, EngineError> {
        let mut trace = BranchTrace {
            input,
            blocks: Vec::new(),
            heads: Vec::new(),
        };
        for (number, block) in branch.blocks.iter().enumerate() {
            let next = self.forward(block, trace.input_of(number), pass)?;
            trace.blocks.push(next);
        }
        for head in &branch.heads {
            let next = self.forward(head, trace.input_of(branch.blocks.len()), pass)?;
            trace.heads.push(next);
        }
        Ok(trace)
    }

    /// Gradient with respect to what the branch reads, given those with respect to its heads; learns nothing.
    pub(super) fn input_gradient(
        &self,
        branch: &Branch,
        trace: &BranchTrace<C>,
        heads: Vec<Array<C>>,
        pass: Pass,
    ) -> Result<Array<C>, EngineError> {
        let mut below = Vec::new();
        for ((head, trace), mut gradient) in branch.heads.iter().zip(&trace.heads).zip(heads) {
            self.backward_to_product(head, trace, &mut gradient, pass)?;
            self.pass_below(head, &gradient, &[[0, head.ins]], &mut below)?;
        }
        for (block, trace) in branch.blocks.iter().zip(&trace.blocks).rev() {
            let mut gradient = only(&mut below);
            self.backward_to_product(block, trace, &mut gradient, pass)?;
            self.pass_below(block, &gradient, &[[0, block.ins]], &mut below)?;
        }
        Ok(only(&mut below))
    }

    /// Learns; gives the gradients of what the branch looked up in tables.
    pub(super) fn learn_branch(
        &mut self,
        branch: &Branch,
        trace: &BranchTrace<C>,
        heads: Vec<Array<C>>,
        (pass, learning): (Pass, Learning),
    ) -> Result<Vec<LookedUp<C>>, EngineError> {
        let blocks = branch.blocks.len();
        let mut below = Vec::new();
        for ((head, own), mut gradient) in branch.heads.iter().zip(&trace.heads).zip(heads) {
            let small = self.backward_to_product(head, own, &mut gradient, pass)?;
            self.pass_below(head, &gradient, &wanted(branch, head, blocks), &mut below)?;
            self.learn(head, [trace.input_of(blocks), &gradient], small, learning)?;
            self.follow_batch(head, own)?;
        }
        for (number, block) in branch.blocks.iter().enumerate().rev() {
            let (own, mut gradient) = (&trace.blocks[number], only(&mut below));
            let small = self.backward_to_product(block, own, &mut gradient, pass)?;
            self.pass_below(block, &gradient, &wanted(branch, block, number), &mut below)?;
            self.learn(block, [trace.input_of(number), &gradient], small, learning)?;
            self.follow_batch(block, own)?;
        }
        let inputs = branch.embedded().map(|read| read.input);
        Ok(inputs.zip(below).collect())
    }

    /// Adds what a block contributes to the gradients of parts of its input, given that of its product; begins them
    /// where there are none.
    fn pass_below(
        &self,
        layer: &Layer,
        gradient: &Array<C>,
        stretches: &[Stretch],
        below: &mut Vec<Array<C>>,
    ) -> Result<(), EngineError> {
        let outs = layer.block.width;
        let samples = gradient.len() / outs;
        let existing = if below.is_empty() {
            for [_, columns] in stretches {
                below.push(gradient.workspace().room(samples * columns)?);
            }
            Existing::Replaced
        } else {
            Existing::AddedTo
        };
        for ([start, columns], below) in stretches.iter().zip(below) {
            let product = Product::input_gradient([samples, *start, *columns, outs], existing);
            below.take_product(product, gradient, self.kernel(layer))?;
        }
        Ok(())
    }
}

/// The parts of its input of which a block's gradient is wanted: all above another block, else those looked up in
/// tables.
fn wanted(branch: &Branch, layer: &Layer, number: usize) -> Vec<Stretch> {
    if number > 0 {
        return vec![[0, layer.ins]];
    }
    let embedded = branch.embedded();
    embedded.map(|read| [read.start, read.width]).collect()
}

/// The gradient passed to the block below.
fn only<C: Card>(below: &mut Vec<Array<C>>) -> Array<C> {
    let gradient = below.pop().expect("what is above passed one gradient");
    assert!(below.is_empty(), "what is above passed one gradient");
    gradient
}
