//! What DeepImpute promises, on small tables of simulated cells.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use imputome_core::{Counts, Dataset, Error, Imputer, Names, Run, Scale};
use imputome_neural::DeepImpute;
use imputome_neural::deepimpute::{Estimates, FittedDeepImpute, LeftOut, TableOf};
use ndarray::{Array2, s};
use rand::RngExt;

const CELLS: usize = 300;
const GENES: usize = 40;

fn run(threads: usize) -> Run {
    Run::new(7, threads).unwrap()
}

fn names(kind: &'static str, n: usize) -> Names {
    Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect()).unwrap()
}

/// Counts of three kinds of cells of different depth.
fn table() -> Array2<f32> {
    let random = &mut run(1).stream("table");
    let level = Array2::from_shape_fn((3, GENES), |_| 4.0 * random.random::<f32>());
    Array2::from_shape_fn((CELLS, GENES), |(cell, gene)| {
        let depth = 0.5 + (cell % 10) as f32 / 10.0;
        let noise = random.random::<f32>() + random.random::<f32>() - 1.0;
        let mean = depth * level[(cell % 3, gene)].exp_m1();
        (mean * (1.0 + 0.5 * noise) - 1.0).round().max(0.0)
    })
}

fn counts(table: &Array2<f32>) -> Counts {
    let (cells, genes) = table.dim();
    Counts::from_table(names("cell", cells), names("gene", genes), table.view()).unwrap()
}

/// Short training of narrow networks, several of them.
fn small() -> DeepImpute {
    DeepImpute {
        hidden: 8,
        targets: 12,
        epochs: 3,
        ..DeepImpute::default()
    }
}

fn fitted(settings: &DeepImpute, table: &Array2<f32>) -> FittedDeepImpute {
    settings.fit_counts(&counts(table), &run(1)).unwrap()
}

fn bits(estimates: &Estimates) -> Vec<u32> {
    estimates
        .values
        .iter()
        .map(|value| value.to_bits())
        .collect()
}

/// Squared errors of logarithms at a tenth of the counts, hidden: of the estimates, and of the means
/// of non-zeros.
fn errors_at_hidden(truth: &Array2<f32>) -> [f32; 2] {
    let random = &mut run(1).stream("hidden");
    let hidden = truth.mapv(|count| count > 0.0 && random.random::<f32>() < 0.1);
    let mut shown = truth.clone();
    shown.zip_mut_with(&hidden, |count, &hidden| {
        *count *= if hidden { 0.0 } else { 1.0 }
    });
    let settings = DeepImpute {
        batch: 16,
        ..DeepImpute::default()
    };
    let fitted = fitted(&settings, &shown);
    let estimates = fitted.estimate(&counts(&shown), &run(1)).unwrap().values;
    let means = fitted.nonzero_means();
    let mut errors = [0.0, 0.0];
    for ((cell, column), &estimate) in estimates.indexed_iter() {
        let gene = fitted.imputed()[column];
        if hidden[(cell, gene)] {
            let truth = truth[(cell, gene)].ln_1p();
            errors[0] += (truth - estimate.ln_1p()).powi(2);
            errors[1] += (truth - means[gene].ln_1p()).powi(2);
        }
    }
    errors
}

#[test]
fn hidden_counts_come_closer_than_the_means_of_non_zeros() {
    let errors = errors_at_hidden(&table());
    // Kinds of cells explain most of what varies: a third of the error of the means is left, and half is asked for.
    assert!(errors[0] < 0.5 * errors[1], "{errors:?}");
}

#[test]
fn where_genes_tell_nothing_of_each_other_the_means_are_not_fallen_below() {
    let random = &mut run(1).stream("noise");
    let noise = Array2::from_shape_simple_fn((CELLS, GENES), || {
        (random.random::<f32>() * 6.0 - 2.0).floor().max(0.0)
    });
    let errors = errors_at_hidden(&noise);
    // About 800 hidden counts: 2 % is what a slope or two by chance may cost.
    assert!(errors[0] < 1.02 * errors[1], "{errors:?}");
}

/// The published network, small.
fn published() -> DeepImpute {
    DeepImpute {
        hidden: 8,
        targets: 12,
        epochs: 3,
        dispersion: 0.0,
        ..DeepImpute::preset("published").unwrap()
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let counts = counts(&table());
    for (settings, threads) in [(small(), 2), (small(), 5), (published(), 2)] {
        let one = settings.fit_counts(&counts, &run(1)).unwrap();
        let several = settings.fit_counts(&counts, &run(threads)).unwrap();
        assert_eq!(one.weights(), several.weights());
        assert_eq!(
            bits(&one.estimate(&counts, &run(1)).unwrap()),
            bits(&several.estimate(&counts, &run(threads)).unwrap())
        );
    }
}

#[test]
fn a_window_gives_the_estimates_of_the_whole_table() {
    let table = table();
    for settings in [small(), published()] {
        windows_agree(&settings, &table);
    }
}

fn windows_agree(settings: &DeepImpute, table: &Array2<f32>) {
    let fitted = fitted(settings, table);
    let whole = fitted.estimate(&counts(table), &run(1)).unwrap().values;
    for rows in [0..1, 37..150, 150..300] {
        let part = table.slice(s![rows.clone(), ..]).to_owned();
        let part = fitted.estimate(&counts(&part), &run(1)).unwrap().values;
        assert_eq!(part, whole.slice(s![rows, ..]));
    }
}

#[test]
fn a_stored_model_estimates_what_the_fitted_one_did() {
    for settings in [small(), published()] {
        stored_agrees(&settings, &table());
    }
}

fn stored_agrees(settings: &DeepImpute, table: &Array2<f32>) {
    let fitted = fitted(settings, table);
    let stored = FittedDeepImpute::restore(settings, &fitted.weights()).unwrap();
    let estimate =
        |model: &FittedDeepImpute| bits(&model.estimate(&counts(table), &run(1)).unwrap());
    assert_eq!(estimate(&fitted), estimate(&stored));
    assert_eq!(fitted.left_out(), stored.left_out());
}

#[test]
fn twenty_genes_are_enough_and_one_has_no_predictor() {
    let table = table();
    let twenty = table.slice(s![.., ..20]).to_owned();
    let settings = DeepImpute {
        epochs: 2,
        ..DeepImpute::default()
    };
    let model = fitted(&settings, &twenty);
    assert_eq!(model.imputed().len(), 20);
    let model = fitted(&settings, &table.slice(s![.., ..1]).to_owned());
    assert_eq!(model.left_out(), [Some(LeftOut::NoPredictor)]);
    let alone = table.slice(s![.., ..1]).to_owned();
    assert_eq!(
        model
            .estimate(&counts(&alone), &run(1))
            .unwrap()
            .values
            .dim(),
        (CELLS, 0)
    );
}

#[test]
fn genes_that_are_not_imputed_are_told_with_the_reason() {
    let mut table = table();
    table.column_mut(3).fill(0.0);
    table.column_mut(5).fill(9.0);
    let model = fitted(
        &DeepImpute {
            genes: Some(10),
            targets: 5,
            ..small()
        },
        &table,
    );
    assert_eq!(model.left_out()[3], Some(LeftOut::NeverCounted));
    assert_eq!(model.left_out()[5], Some(LeftOut::Constant));
    assert_eq!(model.imputed().len(), 10);
    let beyond = model
        .left_out()
        .iter()
        .filter(|reason| **reason == Some(LeftOut::BeyondNumber));
    assert_eq!(beyond.count(), GENES - 12);
    assert!(
        model
            .summary()
            .remarks
            .iter()
            .any(|remark| remark.starts_with("28 genes"))
    );
}

#[test]
fn estimates_out_of_bounds_are_told_and_never_zeros() {
    let table = table();
    let model = fitted(
        &DeepImpute {
            bound: 1.0,
            ..small()
        },
        &table,
    );
    // Counts a million times those learned from: what networks make of them is out of bounds.
    let strange = table.mapv(|count| 1e6 * count);
    let found = model.estimate(&counts(&strange), &run(1)).unwrap();
    assert!(!found.refused.is_empty());
    for &(cell, column) in &found.refused {
        assert!(found.values[(cell, column)].is_nan());
    }
    let missing = found.values.iter().filter(|value| value.is_nan()).count();
    assert_eq!(missing, found.refused.len());
    let data = Dataset::new(strange, names("cell", CELLS), names("gene", GENES)).unwrap();
    let model = small().restore(&model.weights()).unwrap();
    let imputation = model.impute(&data, &run(1)).unwrap();
    assert!(imputation.estimates.iter().all(|value| value.is_finite()));
    assert!(
        imputation
            .remarks
            .iter()
            .any(|remark| remark.contains("refused"))
    );
}

#[test]
fn logarithms_are_refused_and_taken_when_the_settings_say_so() {
    let table = table();
    let logs = table.mapv(f32::ln_1p);
    let refused = |settings: DeepImpute, table: &Array2<f32>| {
        let error = settings.fit_counts(&counts(table), &run(1)).unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error}");
        error.to_string()
    };
    assert!(refused(small(), &logs).contains("table=logs"));
    assert!(refused(small(), &logs.mapv(|log| log - 1.0)).contains("not scaled"));
    let of_logs = DeepImpute {
        table: TableOf::Logs,
        ..small()
    };
    assert!(refused(of_logs.clone(), &table.mapv(|count| 10.0 * count)).contains("table=logs"));
    let from_counts = fitted(&small(), &table)
        .estimate(&counts(&table), &run(1))
        .unwrap()
        .values;
    let from_logs = fitted(&of_logs, &logs)
        .estimate(&counts(&logs), &run(1))
        .unwrap()
        .values;
    let furthest = from_counts
        .iter()
        .zip(&from_logs)
        .map(|(count, log)| (count.ln_1p() - log).abs());
    // The same logarithms up to the rounding of exp and ln, and 3 epochs of training on them.
    assert!(furthest.fold(0.0, f32::max) < 0.05);
}

#[test]
fn too_few_cells_are_refused() {
    let three = table().slice(s![..3, ..]).to_owned();
    let error = small().fit_counts(&counts(&three), &run(1)).unwrap_err();
    assert!(
        matches!(error, Error::TooLittle { found: 3, .. }),
        "{error}"
    );
}

#[test]
fn a_table_of_samples_is_imputed_with_gaps_as_zeros() {
    let table = table();
    let mut data = Dataset::new(table.clone(), names("cell", CELLS), names("gene", GENES)).unwrap();
    data.scale = Scale::Counts;
    data.measured.0[(4, 2)] = false;
    data.values[(4, 2)] = f32::NAN;
    let mut zero = table;
    zero[(4, 2)] = 0.0;
    let by_table = small()
        .fit(&data, &run(1))
        .unwrap()
        .impute(&data, &run(1))
        .unwrap();
    let by_counts = fitted(&small(), &zero)
        .estimate(&counts(&zero), &run(1))
        .unwrap()
        .values;
    assert_eq!(by_table.estimates, by_counts);
}
