//! From estimates to an evaluation and its files.

mod small_table;

use imputome_core::{Curve, Dataset, Error, Imputation, Run, Summary};
use imputome_evaluate::{
    Cost, Evaluation, Experiment, MethodFacts, Outcome, Reference, Scenario, Score, Test, Trial,
    Trials, compare, score, summary,
};
use ndarray::Array2;
use small_table::table;

fn experiment() -> Experiment {
    Experiment {
        hidden_shares: vec![0.3, 0.5],
        repeats: 2,
        by: Some("tissue".into()),
        ..Experiment::default()
    }
}

fn trials<'a>(data: &'a Dataset, experiment: &'a Experiment) -> Trials<'a> {
    Trials::new(data, experiment).expect("large enough")
}

/// Facts of a method that is nothing but a label.
fn facts(label: &str) -> MethodFacts {
    MethodFacts {
        label: label.into(),
        name: label.into(),
        title: format!("the method {label}"),
        source: "ours".into(),
        settings: vec![("neighbors".into(), "5".into(), "How many.".into())],
        chosen: Vec::new(),
        remarks: Vec::new(),
    }
}

/// Training means of the sample's tissue where `within`, else of all samples.
fn means(trials: &Trials, trial: &Trial, test: &Test, within: bool) -> Array2<f32> {
    let levels = trials.levels().filter(|_| within);
    let reference = Reference::of(trial.train(), levels);
    let covariates = &test.holdout.visible().covariates;
    let level_of = levels.map_or_else(
        || vec![None; covariates.n_samples()],
        |levels| levels.of_samples(covariates),
    );
    Array2::from_shape_fn(test.holdout.truth().dim(), |(s, g)| {
        reference.mean_within(level_of[s], g) as f32
    })
}

fn value(scores: &[Score], group: &str, metric: &str) -> f64 {
    let found = scores
        .iter()
        .find(|s| s.group == group && s.metric == metric);
    found.expect("a score of that name").value
}

#[test]
fn the_truth_scores_one_and_the_training_mean_zero() {
    let (data, experiment) = (table(), experiment());
    let trials = trials(&data, &experiment);
    for trial in trials.iter().map(|trial| trial.expect("judgeable")) {
        for (at, test) in trial.tests.iter().enumerate() {
            let truth = Imputation::of(test.holdout.truth().clone());
            let truth = score("truth", &trial, at, &truth)
                .expect("same shape")
                .scores;
            let mean = Imputation::of(means(&trials, &trial, test, false));
            let mean = score("mean", &trial, at, &mean).expect("same shape").scores;
            for metric in ["r2", "r2_within", "r2_held_out", "skill"] {
                assert_eq!(value(&truth, "all", metric), 1.0);
            }
            assert_eq!(value(&truth, "all", "rmse"), 0.0);
            assert_eq!(value(&truth, "tissue=Lung", "r2_within"), 1.0);
            // The truth correlates with itself but for the rounding of sums.
            assert!(value(&truth, "all", "pearson") > 1.0 - 1e-12);
            // Means in f32 have a relative error of 6e-8.
            assert!(value(&mean, "all", "r2").abs() < 1e-6);
            assert!(value(&mean, "all", "skill").abs() < 1e-6);
            assert_eq!(value(&mean, "all", "pearson"), 0.0);
            assert!(value(&mean, "all", "r2_held_out") < 0.0);
        }
    }
}

#[test]
fn the_tissue_mean_scores_zero_within_tissues() {
    let (data, experiment) = (table(), experiment());
    let trials = trials(&data, &experiment);
    for trial in trials.iter().map(|trial| trial.expect("judgeable")) {
        let estimates = Imputation::of(means(&trials, &trial, &trial.tests[0], true));
        let scores = score("median", &trial, 0, &estimates)
            .expect("same shape")
            .scores;
        // Means in f32 have a relative error of 6e-8.
        assert!(value(&scores, "all", "r2_within").abs() < 1e-6);
        assert!(value(&scores, "tissue=Skin", "r2_within").abs() < 1e-6);
        assert!(value(&scores, "all", "r2") > 0.2);
    }
}

#[test]
fn r2_is_one_less_squared_errors_by_squares_about_the_training_mean() {
    let (data, experiment) = (table(), experiment());
    let trials = trials(&data, &experiment);
    let trial = trials.get(trials.len() - 1).expect("judgeable");
    let test = &trial.tests[1];
    let estimates = test.holdout.truth().mapv(|v| v * 0.5 + 1.0);
    let judgment = score("half", &trial, 1, &Imputation::of(estimates.clone())).expect("shape");
    for row in &judgment.per_gene {
        let g = data.genes.position(&row.gene).expect("a gene of the table");
        let train: Vec<f64> = trial
            .train()
            .measured_of_gene(g)
            .map(|(_, v)| f64::from(v))
            .collect();
        let mean = train.iter().sum::<f64>() / train.len() as f64;
        let (mut errors, mut squares, mut entries) = (0.0, 0.0, 0);
        for (s, _) in test
            .holdout
            .held_out()
            .column(g)
            .iter()
            .enumerate()
            .filter(|(_, h)| **h)
        {
            let truth = f64::from(test.holdout.truth()[(s, g)]);
            errors += (truth - f64::from(estimates[(s, g)])).powi(2);
            squares += (truth - mean).powi(2);
            entries += 1;
        }
        assert_eq!(row.entries, entries);
        // The library works in standard scores: other roundings of f64.
        assert!((row.r2 - (1.0 - errors / squares)).abs() < 1e-12);
    }
}

#[test]
fn scores_are_the_same_bits_on_one_thread_and_on_three() {
    let (data, experiment) = (table(), experiment());
    let trials = trials(&data, &experiment);
    let trial = trials.get(0).expect("judgeable");
    let estimates = Imputation::of(means(&trials, &trial, &trial.tests[0], true));
    let bits = |threads| {
        let run = Run::new(0, threads).expect("a pool");
        let judgment = run
            .on_threads(|| score("m", &trial, 0, &estimates))
            .expect("same shape");
        judgment
            .scores
            .iter()
            .map(|s| s.value.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(bits(1), bits(3));
}

#[test]
fn estimates_of_another_shape_are_refused() {
    let (data, experiment) = (table(), experiment());
    let trials = trials(&data, &experiment);
    let trial = trials.get(0).expect("judgeable");
    let error = score("m", &trial, 0, &Imputation::of(Array2::zeros((2, 2)))).expect_err("shape");
    assert!(error.to_string().contains("expected (60, 6), found (2, 2)"));
}

/// `mean`, `tissue` with a spread of one unit, `broken` with a hole, `late` that fails after the
/// first repeat.
fn evaluation() -> Evaluation {
    let (data, experiment) = (table(), experiment());
    let trials = trials(&data, &experiment);
    let methods = ["mean", "tissue", "broken", "late"].map(facts).to_vec();
    compare("small\ttable", &trials, methods, &mut |label, trial| {
        let imputations = trial.tests.iter().map(|test| {
            let mut estimates = means(&trials, trial, test, label == "tissue");
            if label == "broken" {
                estimates.fill(f32::INFINITY);
            }
            let spread = (label == "tissue").then(|| Array2::ones(estimates.dim()));
            Imputation {
                estimates,
                spread,
                remarks: vec![format!("{label} was here")],
            }
        });
        let curve = Curve {
            name: "validation loss".into(),
            step: "epoch".into(),
            points: vec![(1.0, 0.1), (2.0, 1.0 / 3.0)],
        };
        if label == "late" && trial.repeat > 1 {
            return Ok(Outcome::failed("killed: out of memory"));
        }
        Ok(Outcome {
            imputations: Ok(imputations.collect()),
            cost: Cost {
                fit_wall_seconds: 0.1,
                wall_seconds: 0.2,
                cpu_seconds: 0.3,
                peak_mib: 17.5,
            },
            summary: Summary {
                curves: vec![curve.clone(), curve],
                chosen: vec![("factors".into(), "3".into())],
                remarks: vec![format!("{label} was here")],
            },
        })
    })
    .expect("no runner error")
}

#[test]
fn a_method_that_fails_gets_a_status_and_the_others_go_on() {
    let evaluation = evaluation();
    let status = |method: &str, repeat: usize| {
        let runs = evaluation.runtime.iter();
        let mut runs = runs.filter(|r| r.method == method && r.repeat == repeat);
        runs.next().expect("a row per trial").status.clone()
    };
    assert_eq!(evaluation.runtime.len(), 4 * (2 * 2 + 2));
    assert_eq!(status("mean", 2), "done");
    assert_eq!(status("late", 1), "done");
    assert_eq!(status("late", 2), "killed: out of memory");
    assert!(status("broken", 1).ends_with("estimates of hidden values are not finite numbers"));
    assert!(
        evaluation
            .scores
            .iter()
            .all(|s| s.method != "late" || s.repeat == 1)
    );
}

#[test]
fn infinite_estimates_score_not_a_number_and_are_counted() {
    let evaluation = evaluation();
    let broken = |metric: &str| {
        let scores = evaluation.scores.iter();
        let mut scores = scores.filter(|s| s.method == "broken" && s.metric == metric);
        scores.next().expect("a row").value
    };
    assert!(broken("r2").is_nan() && broken("rmse").is_nan() && broken("pearson").is_nan());
    assert_eq!(broken("failures"), broken("entries"));
    let rows = summary(&evaluation);
    assert_eq!(rows.len(), 4 * 4);
    assert!(rows.iter().all(|r| r.method != "broken" || r.repeats == 0));
    assert!(rows[0].metric("r2").is_some_and(|m| m.best) && rows[0].method == "tissue");
}

#[test]
fn coverage_is_scored_for_methods_with_a_spread_alone() {
    let evaluation = evaluation();
    let scores = evaluation.scores.iter();
    let covered: Vec<&Score> = scores.filter(|s| s.metric == "coverage90").collect();
    assert!(!covered.is_empty() && covered.iter().all(|s| s.method == "tissue"));
    // Within a tissue the table varies by at most 2.5; the spread of 1 covers 1.645 either way.
    assert!(covered.iter().all(|s| s.value > 0.9));
}

#[test]
fn genes_are_judged_by_tissue_over_all_repeats_at_the_reference_share() {
    let evaluation = evaluation();
    let pooled = evaluation
        .per_gene
        .iter()
        .filter(|row| row.repeat.is_none());
    let pooled: Vec<_> = pooled.filter(|row| row.method == "mean").collect();
    for row in &pooled {
        assert!(row.group.starts_with("tissue=") && row.hidden == 0.5 && row.entries >= 3);
    }
    let in_place = pooled
        .iter()
        .filter(|row| row.scenario == "in-place")
        .count();
    // Three tissues by six genes; the inductive test rows are too few for some of them.
    assert_eq!(in_place, 3 * 6);
    assert!(pooled.len() > in_place);
    let entries = |repeat: Option<usize>| -> usize {
        let rows = evaluation.per_gene.iter();
        rows.filter(|r| r.method == "mean" && r.hidden == 0.5 && r.scenario == "in-place")
            .filter(|r| r.repeat.is_some() == repeat.is_some())
            .map(|r| r.entries)
            .sum()
    };
    assert_eq!(entries(None), entries(Some(1)));
}

#[test]
fn every_method_shows_the_same_examples() {
    let evaluation = evaluation();
    let of = |method: &str| -> Vec<(String, String, String, f64)> {
        let examples = evaluation.examples.iter().filter(|e| e.method == method);
        examples
            .map(|e| {
                (
                    e.scenario.clone(),
                    e.sample.clone(),
                    e.gene.clone(),
                    e.truth,
                )
            })
            .collect()
    };
    assert!(!of("mean").is_empty());
    assert_eq!(of("mean"), of("tissue"));
}

#[test]
fn facts_say_what_was_evaluated_and_what_methods_chose() {
    let evaluation = evaluation();
    let data = &evaluation.data;
    assert_eq!((data.samples, data.genes, data.groups), (60, 6, 20));
    assert_eq!(data.gap_share, 1.0 - 359.0 / 360.0);
    let levels: Vec<_> = data
        .levels
        .iter()
        .map(|l| (l.level.as_str(), l.samples))
        .collect();
    assert_eq!(levels, [("Blood", 20), ("Lung", 20), ("Skin", 20)]);
    assert_eq!(
        data.levels
            .iter()
            .map(|l| l.training_samples)
            .sum::<usize>(),
        48
    );
    let method = &evaluation.methods[0];
    assert_eq!(method.remarks, ["mean was here"]);
    let chosen: Vec<&str> = method
        .chosen
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        chosen,
        [
            "factors (in-place, 30 % hidden)",
            "factors (in-place, 50 % hidden)",
            "factors (inductive)"
        ]
    );
}

#[test]
fn an_interruption_ends_the_comparison() {
    let (data, experiment) = (table(), experiment());
    let trials = trials(&data, &experiment);
    let mut calls = 0;
    let error = compare("t", &trials, vec![facts("mean")], &mut |_, _| {
        calls += 1;
        Err(Error::Interrupted)
    })
    .expect_err("interrupted");
    assert!(matches!(error, Error::Interrupted));
    assert_eq!(calls, 1);
}

#[test]
fn genes_left_out_are_said_in_the_remarks() {
    let mut data = table();
    data.values.column_mut(2).fill(4.0);
    let experiment = Experiment {
        scenarios: vec![Scenario::InPlace],
        repeats: 1,
        ..Experiment::default()
    };
    let trials = trials(&data, &experiment);
    let evaluation = compare("t", &trials, vec![facts("mean")], &mut |_, _| {
        Ok(Outcome::failed("not tried"))
    });
    let remarks = evaluation.expect("nothing to fail").data.remarks;
    assert_eq!(remarks.len(), 1);
    assert!(
        remarks[0].starts_with("in-place, 50 % hidden: up to 1 of 6 genes could not be judged")
    );
}

fn read_back(files: &[(&'static str, String)]) -> Result<Evaluation, Error> {
    Evaluation::from_files(&mut |name| {
        let file = files.iter().find(|(known, _)| *known == name);
        let text = file.map(|(_, text)| text.clone());
        text.ok_or_else(|| Error::Unusable(format!("{name} is missing")))
    })
}

#[test]
fn an_evaluation_reads_back_exactly() {
    let mut evaluation = evaluation();
    evaluation.scores[0].method = "odd\tname\\with\nall\r".into();
    evaluation.scores[0].value = -1e-300;
    evaluation.scores[1].value = 0.1 + 0.2;
    let files = evaluation.to_files();
    let again = read_back(&files).expect("as written");
    // Not-a-number cells differ from themselves, so texts are compared.
    assert_eq!(files, again.to_files());
    assert_eq!(format!("{evaluation:?}"), format!("{again:?}"));
}

#[test]
fn changed_files_are_refused_with_file_line_and_column() {
    let files = evaluation().to_files();
    let refusal = |file: usize, change: &dyn Fn(&str) -> String| {
        let mut changed = files.clone();
        changed[file].1 = change(&changed[file].1);
        read_back(&changed).expect_err("changed").to_string()
    };
    let cut = |text: &str| {
        text.lines()
            .take(9)
            .map(|line| line.to_string() + "\n")
            .collect()
    };
    assert!(refusal(1, &cut).starts_with("scores.tsv: expected "));
    assert!(refusal(1, &cut).contains("rows as evaluation.json says, found 8"));
    let word = |text: &str| {
        text.replacen("\t60\t", "\tsixty\t", 1)
            .replacen("\t0.3\t1\t", "\tx\t1\t", 1)
    };
    assert_eq!(
        refusal(2, &word),
        "per_gene.tsv line 2: hidden: expected a number, found \"x\""
    );
    let header = |text: &str| text.replacen("metric", "metrik", 1);
    assert!(refusal(1, &header).starts_with("scores.tsv line 1: expected the columns method"));
    let cell = |text: &str| text.replacen("\tin-place", "", 1);
    assert_eq!(
        refusal(3, &cell),
        "runtime.tsv line 2: expected 9 cells, found 8"
    );
    let format = |text: &str| text.replacen("\"format\": 1", "\"format\": 2", 1);
    assert!(refusal(0, &format).contains("expected format 1, found 2"));
    assert!(refusal(0, &|_| "{".into()).starts_with("evaluation.json: "));
    let missing = read_back(&files[..5]).expect_err("no examples").to_string();
    assert_eq!(missing, "examples.tsv is missing");
}
