//! Genes whose expression follows the methylation of one site.
//!
//! For each gene the site of strongest correlation over the full data, fixed from then on; an
//! imputed table is judged by what it keeps of that correlation (Zhou et al. 2020, "Preservation of
//! methylation-expression correlations"; as the released code, over all samples, whether imputed or
//! measured).

use imputome_core::{Error, Result, Run};
use imputome_numerics::product;
use ndarray::{Array2, ArrayView1, ArrayView2, s};
use rayon::prelude::*;

use super::{benjamini_hochberg, overlap_of_top, precision_recall_area, top};
use crate::survival::correlation_p_value;

/// Squared correlation from which a gene counts as driven by methylation: Zhou et al. 2020.
const LEAST_R2: f64 = 0.5;
/// False discovery rate up to which it does: Zhou et al. 2020.
const LARGEST_RATE: f64 = 0.05;
/// Genes multiplied with all sites at a time: ours, 60 MB of correlations with 30,000 sites.
const BLOCK: usize = 512;

/// A gene and the site it follows most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrivingPair {
    /// Column of the gene.
    pub gene: usize,
    /// Column of the site; the first of equally strong ones.
    pub site: usize,
    /// Pearson correlation over the samples.
    pub correlation: f64,
    /// Student's t test of a correlation of 0, two-sided, as R's `cor.test`.
    pub p_value: f64,
    /// False discovery rate over all genes (Benjamini and Hochberg).
    pub false_discovery_rate: f64,
}

impl DrivingPair {
    /// Squared correlation.
    pub fn r2(&self) -> f64 {
        self.correlation * self.correlation
    }

    /// Whether methylation drives the gene: r2 of 0.5 or more at a false discovery rate of 0.05
    /// or less.
    pub fn is_driving(&self) -> bool {
        self.r2() >= LEAST_R2 && self.false_discovery_rate <= LARGEST_RATE
    }
}

/// The strongest pair of each gene in the full data.
#[derive(Clone, Debug, PartialEq)]
pub struct DrivingGenes {
    /// A pair for each gene that has no gap and varies, in the order of genes.
    pub pairs: Vec<DrivingPair>,
}

/// What a study of an imputed table keeps of the pairs of the full data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrivingRecovery {
    /// Area under the precision-recall curve: driven genes of the full data ranked by r2 in the
    /// imputed. Nothing when the full data have no driven gene.
    pub precision_recall_area: Option<f64>,
    /// How many genes are among the `top` by r2 in both.
    pub overlap: usize,
    /// Genes compared so: as many as were asked for, or all.
    pub top: usize,
    /// Mean r2 in the imputed data of the full data's `top` pairs. The nearer to
    /// `full_mean_r2` the better: estimates made from methylation follow it more closely than
    /// expression does, so that this may also be too large.
    pub mean_r2: f64,
    /// Mean r2 of the same pairs in the full data.
    pub full_mean_r2: f64,
}

/// Finds each gene's strongest site; `expression` of shape `[samples, genes]` and `methylation` of
/// shape `[samples, sites]`, rows in the same order.
///
/// A column with a value that is not finite is left out, and one that does not vary. The same for
/// any number of threads. Refused: tables of different samples, fewer than three samples, no site.
pub fn driving_genes(
    expression: ArrayView2<'_, f32>,
    methylation: ArrayView2<'_, f32>,
    run: &Run,
) -> Result<DrivingGenes> {
    expect_same_samples(expression, methylation)?;
    let sites = unit_columns(methylation);
    let genes = unit_columns(expression);
    if sites.used.is_empty() {
        return Err(Error::Unusable(
            "no methylation site is without gaps and varies; nothing can drive a gene".into(),
        ));
    }
    let mut strongest = Vec::with_capacity(genes.used.len());
    for first in (0..genes.used.len()).step_by(BLOCK) {
        run.proceed()?;
        let last = (first + BLOCK).min(genes.used.len());
        let block = genes.units.slice(s![.., first..last]);
        strongest.extend(run.on_threads(|| strongest_columns(block, sites.units.view())));
    }
    let chosen = strongest.iter().zip(&genes.used);
    let mut pairs: Vec<DrivingPair> = chosen
        .map(|(&site, &gene)| {
            let site = sites.used[site];
            let correlation = correlation(expression.column(gene), methylation.column(site));
            DrivingPair {
                gene,
                site,
                correlation,
                p_value: correlation_p_value(correlation * correlation, expression.nrows()),
                false_discovery_rate: 1.0,
            }
        })
        .collect();
    let p_values: Vec<f64> = pairs.iter().map(|pair| pair.p_value).collect();
    for (pair, rate) in pairs.iter_mut().zip(benjamini_hochberg(&p_values)) {
        pair.false_discovery_rate = rate;
    }
    Ok(DrivingGenes { pairs })
}

impl DrivingGenes {
    /// Squared correlation of the same pairs in another table of the same samples, such as an
    /// imputed one, shape `[pairs]`; 0 where a gene does not vary there.
    ///
    /// Refused: tables of different samples.
    pub fn r2_in(
        &self,
        expression: ArrayView2<'_, f32>,
        methylation: ArrayView2<'_, f32>,
    ) -> Result<Vec<f64>> {
        expect_same_samples(expression, methylation)?;
        let r2 = |pair: &DrivingPair| {
            let gene = expression.column(pair.gene);
            correlation(gene, methylation.column(pair.site)).powi(2)
        };
        Ok(self.pairs.iter().map(r2).collect())
    }

    /// How well squared correlations after imputation, as [`r2_in`](Self::r2_in) gives them, recover the
    /// genes found in the full data; the paper takes `top` 100.
    pub fn recovery(&self, imputed_r2: &[f64], top_genes: usize) -> DrivingRecovery {
        let full_r2: Vec<f64> = self.pairs.iter().map(DrivingPair::r2).collect();
        let driving: Vec<bool> = self.pairs.iter().map(DrivingPair::is_driving).collect();
        let best = top(&full_r2, top_genes);
        let mean = |r2: &[f64]| best.iter().map(|&at| r2[at]).sum::<f64>() / best.len() as f64;
        DrivingRecovery {
            precision_recall_area: precision_recall_area(&driving, imputed_r2),
            overlap: overlap_of_top(&full_r2, imputed_r2, top_genes),
            top: best.len(),
            mean_r2: mean(imputed_r2),
            full_mean_r2: mean(&full_r2),
        }
    }
}

fn expect_same_samples(
    expression: ArrayView2<'_, f32>,
    methylation: ArrayView2<'_, f32>,
) -> Result<()> {
    if expression.nrows() != methylation.nrows() {
        return Err(Error::Shape {
            what: "samples of the methylation table, as in the expression table".into(),
            expected: expression.nrows().to_string(),
            found: methylation.nrows().to_string(),
        });
    }
    if expression.nrows() < 3 {
        return Err(Error::TooLittle {
            method: "a test of correlation".into(),
            what: "samples with expression and methylation".into(),
            needed: 3,
            found: expression.nrows(),
            advice: "two samples are always on a line".into(),
        });
    }
    Ok(())
}

struct UnitColumns {
    /// Columns kept, each of mean 0 and length 1, shape `[samples, kept]`.
    units: Array2<f32>,
    /// Which they are.
    used: Vec<usize>,
}

fn unit_columns(table: ArrayView2<'_, f32>) -> UnitColumns {
    let n = table.nrows() as f64;
    let mut means = vec![0.0; table.ncols()];
    for row in table.rows() {
        for (mean, &value) in means.iter_mut().zip(row) {
            *mean += f64::from(value) / n;
        }
    }
    let mut squares = vec![0.0; table.ncols()];
    for row in table.rows() {
        for ((square, mean), &value) in squares.iter_mut().zip(&means).zip(row) {
            *square += (f64::from(value) - mean).powi(2);
        }
    }
    let used: Vec<usize> = (0..table.ncols())
        .filter(|&c| squares[c].is_finite() && varies(squares[c], means[c], n))
        .collect();
    let units = Array2::from_shape_fn((table.nrows(), used.len()), |(row, at)| {
        let column = used[at];
        ((f64::from(table[(row, column)]) - means[column]) / squares[column].sqrt()) as f32
    });
    UnitColumns { units, used }
}

/// Deviations below a ten-millionth of the mean are the rounding of f32.
fn varies(square: f64, mean: f64, n: f64) -> bool {
    (square / n).sqrt() > 1e-7 * mean.abs()
}

/// For each gene the place of the site with the largest correlation, either sign.
fn strongest_columns(genes: ArrayView2<'_, f32>, sites: ArrayView2<'_, f32>) -> Vec<usize> {
    let correlations = product(genes.t(), sites);
    let row_by_row = correlations.axis_iter(ndarray::Axis(0)).into_par_iter();
    row_by_row
        .map(|row| {
            let mut best = (0, 0.0);
            for (site, correlation) in row.iter().enumerate() {
                if correlation.abs() > best.1 {
                    best = (site, correlation.abs());
                }
            }
            best.0
        })
        .collect()
}

/// Pearson's, 0 where one of them does not vary.
fn correlation(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f64 {
    let n = a.len() as f64;
    let mean = |values: ArrayView1<'_, f32>| values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut of_a, mut of_b, mut both) = (0.0, 0.0, 0.0);
    for (&a, &b) in a.iter().zip(b) {
        let (a, b) = (f64::from(a) - mean_a, f64::from(b) - mean_b);
        of_a += a * a;
        of_b += b * b;
        both += a * b;
    }
    if !(varies(of_a, mean_a, n) && varies(of_b, mean_b, n)) {
        return 0.0;
    }
    (both / (of_a * of_b).sqrt()).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn run() -> Run {
        Run::new(0, 1).unwrap()
    }

    #[test]
    fn the_strongest_site_may_be_one_that_silences() {
        let expression = array![[1.0, 5.0], [2.0, 5.1], [3.0, 4.9], [4.0, 5.2]];
        let methylation = array![
            [0.1, 4.0, 7.0],
            [0.3, 3.0, 7.0],
            [0.2, 2.1, 7.0],
            [0.2, 1.0, 7.0]
        ];
        let found = driving_genes(expression.view(), methylation.view(), &run()).unwrap();
        let pair = found.pairs[0];
        assert_eq!((pair.gene, pair.site), (0, 1));
        assert!(pair.correlation < -0.99 && pair.is_driving());
        assert!(!found.pairs[1].is_driving());
    }

    #[test]
    fn correlation_and_p_value_are_those_of_scipy() {
        let (expression, methylation) = two_columns();
        let found = driving_genes(expression.view(), methylation.view(), &run()).unwrap();
        // SciPy 1.17.1, pearsonr of the same values rounded to f32.
        assert!((found.pairs[0].correlation / SCIPY.0 - 1.0).abs() < 1e-12); // six terms in f64
        assert!((found.pairs[0].p_value / SCIPY.1 - 1.0).abs() < 1e-9); // a continued fraction
    }

    fn two_columns() -> (Array2<f32>, Array2<f32>) {
        (
            array![[1.5], [2.25], [0.5], [3.0], [2.0], [4.75]],
            array![[0.5], [0.25], [0.75], [0.5], [0.125], [0.0]],
        )
    }

    const SCIPY: (f64, f64) = (-0.754_958_120_483_196_8, 0.082_711_450_204_104_35);

    #[test]
    fn columns_with_gaps_or_without_variation_are_left_out() {
        let mut expression = Array2::from_shape_fn((6, 3), |(s, g)| ((s * (g + 2)) % 5) as f32);
        let mut methylation = Array2::from_shape_fn((6, 3), |(s, c)| ((s * (c + 3)) % 7) as f32);
        expression[(2, 0)] = f32::NAN;
        expression.column_mut(1).fill(0.1);
        methylation[(0, 0)] = f32::INFINITY;
        let found = driving_genes(expression.view(), methylation.view(), &run()).unwrap();
        assert_eq!(found.pairs.len(), 1);
        assert_eq!(found.pairs[0].gene, 2);
        assert_ne!(found.pairs[0].site, 0);
        methylation.fill(1.0);
        assert!(driving_genes(expression.view(), methylation.view(), &run()).is_err());
    }

    #[test]
    fn pairs_are_those_of_one_product_at_a_time_for_any_number_of_threads() {
        let expression =
            Array2::from_shape_fn((20, 700), |(s, g)| ((s * s * (g + 3) + 5 * g) % 37) as f32);
        let methylation =
            Array2::from_shape_fn((20, 40), |(s, c)| ((s * (s + c) * 11 + 3 * c) % 29) as f32);
        let on = |threads| {
            let run = Run::new(0, threads).unwrap();
            driving_genes(expression.view(), methylation.view(), &run).unwrap()
        };
        let found = on(1);
        assert_eq!(found, on(3));
        for pair in &found.pairs {
            let strongest = (0..40)
                .map(|c| correlation(expression.column(pair.gene), methylation.column(c)).abs())
                .fold(0.0, f64::max);
            // The search is in f32, the pair's own correlation in f64.
            assert!(strongest - pair.correlation.abs() < 1e-6);
        }
    }

    #[test]
    fn what_is_lost_by_imputing_shows() {
        let methylation = Array2::from_shape_fn((30, 4), |(s, c)| ((s * (c + 2)) % 11) as f32);
        let expression = Array2::from_shape_fn((30, 4), |(s, g)| {
            let noise = ((s * 7 + g * 5) % 13) as f32;
            if g < 2 {
                methylation[(s, g)] + noise / 10.0
            } else {
                noise
            }
        });
        let full = driving_genes(expression.view(), methylation.view(), &run()).unwrap();
        let same = full.r2_in(expression.view(), methylation.view()).unwrap();
        let kept = full.recovery(&same, 2);
        assert_eq!((kept.precision_recall_area, kept.overlap), (Some(1.0), 2));
        assert_eq!(kept.mean_r2, kept.full_mean_r2);
        let mut lost = expression.clone();
        lost.column_mut(0).fill(2.0);
        let r2 = full.r2_in(lost.view(), methylation.view()).unwrap();
        let kept = full.recovery(&r2, 2);
        assert_eq!(r2[0], 0.0);
        assert!(kept.precision_recall_area.unwrap() < 1.0 && kept.mean_r2 < 0.6);
    }
}
