//! What a fit works on: rows to learn from and to stop by, covariates, bounds, samples.

use imputome_core::prepare::split_groups;
use imputome_core::{CovariateEncoder, Dataset, Error, Result, Run};

use crate::bounds::{Bounds, is_outlying};
use crate::covariates::remarks_on_levels;
use crate::samples::Samples;

/// Groups below which there is nothing to split; ours: one group to stop by and three to learn
/// from is the least that 0.75 : 0.25 can mean.
const FEWEST_GROUPS: usize = 4;

/// What a method asks of its preparation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Name of the method, for its random draws and its refusals.
    pub(crate) method: &'static str,
    /// Share of the samples, by whole donors, to stop by.
    pub(crate) validation: f64,
    /// Margin of the bounds of estimates, or none for no bounds at all.
    pub(crate) bound: Option<f64>,
}

/// A training table, prepared.
#[derive(Debug)]
pub(crate) struct Preparation {
    /// Rows that the network learns from.
    pub(crate) learning: Vec<usize>,
    /// Rows that tell when to stop and how much the network counts.
    pub(crate) validation: Vec<usize>,
    /// How many rows take no part because they are outlying.
    pub(crate) outlying: usize,
    /// Levels and means of covariates among the learning rows.
    pub(crate) encoder: CovariateEncoder,
    /// Remarks on levels that no learning row has.
    pub(crate) remarks: Vec<String>,
    /// Sane ranges, where the settings ask for them.
    pub(crate) bounds: Option<Bounds>,
    /// All rows of the table as the network reads them.
    pub(crate) samples: Samples,
}

impl Preparation {
    /// Splits the table by donor and learns covariates and ranges.
    pub(crate) fn of(terms: Terms, train: &Dataset, run: &Run) -> Result<Self> {
        refuse_too_little(terms.method, train)?;
        let shares = [1.0 - terms.validation, terms.validation];
        let groups = train.group_of_samples();
        let random = &mut run.stream(&format!("{}/split", terms.method));
        let parts = split_groups(&groups, &shares, random)?;
        let ordinary = |rows: &[usize]| -> Vec<usize> {
            let is_ordinary = |&&row: &&usize| {
                terms.bound.is_none()
                    || !is_outlying(train.values.row(row), train.measured.row(row))
            };
            rows.iter().filter(is_ordinary).copied().collect()
        };
        let (learning, validation) = (ordinary(&parts[0]), ordinary(&parts[1]));
        refuse_nothing_measured(terms.method, train, [&learning, &validation])?;
        let encoder = CovariateEncoder::fit(&train.select_samples(&learning).covariates);
        let bounds = terms.bound.map(|margin| {
            let rows = [learning.as_slice(), &validation].concat();
            Bounds::learn(train, &rows, margin)
        });
        let lack = "has no sample among those that the network learns from";
        let remarks = remarks_on_levels(&encoder, &train.covariates, lack);
        let mut samples = Samples::of(train, &encoder);
        if let Some(bounds) = &bounds {
            bounds.limit_inputs(&mut samples.values, &samples.measured);
        }
        let outlying = train.n_samples() - learning.len() - validation.len();
        Ok(Self {
            learning,
            validation,
            outlying,
            encoder,
            remarks,
            bounds,
            samples,
        })
    }
}

fn refuse_too_little(method: &str, train: &Dataset) -> Result<()> {
    let mut groups = train.group_of_samples();
    groups.sort_unstable();
    groups.dedup();
    let refuse = |what: &str, needed, found| {
        Err(Error::TooLittle {
            method: method.into(),
            what: what.into(),
            needed,
            found,
            advice: "give more samples, or choose another method such as factor or knn".into(),
        })
    };
    if groups.len() < FEWEST_GROUPS {
        let what =
            "donors (samples where no donor is given), some to learn from and some to stop by";
        return refuse(what, FEWEST_GROUPS, groups.len());
    }
    if train.n_genes() < 2 {
        return refuse("genes, one to be told from another", 2, train.n_genes());
    }
    Ok(())
}

fn refuse_nothing_measured(method: &str, train: &Dataset, parts: [&[usize]; 2]) -> Result<()> {
    for (purpose, rows) in ["learn from", "stop by"].into_iter().zip(parts) {
        let measured = |row: &&usize| train.measured.row(**row).iter().any(|&m| m);
        let found = rows.iter().filter(measured).count();
        if found < 2 {
            return Err(Error::TooLittle {
                method: method.into(),
                what: format!("samples with something measured to {purpose}"),
                needed: 2,
                found,
                advice: "give more samples, or choose another method such as factor".into(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::Array2;

    const BOUNDED: Terms = Terms {
        method: "pmi",
        validation: 0.25,
        bound: Some(0.1),
    };

    /// Forty samples of twenty donors; sample 7 at the detection floor.
    fn table() -> Dataset {
        let names = |kind, n| {
            Names::new(kind, (0..n).map(|i: usize| format!("{kind}{i}")).collect()).unwrap()
        };
        let mut values =
            Array2::from_shape_fn((40, 12), |(s, g)| ((s * 7 + g * 5) % 11) as f32 / 5.0 - 1.0);
        values.row_mut(7).fill(-6.5);
        Dataset::new(values, names("sample", 40), names("gene", 12))
            .and_then(|d| d.with_groups((0..40).map(|s| format!("D{}", s / 2)).collect()))
            .unwrap()
    }

    #[test]
    fn no_donor_is_both_learned_from_and_stopped_by() {
        let data = table();
        let prepared = Preparation::of(BOUNDED, &data, &Run::new(3, 1).unwrap()).unwrap();
        let groups = data.group_of_samples();
        for &row in &prepared.validation {
            assert!(
                prepared
                    .learning
                    .iter()
                    .all(|&other| groups[other] != groups[row])
            );
        }
        assert_eq!(prepared.validation.len() + prepared.learning.len(), 39);
    }

    #[test]
    fn an_outlying_sample_is_left_out_and_without_a_bound_kept() {
        let run = Run::new(3, 1).unwrap();
        let bounded = Preparation::of(BOUNDED, &table(), &run).unwrap();
        let rows = [bounded.learning.as_slice(), &bounded.validation].concat();
        assert!(!rows.contains(&7));
        assert_eq!(bounded.outlying, 1);
        let free = Terms {
            bound: None,
            ..BOUNDED
        };
        let kept = Preparation::of(free, &table(), &run).unwrap();
        assert_eq!((kept.outlying, kept.bounds.is_none()), (0, true));
    }

    #[test]
    fn a_table_without_a_measured_value_to_stop_by_is_refused() {
        let mut data = table();
        data.measured.0.fill(false);
        let error = Preparation::of(BOUNDED, &data, &Run::new(3, 1).unwrap()).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("samples with something measured"),
            "{error}"
        );
    }
}
