//! What trials promise: the same for every method, groups whole, nothing hidden to be seen.

mod small_table;

use std::collections::BTreeSet;

use imputome_core::Dataset;
use imputome_evaluate::{Experiment, Protocol, Scenario, Trial, Trials};
use small_table::{table, table_of};

fn experiment() -> Experiment {
    Experiment {
        hidden_shares: vec![0.3, 0.5],
        by: Some("tissue".into()),
        ..Experiment::default()
    }
}

fn all(data: &Dataset, experiment: &Experiment) -> Vec<Trial> {
    let trials = Trials::new(data, experiment).expect("large enough");
    trials.iter().collect::<Result<_, _>>().expect("judgeable")
}

fn donors(data: &Dataset) -> BTreeSet<String> {
    data.group_of_samples().into_iter().collect()
}

#[test]
fn trials_come_by_scenario_repeat_and_in_place_by_hidden_share() {
    let names: Vec<String> = all(&table(), &experiment())
        .iter()
        .map(Trial::name)
        .collect();
    assert_eq!(names.len(), 3 * 2 + 3);
    assert_eq!(names[0], "in-place, 30 % hidden, repeat 1");
    assert_eq!(names[3], "in-place, 50 % hidden, repeat 2");
    assert_eq!(names[6], "inductive, repeat 1");
}

#[test]
fn no_group_stands_on_two_sides_and_every_sample_on_one() {
    let data = table();
    for trial in all(&data, &experiment()) {
        if trial.scenario != Scenario::Inductive {
            continue;
        }
        let test = trial.tests[0].holdout.visible();
        assert!(donors(trial.train()).is_disjoint(&donors(test)));
        assert_eq!(trial.train().n_samples() + test.n_samples(), 60);
        assert_eq!(test.n_samples(), 12);
    }
}

#[test]
fn hidden_values_are_gone_from_all_that_a_method_sees() {
    let data = table();
    for trial in all(&data, &experiment()) {
        for test in &trial.tests {
            let visible = test.holdout.visible();
            for ((s, g), &hidden) in test.holdout.held_out().0.indexed_iter() {
                let row = data
                    .samples
                    .position(&visible.samples[s])
                    .expect("same samples");
                let truth = data.entry(row, g);
                assert_eq!(visible.entry(s, g), if hidden { None } else { truth });
                if hidden {
                    assert!(visible.values[(s, g)].is_nan());
                    assert_eq!(Some(test.holdout.truth()[(s, g)]), truth);
                    let learned = trial.train().samples.position(&visible.samples[s]);
                    assert!(learned.is_none_or(|row| trial.train().entry(row, g).is_none()));
                }
            }
        }
    }
}

#[test]
fn in_place_the_method_learns_from_the_visible_table() {
    for trial in all(&table(), &experiment()) {
        if trial.scenario == Scenario::InPlace {
            let visible = trial.tests[0].holdout.visible();
            assert_eq!(trial.train().measured, visible.measured);
            assert_eq!(trial.tests.len(), 1);
        }
    }
}

#[test]
fn a_trial_is_the_same_whenever_and_wherever_it_is_made() {
    let data = table();
    let experiment = experiment();
    let forward = all(&data, &experiment);
    let again = Trials::new(&data, &experiment).expect("large enough");
    for index in (0..again.len()).rev() {
        let trial = again.get(index).expect("judgeable");
        assert_eq!((trial.index, forward[index].index), (index, index));
        assert_eq!(trial.train().samples, forward[index].train().samples);
        for (a, b) in trial.tests.iter().zip(&forward[index].tests) {
            assert_eq!(a.holdout.held_out(), b.holdout.held_out());
            assert_eq!((&a.judged, &a.examples), (&b.judged, &b.examples));
        }
    }
}

#[test]
fn repeats_and_seeds_hide_other_entries() {
    let data = table();
    let held_out = |experiment: &Experiment, index: usize| {
        let trials = Trials::new(&data, experiment).expect("large enough");
        let trial = trials.get(index).expect("judgeable");
        trial.tests[0].holdout.held_out().clone()
    };
    let other_seed = Experiment {
        seed: 1,
        ..experiment()
    };
    assert_ne!(held_out(&experiment(), 0), held_out(&experiment(), 2));
    assert_ne!(held_out(&experiment(), 0), held_out(&other_seed, 0));
}

#[test]
fn what_is_hidden_at_a_low_share_is_hidden_at_a_high_one() {
    for trial in all(&table(), &experiment()) {
        if let [low, high] = &trial.tests[..] {
            let (low, high) = (low.holdout.held_out(), high.holdout.held_out());
            assert!(low.count() < high.count());
            assert_eq!(low.without(high).count(), 0);
        }
    }
}

#[test]
fn a_gene_that_never_varies_is_not_judged() {
    let mut data = table();
    data.values.column_mut(2).fill(4.0);
    for trial in all(&data, &experiment()) {
        for test in &trial.tests {
            assert!(!test.judged.contains(&2));
        }
    }
}

#[test]
fn examples_are_held_out_entries_of_the_first_repeat_at_the_reference_share() {
    for trial in all(&table(), &experiment()) {
        for test in &trial.tests {
            let wanted = trial.repeat == 1 && test.hidden == 0.5;
            assert_eq!(!test.examples.is_empty(), wanted);
            for &(s, g) in &test.examples {
                assert!(test.holdout.held_out().get(s, g));
            }
        }
    }
}

#[test]
fn too_few_groups_or_genes_are_refused_with_advice() {
    let few_groups = table_of(60, 3);
    let error = Trials::new(&few_groups, &experiment()).expect_err("three donors");
    assert!(
        error
            .to_string()
            .contains("needs at least 4 samples, of as many donors")
    );
    let in_place = Experiment {
        scenarios: vec![Scenario::InPlace],
        ..experiment()
    };
    assert!(Trials::new(&few_groups, &in_place).is_ok());
    let one_gene = table().select_genes(&[0]);
    let error = Trials::new(&one_gene, &experiment()).expect_err("one gene");
    assert!(error.to_string().contains("needs at least 2 genes"));
}

#[test]
fn hiding_too_little_to_judge_is_refused_with_advice() {
    let data = table_of(8, 8);
    let experiment = Experiment {
        hidden_shares: vec![0.01],
        ..Experiment::default()
    };
    let trials = Trials::new(&data, &experiment).expect("large enough");
    let error = trials.get(0).expect_err("nothing hidden");
    assert!(error.to_string().contains("hide another share"));
}

fn published() -> Experiment {
    Experiment {
        protocol: Protocol::Published,
        test_share: Protocol::Published.test_share(),
        ..experiment()
    }
}

#[test]
fn the_published_protocol_cuts_once_and_masks_the_test_rows_once() {
    let data = table();
    let trials = all(&data, &published());
    let inductive: Vec<&Trial> = trials
        .iter()
        .filter(|trial| trial.scenario == Scenario::Inductive)
        .collect();
    for trial in &inductive {
        let test = &trial.tests[0].holdout;
        assert_eq!(test.visible().n_samples(), 15, "a quarter of 60 samples");
        assert_eq!(trial.train().n_samples(), 45);
        let first = &inductive[0].tests[0].holdout;
        assert_eq!(test.held_out(), first.held_out());
        assert_eq!(
            test.visible().samples.as_slice(),
            first.visible().samples.as_slice()
        );
    }
    let incomplete = |trial: &Trial| {
        trial
            .incomplete_train()
            .expect("inductive")
            .measured
            .clone()
    };
    assert_ne!(incomplete(inductive[0]), incomplete(inductive[1]));
    let share = incomplete(inductive[0]).count() as f64 / (45.0 * 6.0);
    // 270 draws: standard deviation 0.03, four of them 0.12.
    assert!((share - 0.5).abs() < 0.12, "{share}");
}

#[test]
fn the_published_protocol_standardizes_each_side_by_its_own_complete_values() {
    let data = table();
    for trial in all(&data, &published()) {
        let truth = trial.tests[0].holdout.truth();
        // Gene 1 has the one gap.
        let gene = truth.column(0);
        let mean = gene.iter().map(|v| f64::from(*v)).sum::<f64>() / gene.len() as f64;
        // 60 sums of single precision values of size 1.
        assert!(mean.abs() < 1e-6, "{}: {mean}", trial.name());
        let incomplete = trial.incomplete_train().is_some();
        assert_eq!(incomplete, trial.scenario == Scenario::Inductive);
    }
}

#[test]
fn the_strict_protocol_gives_every_method_the_same_rows() {
    for trial in all(&table(), &experiment()) {
        assert!(trial.incomplete_train().is_none());
    }
}
