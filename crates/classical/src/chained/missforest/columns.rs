//! Genes and covariates as bins, and which of them predict a gene.

use imputome_core::{CovariateEncoder, Covariates, Dataset};
use imputome_numerics::product;
use ndarray::{Array2, s};
use rayon::prelude::*;

use crate::forest::Bins;

/// Genes whose correlations are found at a time: ours, bounds memory to this many rows.
const SCREENED_ROWS: usize = 256;

/// How genes and covariates become bins, learned from training samples.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Binning {
    /// Genes, then numeric covariates.
    pub(super) bins: Vec<Bins>,
    /// Mean of each gene's measured values.
    pub(super) means: Vec<f32>,
    pub(super) encoder: CovariateEncoder,
}

impl Binning {
    pub(super) fn learn(train: &Dataset, bins: usize, means: Vec<f32>) -> Self {
        let encoder = CovariateEncoder::fit(&train.covariates);
        let numeric = encoder.encode(&train.covariates).numeric;
        let of_genes = (0..train.n_genes()).into_par_iter().map(|g| {
            let values = train.measured_of_gene(g).map(|(_, value)| value);
            Bins::learn(values.collect(), bins)
        });
        let mut all: Vec<Bins> = of_genes.collect();
        all.extend(
            numeric
                .columns()
                .into_iter()
                .map(|c| Bins::learn(c.to_vec(), bins)),
        );
        Self {
            bins: all,
            means,
            encoder,
        }
    }

    /// How many genes there are.
    pub(super) fn n_genes(&self) -> usize {
        self.means.len()
    }

    /// The covariates of a table, with a remark on each level never seen in training.
    pub(super) fn encode(&self, covariates: &Covariates) -> (EncodedColumns, Vec<String>) {
        let encoded = self.encoder.encode(covariates);
        let of_numeric = self.bins[self.n_genes()..].iter();
        let numeric = of_numeric
            .zip(encoded.numeric.columns())
            .map(|(bins, column)| column.iter().map(|&v| bins.bin(v)).collect());
        let of_categorical = self.encoder.categorical.iter();
        let levels = of_categorical
            .zip(encoded.levels.columns())
            .map(|(known, column)| {
                let unknown = known.levels.len();
                column.iter().map(|l| l.unwrap_or(unknown)).collect()
            });
        let columns = EncodedColumns {
            numeric: numeric.collect(),
            levels: levels.collect(),
        };
        let say = |(covariate, level, n): (String, String, usize)| {
            format!(
                "{covariate} {level:?} was not among the training samples: {n} samples count as {covariate} not known"
            )
        };
        (columns, encoded.unseen.into_iter().map(say).collect())
    }
}

/// Covariates of a table as bins and levels, one vector over the samples for each.
#[derive(Clone, Debug)]
pub(super) struct EncodedColumns {
    pub(super) numeric: Vec<Vec<u8>>,
    /// Number of the level; one past the last where it is not known.
    pub(super) levels: Vec<Vec<usize>>,
}

/// The levels of each categorical covariate in the order of the mean target, as bins: one more
/// than there are levels, the last for a level not known, which stands at the overall mean.
///
/// Ordered once per forest, as Wright and König 2019 (doi:10.7717/peerj.6339) find sufficient.
pub(super) fn rank_levels(
    binning: &Binning,
    columns: &EncodedColumns,
    rows: &[u32],
    targets: &[f32],
) -> Vec<Vec<u8>> {
    let overall = targets.iter().map(|&t| f64::from(t)).sum::<f64>() / targets.len().max(1) as f64;
    let of_covariate = binning.encoder.categorical.iter().zip(&columns.levels);
    of_covariate
        .map(|(known, levels)| {
            let n = known.levels.len() + 1;
            let mut totals = vec![(0.0, 0.0); n];
            for (&row, &target) in rows.iter().zip(targets) {
                let total = &mut totals[levels[row as usize]];
                *total = (total.0 + f64::from(target), total.1 + 1.0);
            }
            let mean = |&(sum, n): &(f64, f64)| if n > 0.0 { sum / n } else { overall };
            let mut means: Vec<f64> = totals.iter().map(mean).collect();
            means[n - 1] = overall;
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by(|&a, &b| means[a].total_cmp(&means[b]));
            let mut ranks = vec![0; n];
            for (rank, level) in order.into_iter().enumerate() {
                // More than 256 levels share bins with their neighbors.
                ranks[level] = (rank * 255 / (n - 1).max(255)) as u8;
            }
            ranks
        })
        .collect()
}

/// The genes that predict each gene.
#[derive(Clone, Debug)]
pub(super) struct Screening {
    /// Most correlated first, as many for every gene, shape `[genes, predictors]`.
    pub(super) predictors: Array2<u32>,
    /// Absolute correlation of each gene with the weakest of its predictors.
    pub(super) weakest: Vec<f32>,
    /// Absolute correlation of each gene with the strongest gene that is not among them.
    pub(super) left_out: Vec<f32>,
}

/// The `wanted` genes most correlated with each gene, gaps filled with means: a gene that was
/// rarely measured says little, and its correlation shrinks accordingly.
pub(super) fn screen(train: &Dataset, means: &[f32], wanted: usize) -> Screening {
    let genes = train.n_genes();
    let wanted = wanted.min(genes - 1);
    let mut screening = Screening {
        predictors: Array2::zeros((genes, wanted)),
        weakest: Vec::with_capacity(genes),
        left_out: Vec::with_capacity(genes),
    };
    if wanted == genes - 1 {
        for ((g, at), predictor) in screening.predictors.indexed_iter_mut() {
            *predictor = (at + usize::from(at >= g)) as u32;
        }
        return screening;
    }
    let filled = unit_columns(train, means);
    for first in (0..genes).step_by(SCREENED_ROWS) {
        let end = (first + SCREENED_ROWS).min(genes);
        let correlations = product(filled.slice(s![.., first..end]).t(), filled.view());
        let strongest: Vec<Strongest> = correlations
            .outer_iter()
            .into_par_iter()
            .enumerate()
            .map(|(row, of_gene)| Strongest::of(of_gene.iter().copied(), first + row, wanted))
            .collect();
        for (g, found) in (first..end).zip(strongest) {
            for (at, predictor) in found.genes.into_iter().enumerate() {
                screening.predictors[(g, at)] = predictor;
            }
            screening.weakest.push(found.weakest);
            screening.left_out.push(found.left_out);
        }
    }
    screening
}

/// Columns with mean 0 and length 1, gaps 0.
fn unit_columns(train: &Dataset, means: &[f32]) -> Array2<f32> {
    let mut filled = Array2::zeros(train.values.dim());
    let mut squares = vec![0.0_f64; means.len()];
    for s in 0..train.n_samples() {
        for g in 0..means.len() {
            if let Some(value) = train.entry(s, g) {
                filled[(s, g)] = value - means[g];
                squares[g] += f64::from(value - means[g]).powi(2);
            }
        }
    }
    for mut row in filled.rows_mut() {
        for (value, square) in row.iter_mut().zip(&squares) {
            *value /= square.sqrt().max(f64::MIN_POSITIVE) as f32;
        }
    }
    filled
}

struct Strongest {
    genes: Vec<u32>,
    weakest: f32,
    left_out: f32,
}

impl Strongest {
    fn of(correlations: impl Iterator<Item = f32>, gene: usize, wanted: usize) -> Self {
        let mut all: Vec<(f32, u32)> = correlations
            .zip(0..)
            .filter(|&(_, other)| other as usize != gene)
            .map(|(r, other)| (r.abs(), other))
            .collect();
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        let (_, left_out, _) = all.select_nth_unstable_by(wanted, order);
        let left_out = left_out.0;
        all.truncate(wanted);
        all.sort_unstable_by(order);
        Self {
            weakest: all.last().map_or(0.0, |last| last.0),
            genes: all.into_iter().map(|(_, other)| other).collect(),
            left_out,
        }
    }
}
