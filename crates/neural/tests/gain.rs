//! What GAIN-GTEx and GAIN-MSE promise, on small low-rank tables.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use imputome_core::{Imputer, Run, Weights};
use imputome_neural::{GainGtex, GainMse, Pmi, embeddings};

mod cohort;
mod promises;

use cohort::{TISSUES, error_over_mean, estimates, run, table, with_gaps};

/// Short training on narrow layers; promises other than accuracy do not depend on it.
fn small() -> GainGtex {
    GainGtex {
        widths: vec![16],
        batch: 16,
        epochs: 4,
        steps: Some(5),
        draws: 3,
        ..GainGtex::default()
    }
}

/// The same without an adversary.
fn plain() -> GainMse {
    GainMse {
        widths: vec![16],
        batch: 16,
        epochs: 4,
        steps: Some(5),
        draws: 3,
        ..GainMse::default()
    }
}

#[test]
fn new_samples_are_told_far_better_than_by_the_mean_with_and_without_an_adversary() {
    let data = table(240, 20);
    let train = data.select_samples(&(0..180).collect::<Vec<_>>());
    let test = with_gaps(&data.select_samples(&(180..240).collect::<Vec<_>>()), 0.5);
    let gain = GainGtex {
        widths: vec![64],
        epochs: 10,
        steps: Some(50),
        ..GainGtex::default()
    };
    let mse = GainMse {
        widths: vec![64],
        epochs: 10,
        steps: Some(50),
        ..GainMse::default()
    };
    for method in [&gain as &dyn Imputer, &mse] {
        let fitted = method.fit(&train, &run(1)).unwrap();
        let error = error_over_mean(&*fitted, &test);
        // Noise alone is about 0.01 of the variance, the mean 1.
        assert!(error < 0.45, "{method:?} {error}");
    }
}

#[test]
fn the_gaps_of_the_training_table_itself_are_told() {
    let holdout = with_gaps(&table(240, 20), 0.4);
    let method = GainGtex {
        widths: vec![64],
        epochs: 10,
        steps: Some(50),
        ..GainGtex::default()
    };
    let fitted = method.fit(holdout.visible(), &run(1)).unwrap();
    let error = error_over_mean(&*fitted, &holdout);
    assert!(error < 0.5, "{error}");
}

#[test]
fn the_published_in_place_game_is_played_on_a_table_with_gaps() {
    let holdout = with_gaps(&table(120, 20), 0.4);
    let method = GainGtex {
        widths: vec![64],
        epochs: 12,
        ..GainGtex::preset("published").unwrap()
    };
    let fitted = method.fit(holdout.visible(), &run(1)).unwrap();
    let error = error_over_mean(&*fitted, &holdout);
    assert!(error < 0.9, "{error}");
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
fn a_sample_is_estimated_alike_whatever_stands_beside_it() {
    let data = table(60, 8);
    let fitted = small().fit(&data, &run(1)).unwrap();
    let holdout = with_gaps(&data, 0.5);
    let together = estimates(&*fitted, holdout.visible());
    let alone = estimates(&*fitted, &holdout.visible().select_samples(&[41]));
    for (together, alone) in together.row(41).iter().zip(alone.row(0)) {
        // Other rows in a matrix product change the order of f32 sums, never the noise.
        assert!((together - alone).abs() < 1e-4, "{together} and {alone}");
    }
}

#[test]
fn another_seed_draws_other_noise() {
    let fitted = small().fit(&table(60, 8), &run(1)).unwrap();
    let holdout = with_gaps(&table(60, 8), 0.5);
    let other = Run::new(6, 1).unwrap();
    let drawn = fitted.impute(holdout.visible(), &other).unwrap();
    assert_ne!(drawn.estimates, estimates(&*fitted, holdout.visible()));
}

#[test]
fn a_restored_model_gives_the_same_bytes() {
    let workshop = GainGtex {
        widths: vec![8, 8],
        epochs: 3,
        ..GainGtex::preset("published-workshop").unwrap()
    };
    for method in [&small() as &dyn Imputer, &plain(), &workshop] {
        promises::a_restored_model_gives_the_same_bytes(method);
    }
}

#[test]
fn stored_weights_of_another_width_are_refused() {
    let fitted = small().fit(&table(60, 8), &run(1)).unwrap();
    let other = GainGtex {
        widths: vec![17],
        ..small()
    };
    let error = other.restore(&fitted.weights()).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("the network holds"), "{error}");
}

#[test]
fn a_fit_resumed_after_any_epoch_ends_with_the_same_bytes() {
    promises::a_fit_resumed_ends_with_the_same_bytes(&small(), &[1, 3]);
}

#[test]
fn a_state_saved_by_another_fit_is_refused() {
    let other = GainGtex {
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
    let method = GainGtex {
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
    assert_eq!(
        names,
        ["training loss", "validation loss", "validation error"]
    );
    assert_eq!(summary.curves[0].points.len(), 4);
    let told = |name: &str| summary.chosen.iter().any(|(found, _)| found.contains(name));
    assert!(told("best epoch") && told("draws alone"));
}

#[test]
fn the_embeddings_of_tissues_can_be_read_from_the_weights() {
    let data = table(60, 8);
    let pmi = Pmi {
        widths: vec![8],
        epochs: 2,
        steps: Some(5),
        ..Pmi::default()
    };
    for method in [&small() as &dyn Imputer, &plain(), &pmi] {
        let found = embeddings(&method.fit(&data, &run(1)).unwrap().weights()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].covariate.as_str(), &found[0].levels[..]),
            ("tissue", &TISSUES.map(String::from)[..])
        );
        // Root of 3 levels, rounded down, and one more.
        assert_eq!(found[0].vectors.dim(), (3, 2));
        assert!(found[0].vectors.iter().any(|&number| number != 0.0));
    }
    assert!(embeddings(&Weights::new()).is_err());
}
