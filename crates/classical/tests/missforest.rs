//! What users may count on from random forests and their chain.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_classical::forest::{Bins, Counter, Forest, Growth, Sample};
use imputome_classical::{FittedMissForest, MissForest};
use imputome_core::{
    Covariate, CovariateValues, Covariates, Dataset, FittedImputer, Imputer, Mask, Names, Run,
};
use ndarray::{Array2, Axis};
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!(
        "../../../fixtures/classical/forest_sklearn.json"
    ))
    .unwrap()
}

fn numbers(value: &Value) -> Vec<f32> {
    let of = |v: &Value| v.as_f64().unwrap() as f32;
    value.as_array().unwrap().iter().map(of).collect()
}

fn table(value: &Value) -> Array2<f32> {
    let rows: Vec<Vec<f32>> = value.as_array().unwrap().iter().map(numbers).collect();
    let shape = (rows.len(), rows[0].len());
    Array2::from_shape_vec(shape, rows.concat()).unwrap()
}

fn mean_and_deviation(values: &[f32]) -> (f32, f32) {
    let n = values.len() as f32;
    let mean = values.iter().sum::<f32>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n;
    (mean, variance.sqrt())
}

fn growth(trees: usize, candidates: usize) -> Growth {
    Growth {
        trees,
        candidates,
        min_leaf: 1,
        depth: None,
        draws: usize::MAX,
    }
}

#[test]
fn a_forest_estimates_what_that_of_scikit_learn_does() {
    let reference = reference();
    let (columns, targets) = (table(&reference["columns"]), numbers(&reference["targets"]));
    let queries = table(&reference["queries"]);
    let all = ndarray::concatenate![Axis(0), columns, queries];
    let bins: Vec<Vec<u8>> = columns
        .columns()
        .into_iter()
        .zip(all.columns())
        .map(|(known, all)| {
            let bins = Bins::learn(known.to_vec(), 256);
            all.iter().map(|&v| bins.bin(v)).collect()
        })
        .collect();
    let seen: Vec<&[u8]> = bins.iter().map(Vec::as_slice).collect();
    let n = targets.len() as u32;
    let rows: Vec<u32> = (0..n).collect();
    let others: Vec<u32> = (n..n + queries.nrows() as u32).collect();
    let sample = Sample {
        columns: &seen,
        table_rows: all.nrows(),
        rows: &rows,
        targets: &targets,
        others: &others,
    };
    let run = Run::new(0, 1).unwrap();
    let grown = Forest::grow(&sample, &growth(300, 2), 5, &run).unwrap();
    let expected = numbers(&reference["estimates"]);
    let deviations = numbers(&reference["deviations"]);
    let (known, new) = grown.estimates.split_at(targets.len());
    for ((ours, theirs), deviation) in new.iter().zip(&expected).zip(deviations) {
        let ours = ours.unwrap();
        // Five deviations between its own seeds, and what cuts at bins may differ.
        assert!(
            (ours - theirs).abs() < 5.0 * deviation + 0.02,
            "{ours} {theirs}"
        );
    }
    let squares = known.iter().zip(&targets);
    let squares: Vec<f32> = squares.map(|(e, t)| (e.unwrap() - t).powi(2)).collect();
    let error = (squares.iter().sum::<f32>() / n as f32).sqrt() / mean_and_deviation(&targets).1;
    let (theirs, spread) = mean_and_deviation(&numbers(&reference["out_of_bag_errors"]));
    assert!((error - theirs).abs() < 5.0 * spread, "{error} {theirs}");
}

#[test]
fn rows_estimated_while_trees_grow_and_later_agree() {
    let column: Vec<u8> = (0..200).map(|s| (s * 37 % 256) as u8).collect();
    let targets: Vec<f32> = (0..150).map(|s| f32::from(column[s]).sqrt()).collect();
    let rows: Vec<u32> = (0..150).collect();
    let others: Vec<u32> = (150..200).collect();
    let sample = Sample {
        columns: &[&column],
        table_rows: 200,
        rows: &rows,
        targets: &targets,
        others: &others,
    };
    let run = Run::new(0, 1).unwrap();
    let grown = Forest::grow(&sample, &growth(10, 1), 1, &run).unwrap();
    for (&bin, estimate) in column.iter().zip(&grown.estimates).skip(150) {
        let (estimate, again) = (estimate.unwrap(), grown.forest.estimate(|_| bin));
        // Sums of ten trees in f32 groups and in f64.
        assert!((again - estimate).abs() < 1e-5);
    }
}

#[test]
fn the_chain_is_as_accurate_as_that_of_scikit_learn() {
    let reference = reference();
    let truth = table(&reference["truth"]);
    let hidden = table(&reference["hidden"]).mapv(|h| h > 0.0);
    let mut data = dataset(truth.clone());
    data.measured = Mask(hidden.mapv(|h| !h));
    let chain = MissForest {
        trees: Some(60),
        mtry: Some(3),
        rounds: 4,
        bins: 256,
        min_leaf: 1,
        block: 1,
        hidden: 0.0,
        ..MissForest::default()
    };
    let estimates = fit(&chain, &data).impute(&data, &run()).unwrap().estimates;
    let error = error_at(&truth, &estimates, &hidden);
    let (theirs, spread) = mean_and_deviation(&numbers(&reference["chain_errors"]));
    // Three deviations between its own seeds: better is as well.
    assert!(error < theirs + 3.0 * spread, "{error} {theirs}");
    assert!(error > 0.8 * theirs, "{error} {theirs}");
}

fn dataset(values: Array2<f32>) -> Dataset {
    let (samples, genes) = values.dim();
    let names = |kind: &'static str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{kind}{i:03}")).collect()).unwrap()
    };
    Dataset::new(values, names("sample", samples), names("gene", genes)).unwrap()
}

fn error_at(truth: &Array2<f32>, estimates: &Array2<f32>, at: &Array2<bool>) -> f32 {
    let entries = at.indexed_iter().filter(|(_, at)| **at).map(|(at, _)| at);
    let squares: Vec<f32> = entries
        .map(|at| (truth[at] - estimates[at]).powi(2))
        .collect();
    (squares.iter().sum::<f32>() / squares.len() as f32).sqrt()
}

/// Two factors behind 8 genes, and a tissue that moves the first; a quarter of the entries gone.
fn cohort(samples: usize) -> Dataset {
    let wave = |a: usize, b: usize| ((a * 7919 + b * 104_729) % 1009) as f32 / 504.5 - 1.0;
    let mut data = dataset(Array2::from_shape_fn((samples, 8), |(s, g)| {
        let first = (s % 3) as f32 - 1.0 + 0.5 * wave(s, 1);
        first * wave(g, 11) + wave(s, 2) * wave(g, 13) + 0.1 * wave(s * 31 + g, 3)
    }));
    let tissue = ["brain", "liver", "lung"];
    let column = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(
            (0..samples).map(|s| Some(tissue[s % 3].into())).collect(),
        ),
    };
    data.covariates = Covariates::new(samples, vec![column]).unwrap();
    data.measured.0 = Array2::from_shape_fn((samples, 8), |(s, g)| {
        Counter::new(1, &[s as u64, g as u64]).share() > 0.25
    });
    data
}

fn small() -> MissForest {
    MissForest {
        trees: Some(20),
        rounds: 4,
        ..MissForest::default()
    }
}

fn run() -> Run {
    Run::new(3, 1).unwrap()
}

fn fit(settings: &MissForest, data: &Dataset) -> FittedMissForest {
    settings.learn(data, &run()).unwrap()
}

fn chosen(fitted: &FittedMissForest, name: &str) -> String {
    let summary = fitted.summary();
    let found = summary.chosen.iter().find(|(known, _)| known == name);
    found.unwrap().1.clone()
}

#[test]
fn training_samples_get_what_the_chain_made_of_them_and_others_a_sweep() {
    let data = cohort(120);
    let fitted = fit(&small(), &data);
    let straight = fitted.impute(&data, &run()).unwrap().estimates;
    let mut renamed = data.clone();
    renamed.samples = Names::new("sample", (0..120).map(|i| format!("new{i}")).collect()).unwrap();
    let swept = fitted.impute(&renamed, &run()).unwrap().estimates;
    assert_ne!(straight, swept);
    let gaps = data.measured.0.mapv(|m| !m);
    // Both know the table, so that neither may be far behind.
    let (chain, sweep) = (
        error_at(&data.values, &straight, &gaps),
        error_at(&data.values, &swept, &gaps),
    );
    assert!(sweep < 1.2 * chain && chain < 0.35, "{chain} {sweep}");
}

#[test]
fn a_training_sample_with_other_entries_measured_counts_as_new() {
    let data = cohort(90);
    let fitted = fit(&small(), &data);
    let mut changed = data.clone();
    changed.measured.0[(0, 1)] = !changed.measured.0[(0, 1)];
    let (before, after) = (
        fitted.impute(&data, &run()).unwrap().estimates,
        fitted.impute(&changed, &run()).unwrap().estimates,
    );
    assert_ne!(before.row(0), after.row(0));
    assert_eq!(before.row(1), after.row(1));
}

#[test]
fn blocks_of_genes_agree_with_one_after_the_other() {
    let data = cohort(150);
    let gaps = data.measured.0.mapv(|m| !m);
    let error = |block| {
        let fitted = fit(&MissForest { block, ..small() }, &data);
        error_at(
            &data.values,
            &fitted.impute(&data, &run()).unwrap().estimates,
            &gaps,
        )
    };
    let (one, all) = (error(1), error(8));
    // Both settle; what is left is the spread between forests of 20 trees.
    assert!((one - all).abs() < 0.1 * one, "{one} {all}");
}

#[test]
fn a_complete_table_teaches_forests_with_entries_hidden() {
    let mut data = cohort(90);
    data.measured.0.fill(true);
    let fitted = fit(&small(), &data);
    let remarks = fitted.summary().remarks;
    assert!(
        remarks
            .iter()
            .any(|r| r.contains("learned with 50 % of the measured entries hidden")),
        "{remarks:?}"
    );
    let plain = fit(
        &MissForest {
            hidden: 0.0,
            ..small()
        },
        &data,
    );
    assert_eq!(chosen(&plain, "sweeps"), "1");
}

#[test]
fn the_summary_says_what_screening_left_out() {
    let fitted = fit(
        &MissForest {
            predictors: Some(3),
            ..small()
        },
        &cohort(90),
    );
    assert_eq!(chosen(&fitted, "predictors per gene"), "3");
    assert!(fitted.summary().remarks.iter().any(|r| {
        r.starts_with("each gene is learned from the 3 genes most correlated with it, of 7")
    }));
}

#[test]
fn out_of_bag_errors_are_those_of_held_out_entries() {
    let data = cohort(200);
    let fitted = fit(&small(), &data);
    let estimates = fitted.impute(&data, &run()).unwrap().estimates;
    for (g, &error) in fitted.out_of_bag_errors().iter().enumerate() {
        let gaps: Vec<usize> = (0..200).filter(|&s| !data.measured.get(s, g)).collect();
        let squares = gaps
            .iter()
            .map(|&s| (data.values[(s, g)] - estimates[(s, g)]).powi(2));
        let root = (squares.sum::<f32>() / gaps.len() as f32).sqrt();
        let truth: Vec<f32> = gaps.iter().map(|&s| data.values[(s, g)]).collect();
        let relative = root / mean_and_deviation(&truth).1;
        // 50 held-out entries: a relative error known to about a tenth, and half as much again.
        assert!(
            (relative - error).abs() < 0.12 + 0.3 * error,
            "gene {g}: {relative} {error}"
        );
    }
}

#[test]
fn trees_beyond_the_memory_given_are_dropped_and_counted() {
    let settings = MissForest {
        trees: Some(100),
        kept_mib: 1,
        min_leaf: 1,
        ..small()
    };
    let data = cohort(3000);
    let fitted = fit(
        &MissForest {
            rounds: 1,
            ..settings
        },
        &data,
    );
    let bytes = fitted.weights().tensors["nodes"].values.len() * 4;
    assert!(bytes <= 1 << 20, "{bytes}");
    assert!(
        fitted
            .summary()
            .remarks
            .iter()
            .any(|r| r.contains("of 800 trees are kept"))
    );
}

#[test]
fn a_stored_forest_that_leads_nowhere_is_refused() {
    let fitted = fit(&small(), &cohort(60));
    let mut weights = fitted.weights();
    let nodes = &mut weights.tensors.get_mut("nodes").unwrap().values;
    nodes[1] = 1e9;
    assert!(MissForest::default().restore(&weights).is_err());
}
