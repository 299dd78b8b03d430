//! What users may count on from the Gaussian of all genes.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_classical::{FittedGaussian, GaussianOfGenes};
use imputome_core::{Covariates, Dataset, FittedImputer, Mask};
use ndarray::Array2;

mod cohort;

use cohort::{cohort, error_at_gaps, run, with_gaps};

fn fit(train: &Dataset) -> FittedGaussian {
    GaussianOfGenes::default().fit(train, &run(1)).unwrap()
}

fn estimates(fitted: &FittedGaussian, data: &Dataset) -> Array2<f32> {
    fitted.impute(data, &run(1)).unwrap().estimates
}

#[test]
fn gaps_are_estimated_to_within_the_noise_in_samples_seen_and_not_seen() {
    let all = cohort(200, 30);
    let (train, new): (Vec<usize>, Vec<usize>) = (0..200).partition(|s| s % 4 != 0);
    let new = with_gaps(all.select_samples(&new));
    let complete = all.select_samples(&train);
    let gappy = with_gaps(complete.clone());
    // Noise is uniform in ±0.3, of variance 0.03; the genes vary by more than 0.3.
    assert!(error_at_gaps(&new, &estimates(&fit(&complete), &new)) < 0.06);
    let fitted = fit(&gappy);
    assert!(error_at_gaps(&new, &estimates(&fitted, &new)) < 0.06);
    assert!(error_at_gaps(&gappy, &estimates(&fitted, &gappy)) < 0.06);
}

#[test]
fn spread_agrees_with_errors() {
    let full = cohort(150, 30);
    let data = with_gaps(full.clone());
    let imputation = fit(&data).impute(&data, &run(1)).unwrap();
    let spread = imputation.spread.unwrap();
    let gaps = data.measured.0.indexed_iter().filter(|(_, m)| !**m);
    let scores: Vec<f64> = gaps
        .map(|(at, _)| f64::from((full.values[at] - imputation.estimates[at]) / spread[at]).powi(2))
        .collect();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    // A thousand entries of validation samples set the factor.
    assert!((0.7..1.4).contains(&mean), "{mean}");
}

#[test]
fn threads_and_the_order_of_samples_change_nothing() {
    let data = with_gaps(cohort(60, 12));
    let reversed: Vec<usize> = (0..60).rev().collect();
    let expected = fit(&data).weights();
    assert_eq!(fit(&data.select_samples(&reversed)).weights(), expected);
    let two = GaussianOfGenes::default().fit(&data, &run(2)).unwrap();
    assert_eq!(two.weights(), expected);
}

#[test]
fn a_sample_with_nothing_measured_gets_what_its_tissue_says() {
    let data = cohort(150, 30);
    let fitted = fit(&data);
    let mut blank = data.select_samples(&[0, 1, 2]);
    blank.measured = Mask::filled(3, 30, false);
    let aware = error_at_gaps(&blank, &estimates(&fitted, &blank));
    blank.covariates = Covariates::none(3);
    let unaware = error_at_gaps(&blank, &estimates(&fitted, &blank));
    assert!(aware < 0.8 * unaware, "{aware} {unaware}");
}

#[test]
fn tables_of_any_odd_shape_get_finite_estimates() {
    for (samples, genes) in [(1, 1), (1, 5), (2, 2), (3, 40), (12, 1), (12, 2), (40, 3)] {
        for measured in [0, 1, 2] {
            let mut data = cohort(samples, genes);
            data.measured.0 = Array2::from_shape_fn((samples, genes), |(s, g)| {
                (s + 2 * g) % 2 < measured && s != 1
            });
            let imputation = fit(&data).impute(&data, &run(1)).unwrap();
            assert!(imputation.estimates.iter().all(|e| e.is_finite()));
            let spread = imputation.spread.unwrap();
            assert!(spread.iter().all(|s| s.is_finite() && *s > 0.0));
        }
    }
}

#[test]
fn more_genes_than_a_covariance_can_bear_are_refused() {
    let error = GaussianOfGenes::default()
        .fit(&cohort(2, 3001), &run(1))
        .expect_err("too many genes")
        .to_string();
    assert!(
        error.contains("at most 3000") && error.contains("factor"),
        "{error}"
    );
}
