//! Leading directions of the logarithms, and where cells stand along them.

use imputome_core::{Error, Result, Run};
use imputome_numerics::leading_directions;
use ndarray::Array2;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::cells::LogCells;
use super::choice::Moments;
use super::settings::DeepImpute;
use super::subnets::{Subnet, some_cells};

/// Entries of the table that directions are learned from, at most: ours, 128 MiB; 10,000 cells of
/// the paper's 3,205 genes.
pub(super) const ENTRIES: usize = 1 << 25;

/// Directions found beside those asked for, and rounds of power iteration: Halko, Martinsson and Tropp 2011,
/// section 1.3 and 4.5; directions change nothing in the figures with more of either.
const BESIDE: usize = 8;
const ROUNDS: usize = 2;

/// Loadings of every gene, for logarithms as they are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Directions {
    /// `[genes, count]`, 0 for genes that do not vary.
    pub(super) loadings: Vec<f32>,
    pub(super) count: usize,
}

/// Scores of cells along the directions, over the genes that are no targets of a network, and one more:
/// the logarithm of the sum over them, a measure of depth.
#[derive(Debug)]
pub(super) struct Sums {
    /// `[networks + 1, count + 1]`: sums over each network's targets, then over all other genes.
    sums: Vec<f32>,
    width: usize,
}

/// How scores reach regressions and networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ScoreScale {
    /// `[count + 1]` each.
    pub(super) centers: Vec<f32>,
    pub(super) factors: Vec<f32>,
}

impl Directions {
    /// Of genes in standard scores, over some of the cells.
    pub(super) fn learn(
        settings: &DeepImpute,
        cells: &LogCells,
        moments: &Moments,
        run: &Run,
    ) -> Result<Self> {
        let genes: Vec<usize> = (0..moments.means.len())
            .filter(|&gene| moments.varies(gene))
            .collect();
        let rows = some_cells(cells.len(), ENTRIES / genes.len().max(1), "directions", run);
        let table = standardized(cells, &rows, &genes, moments);
        let random = &mut run.stream(&format!("{}/directions", super::NAME));
        let count = settings.directions.min(rows.len()).min(genes.len());
        let found = (count + BESIDE).min(rows.len()).min(genes.len());
        let start = Array2::from_shape_fn((genes.len(), found), |_| random.random::<f32>() - 0.5);
        let directions = run
            .on_threads(|| leading_directions(table.view(), start, ROUNDS))
            .ok_or_else(|| {
                Error::Unusable("deepimpute: no directions of the table were found".into())
            })?
            .1;
        let mut loadings = vec![0.0; moments.means.len() * count];
        for (&gene, direction) in genes.iter().zip(directions.rows()) {
            let row = loadings[gene * count..(gene + 1) * count].iter_mut();
            row.zip(direction)
                .for_each(|(loading, &value)| *loading = value / moments.deviations[gene]);
        }
        Ok(Self { loadings, count })
    }

    /// Sums of one cell, given the genes that are not zero and their logarithms; `slots` says of
    /// which of `networks` networks each gene is a target, [`Sums::NONE`] where of none.
    pub(super) fn sums(
        &self,
        entries: impl Iterator<Item = (usize, f32)>,
        slots: &[u32],
        networks: usize,
    ) -> Sums {
        let width = self.count + 1;
        let mut sums = vec![0.0; (networks + 1) * width];
        pulp::Arch::new().dispatch(|| self.add(entries, slots, &mut sums));
        Sums { sums, width }
    }

    // Inlined into the dispatch, so that it is compiled for the instructions found at run time.
    #[inline(always)]
    fn add(&self, entries: impl Iterator<Item = (usize, f32)>, slots: &[u32], sums: &mut [f32]) {
        let width = self.count + 1;
        let others = sums.len() / width - 1;
        for (gene, log) in entries {
            let slot = (slots[gene] as usize).min(others);
            let sums = &mut sums[slot * width..(slot + 1) * width];
            let loadings = &self.loadings[gene * self.count..(gene + 1) * self.count];
            let scores = sums.iter_mut().zip(loadings);
            scores.for_each(|(sum, loading)| *sum += log * loading);
            sums[self.count] += log;
        }
    }
}

impl Sums {
    /// The slot of a gene that is no network's target.
    pub(super) const NONE: u32 = u32::MAX;

    /// Which network each of `genes` genes is a target of.
    pub(super) fn slots(genes: usize, subnets: &[Subnet]) -> Vec<u32> {
        let mut slots = vec![Self::NONE; genes];
        for (number, subnet) in (0..).zip(subnets) {
            subnet.targets.iter().for_each(|&gene| slots[gene] = number);
        }
        slots
    }

    /// Scores over all genes but the targets of one network, `[count + 1]`, added to `scores`.
    pub(super) fn outside(&self, network: usize, scores: &mut Vec<f32>) {
        let begin = scores.len();
        scores.resize(begin + self.width, 0.0);
        for (slot, sums) in self.sums.chunks_exact(self.width).enumerate() {
            if slot != network {
                let scores = scores[begin..].iter_mut().zip(sums);
                scores.for_each(|(score, sum)| *score += sum);
            }
        }
        let depth = begin + self.width - 1;
        scores[depth] = scores[depth].max(0.0).ln_1p();
    }
}

impl ScoreScale {
    /// Of the `scores` of the cells `rows`, `[cells, width]`: all are centered, directions are brought to the deviation
    /// of the first, so that later ones stay smaller, and depth to its own.
    pub(super) fn learn(scores: &[f32], width: usize, rows: &[usize]) -> Self {
        let n = rows.len().max(1) as f64;
        let mut sums = vec![[0.0_f64; 2]; width];
        for &row in rows {
            let row = &scores[row * width..(row + 1) * width];
            for (sums, &score) in sums.iter_mut().zip(row) {
                sums[0] += f64::from(score);
                sums[1] += f64::from(score).powi(2);
            }
        }
        let deviation = |[sum, squares]: [f64; 2]| {
            let deviation = (squares / n - (sum / n).powi(2)).max(0.0).sqrt();
            if deviation > 1e-6 { deviation } else { 1.0 }
        };
        let first = deviation(sums[0]);
        let mut factors = vec![(1.0 / first) as f32; width];
        factors[width - 1] = (1.0 / deviation(sums[width - 1])) as f32;
        Self {
            centers: sums.iter().map(|[sum, _]| (sum / n) as f32).collect(),
            factors,
        }
    }

    /// Brings scores `[cells, width]` to this scale.
    pub(super) fn apply(&self, scores: &mut [f32]) {
        for row in scores.chunks_exact_mut(self.centers.len()) {
            let scale = self.centers.iter().zip(&self.factors);
            row.iter_mut()
                .zip(scale)
                .for_each(|(score, (center, factor))| *score = (*score - center) * factor);
        }
    }
}

/// Standard scores of some genes in some cells, `[cells, genes]`.
fn standardized(
    cells: &LogCells,
    rows: &[usize],
    genes: &[usize],
    moments: &Moments,
) -> Array2<f32> {
    let mut places = vec![usize::MAX; moments.means.len()];
    for (at, &gene) in genes.iter().enumerate() {
        places[gene] = at;
    }
    let score = |gene: usize, log: f32| (log - moments.means[gene]) / moments.deviations[gene];
    let zeros: Vec<f32> = genes.iter().map(|&gene| score(gene, 0.0)).collect();
    let mut table = Array2::from_shape_fn((rows.len(), genes.len()), |(_, at)| zeros[at]);
    for (mut scores, &row) in table.rows_mut().into_iter().zip(rows) {
        for (gene, log) in cells
            .row(row)
            .filter(|(gene, _)| places[*gene] != usize::MAX)
        {
            scores[places[gene]] = score(gene, log);
        }
    }
    table
}
