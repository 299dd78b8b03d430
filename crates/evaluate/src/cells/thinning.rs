//! Counts parted into two independent tables.

use imputome_core::{Counts, Error, Result, Run};
use rand_distr::{Binomial, Distribution};

/// Two tables of the same cells and genes whose sum is the one they were parted from.
#[derive(Clone, Debug)]
pub struct Thinned {
    /// What a method sees.
    pub training: Counts,
    /// What it is judged by: independent of the other, given the cell's true expression, where
    /// counts are Poisson draws of it.
    pub validation: Counts,
}

/// Parts each count by a fair draw of its molecules, a `share` of them in `(0, 1)` to training
/// (molecular cross-validation, Batson, Royer and Webber 2019, doi:10.1101/786269, equation 2; they
/// and Open Problems give nine tenths).
///
/// Refused: counts that are not whole or below 0, a share out of its range.
pub fn thin(counts: &Counts, share: f64, run: &Run) -> Result<Thinned> {
    if !(share > 0.0 && share < 1.0) {
        return Err(Error::IllegalSetting {
            method: "thinning".into(),
            setting: "share".into(),
            rule: "between 0 and 1".into(),
            found: share.to_string(),
        });
    }
    let mut random = run.stream("cells/thinning");
    let mut training = Vec::with_capacity(counts.n_entries());
    for &count in counts.values() {
        if count < 0.0 || count.fract() != 0.0 {
            return Err(Error::Unusable(format!(
                "molecules can be parted where counts are whole; found {count}: give raw counts"
            )));
        }
        let draw = Binomial::new(count as u64, share).expect("a share is a chance");
        training.push(draw.sample(&mut random) as f32);
    }
    let pairs = counts.values().iter().zip(&training);
    let validation = pairs.map(|(count, kept)| count - kept).collect();
    Ok(Thinned {
        training: counts.with_values(training)?,
        validation: counts.with_values(validation)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::{Array2, array};

    fn table(values: Array2<f32>) -> Counts {
        let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| i.to_string()).collect());
        let (cells, genes) = values.dim();
        Counts::from_table(
            names("cell", cells).unwrap(),
            names("gene", genes).unwrap(),
            values.view(),
        )
        .unwrap()
    }

    #[test]
    fn the_parts_add_up_and_have_the_share_asked_for() {
        let counts = table(Array2::from_shape_fn((40, 30), |(c, g)| {
            ((c * g) % 23) as f32
        }));
        let parts = thin(&counts, 0.9, &Run::new(2, 1).unwrap()).unwrap();
        let sum = parts.training.table(0..40) + parts.validation.table(0..40);
        assert_eq!(sum, counts.table(0..40));
        let whole: f64 = counts.cell_totals().iter().sum();
        let kept: f64 = parts.training.cell_totals().iter().sum();
        // Four standard errors of about 12,000 molecules.
        assert!((kept / whole - 0.9).abs() < 0.011, "{}", kept / whole);
    }

    #[test]
    fn logarithms_have_no_molecules() {
        let run = Run::new(2, 1).unwrap();
        let error = thin(&table(array![[1.5]]), 0.9, &run)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("1.5") && error.contains("raw counts"),
            "{error}"
        );
        assert!(thin(&table(array![[1.0]]), 1.0, &run).is_err());
    }
}
