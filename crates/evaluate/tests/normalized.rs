//! Trials on a normalized scale: learned from what methods may see, truth carried along.

mod small_table;

use imputome_core::prepare::{Normalization, Transform};
use imputome_core::{Dataset, Imputation};
use imputome_evaluate::{Experiment, Scenario, ScoreScale, Trial, Trials, score};
use ndarray::Array2;
use small_table::{table, table_of};

fn larger() -> Dataset {
    table_of(120, 40)
}

fn within_tissue() -> Experiment {
    Experiment {
        repeats: 1,
        normalization: Normalization {
            transform: Transform::InverseNormal,
            within: Some("tissue".into()),
        },
        ..Experiment::default()
    }
}

fn trial(data: &Dataset, experiment: &Experiment, scenario: Scenario) -> Trial {
    let trials = Trials::new(data, experiment).expect("large enough");
    let mut trials = trials.iter().map(|trial| trial.expect("judgeable"));
    trials
        .find(|trial| trial.scenario == scenario)
        .expect("asked for")
}

fn r2(trial: &Trial, estimates: Array2<f32>) -> f64 {
    let judgment = score("any", trial, 0, &Imputation::of(estimates)).expect("same shape");
    let mut scores = judgment.scores.iter();
    scores
        .find(|s| s.metric == "r2" && s.group == "all")
        .expect("judged")
        .value
}

const BOTH: [Scenario; 2] = [Scenario::InPlace, Scenario::Inductive];

#[test]
fn values_and_truth_are_what_the_rows_learned_from_make_of_them() {
    let data = larger();
    for scenario in BOTH {
        let plain = Experiment {
            repeats: 1,
            ..Experiment::default()
        };
        let (before, after) = (
            trial(&data, &plain, scenario),
            trial(&data, &within_tissue(), scenario),
        );
        let normalizer = within_tissue()
            .normalization
            .learn(before.train())
            .expect("tissues");
        let normalizer = normalizer.expect("a transform is asked for");
        assert_eq!(
            before.tests[0].holdout.held_out(),
            after.tests[0].holdout.held_out()
        );
        let train = normalizer.apply(before.train()).expect("tissues");
        let same = |a: f32, b: f32| a == b || (a.is_nan() && b.is_nan());
        assert!(
            train
                .values
                .iter()
                .zip(&after.train().values)
                .all(|(a, b)| same(*a, *b))
        );
        let rows = before.tests[0].holdout.visible();
        let mut truth = data.select_samples(&positions(&data, rows));
        truth.values.assign(before.tests[0].truth());
        let truth = normalizer.apply(&truth).expect("tissues").values;
        for ((at, &hidden), truth) in after.tests[0]
            .holdout
            .held_out()
            .0
            .indexed_iter()
            .zip(&truth)
        {
            if hidden {
                assert_eq!(after.tests[0].truth()[at], *truth);
                assert!(after.tests[0].holdout.visible().values[at].is_nan());
            }
        }
    }
}

fn positions(data: &Dataset, rows: &Dataset) -> Vec<usize> {
    let names = rows.samples.iter();
    names
        .map(|name| data.samples.position(name).expect("of the table"))
        .collect()
}

#[test]
fn nothing_hidden_moves_what_methods_see() {
    let data = table();
    for scenario in BOTH {
        let clean = trial(&data, &within_tissue(), scenario);
        let mut poisoned = data.clone();
        let rows = positions(&data, clean.tests[0].holdout.visible());
        for ((s, g), &hidden) in clean.tests[0].holdout.held_out().0.indexed_iter() {
            if hidden {
                poisoned.values[(rows[s], g)] += 1000.0;
            }
        }
        let other = trial(&poisoned, &within_tissue(), scenario);
        let bits = |data: &Dataset| data.values.mapv(f32::to_bits);
        assert_eq!(bits(clean.train()), bits(other.train()));
        let visible = |trial: &Trial| bits(trial.tests[0].holdout.visible());
        assert_eq!(visible(&clean), visible(&other));
    }
}

#[test]
fn the_middle_of_each_level_scores_about_0_and_the_truth_1_on_either_scale() {
    let data = larger();
    for scenario in BOTH {
        let normalized = trial(&data, &within_tissue(), scenario);
        let middle = Array2::zeros(normalized.tests[0].truth().dim());
        // The means of some 30 held-out scores of deviation 1 are off by a fifth of it.
        assert!(r2(&normalized, middle).abs() < 0.1);
        assert_eq!(r2(&normalized, normalized.tests[0].truth().clone()), 1.0);
        let original = Experiment {
            score_on: ScoreScale::Original,
            ..within_tissue()
        };
        let original = trial(&data, &original, scenario);
        let truth = original.tests[0].holdout.truth().clone();
        // Truth beyond the training values comes back as the outermost of them.
        assert!(r2(&original, truth) > 0.99);
        let middle = Array2::zeros(original.tests[0].truth().dim());
        // Tissues differ by two and by four, values within them by at most 2.5.
        assert!(
            r2(&original, middle) > 0.7,
            "the tissue itself explains most"
        );
    }
}

#[test]
fn what_scores_mean_is_said() {
    let said = within_tissue().scale_of_scores().expect("normalized");
    assert!(said.contains("inverse-normal within tissue"), "{said}");
    assert!(
        said.contains("a median of the tissue scores about 0"),
        "{said}"
    );
    let original = Experiment {
        score_on: ScoreScale::Original,
        ..within_tissue()
    };
    let said = original.scale_of_scores().expect("normalized");
    assert!(
        said.contains("scores stand on the scale of the table"),
        "{said}"
    );
    assert_eq!(Experiment::default().scale_of_scores(), None);
}
