//! Sequenced cells against the same kind of cells under a microscope (single-molecule RNA FISH).

use imputome_core::{Error, Result};
use ndarray::{Array2, ArrayView2, Axis};

use crate::downstream::{gini, kolmogorov_smirnov};

/// Cells below the first and above the second of these quantiles of the housekeeping gene are left
/// out (Arisdakessian et al. 2019, "RNA FISH validation").
const QUANTILES: (f64, f64) = (0.1, 0.9);

/// One gene in both assays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneAgreement {
    /// Gini coefficient of the sequenced cells, in `[0, 1)`.
    pub gini: f64,
    /// Gini coefficient under the microscope, in `[0, 1)`.
    pub gini_fish: f64,
    /// Largest distance of the two distributions once both have the same mean, in `[0, 1]`.
    pub distance: f64,
}

/// Cells strictly between the 10 and 90 % quantiles of a housekeeping gene, each divided by its amount of
/// it over the mean of those cells: shape `[cells kept, genes]`.
///
/// `table` has shape `[cells, genes]`; values that are not a number are gaps and stay so
/// (Arisdakessian et al. 2019, "RNA FISH validation", after Huang et al. 2018). Refused: no cell
/// left, as where the gene is zero in most cells.
pub fn scaled_by_housekeeping(
    table: ArrayView2<'_, f32>,
    housekeeping: usize,
) -> Result<Array2<f64>> {
    let amounts = table.column(housekeeping);
    let mut sorted: Vec<f64> = finite(amounts.iter().map(|&v| f64::from(v)));
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (
        quantile(&sorted, QUANTILES.0),
        quantile(&sorted, QUANTILES.1),
    );
    let inside = |&(_, &amount): &(usize, &f32)| {
        let amount = f64::from(amount);
        amount > low && amount < high
    };
    let kept: Vec<usize> = amounts
        .iter()
        .enumerate()
        .filter(inside)
        .map(|c| c.0)
        .collect();
    if kept.is_empty() {
        return Err(Error::Unusable(format!(
            "no cell has an amount of the housekeeping gene strictly between its 10 and 90 % quantiles ({low} and {high}); name another gene"
        )));
    }
    let mut scaled = table.select(Axis(0), &kept).mapv(f64::from);
    let mean = scaled.column(housekeeping).sum() / kept.len() as f64;
    for mut cell in scaled.rows_mut() {
        let factor = cell[housekeeping] / mean;
        cell.mapv_inplace(|value| value / factor);
    }
    Ok(scaled)
}

/// Compares one gene between assays, cells of each scaled by a housekeeping gene; values that are not a
/// number are left out. Nothing where the gene is zero in all cells of an assay.
///
/// Distances are taken after the sequenced cells are brought to the mean of the others.
pub fn gene_agreement(sequenced: &[f64], fish: &[f64]) -> Option<GeneAgreement> {
    let sequenced = finite(sequenced.iter().copied());
    let fish = finite(fish.iter().copied());
    let (gini, gini_fish) = (gini(&sequenced)?, gini(&fish)?);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let efficiency = mean(&fish) / mean(&sequenced);
    let brought: Vec<f64> = sequenced.iter().map(|value| value * efficiency).collect();
    Some(GeneAgreement {
        gini,
        gini_fish,
        distance: kolmogorov_smirnov(&brought, &fish)?,
    })
}

fn finite(values: impl Iterator<Item = f64>) -> Vec<f64> {
    values.filter(|value| value.is_finite()).collect()
}

/// Linear between values (type 7 of Hyndman and Fan 1996), as NumPy's by default; not a number
/// where there is none.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = share * last as f64;
    let lower = place.floor() as usize;
    let upper = (lower + 1).min(last);
    sorted[lower] + (place - lower as f64) * (sorted[upper] - sorted[lower])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    /// Twelve cells of GAPDH and two genes.
    fn sequenced() -> Array2<f32> {
        array![
            [12.0, 0.0, 3.0],
            [30.0, 4.0, 1.0],
            [25.0, 2.0, 0.0],
            [8.0, 0.0, 2.0],
            [19.0, 7.0, 5.0],
            [22.0, 1.0, 0.0],
            [41.0, 3.0, 9.0],
            [17.0, 0.0, 1.0],
            [28.0, 6.0, 2.0],
            [15.0, 2.0, 4.0],
            [33.0, 5.0, 0.0],
            [21.0, 1.0, 6.0]
        ]
    }

    fn fish() -> Array2<f32> {
        array![
            [110.0, 12.0, 40.0],
            [95.0, 30.0, f32::NAN],
            [150.0, 25.0, 8.0],
            [60.0, 5.0, 33.0],
            [130.0, 41.0, 21.0],
            [88.0, 9.0, 17.0],
            [101.0, 22.0, 29.0],
            [142.0, 35.0, 3.0]
        ]
    }

    #[test]
    fn figures_are_those_of_numpy_and_scipy() {
        let sequenced = scaled_by_housekeeping(sequenced().view(), 0).unwrap();
        let fish = scaled_by_housekeeping(fish().view(), 0).unwrap();
        assert_eq!((sequenced.nrows(), fish.nrows()), (CELLS, FISH_CELLS));
        for (gene, expected) in [(1, FIRST), (2, SECOND)] {
            let found = gene_agreement(
                sequenced.column(gene).to_vec().as_slice(),
                fish.column(gene).to_vec().as_slice(),
            )
            .unwrap();
            let found = [found.gini, found.gini_fish, found.distance];
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{found} {expected}"); // a dozen sums
            }
        }
    }

    // NumPy 2.4.6 and SciPy 1.17.1: np.quantile, sum((2i - n - 1) x) / (n sum x), scipy.stats.ks_2samp.
    const CELLS: usize = 8;
    const FISH_CELLS: usize = 6;
    const FIRST: [f64; 3] = [0.456_451_447_570_150_05, 0.218_736_808_765_906_62, 0.375];
    const SECOND: [f64; 3] = [0.515_181_287_078_025_8, 0.315_838_648_003_634_54, 0.425];

    #[test]
    fn a_gene_of_zeros_alone_is_not_compared() {
        assert_eq!(gene_agreement(&[0.0, 0.0], &[1.0, 2.0]), None);
        let zeros = Array2::<f32>::zeros((5, 2));
        assert!(scaled_by_housekeeping(zeros.view(), 0).is_err());
    }
}
