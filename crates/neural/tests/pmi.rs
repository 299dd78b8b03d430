//! What PMI promises, on small low-rank tables.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use imputome_core::{Error, Imputer, Run};
use imputome_neural::Pmi;
use imputome_neural::pmi::Beside;

mod cohort;
mod promises;

use cohort::{TISSUES, error_over_mean, estimates, run, table, tissues, with_gaps};

/// Short training on narrow layers; promises other than accuracy do not depend on it.
fn small() -> Pmi {
    Pmi {
        widths: vec![16],
        batch: 16,
        epochs: 4,
        steps: Some(5),
        ..Pmi::default()
    }
}

#[test]
fn new_samples_are_told_far_better_than_by_the_mean_with_and_without_a_factor_model() {
    let data = table(240, 20);
    let train = data.select_samples(&(0..180).collect::<Vec<_>>());
    let test = with_gaps(&data.select_samples(&(180..240).collect::<Vec<_>>()), 0.5);
    for beside in [Beside::Nothing, Beside::Factor] {
        let method = Pmi {
            widths: vec![64],
            epochs: 12,
            steps: Some(50),
            beside,
            ..Pmi::default()
        };
        let fitted = method.fit(&train, &run(1)).unwrap();
        let error = error_over_mean(&*fitted, &test);
        // Noise alone is about 0.01 of the variance, the mean 1; seen 0.30 and 0.05 or so.
        assert!(error < 0.45, "{beside:?} {error}");
    }
}

#[test]
fn the_gaps_of_the_training_table_itself_are_told() {
    let holdout = with_gaps(&table(240, 20), 0.4);
    let method = Pmi {
        widths: vec![64],
        epochs: 12,
        steps: Some(50),
        ..Pmi::default()
    };
    let fitted = method.fit(holdout.visible(), &run(1)).unwrap();
    let error = error_over_mean(&*fitted, &holdout);
    assert!(error < 0.3, "{error}");
}

#[test]
fn what_stands_at_a_gap_changes_nothing() {
    promises::what_stands_at_a_gap_changes_nothing(&small());
}

#[test]
fn one_and_two_threads_give_the_same_bytes() {
    promises::one_and_two_threads_give_the_same_bytes(&small());
}

#[test]
fn a_restored_model_gives_the_same_bytes() {
    let alone = Pmi {
        beside: Beside::Nothing,
        bound: None,
        networks: 2,
        ..small()
    };
    for method in [small(), alone] {
        promises::a_restored_model_gives_the_same_bytes(&method);
    }
}

#[test]
fn stored_weights_of_another_width_are_refused() {
    let fitted = small().fit(&table(60, 8), &run(1)).unwrap();
    let other = Pmi {
        widths: vec![1_000_000_000],
        ..small()
    };
    let error = other.restore(&fitted.weights()).map(|_| ()).unwrap_err();
    assert!(
        matches!(error, Error::IllegalSetting { .. } | Error::Weights(_)),
        "{error}"
    );
    let other = Pmi {
        widths: vec![17],
        ..small()
    };
    let error = other.restore(&fitted.weights()).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("the network holds"), "{error}");
}

#[test]
fn a_fit_resumed_after_any_epoch_ends_with_the_same_bytes() {
    let method = Pmi {
        networks: 2,
        dropout: 0.3,
        ..small()
    };
    promises::a_fit_resumed_ends_with_the_same_bytes(&method, &[1, 3, 5]);
}

#[test]
fn a_state_saved_by_another_fit_is_refused() {
    let other = Pmi {
        dropout: 0.5,
        ..small()
    };
    promises::a_state_saved_by_another_fit_is_refused(&small(), &other);
}

#[test]
fn a_tissue_that_training_did_not_have_is_estimated_and_said() {
    promises::a_tissue_that_training_did_not_have_is_estimated_and_said(&small());
}

#[test]
fn two_genes_and_no_covariates_are_enough() {
    promises::two_genes_and_no_covariates_are_enough(&small());
}

#[test]
fn three_donors_are_refused_with_the_reason() {
    promises::three_donors_are_refused_with_the_reason(&small());
}

#[test]
fn alpha_above_beta_is_refused() {
    let method = Pmi {
        alpha: 0.6,
        beta: 0.5,
        ..small()
    };
    let error = method.check().unwrap_err();
    assert!(
        error.to_string().contains("alpha must be at most beta"),
        "{error}"
    );
}

#[test]
fn estimates_of_a_sample_far_from_all_others_stay_within_the_widened_training_range() {
    let mut train = table(80, 12);
    // Two samples at the detection floor, as 14 of the 3,797 of GTEx v8.
    for s in [3, 50] {
        train.values.row_mut(s).fill(-8.0);
    }
    let fitted = small().fit(&train, &run(1)).unwrap();
    assert!(fitted.summary().remarks[0].starts_with("2 samples lie far"));
    let mut new = table(4, 12);
    new.values.row_mut(0).fill(-50.0);
    new.values.row_mut(1).fill(50.0);
    let estimates = estimates(&*fitted, with_gaps(&new, 0.5).visible());
    for gene in estimates.columns() {
        // Training ranges are -8 to at most 4; a tenth of 12 on either side.
        assert!(gene.iter().all(|v| (-9.2..=5.2).contains(v)), "{gene}");
    }
}

#[test]
fn the_spread_is_about_the_size_of_the_misses() {
    let data = table(240, 20);
    let train = data.select_samples(&(0..180).collect::<Vec<_>>());
    let test = with_gaps(&data.select_samples(&(180..240).collect::<Vec<_>>()), 0.5);
    let method = Pmi {
        epochs: 8,
        ..small()
    };
    let imputation = method
        .fit(&train, &run(1))
        .unwrap()
        .impute(test.visible(), &run(1))
        .unwrap();
    let spread = imputation.spread.unwrap();
    let (mut n, mut squares) = (0.0, 0.0);
    for (at, _) in test
        .held_out()
        .0
        .indexed_iter()
        .filter(|(_, hidden)| **hidden)
    {
        squares += f64::from((test.truth()[at] - imputation.estimates[at]) / spread[at]).powi(2);
        n += 1.0;
    }
    let ratio = (squares / n).sqrt();
    // 600 entries of 60 samples: the ratio varies by a few hundredths between draws.
    assert!((0.75..1.35).contains(&ratio), "{ratio}");
}

#[test]
fn learning_curves_and_choices_are_told() {
    let fitted = small().fit(&table(60, 8), &run(1)).unwrap();
    let summary = fitted.summary();
    let names: Vec<&str> = summary.curves.iter().map(|c| c.name.as_str()).collect();
    assert!(
        names.starts_with(&["training loss", "validation loss"]),
        "{names:?}"
    );
    assert_eq!(summary.curves[0].points.len(), 4);
    assert!(summary.chosen.iter().any(|(name, _)| name == "best epoch"));
}

#[test]
fn a_tissue_of_the_training_table_is_never_called_unseen() {
    let mut data = table(60, 8);
    // One donor has a tissue of its own, which lands among learning or validation samples.
    data.covariates = tissues((0..60).map(|s| if s < 2 { "Nerve" } else { TISSUES[s % 3] }));
    for seed in 0..6 {
        let run = Run::new(seed, 1).unwrap();
        let fitted = small().fit(&data, &run).unwrap();
        assert!(fitted.impute(&data, &run).unwrap().remarks.is_empty());
        let told = |remark: &String| remark.starts_with("tissue \"Nerve\" has no sample among");
        let summary = fitted.summary();
        assert!(summary.remarks.iter().all(told), "{:?}", summary.remarks);
    }
}
