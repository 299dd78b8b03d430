//! A fitted DeepImpute and its estimates.

use imputome_core::{
    Counts, Dataset, Error, FittedImputer, Imputation, Names, Result, Run, Summary, Weights,
};
use ndarray::{Array2, Axis};
use rayon::prelude::*;

use super::NAME;
use super::cells::Reading;
use super::choice::LeftOut;
use super::directions::{Directions, Sums};
use super::reader::{AT_ONCE, Block, Reader, Scratch};
use super::settings::DeepImpute;
use super::stored;
use super::subnets::Subnet;

/// Cells of a table that are estimated at once; ours.
const WINDOW: usize = 4096;

/// A fitted DeepImpute.
#[derive(Clone, Debug)]
pub struct FittedDeepImpute {
    pub(super) genes: Vec<String>,
    /// Why each gene is not imputed, nothing for those that are.
    pub(super) reasons: Vec<Option<LeftOut>>,
    /// Mean of each gene's logarithms over the cells learned from where it is not zero.
    pub(super) means: Vec<f32>,
    /// Logarithms above it are refused.
    pub(super) bound: f32,
    pub(super) readers: Vec<Reader>,
    /// What tells cells apart, where networks or what stands beside them need it.
    pub(super) directions: Option<Directions>,
    pub(super) reading: Reading,
    pub(super) summary: Summary,
    /// Genes imputed, ascending.
    imputed: Vec<usize>,
    /// For each network where each gene stands among its predictors, and in which column of the
    /// estimates each of its targets.
    places: Vec<(Vec<u32>, Vec<usize>)>,
    /// The network of which each gene is a target.
    slots: Vec<u32>,
}

/// Estimates of a window of cells.
#[derive(Clone, Debug)]
pub struct Estimates {
    /// Shape `[cells, imputed genes]`, in the unit of the table; not a number where refused.
    pub values: Array2<f32>,
    /// Estimates out of bounds, by cell of the window and column of `values`.
    pub refused: Vec<(usize, usize)>,
}

impl FittedDeepImpute {
    /// From its parts: names of genes, why they are not imputed, means and bound, networks, how a
    /// table is read and how the fit went.
    pub(super) fn new(
        genes: Vec<String>,
        reasons: Vec<Option<LeftOut>>,
        (means, bound): (Vec<f32>, f32),
        readers: Vec<Reader>,
        directions: Option<Directions>,
        (reading, summary): (Reading, Summary),
    ) -> Self {
        let imputed: Vec<usize> = (0..genes.len())
            .filter(|&gene| reasons[gene].is_none())
            .collect();
        let column = |gene: &usize| imputed.binary_search(gene).expect("targets are imputed");
        let places = readers.iter().map(|reader| {
            let columns = reader.subnet.targets.iter().map(column).collect();
            (reader.places(genes.len()), columns)
        });
        let subnets: Vec<Subnet> = readers.iter().map(|reader| reader.subnet.clone()).collect();
        Self {
            places: places.collect(),
            slots: Sums::slots(genes.len(), &subnets),
            imputed,
            genes,
            reasons,
            means,
            bound,
            readers,
            directions,
            reading,
            summary,
        }
    }

    /// Rebuilds what an earlier fit with the same settings learned.
    pub fn restore(settings: &DeepImpute, weights: &Weights) -> Result<Self> {
        stored::restore(settings, weights)
    }

    /// Everything [`FittedDeepImpute::restore`] needs, by name.
    pub fn weights(&self) -> Weights {
        stored::weights(self)
    }

    /// How the fit went.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Names of the genes it was fitted on, in order; a window must have the same.
    pub fn genes(&self) -> &[String] {
        &self.genes
    }

    /// Positions of the genes imputed, ascending: the columns of [`Estimates::values`].
    pub fn imputed(&self) -> &[usize] {
        &self.imputed
    }

    /// Why each gene is not imputed, shape `[genes]`; nothing for those that are.
    pub fn left_out(&self) -> &[Option<LeftOut>] {
        &self.reasons
    }

    /// Mean count of each gene where it is not zero, on the logarithmic scale and back, `[genes]`;
    /// 0 where it never was.
    pub fn nonzero_means(&self) -> Vec<f32> {
        let mut means = self.means.clone();
        self.reading.values_of(&mut means, 1.0);
        means
    }

    /// Estimates of every imputed gene in every cell of `window`, zero there or not.
    ///
    /// Refused when the genes are not those it was fitted on, or the window does not hold what the
    /// settings say.
    pub fn estimate(&self, window: &Counts, run: &Run) -> Result<Estimates> {
        self.expect_genes(window.genes())?;
        self.reading.expect_window(window)?;
        run.proceed()?;
        let width = self.imputed.len();
        let mut values = Array2::zeros((window.n_cells(), width));
        let refused = run.on_threads(|| {
            let rows = values.as_slice_mut().expect("row by row");
            let blocks = rows.par_chunks_mut((AT_ONCE * width).max(1)).enumerate();
            let refused = blocks.map(|(block, rows)| {
                let cells = rows.len() / width;
                self.estimate_block(window, block * AT_ONCE..block * AT_ONCE + cells, rows)
            });
            refused.collect::<Vec<_>>()
        });
        Ok(Estimates {
            values,
            refused: refused.into_iter().flatten().collect(),
        })
    }

    /// Writes estimates of some cells into `rows`, and gives the positions of those refused.
    fn estimate_block(
        &self,
        window: &Counts,
        cells: std::ops::Range<usize>,
        rows: &mut [f32],
    ) -> Vec<(usize, usize)> {
        let width = self.imputed.len();
        let factors: Vec<f32> = cells
            .clone()
            .map(|c| self.reading.factor(window, c))
            .collect();
        let logs: Vec<Vec<f32>> = cells
            .clone()
            .zip(&factors)
            .map(|(c, &factor)| {
                let values = window.row(c).1.iter();
                values
                    .map(|&value| self.reading.log(value, factor))
                    .collect()
            })
            .collect();
        let entries: Vec<(&[u32], &[f32])> = cells
            .clone()
            .zip(&logs)
            .map(|(c, logs)| (window.row(c).0, logs.as_slice()))
            .collect();
        let sums = self.sums(&entries);
        let mut scratch = Scratch::default();
        let readers = self.readers.iter().zip(&self.places).enumerate();
        for (number, (reader, (places, columns))) in readers {
            let scores = self.scores(number, &sums);
            let block = Block {
                entries: &entries,
                scores: &scores,
            };
            let read = reader.read(places, block, &mut scratch);
            for (row, read) in rows.chunks_exact_mut(width).zip(read.chunks(columns.len())) {
                for (&column, &log) in columns.iter().zip(read) {
                    row[column] = log;
                }
            }
        }
        let mut refused = Vec::new();
        for ((cell, row), &factor) in cells.zip(rows.chunks_exact_mut(width)).zip(&factors) {
            let out = |log: f32| log.is_nan() || log > self.bound;
            let outside = (0..width).filter(|&column| out(row[column]));
            let outside: Vec<usize> = outside.collect();
            self.reading.values_of(row, factor);
            for column in outside {
                row[column] = f32::NAN;
                refused.push((cell, column));
            }
        }
        refused
    }

    /// Sums of some cells along the directions.
    fn sums(&self, entries: &[(&[u32], &[f32])]) -> Vec<Sums> {
        let Some(directions) = &self.directions else {
            return Vec::new();
        };
        let cells = entries.iter().map(|(genes, logs)| {
            let genes = genes.iter().map(|&gene| gene as usize);
            let entries = genes.zip(logs.iter().copied());
            directions.sums(entries, &self.slots, self.readers.len())
        });
        cells.collect()
    }

    /// Scores of [`AT_ONCE`] cells for one network.
    fn scores(&self, network: usize, sums: &[Sums]) -> Vec<f32> {
        let Some(scale) = &self.readers[network].scale else {
            return Vec::new();
        };
        let width = scale.centers.len();
        let mut scores = Vec::with_capacity(AT_ONCE * width);
        sums.iter()
            .for_each(|sums| sums.outside(network, &mut scores));
        scale.apply(&mut scores);
        scores.resize(AT_ONCE * width, 0.0);
        scores
    }

    fn expect_genes(&self, genes: &Names) -> Result<()> {
        if genes.as_slice() == self.genes {
            return Ok(());
        }
        let position = genes
            .iter()
            .zip(&self.genes)
            .take_while(|(a, b)| a == b)
            .count();
        let name = |names: &[String]| {
            names
                .get(position)
                .cloned()
                .unwrap_or_else(|| "(end)".into())
        };
        Err(Error::GenesDiffer {
            method: NAME.into(),
            known: self.genes.len(),
            position: position + 1,
            expected: name(&self.genes),
            found: name(genes.as_slice()),
        })
    }
}

impl FittedImputer for FittedDeepImpute {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        data.expect_genes(NAME, &self.genes)?;
        let means = self.nonzero_means();
        let mut estimates = Array2::from_shape_fn(data.values.dim(), |(_, gene)| means[gene]);
        let mut refused = 0;
        let rows: Vec<usize> = (0..data.n_samples()).collect();
        for rows in rows.chunks(WINDOW) {
            let window = counts_of(&data.select_samples(rows))?;
            let found = self.estimate(&window, run)?;
            refused += found.refused.len();
            for (&row, values) in rows.iter().zip(found.values.axis_iter(Axis(0))) {
                for (&gene, &value) in self.imputed.iter().zip(values) {
                    if value.is_finite() {
                        estimates[(row, gene)] = value;
                    }
                }
            }
        }
        Ok(Imputation {
            remarks: self.remarks(refused),
            ..Imputation::of(estimates)
        })
    }

    fn weights(&self) -> Weights {
        stored::weights(self)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

impl FittedDeepImpute {
    fn remarks(&self, refused: usize) -> Vec<String> {
        let mut remarks = Vec::new();
        let others = self.genes.len() - self.imputed.len();
        if others > 0 {
            remarks.push(format!(
                "{others} genes are not imputed by a network: gaps in them get the mean of the entries that are not zero"
            ));
        }
        if refused > 0 {
            remarks.push(format!(
                "{refused} estimates out of bounds were refused: they got the mean of the gene's entries that are not zero"
            ));
        }
        remarks
    }
}

/// A table as counts; gaps are zeros.
pub(super) fn counts_of(data: &Dataset) -> Result<Counts> {
    let mut table = data.values.clone();
    ndarray::Zip::from(&mut table)
        .and(&data.measured.0)
        .for_each(|value, &measured| {
            if !measured {
                *value = 0.0;
            }
        });
    Counts::from_table(data.samples.clone(), data.genes.clone(), table.view())
}
