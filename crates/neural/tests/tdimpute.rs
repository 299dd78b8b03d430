//! What TDimpute promises, on small paired tables.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use imputome_classical::Ridge;
use imputome_core::{Companion, Dataset, Error, Imputer, Names};
use imputome_neural::Tdimpute;
use imputome_neural::tdimpute::{Beside, Output, RootOver};
use ndarray::{Array2, Axis};

#[expect(
    dead_code,
    reason = "what is measured on gaps of a table is not for a method that reads none of it"
)]
mod cohort;
#[expect(
    dead_code,
    reason = "promises about covariates are not for a method that reads none"
)]
mod promises;

use cohort::{bits, estimates, run, table};

/// Short training of narrow networks; promises other than accuracy do not depend on it.
fn small() -> Tdimpute {
    Tdimpute {
        hidden: 16,
        epochs: 4,
        tuning_epochs: 4,
        networks: 2,
        parts: 3,
        ..Tdimpute::default()
    }
}

/// Trained for long enough to be accurate on small tables.
fn accurate() -> Tdimpute {
    Tdimpute {
        hidden: 32,
        learning_rate: 1e-2,
        ..Tdimpute::default()
    }
}

/// The released code's settings on a narrow network.
fn published() -> Tdimpute {
    Tdimpute {
        hidden: 16,
        epochs: 4,
        tuning_epochs: 4,
        ..Tdimpute::preset("published").unwrap()
    }
}

fn rows(data: &Dataset, rows: std::ops::Range<usize>) -> Dataset {
    data.select_samples(&rows.collect::<Vec<_>>())
}

/// The same samples with their expression not measured.
fn without_expression(data: &Dataset) -> Dataset {
    let mut data = data.clone();
    data.measured.0.fill(false);
    data.values.fill(f32::NAN);
    data
}

/// Mean squared error of what a method says of samples without expression, over that of the gene
/// means of `train`.
fn error_over_mean(method: &dyn Imputer, train: &Dataset, test: &Dataset) -> f64 {
    let fitted = method.fit(train, &run(1)).unwrap();
    error_of(&estimates(&*fitted, &without_expression(test)), train, test)
}

fn error_of(estimates: &Array2<f32>, train: &Dataset, test: &Dataset) -> f64 {
    let means = train.values.mean_axis(Axis(0)).unwrap();
    let squares = |table: &Array2<f32>| table.iter().map(|v| f64::from(v * v)).sum::<f64>();
    squares(&(estimates - &test.values)) / squares(&(&test.values - &means))
}

/// Features and genes in another order, and some of them gone.
fn reordered(data: &Dataset, features: &[usize], genes: &[usize]) -> Dataset {
    let companion = data.companions[0].select_features(features);
    let mut data = data.select_genes(genes);
    data.companions = vec![companion];
    data
}

#[test]
fn samples_without_expression_are_told_far_better_than_by_the_mean() {
    let data = table(240, 20);
    let (train, test) = (rows(&data, 0..180), rows(&data, 180..240));
    for beside in [Beside::Ridge, Beside::Nothing] {
        let method = Tdimpute {
            beside,
            ..accurate()
        };
        let error = error_over_mean(&method, &train, &test);
        // Noise of features and genes leaves some 0.03 of the variance; seen 0.03 to 0.1.
        assert!(error < 0.2, "{beside:?} {error}");
    }
}

#[test]
fn rows_without_expression_among_the_training_rows_change_nothing_but_are_told() {
    let data = table(120, 8);
    let mut whole = data.clone();
    for row in 90..120 {
        whole.measured.0.row_mut(row).fill(false);
        whole.values.row_mut(row).fill(f32::NAN);
    }
    let method = Tdimpute {
        beside: Beside::Nothing,
        ..small()
    };
    let in_place = method.fit(&whole, &run(1)).unwrap();
    let inductive = method.fit(&rows(&data, 0..90), &run(1)).unwrap();
    assert_eq!(in_place.weights(), inductive.weights());
}

#[test]
fn ridge_alone_is_not_better_by_more_than_chance() {
    let data = table(240, 20);
    let (train, test) = (rows(&data, 0..60), rows(&data, 60..240));
    let both = error_over_mean(&accurate(), &train, &test);
    let ridge = error_over_mean(&Ridge::default(), &train, &test);
    // The truth is linear here, where a network has least to add; 5 % for the choice of weights.
    assert!(both < 1.05 * ridge, "{both} and {ridge}");
}

#[test]
fn a_root_for_each_sample_learns_as_well() {
    let data = table(240, 20);
    let (train, test) = (rows(&data, 0..180), rows(&data, 180..240));
    let method = Tdimpute {
        loss: RootOver::Sample,
        beside: Beside::Nothing,
        ..accurate()
    };
    let error = error_over_mean(&method, &train, &test);
    assert!(error < 0.2, "{error}");
}

#[test]
fn a_small_cohort_is_told_better_from_a_model_of_a_large_one() {
    let data = table(400, 20);
    let (source, target) = (rows(&data, 0..300), rows(&data, 300..312));
    let test = without_expression(&rows(&data, 312..400));
    let truth = rows(&data, 312..400);
    let genes: Vec<usize> = (4..20).rev().collect();
    let target = reordered(&target, &[8, 3, 0, 1, 5, 6, 7], &genes);
    let (test, truth) = (
        reordered(&test, &[8, 3, 0, 1, 5, 6, 7], &genes),
        reordered(&truth, &[8, 3, 0, 1, 5, 6, 7], &genes),
    );
    let method = Tdimpute {
        beside: Beside::Nothing,
        ..accurate()
    };
    let start = method.fit(&source, &run(1)).unwrap().weights();
    let tuned = method.fit_from(&start, &target, &run(1)).unwrap();
    let alone = method.fit(&target, &run(1)).unwrap();
    let error = |estimates: Array2<f32>| error_of(&estimates, &target, &truth);
    let (tuned, alone) = (
        error(estimates(&*tuned, &test)),
        error(estimates(&*alone, &test)),
    );
    // Twelve samples against three hundred.
    assert!(tuned < 0.7 * alone, "{tuned} and {alone}");
}

#[test]
fn features_and_genes_of_the_source_are_matched_by_name() {
    let data = table(60, 8);
    let source = small().fit(&data, &run(1)).unwrap().weights();
    let frozen = Tdimpute {
        learning_rate: 0.0,
        beside: Beside::Nothing,
        ..small()
    };
    let known = frozen.restore(&frozen.fit_from(&source, &data, &run(1)).unwrap().weights());
    let before = estimates(&*known.unwrap(), &data);
    let features = [8, 7, 6, 5, 4, 3, 2, 1, 0];
    let genes = [7, 6, 5, 4, 3, 2, 1, 0];
    let turned = reordered(&data, &features, &genes);
    let after = estimates(
        &*frozen.fit_from(&source, &turned, &run(1)).unwrap(),
        &turned,
    );
    for (before, after) in before.rows().into_iter().zip(after.rows()) {
        for (before, after) in before.iter().zip(after.iter().rev()) {
            // Products sum in another order.
            assert!((before - after).abs() < 1e-5, "{before} and {after}");
        }
    }
}

#[test]
fn a_gene_new_in_the_target_starts_at_its_mean() {
    let data = table(60, 8);
    let some = reordered(&data, &[0, 1, 2, 3, 4, 5, 6, 7, 8], &[0, 1, 2, 3]);
    for output in [Output::Linear, Output::Sigmoid] {
        let method = Tdimpute {
            output,
            beside: Beside::Nothing,
            networks: 1,
            ..small()
        };
        let source = method.fit(&some, &run(1)).unwrap().weights();
        let frozen = Tdimpute {
            learning_rate: 0.0,
            ..method
        };
        let fitted = frozen.fit_from(&source, &data, &run(1)).unwrap();
        let estimates = estimates(&*fitted, &data);
        for row in estimates.rows() {
            for gene in 4..8 {
                let mean = data.values.column(gene).mean().unwrap();
                // A logit and back, in f32, over a range of some units.
                assert!((row[gene] - mean).abs() < 1e-4, "{output:?} {}", row[gene]);
            }
        }
    }
}

#[test]
fn moments_are_kept_and_gone_on_from_only_where_asked() {
    let data = table(60, 8);
    let kept = published().fit(&data, &run(1)).unwrap().weights();
    let forgetful = Tdimpute {
        keep_moments: false,
        ..published()
    };
    let bare = forgetful.fit(&data, &run(1)).unwrap().weights();
    assert!(kept.tensors.len() == bare.tensors.len() + 8);
    let with = published().fit_from(&kept, &data, &run(1)).unwrap();
    let without = forgetful.fit_from(&kept, &data, &run(1)).unwrap();
    assert_ne!(estimates(&*with, &data), estimates(&*without, &data));
    // A model without moments starts from fresh ones.
    assert!(published().fit_from(&bare, &data, &run(1)).is_ok());
}

#[test]
fn the_published_network_cannot_leave_0_to_its_scale() {
    let mut data = table(60, 8);
    data.values.mapv_inplace(|value| value * 100.0);
    let fitted = published().fit(&data, &run(1)).unwrap();
    let estimates = estimates(&*fitted, &data);
    assert!(estimates.iter().all(|v| (0.0..=16.5).contains(v)));
}

#[test]
fn a_fit_that_leaves_no_sample_out_says_that_its_spread_is_too_small() {
    let data = table(60, 8);
    let fitted = published().fit(&data, &run(1)).unwrap();
    let spread = fitted.impute(&data, &run(1)).unwrap().spread.unwrap();
    assert!(spread.iter().all(|&spread| spread > 0.0));
    let remarks = fitted.summary().remarks.join("\n");
    assert!(remarks.contains("too small"), "{remarks}");
}

#[test]
fn a_sample_without_companion_gets_the_means_and_a_remark() {
    let mut data = table(60, 8);
    let fitted = small().fit(&data, &run(1)).unwrap();
    data.companions[0].measured.0.row_mut(7).fill(false);
    let imputation = fitted.impute(&data, &run(1)).unwrap();
    for (gene, estimate) in imputation.estimates.row(7).iter().enumerate() {
        let mean = data.values.column(gene).mean().unwrap();
        // A mean in f32, and one in f64.
        assert!((estimate - mean).abs() < 1e-5, "{estimate} and {mean}");
    }
    let remarks = imputation.remarks.join("\n");
    assert!(
        remarks.contains("1 samples have no methylation"),
        "{remarks}"
    );
}

#[test]
fn twenty_pairs_are_enough_and_said_to_be_few() {
    let data = table(20, 8);
    let fitted = small().fit(&data, &run(1)).unwrap();
    let finite = estimates(&*fitted, &data).iter().all(|v| v.is_finite());
    let remarks = fitted.summary().remarks.join("\n");
    assert!(
        finite && remarks.contains("20 samples with both assays are too few"),
        "{remarks}"
    );
}

#[test]
fn seven_pairs_are_refused_with_the_reason() {
    let mut data = table(60, 8);
    data.measured.0.slice_mut(ndarray::s![7.., ..]).fill(false);
    let error = small().fit(&data, &run(1)).map(|_| ()).unwrap_err();
    let expected =
        "tdimpute needs at least 8 samples with both expression and methylation, found 7";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_table_without_companion_is_refused() {
    let mut data = table(60, 8);
    data.companions.clear();
    let error = small().fit(&data, &run(1)).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::NoCompanion { .. }), "{error}");
}

#[test]
fn other_features_than_those_learned_are_refused_by_name() {
    let data = table(60, 8);
    let fitted = small().fit(&data, &run(1)).unwrap();
    let mut other = data.clone();
    let names = (0..9).map(|f| format!("cg{f}")).collect();
    let features = Names::new("feature", names).unwrap();
    let values = data.companions[0].values.clone();
    other.companions = vec![Companion::new("methylation", values, features).unwrap()];
    let error = fitted.impute(&other, &run(1)).map(|_| ()).unwrap_err();
    assert!(
        error.to_string().contains("expected \"F0\", found \"cg0\""),
        "{error}"
    );
    let start = fitted.weights();
    let error = small()
        .fit_from(&start, &other, &run(1))
        .map(|_| ())
        .unwrap_err();
    assert!(
        error.to_string().contains("no feature of this cohort"),
        "{error}"
    );
}

#[test]
fn a_start_of_another_width_is_refused_with_what_to_set() {
    let data = table(60, 8);
    let start = small().fit(&data, &run(1)).unwrap().weights();
    let wider = Tdimpute {
        hidden: 17,
        ..small()
    };
    let error = wider
        .fit_from(&start, &data, &run(1))
        .map(|_| ())
        .unwrap_err();
    assert!(error.to_string().contains("set hidden=16"), "{error}");
    let error = wider.restore(&start).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("the network holds"), "{error}");
}

#[test]
fn hostile_weights_are_refused_before_memory_is_taken() {
    let data = table(60, 8);
    let fitted = small().fit(&data, &run(1)).unwrap().weights();
    let many = fitted.clone().with_fact("networks", &1_000_000_000_usize);
    let error = small().restore(&many).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("expected 1 to 100"), "{error}");
    let flat = fitted.with_tensor("scales.deviation", &[9], vec![0.0; 9]);
    let error = small().restore(&flat).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("not positive"), "{error}");
}

#[test]
fn a_hostile_start_is_refused() {
    let data = table(60, 8);
    let start = published().fit(&data, &run(1)).unwrap().weights();
    for (tensor, expected) in [
        ("network0.main.block1.kernel", "the network holds"),
        ("moments0.first.main.block1.kernel", "its moments are not"),
    ] {
        let mut hostile = start.clone();
        let tensor = hostile.tensors.get_mut(tensor).unwrap();
        tensor.shape = vec![1, 16];
        tensor.values.truncate(16);
        let error = published().fit_from(&hostile, &data, &run(1));
        let error = error.map(|_| ()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn what_stands_at_a_gap_changes_nothing() {
    promises::what_stands_at_a_gap_changes_nothing(&small());
}

#[test]
fn one_and_two_threads_give_the_same_bytes() {
    promises::one_and_two_threads_give_the_same_bytes(&small());
    let data = table(60, 8);
    let start = small().fit(&data, &run(1)).unwrap().weights();
    let one = small().fit_from(&start, &data, &run(1)).unwrap();
    let two = small().fit_from(&start, &data, &run(2)).unwrap();
    assert_eq!(one.weights(), two.weights());
    assert_eq!(
        bits(&estimates(&*one, &data)),
        bits(&estimates(&*two, &data))
    );
}

#[test]
fn a_restored_model_gives_the_same_bytes() {
    promises::a_restored_model_gives_the_same_bytes(&small());
    let data = table(60, 8);
    let fitted = published().fit(&data, &run(1)).unwrap();
    let restored = published().restore(&fitted.weights()).unwrap();
    assert_eq!(restored.weights(), fitted.weights());
    assert_eq!(
        bits(&estimates(&*fitted, &data)),
        bits(&estimates(&*restored, &data))
    );
}

#[test]
fn a_fit_resumed_after_any_epoch_ends_with_the_same_bytes() {
    promises::a_fit_resumed_ends_with_the_same_bytes(&small(), &[1, 3, 5]);
    promises::a_fit_resumed_ends_with_the_same_bytes(
        &Tdimpute {
            networks: 2,
            dropout: 0.3,
            ..published()
        },
        &[1, 3, 5],
    );
}

#[test]
fn a_state_saved_by_another_fit_is_refused() {
    let other = Tdimpute {
        epochs: 5,
        ..small()
    };
    promises::a_state_saved_by_another_fit_is_refused(&small(), &other);
}

#[test]
fn a_gene_measured_only_where_the_companion_is_absent_stands_at_its_mean() {
    let mut data = table(60, 8);
    data.measured.0.column_mut(2).fill(false);
    for row in [3, 9, 20] {
        data.measured.0[(row, 2)] = true;
        data.companions[0].measured.0.row_mut(row).fill(false);
    }
    let mean = (data.values[(3, 2)] + data.values[(9, 2)] + data.values[(20, 2)]) / 3.0;
    let fitted = small().fit(&data, &run(1)).unwrap();
    for estimate in estimates(&*fitted, &data).column(2) {
        // A mean in f32, and one in f64.
        assert!((estimate - mean).abs() < 1e-5, "{estimate} and {mean}");
    }
}

#[test]
fn two_genes_and_no_covariates_are_enough() {
    promises::two_genes_and_no_covariates_are_enough(&small());
}
