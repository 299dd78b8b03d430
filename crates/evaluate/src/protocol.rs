//! The two ways to split, standardize and mask: ours, and that of the code behind the PMI paper.

use imputome_core::prepare::hide_at_random;
use imputome_core::{Dataset, Result, Scale};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// How an evaluation splits samples, and what its statistics are taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Donors are never split, test samples teach nothing, and every method learns from the same
    /// rows. Splits and masks are drawn anew in each repeat.
    #[default]
    Strict,
    /// As the code released with the PMI paper does it (github.com/rvinas/GTEx-imputation).
    ///
    /// Samples are put in the order of their donors' reversed names and cut once, so that the
    /// donor at the cut stands on both sides; the same cut and, for test rows, the same masks
    /// serve every repeat. A normalization is learned on the whole table before the cut, as the data of the
    /// paper came; training and test rows are each standardized by their own complete values,
    /// hidden ones included. Methods that the paper compares itself with learn from training rows with
    /// half of the values deleted ([`crate::Trial::incomplete_train`]), its own from complete
    /// ones. In place, the rows before the cut are the table.
    Published,
}

/// Share of the values that the published code deletes from what its baselines learn from.
const DELETED: f64 = 0.5;

impl Protocol {
    /// The word used in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Published => "published",
        }
    }

    /// The share of samples held back unless another is named: a fifth by the paper's section
    /// 3.1, a quarter in its code.
    pub fn test_share(self) -> f64 {
        match self {
            Self::Strict => 0.2,
            Self::Published => 0.25,
        }
    }
}

/// Rows before and after the cut, in the order of the reversed names of their groups; rows of one
/// group keep the order of the table.
pub(crate) fn cut_by_reversed_names(
    groups: &[String],
    test_share: f64,
) -> (Vec<usize>, Vec<usize>) {
    let mut rows: Vec<usize> = (0..groups.len()).collect();
    rows.sort_by_cached_key(|&row| groups[row].chars().rev().collect::<String>());
    let first = (groups.len() as f64 * (1.0 - test_share)) as usize;
    let after = rows.split_off(first);
    (rows, after)
}

/// The table with every gene at mean 0 and standard deviation 1 (divisor n) over its own measured
/// values; a gene that does not vary becomes 0.
pub(crate) fn standardized_by_itself(data: &Dataset) -> Dataset {
    let mut data = data.clone();
    data.scale = Scale::Standardized;
    for (mut values, measured) in data
        .values
        .columns_mut()
        .into_iter()
        .zip(data.measured.0.columns())
    {
        let seen = || {
            values
                .iter()
                .zip(measured)
                .filter(|(_, m)| **m)
                .map(|(v, _)| f64::from(*v))
        };
        let n = seen().count() as f64;
        let mean = seen().sum::<f64>() / n;
        let deviation = (seen().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
        let scaled = |value: f32| match deviation > 0.0 {
            true => ((f64::from(value) - mean) / deviation) as f32,
            false => 0.0,
        };
        values.mapv_inplace(scaled);
    }
    let gaps = data.measured.0.mapv(|measured| !measured);
    ndarray::Zip::from(&mut data.values)
        .and(&gaps)
        .for_each(|value, &gap| {
            if gap {
                *value = f32::NAN;
            }
        });
    data
}

/// Training rows with half of their values deleted.
pub(crate) fn incomplete(train: &Dataset, random: &mut impl Rng) -> Result<Dataset> {
    Ok(hide_at_random(train, DELETED, random)?.visible().clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::array;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn rows_are_cut_in_the_order_of_reversed_names_whatever_donor_stands_there() {
        // Reversed: 1-D, 2-D, 01-D; sorted 01-D, 1-D, 1-D, 2-D.
        let groups = names(&["D-2", "D-1", "D-10", "D-1"]);
        let (before, after) = cut_by_reversed_names(&groups, 0.5);
        assert_eq!((before, after), (vec![2, 1], vec![3, 0]));
    }

    #[test]
    fn each_gene_is_standardized_over_its_measured_values_and_a_constant_one_becomes_zero() {
        let data = Dataset::new(
            array![[1.0, 7.0], [3.0, 7.0], [f32::NAN, 7.0]],
            Names::new("sample", names(&["a", "b", "c"])).unwrap(),
            Names::new("gene", names(&["g", "h"])).unwrap(),
        )
        .unwrap();
        let scaled = standardized_by_itself(&data);
        assert_eq!(scaled.entry(0, 0), Some(-1.0));
        assert_eq!(scaled.entry(1, 0), Some(1.0));
        assert_eq!(scaled.entry(2, 0), None);
        assert_eq!(scaled.values.column(1), array![0.0, 0.0, 0.0]);
        assert_eq!(scaled.scale, Scale::Standardized);
    }
}
