//! A branch with its weights: blocks one after the other, then heads.

use super::layer::{Layer, Pass, Trace};
use super::parameter::Learning;
use crate::reads::Read;

/// A sub-network.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) reads: Vec<Read>,
    pub(super) blocks: Vec<Layer>,
    pub(super) heads: Vec<Layer>,
}

/// What the backward pass needs of the forward pass.
#[derive(Debug)]
pub(super) struct BranchTrace {
    input: Vec<f32>,
    blocks: Vec<Trace>,
    heads: Vec<Trace>,
}

impl BranchTrace {
    /// Output of each head, shape `[samples, width]`.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &[f32]> {
        self.heads.iter().map(|trace| trace.output.as_slice())
    }

    /// What the heads read.
    fn last(&self) -> &[f32] {
        self.blocks
            .last()
            .map_or(&self.input, |trace| &trace.output)
    }

    /// What block number `block`, from 0, reads.
    fn input_of(&self, block: usize) -> &[f32] {
        if block == 0 {
            &self.input
        } else {
            &self.blocks[block - 1].output
        }
    }
}

impl Branch {
    pub(super) fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.blocks.iter().chain(&self.heads)
    }

    pub(super) fn layers_mut(&mut self) -> impl Iterator<Item = &mut Layer> {
        self.blocks.iter_mut().chain(&mut self.heads)
    }

    /// Runs `input` `[samples, width read]` through blocks and heads.
    pub(super) fn forward(&self, input: Vec<f32>, pass: Pass) -> BranchTrace {
        let mut trace = BranchTrace {
            input,
            blocks: Vec::new(),
            heads: Vec::new(),
        };
        for block in &self.blocks {
            let next = block.forward(trace.last(), pass);
            trace.blocks.push(next);
        }
        trace.heads = self
            .heads
            .iter()
            .map(|head| head.forward(trace.last(), pass))
            .collect();
        trace
    }

    /// Gradient with respect to what the branch reads, given those with respect to its heads; learns nothing.
    pub(super) fn input_gradient(&self, trace: &BranchTrace, heads: Vec<Vec<f32>>) -> Vec<f32> {
        let parts = self.heads.iter().zip(&trace.heads).zip(heads);
        let gradients = parts.map(|((head, trace), gradient)| head.input_gradient(trace, gradient));
        let last = sum(gradients.collect());
        let blocks = self.blocks.iter().zip(&trace.blocks).rev();
        blocks.fold(last, |gradient, (block, trace)| {
            block.input_gradient(trace, gradient)
        })
    }

    /// The same, and learns; only columns read from an embedding need a gradient.
    pub(super) fn learn(
        &mut self,
        trace: &BranchTrace,
        heads: Vec<Vec<f32>>,
        learning: Learning,
    ) -> Vec<f32> {
        let reads = &self.reads;
        let embedded =
            |start: usize, end: usize| reads.iter().any(|read| read.learns_in(start, end));
        let deep = !self.blocks.is_empty();
        let wanted = |start: usize, end: usize| deep || embedded(start, end);
        let parts = self.heads.iter_mut().zip(&trace.heads).zip(heads);
        let gradients = parts.map(|((head, head_trace), gradient)| {
            head.learn(trace.last(), head_trace, gradient, &wanted, learning)
        });
        let mut gradient = sum(gradients.collect());
        for (number, block) in self.blocks.iter_mut().enumerate().rev() {
            let wanted = |start: usize, end: usize| number > 0 || embedded(start, end);
            let block_trace = &trace.blocks[number];
            gradient = block.learn(
                trace.input_of(number),
                block_trace,
                gradient,
                &wanted,
                learning,
            );
        }
        self.follow_batch(trace);
        gradient
    }

    fn follow_batch(&mut self, trace: &BranchTrace) {
        let traces = trace.blocks.iter().chain(&trace.heads);
        self.layers_mut()
            .zip(traces)
            .for_each(|(layer, trace)| layer.follow_batch(trace));
    }
}

fn sum(gradients: Vec<Vec<f32>>) -> Vec<f32> {
    gradients
        .into_iter()
        .reduce(|mut sums, terms| {
            sums.iter_mut()
                .zip(&terms)
                .for_each(|(sum, term)| *sum += term);
            sums
        })
        .expect("a branch has at least one head")
}
