//! Mixtures of the RNA of three cell lines: cells of one mixture should be alike, and each gene
//! should be what the lines contribute (Tian et al. 2019, doi:10.1038/s41592-019-0425-8).

use std::path::Path;

use imputome_core::Counts;
use imputome_evaluate::cells::{CellMapSettings, cell_map};
use imputome_evaluate::downstream::{adjusted_rand_index, silhouette};
use ndarray::{Array1, Array2, ArrayView1, Axis};

use crate::failure::{Failure, Result};

use super::expression::logs;
use super::fish::pearson;
use super::learned::{Learned, varying};
use super::rows::Unit;
use super::study::Work;
use super::truth::TextColumns;

/// Columns of shares of the lines.
const SHARES: [&str; 3] = ["H2228_prop", "H1975_prop", "HCC827_prop"];
/// Amounts of RNA, picograms: little, where much is missed, and much, where least is.
const LITTLE: f64 = 7.5;
const MUCH: f64 = 30.0;

/// What is known of each cell.
#[derive(Clone, Debug)]
pub(super) struct Mixtures {
    cells: Vec<String>,
    shares: Vec<[f64; 3]>,
    amounts: Vec<f64>,
    /// Cells with the same shares have the same number.
    mixtures: Vec<usize>,
}

impl Mixtures {
    pub(super) fn read(file: &Path) -> Result<Self> {
        let table = TextColumns::read(file)?;
        let columns = [
            table.numbers(SHARES[0])?,
            table.numbers(SHARES[1])?,
            table.numbers(SHARES[2])?,
        ];
        let cells: Vec<String> = table
            .column("cell_id")?
            .into_iter()
            .map(String::from)
            .collect();
        let shares: Vec<[f64; 3]> = (0..cells.len())
            .map(|cell| std::array::from_fn(|line| columns[line][cell]))
            .collect();
        let mut known: Vec<[f64; 3]> = Vec::new();
        let mixtures = shares.iter().map(|shares| {
            known
                .iter()
                .position(|other| other == shares)
                .unwrap_or_else(|| {
                    known.push(*shares);
                    known.len() - 1
                })
        });
        Ok(Self {
            mixtures: mixtures.collect(),
            amounts: table.numbers("mRNA_amount")?,
            cells,
            shares,
        })
    }

    pub(super) fn judge(&self, work: &Work, unit: &mut Unit) -> Result<()> {
        let counts = &work.table.counts;
        self.expect_cells(counts)?;
        let learned = Learned::of(work.entrant, counts, work.run)?;
        let filled = learned.filled(counts, work.run)?;
        let map = cell_map(filled.view(), &CellMapSettings::default(), work.run)?;
        for (metric, points) in [
            ("silhouette_map", &map.places),
            ("silhouette_components", &map.components),
        ] {
            let widths = silhouette(points.view(), &self.mixtures, work.run)?;
            unit.add("", metric, widths.iter().sum::<f64>() / widths.len() as f64);
        }
        unit.add(
            "",
            "ari",
            adjusted_rand_index(&self.mixtures, &map.groups.labels),
        );
        let genes = varying(counts);
        let raw = logs(counts.table(0..counts.n_cells())).select(Axis(1), &genes);
        let imputed = logs(filled).select(Axis(1), &genes);
        unit.add("", "genes", genes.len() as f64);
        self.alike(&imputed, unit);
        self.little(&imputed, &raw, unit);
        self.predicted(&imputed, &raw, unit);
        Ok(())
    }

    fn expect_cells(&self, counts: &Counts) -> Result<()> {
        if counts.cells().as_slice() == self.cells {
            return Ok(());
        }
        Err(Failure::input(
            "sc_mixology: counts and mixtures do not name the same cells in the same order",
        ))
    }

    /// Mean correlation of cells of the same mixture, and of others.
    fn alike(&self, logs: &Array2<f32>, unit: &mut Unit) {
        let scores = standard_scores(logs);
        let correlations = scores.dot(&scores.t()) / scores.ncols() as f32;
        let mut sums = [(0.0, 0.0); 2];
        for (a, row) in correlations.rows().into_iter().enumerate() {
            for (b, &correlation) in row.iter().enumerate().skip(a + 1) {
                let same = self.mixtures[a] == self.mixtures[b];
                let (sum, pairs) = &mut sums[usize::from(same)];
                *sum += f64::from(correlation);
                *pairs += 1.0;
            }
        }
        let [others, same] = sums.map(|(sum, pairs)| sum / pairs);
        unit.add("", "same_mixture", same);
        unit.add("", "other_mixture", others);
        unit.add("", "apart", same - others);
    }

    /// Correlation of cells with little RNA with the mean of raw cells of their mixture with much.
    fn little(&self, imputed: &Array2<f32>, raw: &Array2<f32>, unit: &mut Unit) {
        let mean_of = |mixture: usize| {
            let cells =
                self.of(|cell| self.mixtures[cell] == mixture && self.amounts[cell] == MUCH);
            raw.select(Axis(0), &cells).mean_axis(Axis(0))
        };
        let means: Vec<Option<Array1<f32>>> =
            (0..=self.mixtures.iter().copied().max().unwrap_or(0))
                .map(mean_of)
                .collect();
        let cells = self.of(|cell| self.amounts[cell] <= LITTLE);
        let near: Vec<f64> = cells
            .into_iter()
            .filter_map(|cell| {
                let much = means[self.mixtures[cell]].as_ref()?;
                Some(correlation(imputed.row(cell), much.view()))
            })
            .collect();
        unit.add(
            "",
            "little_with_much",
            near.iter().sum::<f64>() / near.len() as f64,
        );
    }

    /// Each gene's values against what the lines contribute, over cells that are no pure line.
    fn predicted(&self, imputed: &Array2<f32>, raw: &Array2<f32>, unit: &mut Unit) {
        let pure = |line: usize| {
            let cells = self.of(|cell| self.shares[cell][line] == 1.0);
            raw.select(Axis(0), &cells)
                .mapv(f32::exp_m1)
                .mean_axis(Axis(0))
        };
        let (Some(a), Some(b), Some(c)) = (pure(0), pure(1), pure(2)) else {
            return;
        };
        let mixed = self.of(|cell| self.shares[cell].iter().all(|&share| share < 1.0));
        let mut correlations = Vec::new();
        for gene in 0..raw.ncols() {
            let expected = |&cell: &usize| {
                let [of_a, of_b, of_c] = self.shares[cell];
                let amount = of_a * f64::from(a[gene])
                    + of_b * f64::from(b[gene])
                    + of_c * f64::from(c[gene]);
                amount.ln_1p()
            };
            let expected: Vec<f64> = mixed.iter().map(expected).collect();
            let found: Vec<f64> = mixed
                .iter()
                .map(|&cell| f64::from(imputed[(cell, gene)]))
                .collect();
            let correlation = pearson(&found, &expected);
            if correlation.is_finite() {
                correlations.push(correlation);
            }
        }
        unit.add(
            "",
            "with_prediction",
            correlations.iter().sum::<f64>() / correlations.len() as f64,
        );
    }

    fn of(&self, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.cells.len()).filter(|&cell| wanted(cell)).collect()
    }
}

/// Rows at mean 0 and variance 1.
fn standard_scores(table: &Array2<f32>) -> Array2<f32> {
    let mut scores = table.clone();
    for mut row in scores.rows_mut() {
        let mean = row.mean().unwrap_or(0.0);
        row.mapv_inplace(|value| value - mean);
        let deviation = (row.dot(&row) / row.len() as f32).sqrt();
        row.mapv_inplace(|value| value / deviation.max(f32::MIN_POSITIVE));
    }
    scores
}

fn correlation(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f64 {
    let values =
        |side: ArrayView1<'_, f32>| -> Vec<f64> { side.iter().map(|&v| f64::from(v)).collect() };
    pearson(&values(a), &values(b))
}
