use ndarray::{Array2, array};

use super::*;
use crate::{Covariate, CovariateValues, Names};

fn table(values: Array2<f32>) -> Dataset {
    let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect());
    let (samples, genes) = values.dim();
    Dataset::new(
        values,
        names("sample", samples).unwrap(),
        names("gene", genes).unwrap(),
    )
    .unwrap()
}

/// One gene, and the tissue of each sample; `?` where it is not known.
fn gene(values: &[(&str, f32)]) -> Dataset {
    let level = |(name, _): &(&str, f32)| (*name != "?").then(|| name.to_string());
    let column = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(values.iter().map(level).collect()),
    };
    let numbers = values.iter().map(|(_, value)| *value).collect();
    table(Array2::from_shape_vec((values.len(), 1), numbers).unwrap())
        .with_covariates(Covariates::new(values.len(), vec![column]).unwrap())
        .unwrap()
}

fn asked(transform: Transform, within: &str) -> Normalization {
    Normalization {
        transform,
        within: (!within.is_empty()).then(|| within.into()),
    }
}

fn learned(transform: Transform, within: &str, train: &Dataset) -> Normalizer {
    let learned = asked(transform, within).learn(train).unwrap();
    learned.expect("a transform is asked for")
}

fn scores(normalizer: &Normalizer, data: &Dataset) -> Vec<f32> {
    normalizer.apply(data).unwrap().values.into_iter().collect()
}

/// Values of one gene brought back, with the spread of each.
fn undone(normalizer: &Normalizer, rows: &Dataset, scores: &[f32], spread: f32) -> Imputation {
    let estimates = Array2::from_shape_vec((scores.len(), 1), scores.to_vec()).unwrap();
    let mut imputation = Imputation {
        spread: Some(Array2::from_elem(estimates.dim(), spread)),
        estimates,
        remarks: Vec::new(),
    };
    normalizer.undo(&[0], &rows.covariates, &mut imputation);
    imputation
}

#[test]
fn normal_scores_agree_with_scipy_also_where_values_are_equal() {
    let nan = f32::NAN;
    let values = [3.0, -9.97, -9.97, 5.5, nan, -9.97, 4.25, 3.0, 12.0];
    let train = gene(&values.map(|value| ("Lung", value)));
    let found = scores(&learned(Transform::InverseNormal, "", &train), &train);
    // scipy.stats.norm.ppf(scipy.stats.rankdata(v) / (n + 1)) of SciPy 1.17.1.
    let expected: [f32; 9] = [
        0.0,
        -0.764_709_65,
        -0.764_709_65,
        0.764_709_65,
        f32::NAN,
        -0.764_709_65,
        0.430_727_3,
        0.0,
        1.220_640_3,
    ];
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            *found == expected || (found.is_nan() && expected.is_nan()),
            "{found} {expected}"
        );
    }
}

#[test]
fn each_level_has_scores_of_its_own_and_they_come_back() {
    let train = gene(&[
        ("Lung", 1.0),
        ("Skin", 100.0),
        ("Lung", 2.0),
        ("Skin", 300.0),
        ("Lung", 3.0),
        ("Skin", 200.0),
    ]);
    let normalizer = learned(Transform::InverseNormal, "tissue", &train);
    let found = scores(&normalizer, &train);
    // Ranks 1, 2, 3 of 3: quantiles of 1/4, 1/2, 3/4.
    let quarter = 0.674_489_75;
    assert_eq!(found, [-quarter, -quarter, 0.0, quarter, quarter, 0.0]);
    let back = undone(&normalizer, &train, &found, 0.0).estimates;
    for (back, value) in back.iter().zip(&train.values) {
        // Single precision of a score moves a value by as much.
        assert!((back - value).abs() <= 1e-6 * value, "{back} {value}");
    }
}

#[test]
fn a_score_between_two_values_lies_between_them_and_none_leads_outside() {
    let train = gene(&[("", 1.0), ("", 2.0), ("", 5.0)]);
    let normalizer = learned(Transform::InverseNormal, "", &train);
    let new = gene(&[("", 3.5), ("", 9.0), ("", 0.0)]);
    // Rank 2.5 of 3, and the ends: quantiles of 5/8, 3/4, 1/4.
    assert_eq!(
        scores(&normalizer, &new),
        [0.318_639_36, 0.674_489_75, -0.674_489_75]
    );
    let back = undone(&normalizer, &new, &[0.318_639_36, 8.0, -8.0], 0.1).estimates;
    assert!((back[(0, 0)] - 3.5).abs() < 1e-6);
    assert_eq!((back[(1, 0)], back[(2, 0)]), (5.0, 1.0));
}

#[test]
fn undoing_never_turns_an_order_around_and_a_spread_spans_what_it_maps_to() {
    let train: Vec<(&str, f32)> = (0..700)
        .map(|i| ("", (i % 97) as f32 * (i % 5) as f32))
        .collect();
    let normalizer = learned(Transform::InverseNormal, "", &gene(&train));
    let steps: Vec<f32> = (-400..=400).map(|i| i as f32 / 100.0).collect();
    let rows = gene(&vec![("", 0.0); steps.len()]);
    let back = undone(&normalizer, &rows, &steps, 0.5);
    assert!(back.estimates.iter().is_sorted());
    let spread = back.spread.unwrap();
    for i in 50..steps.len() - 50 {
        let half = (back.estimates[(i + 50, 0)] - back.estimates[(i - 50, 0)]) / 2.0;
        // Steps of a hundredth are rounded in single precision.
        assert!((spread[(i, 0)] - half).abs() < 1e-2, "{i}");
    }
}

#[test]
fn many_values_are_kept_at_256_ranks_and_their_scores_move_little() {
    let value = |i: usize| ((i * 7919) % 15_013) as f32 / 500.0;
    let train: Vec<(&str, f32)> = (0..15_013).map(|i| ("", value(i).exp())).collect();
    let train = gene(&train);
    let normalizer = learned(Transform::InverseNormal, "", &train);
    let found = scores(&normalizer, &train);
    for (i, found) in found.iter().enumerate() {
        // Values are all different: the rank of each is known.
        let rank = (i * 7919 % 15_013 + 1) as f64;
        let exact = super::super::normal::quantile(rank / 15_014.0);
        // A third of the distance of two knots, where values within grow exponentially.
        assert!(
            (f64::from(*found) - exact).abs() < 0.01,
            "{rank}: {found} {exact}"
        );
    }
    let floor = gene(
        &(0..1000)
            .map(|i| ("", (i as f32 - 299.0).max(0.0)))
            .collect::<Vec<_>>(),
    );
    let at_floor = scores(&learned(Transform::InverseNormal, "", &floor), &floor)[0];
    // The average rank of 300 equal values of 1,000: 150.5; a knot stands for four ranks there.
    let exact = super::super::normal::quantile(150.5 / 1001.0);
    assert!(
        (f64::from(at_floor) - exact).abs() < 0.02,
        "{at_floor} {exact}"
    );
}

#[test]
fn levels_too_small_unseen_or_unknown_use_the_values_over_all_levels_and_are_told() {
    let train = gene(&[
        ("Lung", 1.0),
        ("Lung", 2.0),
        ("Lung", 3.0),
        ("Skin", 9.0),
        ("Skin", 11.0),
    ]);
    let normalizer = learned(Transform::InverseNormal, "tissue", &train);
    let new = gene(&[("Skin", 3.0), ("Brain", 3.0), ("?", 3.0), ("Lung", 3.0)]);
    assert_eq!(scores(&normalizer, &new), [0.0, 0.0, 0.0, 0.674_489_75]);
    let said = normalizer.remarks_on_training().join("\n");
    assert!(
        said.contains("tissue with fewer than 3 samples") && said.ends_with(": Skin"),
        "{said}"
    );
    let said = normalizer.remarks_on(&[0], &new).join("\n");
    assert!(
        said.contains("not among the training samples") && said.contains("Brain"),
        "{said}"
    );
    assert!(
        said.contains("1 samples whose tissue is not known"),
        "{said}"
    );
}

#[test]
fn a_gene_constant_within_its_levels_has_score_0_and_comes_back() {
    let levels = ["Lung", "Lung", "Lung", "Skin", "Skin", "Skin"];
    let values = [0.1, 0.1, 0.1, 7.3, 7.3, 7.3];
    let train: Vec<(&str, f32)> = levels.into_iter().zip(values).collect();
    let train = gene(&train);
    for transform in [Transform::InverseNormal, Transform::Zscore] {
        let normalizer = learned(transform, "tissue", &train);
        let found = scores(&normalizer, &train);
        assert_eq!(found, [0.0; 6], "{transform:?}");
        let back = undone(&normalizer, &train, &found, 0.0).estimates;
        assert_eq!(back, train.values, "{transform:?}");
    }
}

#[test]
fn standard_scores_by_hand() {
    let train = gene(&[
        ("a", 1.0),
        ("a", 3.0),
        ("a", 5.0),
        ("b", 10.0),
        ("b", 20.0),
        ("b", 30.0),
    ]);
    let normalizer = learned(Transform::Zscore, "tissue", &train);
    let new = gene(&[("a", 9.0), ("b", 9.0)]);
    let found = scores(&normalizer, &new);
    // Mean 3, deviation sqrt(8 / 3); mean 20, deviation sqrt(200 / 3).
    let expected = [
        6.0 / (8.0_f64 / 3.0).sqrt(),
        -11.0 / (200.0_f64 / 3.0).sqrt(),
    ];
    for (found, expected) in found.iter().zip(expected) {
        // Mean and deviation are kept in single precision.
        assert!((f64::from(*found) - expected).abs() < 1e-6);
    }
    let back = undone(&normalizer, &new, &found, 1.0);
    assert!((back.estimates[(1, 0)] - 9.0).abs() < 1e-5);
    assert!((back.spread.unwrap()[(0, 0)] - 1.632_993_2).abs() < 1e-6);
}

#[test]
fn logarithms_come_back_and_never_below_the_lowest_training_value() {
    let train = table(array![[0.0, 7.0], [f32::NAN, 1e6]]);
    let normalizer = learned(Transform::Log1p, "", &train);
    let logs = normalizer.apply(&train).unwrap();
    assert_eq!(logs.scale, Scale::Log);
    assert_eq!(
        (logs.values[(0, 0)], logs.values[(0, 1)]),
        (0.0, 2.079_441_5)
    );
    let mut back = Imputation::of(array![[-0.5, 2.079_441_5], [1000.0, f32::INFINITY]]);
    normalizer.undo(&[0, 1], &train.covariates, &mut back);
    assert_eq!(back.estimates[(0, 0)], 0.0);
    assert!((back.estimates[(0, 1)] - 7.0).abs() < 1e-5);
    assert_eq!(back.estimates[(1, 0)], f32::MAX);
    assert!(back.estimates[(1, 1)].is_nan(), "a failure stays one");
}

#[test]
fn logarithms_of_logarithms_and_of_what_has_none_are_refused_by_policy() {
    let refusal = |data: &Dataset| {
        let error = asked(Transform::Log1p, "")
            .learn(data)
            .expect_err("no logarithm");
        assert_eq!(error.kind(), crate::ErrorKind::Policy);
        error.to_string()
    };
    let mut data = table(array![[0.5, -1.0]]);
    assert!(refusal(&data).contains("found -1 in sample \"sample0\", gene \"gene1\""));
    data.values[(0, 1)] = 2.0;
    data.scale = Scale::Log;
    assert!(refusal(&data).contains("holds log values"));
}

#[test]
fn standard_scores_of_abundances_are_refused_by_policy() {
    let zscore = asked(Transform::Zscore, "");
    let mut data = table(array![[1.0, 5.0], [3.0, 9.0]]);
    for scale in [Scale::Tpm, Scale::Counts] {
        data.scale = scale;
        let error = zscore.learn(&data).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Policy);
        assert!(error.to_string().contains("take log1p"), "{error}");
    }
}

#[test]
fn a_covariate_that_is_not_there_is_refused_with_those_that_are() {
    let train = gene(&[("Lung", 1.0)]);
    let refusal = |within, data: &Dataset| {
        let asked = asked(Transform::Zscore, within);
        asked
            .learn(data)
            .expect_err("no such covariate")
            .to_string()
    };
    let said = refusal("tisue", &train);
    assert!(
        said.contains("\"tisue\"") && said.ends_with("it has tissue"),
        "{said}"
    );
    let bare = table(array![[1.0]]);
    assert!(refusal("tissue", &bare).contains("--covariates"));
    let normalizer = learned(Transform::Zscore, "tissue", &train);
    assert!(normalizer.apply(&bare).is_err());
}

#[test]
fn levels_without_effect_are_refused() {
    for transform in [Transform::None, Transform::Log1p] {
        let error = asked(transform, "tissue").check().expect_err("no effect");
        assert!(error.to_string().contains("within must be left out"));
    }
}

#[test]
fn another_scale_is_remarked_on() {
    let train: Vec<(&str, f32)> = (0..50).map(|i| ("", i as f32 / 10.0)).collect();
    let normalizer = learned(Transform::InverseNormal, "", &gene(&train));
    let counts = gene(&[("", 900.0), ("", 70.0), ("", 3.0)]);
    let said = normalizer.remarks_on(&[0], &counts).join("\n");
    assert!(
        said.contains("67 % of the measured values lie outside"),
        "{said}"
    );
}

#[test]
fn what_is_stored_comes_back_and_what_was_broken_is_refused() {
    let train = gene(&[("a", 1.0), ("a", 3.0), ("a", 5.0), ("b", 10.0), ("b", 20.0)]);
    for transform in [Transform::InverseNormal, Transform::Zscore] {
        let normalizer = learned(transform, "tissue", &train);
        let weights = normalizer.to_weights();
        assert_eq!(Normalizer::from_weights(&weights, 1).unwrap(), normalizer);
        assert!(Normalizer::from_weights(&weights, 2).is_err());
        for name in weights.tensors.keys() {
            let mut broken = weights.clone();
            broken.tensors.get_mut(name).unwrap().values[0] = -1.0;
            let mut short = weights.clone();
            short.tensors.get_mut(name).unwrap().values.pop();
            let legal = ["means", "knots"].contains(&name.as_str());
            assert_eq!(
                Normalizer::from_weights(&broken, 1).is_ok(),
                legal,
                "{name}"
            );
            assert!(Normalizer::from_weights(&short, 1).is_err(), "{name}");
        }
        let mut levels = weights.clone();
        levels.facts.get_mut("levels").unwrap()["names"] = serde_json::json!(["b", "a"]);
        assert!(Normalizer::from_weights(&levels, 1).is_err());
    }
}
