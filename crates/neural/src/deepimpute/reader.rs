//! A trained network as it reads cells: sparse, without an engine.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use imputome_engine::{Activation, Weights as EngineWeights};

use super::network::{HIDDEN_BIAS, HIDDEN_KERNEL, OUTPUT_BIAS, OUTPUT_KERNEL};
use super::scores::InputScale;
use super::subnets::Subnet;

/// Cells read at once: ours, hidden units and estimates of so many fit a second-level cache. Every
/// product is of this size, so that the bytes of a cell do not depend on its window.
pub(super) const AT_ONCE: usize = 64;

/// Entries of a cell added to the hidden units at once: ours, each saves a pass over them.
const ENTRIES: usize = 4;

/// A trained network over logarithms.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reader {
    pub(super) subnet: Subnet,
    /// First layer, `[predictors, units]` and `[units]`.
    pub(super) hidden: (Vec<f32>, Vec<f32>),
    /// Second layer, `[units, targets]` and `[targets]`.
    pub(super) output: (Vec<f32>, Vec<f32>),
    /// How much the network counts beside the means of entries that are not zero.
    pub(super) share: f32,
}

/// Memory that readings use again.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    hidden: Vec<f32>,
    output: Vec<f32>,
}

impl Reader {
    /// The network of these weights; its inputs were scored by `scale`.
    pub(super) fn new(subnet: Subnet, mut weights: EngineWeights, scale: &InputScale) -> Self {
        let mut take = |name: &str| weights.remove(name).map(|tensor| tensor.data);
        let mut take = |name: &str| take(name).expect("the network has this tensor");
        let (mut kernel, mut bias) = (take(HIDDEN_KERNEL), take(HIDDEN_BIAS));
        scale.fold(&mut kernel, &mut bias);
        Self {
            subnet,
            hidden: (kernel, bias),
            output: (take(OUTPUT_KERNEL), take(OUTPUT_BIAS)),
            share: 1.0,
        }
    }

    /// Units of the hidden layer.
    pub(super) fn units(&self) -> usize {
        self.hidden.1.len()
    }

    /// Where each of `genes` genes stands among the predictors, `u32::MAX` elsewhere.
    pub(super) fn places(&self, genes: usize) -> Vec<u32> {
        let mut places = vec![u32::MAX; genes];
        for (at, &gene) in (0..).zip(&self.subnet.predictors) {
            places[gene] = at;
        }
        places
    }

    /// Logarithms of at most [`AT_ONCE`] cells, given the entries of each that are not zero: `[cells, targets]`.
    pub(super) fn read<'a>(
        &self,
        places: &[u32],
        cells: &[(&[u32], &[f32])],
        scratch: &'a mut Scratch,
    ) -> &'a [f32] {
        let (units, targets) = (self.units(), self.subnet.targets.len());
        scratch.hidden.resize(AT_ONCE * units, 0.0);
        scratch.output.resize(AT_ONCE * targets, 0.0);
        let mut found = Vec::new();
        for (sums, (genes, logs)) in scratch.hidden.chunks_exact_mut(units).zip(cells) {
            found.clear();
            let entries = genes.iter().zip(*logs);
            let entries = entries.map(|(&gene, &log)| (places[gene as usize], log));
            found.extend(entries.filter(|&(at, _)| at != u32::MAX));
            pulp::Arch::new().dispatch(|| self.add_entries(&found, sums));
        }
        matmul(
            MatMut::from_row_major_slice_mut(&mut scratch.output, AT_ONCE, targets),
            Accum::Replace,
            MatRef::from_row_major_slice(&scratch.hidden, AT_ONCE, units),
            MatRef::from_row_major_slice(&self.output.0, units, targets),
            1.0,
            Par::Seq,
        );
        let output = &mut scratch.output[..cells.len() * targets];
        for row in output.chunks_exact_mut(targets) {
            let biases = row.iter_mut().zip(&self.output.1);
            biases.for_each(|(value, bias)| *value += bias);
        }
        Activation::Softplus.apply(output);
        output
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
        sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
    }
}
