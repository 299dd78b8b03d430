//! A branch with its weights: blocks one after the other, then heads.

use super::arithmetic::{Arithmetic, Matrix};
use super::layer::{Layer, Pass};
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
pub(super) struct BranchTrace<A: Arithmetic> {
    input: A::Matrix,
    blocks: Vec<A::Trace>,
    heads: Vec<A::Trace>,
}

impl<A: Arithmetic> BranchTrace<A> {
    /// Output of each head, shape `[samples, width]`.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &A::Matrix> {
        self.heads.iter().map(A::output)
    }

    /// What the heads read.
    fn last(&self) -> &A::Matrix {
        self.input_of(self.blocks.len())
    }

    /// What block number `block`, from 0, reads.
    fn input_of(&self, block: usize) -> &A::Matrix {
        match block.checked_sub(1) {
            None => &self.input,
            Some(before) => A::output(&self.blocks[before]),
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
    pub(super) fn forward<A: Arithmetic>(
        &self,
        arithmetic: A,
        input: A::Matrix,
        pass: Pass,
    ) -> BranchTrace<A> {
        let mut trace = BranchTrace {
            input,
            blocks: Vec::new(),
            heads: Vec::new(),
        };
        for block in &self.blocks {
            let next = arithmetic.forward(block, trace.last(), pass);
            trace.blocks.push(next);
        }
        trace.heads = self
            .heads
            .iter()
            .map(|head| arithmetic.forward(head, trace.last(), pass))
            .collect();
        trace
    }

    /// Gradient with respect to what the branch reads, given those with respect to its heads; learns nothing.
    pub(super) fn input_gradient<A: Arithmetic>(
        &self,
        arithmetic: A,
        trace: &BranchTrace<A>,
        heads: Vec<A::Matrix>,
    ) -> A::Matrix {
        let parts = self.heads.iter().zip(&trace.heads).zip(heads);
        let gradients =
            parts.map(|((head, trace), gradient)| arithmetic.input_gradient(head, trace, gradient));
        let last = sum(gradients);
        let blocks = self.blocks.iter().zip(&trace.blocks).rev();
        blocks.fold(last, |gradient, (block, trace)| {
            arithmetic.input_gradient(block, trace, gradient)
        })
    }

    /// The same, and learns; only columns read from an embedding need a gradient.
    pub(super) fn learn<A: Arithmetic>(
        &mut self,
        arithmetic: A,
        trace: &BranchTrace<A>,
        heads: Vec<A::Matrix>,
        learning: Learning,
    ) -> A::Matrix {
        let reads = &self.reads;
        let embedded =
            |start: usize, end: usize| reads.iter().any(|read| read.learns_in(start, end));
        let deep = !self.blocks.is_empty();
        let wanted = |start: usize, end: usize| deep || embedded(start, end);
        let parts = self.heads.iter_mut().zip(&trace.heads).zip(heads);
        let gradients = parts.map(|((head, head_trace), gradient)| {
            arithmetic.learn(
                head,
                (trace.last(), head_trace),
                gradient,
                &wanted,
                learning,
            )
        });
        let mut gradient = sum(gradients);
        for (number, block) in self.blocks.iter_mut().enumerate().rev() {
            let wanted = |start: usize, end: usize| number > 0 || embedded(start, end);
            let block_trace = (trace.input_of(number), &trace.blocks[number]);
            gradient = arithmetic.learn(block, block_trace, gradient, &wanted, learning);
        }
        self.follow_batch(trace);
        gradient
    }

    fn follow_batch<A: Arithmetic>(&mut self, trace: &BranchTrace<A>) {
        let traces = trace.blocks.iter().chain(&trace.heads);
        self.layers_mut()
            .zip(traces)
            .for_each(|(layer, trace)| A::follow_batch(layer, trace));
    }
}

fn sum<M: Matrix>(gradients: impl Iterator<Item = M>) -> M {
    gradients
        .reduce(|mut sum, terms| {
            sum.add(&terms);
            sum
        })
        .expect("a branch has at least one head")
}
