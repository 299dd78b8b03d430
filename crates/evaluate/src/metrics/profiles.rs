//! Metrics of whole profiles, on the scale of the table.

use imputome_core::Mask;
use ndarray::{Array2, ArrayView1};

use super::{Definition, Direction};

/// Root mean squared error in the unit of the table.
pub const RMSE_TABLE: Definition = Definition {
    name: "rmse_table",
    title: "RMSE, unit of the table",
    text: "Root of the mean squared error over all hidden entries, in the unit of the table; genes that vary much weigh most.",
    range: "at least 0",
    direction: Direction::SmallerIsBetter,
    source: "Zhou 2020 (doi:10.1093/gigascience/giaa076), section Evaluation criteria",
};

/// Mean absolute error in the unit of the table.
pub const MAE_TABLE: Definition = Definition {
    name: "mae_table",
    title: "MAE, unit of the table",
    text: "Mean absolute error over all hidden entries, in the unit of the table.",
    range: "at least 0",
    direction: Direction::SmallerIsBetter,
    source: "Zhou 2020, section Evaluation criteria",
};

/// Squared correlation within samples.
pub const R2_SAMPLE: Definition = Definition {
    name: "r2_sample",
    title: "Squared correlation per sample",
    text: "Squared correlation of truth and estimate over the genes of a hidden sample; mean over samples. It flatters everybody: the means of the genes alone reach 0.5 to 0.9.",
    range: "0 to 1",
    direction: Direction::LargerIsBetter,
    source: "Zhou 2020, section Evaluation criteria",
};

/// Squared correlation within genes.
pub const R2_GENE: Definition = Definition {
    name: "r2_gene",
    title: "Squared correlation per gene",
    text: "Squared correlation of truth and estimate over the hidden samples of a gene; mean over genes. An estimate that never changes counts as 0.",
    range: "0 to 1",
    direction: Direction::LargerIsBetter,
    source: "Zhou 2020, section Evaluation criteria",
};

/// The metrics of whole profiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfileMetrics {
    /// [`RMSE_TABLE`].
    pub rmse: f64,
    /// [`MAE_TABLE`].
    pub mae: f64,
    /// [`R2_SAMPLE`].
    pub r2_sample: f64,
    /// [`R2_GENE`].
    pub r2_gene: f64,
}

/// Over the entries of `held_out` in the genes `judged`; not numbers where an estimate is not finite.
pub fn profile_metrics(
    truth: &Array2<f32>,
    estimates: &Array2<f32>,
    held_out: &Mask,
    judged: &[usize],
) -> ProfileMetrics {
    let (mut squares, mut absolutes, mut entries) = (0.0, 0.0, 0.0);
    for s in 0..truth.nrows() {
        for &g in judged {
            if held_out.get(s, g) {
                let error = f64::from(estimates[(s, g)]) - f64::from(truth[(s, g)]);
                squares += error * error;
                absolutes += error.abs();
                entries += 1.0;
            }
        }
    }
    let samples = (0..truth.nrows()).map(|s| {
        let pick = |row: ArrayView1<f32>| -> Vec<f64> {
            let genes = judged.iter().filter(|&&g| held_out.get(s, g));
            genes.map(|&g| f64::from(row[g])).collect()
        };
        squared_correlation(&pick(truth.row(s)), &pick(estimates.row(s)))
    });
    let genes = judged.iter().map(|&g| {
        let pick = |column: ArrayView1<f32>| -> Vec<f64> {
            let rows = (0..column.len()).filter(|&s| held_out.get(s, g));
            rows.map(|s| f64::from(column[s])).collect()
        };
        squared_correlation(&pick(truth.column(g)), &pick(estimates.column(g)))
    });
    ProfileMetrics {
        rmse: (squares / entries).sqrt(),
        mae: absolutes / entries,
        r2_sample: mean(samples),
        r2_gene: mean(genes),
    }
}

/// Nothing where the truth does not vary; 0 where the estimate does not.
fn squared_correlation(truth: &[f64], estimate: &[f64]) -> Option<f64> {
    let n = truth.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (t, e) = (mean(truth), mean(estimate));
    let (mut tt, mut ee, mut te) = (0.0, 0.0, 0.0);
    for (a, b) in truth.iter().zip(estimate) {
        tt += (a - t) * (a - t);
        ee += (b - e) * (b - e);
        te += (a - t) * (b - e);
    }
    /// Variation below this share of the squares is rounding of single precision; ours.
    const ROUNDING: f64 = 1e-12;
    if truth.len() < 2 || tt <= ROUNDING * n * t * t {
        return None;
    }
    if ee <= ROUNDING * n * e * e {
        return Some(0.0);
    }
    Some(te * te / (tt * ee))
}

fn mean(values: impl Iterator<Item = Option<f64>>) -> f64 {
    let known: Vec<f64> = values.flatten().collect();
    known.iter().sum::<f64>() / known.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn metrics_of_two_profiles_by_hand() {
        let truth = array![[1.0, 2.0, 4.0], [2.0, 2.0, 3.0], [9.0, 9.0, 9.0]];
        let estimates = array![[1.0, 2.0, 3.0], [2.0, 3.0, 3.0], [0.0, 0.0, 0.0]];
        let held_out = Mask(array![[true; 3], [true; 3], [false; 3]]);
        let found = profile_metrics(&truth, &estimates, &held_out, &[0, 1, 2]);
        assert_eq!(found.rmse, (2.0_f64 / 6.0).sqrt());
        assert_eq!(found.mae, 2.0 / 6.0);
        // Sample 1: r = 27/28 squared of (1, 2, 4) and (1, 2, 3); sample 2: r = 1/2 of (2, 2, 3) and (2, 3, 3).
        let expected = (27.0 / 28.0 + 0.25) / 2.0;
        // Rounding of sums of three terms.
        assert!((found.r2_sample - expected).abs() < 1e-12);
        // Gene 1: 1; gene 2 does not vary; gene 3: estimates do not vary.
        assert_eq!(found.r2_gene, 0.5);
    }
}
