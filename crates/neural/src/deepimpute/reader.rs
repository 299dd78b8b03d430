//! A trained network as it reads cells: sparse, without an engine.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use imputome_engine::{Activation, Weights as EngineWeights};
use serde::{Deserialize, Serialize};

use super::base::Base;
use super::directions::ScoreScale;
use super::network::{HIDDEN_BIAS, HIDDEN_KERNEL, OUTPUT_BIAS, OUTPUT_KERNEL};
use super::scores::InputScale;
use super::subnets::Subnet;

/// Cells read at once: ours, hidden units and estimates of so many fit a second-level cache. Every
/// product is of this size, so that the bytes of a cell do not depend on its window.
pub(super) const AT_ONCE: usize = 64;

/// Entries of a cell added to the hidden units at once: ours, each saves a pass over them.
const ENTRIES: usize = 4;

/// A trained network, and what stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Reader {
    pub(super) subnet: Subnet,
    /// How scores along the directions reach it, where they do.
    pub(super) scale: Option<ScoreScale>,
    pub(super) base: Base,
    /// First layer, `[inputs, units]` and `[units]`; its inputs are the predictors' logarithms, or
    /// scores where there are no predictors.
    pub(super) hidden: Layer,
    /// Second layer, `[units, targets]` and `[targets]`.
    pub(super) output: Layer,
    pub(super) activation: Activation,
    /// How much the network counts.
    pub(super) share: f32,
}

/// Kernel and bias.
pub(super) type Layer = (Vec<f32>, Vec<f32>);

/// Some cells, at most [`AT_ONCE`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    /// Genes of each cell that are not zero, and their logarithms.
    pub(super) entries: &'a [(&'a [u32], &'a [f32])],
    /// Scores of [`AT_ONCE`] cells, `[AT_ONCE, width]`, scaled; empty where nothing reads them.
    pub(super) scores: &'a [f32],
}

/// Memory that readings use again.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    hidden: Vec<f32>,
    output: Vec<f32>,
    base: Vec<f32>,
}

impl Reader {
    /// The layers of these weights; predictors were scored by `inputs`.
    pub(super) fn layers(mut weights: EngineWeights, inputs: &InputScale) -> [Layer; 2] {
        let mut take = |name: &str| {
            let tensor = weights.remove(name).expect("the network has this tensor");
            tensor.data
        };
        let (mut kernel, mut bias) = (take(HIDDEN_KERNEL), take(HIDDEN_BIAS));
        inputs.fold(&mut kernel, &mut bias);
        [(kernel, bias), (take(OUTPUT_KERNEL), take(OUTPUT_BIAS))]
    }

    /// Units of the hidden layer.
    pub(super) fn units(&self) -> usize {
        self.hidden.1.len()
    }

    /// Where each of `genes` genes stands among the predictors, `u32::MAX` elsewhere; nothing where
    /// there are none.
    pub(super) fn places(&self, genes: usize) -> Vec<u32> {
        if self.subnet.predictors.is_empty() {
            return Vec::new();
        }
        let mut places = vec![u32::MAX; genes];
        for (at, &gene) in (0..).zip(&self.subnet.predictors) {
            places[gene] = at;
        }
        places
    }

    /// Logarithms of some cells, `[cells, targets]`.
    pub(super) fn read<'a>(
        &self,
        places: &[u32],
        block: Block<'_>,
        scratch: &'a mut Scratch,
    ) -> &'a [f32] {
        let targets = self.subnet.targets.len();
        scratch.base.resize(AT_ONCE * targets, 0.0);
        self.base.estimate(block.scores, &mut scratch.base);
        if self.share > 0.0 {
            self.fill_hidden(places, block, &mut scratch.hidden);
            scratch.output.resize(AT_ONCE * targets, 0.0);
            product(&scratch.hidden, &self.output, &mut scratch.output);
            self.activation.apply(&mut scratch.output);
            let sums = scratch.base.iter_mut().zip(&scratch.output);
            sums.for_each(|(base, output)| *base += self.share * output);
        }
        &scratch.base[..block.entries.len() * targets]
    }

    /// Hidden units of the cells, `[AT_ONCE, units]`.
    fn fill_hidden(&self, places: &[u32], block: Block<'_>, hidden: &mut Vec<f32>) {
        let units = self.units();
        hidden.resize(AT_ONCE * units, 0.0);
        if places.is_empty() {
            product(block.scores, &self.hidden, hidden);
        } else {
            let mut found = Vec::new();
            for (sums, (genes, logs)) in hidden.chunks_exact_mut(units).zip(block.entries) {
                found.clear();
                let entries = genes.iter().zip(*logs);
                let entries = entries.map(|(&gene, &log)| (places[gene as usize], log));
                found.extend(entries.filter(|&(at, _)| at != u32::MAX));
                pulp::Arch::new().dispatch(|| self.add_entries(&found, sums));
            }
        }
        Activation::Relu.apply(hidden);
    }

    // Inlined into the dispatch, so that it is compiled for the instructions found at run time.
    #[inline(always)]
    fn add_entries(&self, entries: &[(u32, f32)], sums: &mut [f32]) {
        let (kernel, bias) = (&self.hidden.0, &self.hidden.1);
        let units = bias.len();
        let row = |at: u32| &kernel[at as usize * units..][..units];
        sums.copy_from_slice(bias);
        let (whole, rest) = entries.as_chunks::<ENTRIES>();
        for &[(a, x), (b, y), (c, z), (d, w)] in whole {
            let rows = row(a).iter().zip(row(b)).zip(row(c)).zip(row(d));
            for (sum, (((a, b), c), d)) in sums.iter_mut().zip(rows) {
                *sum += (a * x + b * y) + (c * z + d * w);
            }
        }
        for &(at, log) in rest {
            let row = sums.iter_mut().zip(row(at));
            row.for_each(|(sum, weight)| *sum += weight * log);
        }
    }
}

/// `input` `[AT_ONCE, ins]` times a kernel `[ins, outs]`, and its bias.
fn product(input: &[f32], (kernel, bias): &Layer, output: &mut [f32]) {
    let outs = bias.len();
    for row in output.chunks_exact_mut(outs) {
        row.copy_from_slice(bias);
    }
    matmul(
        MatMut::from_row_major_slice_mut(output, AT_ONCE, outs),
        Accum::Add,
        MatRef::from_row_major_slice(input, AT_ONCE, kernel.len() / outs),
        MatRef::from_row_major_slice(kernel, kernel.len() / outs, outs),
        1.0,
        Par::Seq,
    );
}
