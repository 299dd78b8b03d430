//! What every method of the catalog promises, tested over all of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use imputome::core::prepare::hide_at_random;
use imputome::core::{
    About, Companion, Covariate, CovariateValues, Covariates, Dataset, LentTable, Mask, Names, Run,
    Scale,
};
use imputome::{Method, Model, Normalization, Transform};
use ndarray::Array2;
use rand::RngExt;

const SAMPLES: usize = 60;
const GENES: usize = 12;
const FEATURES: usize = 9;
const TISSUES: [&str; 3] = ["Blood", "Lung", "Nerve"];

/// Every method, networks with few epochs: promises do not depend on how well it is trained.
fn methods() -> Vec<Method> {
    Method::all()
        .into_iter()
        .map(|method| match method.name() {
            "blend" => {
                Method::parse("blend:parts=factor+knn+pmi/epochs=3/steps=5/widths=8").unwrap()
            }
            "pmi" => Method::parse("pmi:epochs=3:steps=5:widths=8").unwrap(),
            "gain-gtex" => Method::parse("gain-gtex:epochs=3:steps=5:widths=8:draws=2").unwrap(),
            "gain-mse" => Method::parse("gain-mse:epochs=3:steps=5:widths=8:draws=2").unwrap(),
            "tdimpute" => Method::parse("tdimpute:epochs=3:hidden=8:networks=2").unwrap(),
            "deepimpute" => Method::parse("deepimpute:epochs=3:hidden=8:targets=5").unwrap(),
            "missforest" => Method::parse("missforest:trees=3:rounds=2").unwrap(),
            _ => method,
        })
        .collect()
}

/// Every method after it has learned from `data`, by name.
fn models(data: &Dataset) -> impl Iterator<Item = (&'static str, Model)> + '_ {
    methods().into_iter().map(|method| {
        let name = method.name();
        (name, Model::fit(method, data, &run(2)).unwrap())
    })
}

fn run(threads: usize) -> Run {
    Run::new(11, threads).unwrap()
}

fn names(kind: &'static str, n: usize) -> Names {
    Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect()).unwrap()
}

/// Two factors, tissues and noise in whole numbers that are not negative, as counts are, a fifth of the
/// entries not measured, two samples a donor, and a companion assay that hears the factors and misses
/// two samples.
fn table() -> Dataset {
    let random = &mut run(1).stream("table");
    let mut normal = || -> f32 { (0..12).map(|_| random.random::<f32>()).sum::<f32>() - 6.0 };
    let loadings = Array2::from_shape_fn((2, GENES), |_| normal());
    let scores = Array2::from_shape_fn((SAMPLES, 2), |_| normal());
    let tissue_means = Array2::from_shape_fn((3, GENES), |_| normal());
    let values = Array2::from_shape_fn((SAMPLES, GENES), |(s, g)| {
        let signal: f32 = (0..2).map(|k| scores[(s, k)] * loadings[(k, g)]).sum();
        let level = 10.0 + signal + tissue_means[(s % 3, g)] + 0.3 * normal();
        (20.0 * level).round().max(0.0)
    });
    let tissue = (0..SAMPLES)
        .map(|s| Some(TISSUES[s % 3].to_string()))
        .collect();
    let age = (0..SAMPLES).map(|s| Some(20.0 + s as f64)).collect();
    let column = |name: &str, values| Covariate {
        name: name.into(),
        values,
    };
    let covariates = vec![
        column("tissue", CovariateValues::Categorical(tissue)),
        column("age", CovariateValues::Numeric(age)),
    ];
    let hearing = Array2::from_shape_fn((2, FEATURES), |_| normal());
    let heard = Array2::from_shape_fn((SAMPLES, FEATURES), |(s, f)| {
        let signal: f32 = (0..2).map(|k| scores[(s, k)] * hearing[(k, f)]).sum();
        let measured = !s.is_multiple_of(29);
        if measured {
            0.5 + 0.1 * signal + 0.02 * normal()
        } else {
            f32::NAN
        }
    });
    let methylation = Companion::new("methylation", heard, names("cg", FEATURES)).unwrap();
    let data = Dataset::new(values, names("S", SAMPLES), names("G", GENES))
        .and_then(|d| d.with_companions(vec![methylation]))
        .and_then(|d| d.with_covariates(Covariates::new(SAMPLES, covariates)?))
        .and_then(|d| d.with_groups((0..SAMPLES).map(|s| format!("D{}", s / 2)).collect()))
        .unwrap();
    hide_at_random(&data, 0.2, &mut run(1).stream("gaps"))
        .unwrap()
        .visible()
        .clone()
}

/// What is known of a table beside its values.
fn about(data: &Dataset) -> About {
    About {
        samples: data.samples.clone(),
        genes: data.genes.clone(),
        covariates: data.covariates.clone(),
        groups: data.groups.clone(),
        scale: data.scale,
        companions: data.companions.clone(),
    }
}

fn bits(values: &Array2<f32>) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

fn estimates(model: &Model, data: &Dataset, threads: usize) -> Array2<f32> {
    model.estimate(data, &run(threads)).unwrap().estimates
}

#[test]
fn measured_entries_survive_bit_for_bit_and_every_gap_is_filled() {
    let data = table();
    for (name, model) in models(&data) {
        let completed = model.impute(&data, &run(2)).unwrap();
        assert_eq!(completed.values.dim(), data.values.dim(), "{name}");
        for ((entry, value), &measured) in completed.values.indexed_iter().zip(&data.measured.0) {
            assert!(value.is_finite(), "{name} {entry:?}");
            if measured {
                assert_eq!(
                    value.to_bits(),
                    data.values[entry].to_bits(),
                    "{name} {entry:?}"
                );
            }
        }
        assert_eq!(completed.left, 0, "{name}");
    }
}

#[test]
fn a_sample_without_any_expression_is_estimated() {
    let mut data = table();
    for s in [3, 29, 40] {
        data.measured.0.row_mut(s).fill(false);
        data.values.row_mut(s).fill(f32::NAN);
    }
    for (name, model) in models(&data) {
        let completed = model.impute(&data, &run(2)).unwrap();
        let finite = completed.values.iter().all(|v| v.is_finite());
        assert!(finite && completed.left == 0, "{name}");
    }
}

#[test]
fn what_stands_at_a_gap_changes_nothing() {
    let data = table();
    let mut poisoned = data.clone();
    ndarray::Zip::from(&mut poisoned.values)
        .and(&data.measured.0)
        .for_each(|value, &measured| {
            if !measured {
                *value = 1e30;
            }
        });
    for method in methods() {
        let name = method.name();
        let clean = Model::fit(method.clone(), &data, &run(1)).unwrap();
        let other = Model::fit(method, &poisoned, &run(1)).unwrap();
        assert_eq!(
            bits(&estimates(&clean, &data, 1)),
            bits(&estimates(&other, &poisoned, 1)),
            "{name}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_one_and_two_threads() {
    let data = table();
    for method in methods() {
        let name = method.name();
        let one = Model::fit(method.clone(), &data, &run(1)).unwrap();
        let two = Model::fit(method, &data, &run(2)).unwrap();
        assert_eq!(one.to_weights(), two.to_weights(), "{name}");
        assert_eq!(
            bits(&estimates(&one, &data, 1)),
            bits(&estimates(&two, &data, 2)),
            "{name}"
        );
    }
}

#[test]
fn samples_in_another_order_get_the_same_estimates() {
    let data = table();
    let reversed: Vec<usize> = (0..SAMPLES).rev().collect();
    for (name, model) in models(&data) {
        let straight = estimates(&model, &data, 2).select(ndarray::Axis(0), &reversed);
        let turned = estimates(&model, &data.select_samples(&reversed), 2);
        for (a, b) in straight.iter().zip(&turned) {
            // Blocks of rows meet other rows in matrix products: the order of f32 sums differs.
            assert!(
                (a - b).abs() <= 1e-4 * (1.0 + a.abs()),
                "{name}: {a} and {b}"
            );
        }
    }
}

#[test]
fn a_table_given_away_or_lent_teaches_what_a_borrowed_one_does() {
    let mut data = table();
    data.measured.0.column_mut(4).fill(false);
    data.values.column_mut(4).fill(f32::NAN);
    let by_genes = data.select_genes(&(0..GENES).collect::<Vec<_>>());
    let about = about(&data);
    for (name, model) in models(&data) {
        let expected = model.to_weights();
        let owned = |table: &Dataset| {
            let model = Model::fit_owned(model.method.clone(), table.clone(), &run(2));
            model.unwrap().to_weights()
        };
        assert_eq!(owned(&data), expected, "{name}");
        assert_eq!(owned(&by_genes), expected, "{name}, by genes");
        let lent = LentTable::new(data.values.view(), &about).unwrap();
        let lent = Model::fit_lent(model.method.clone(), lent, &run(2)).unwrap();
        assert_eq!(lent.to_weights(), expected, "{name}, lent");
    }
}

#[test]
fn a_table_given_away_is_normalized_as_a_borrowed_one() {
    let (data, method) = (table(), Method::parse("knn").unwrap());
    let normalization = Normalization {
        transform: Transform::InverseNormal,
        ..Normalization::default()
    };
    let borrowed = Model::fit_normalized(method.clone(), &normalization, &data, &run(2)).unwrap();
    let owned = Model::fit_owned_normalized(method, &normalization, data, &run(2)).unwrap();
    assert_eq!(owned.to_weights(), borrowed.to_weights());
}

/// Many rows more than a method may take at once.
#[test]
fn an_array_is_filled_where_it_lies_in_windows_of_rows() {
    let data = table();
    let many: Vec<usize> = (0..1300).map(|row| row % SAMPLES).collect();
    let many = Dataset {
        values: data.values.select(ndarray::Axis(0), &many),
        measured: Mask(data.measured.0.select(ndarray::Axis(0), &many)),
        samples: names("S", many.len()),
        genes: data.genes.clone(),
        covariates: data.covariates.select(&many),
        groups: None,
        scale: data.scale,
        companions: data
            .companions
            .iter()
            .map(|c| c.select_samples(&many))
            .collect(),
    };
    let about = about(&many);
    for (name, model) in models(&data) {
        let expected = model.impute(&many, &run(2)).unwrap();
        let mut place = many.values.mapv(f64::from);
        let tally = model
            .fill_lent_by(1, place.view_mut(), &about, &run(2))
            .unwrap();
        assert_eq!(
            bits(&place.mapv(|value| value as f32)),
            bits(&expected.values),
            "{name}"
        );
        assert_eq!((tally.filled, tally.left), (expected.filled, 0), "{name}");
    }
}

#[test]
fn a_stored_model_estimates_what_the_fitted_one_did() {
    let data = table();
    for (name, model) in models(&data) {
        let stored = Model::from_weights(&model.to_weights()).unwrap();
        assert_eq!(stored.summary(), model.summary(), "{name}");
        assert_eq!(
            bits(&estimates(&model, &data, 2)),
            bits(&estimates(&stored, &data, 2)),
            "{name}"
        );
    }
}

#[test]
fn a_model_with_a_tensor_missing_or_of_another_shape_is_refused() {
    let data = table();
    for method in methods() {
        let name = method.name();
        let weights = Model::fit(method, &data, &run(2)).unwrap().to_weights();
        for tensor in weights.tensors.keys() {
            let mut without = weights.clone();
            without.tensors.remove(tensor);
            assert!(
                Model::from_weights(&without).is_err(),
                "{name} without {tensor}"
            );
            let mut longer = weights.clone();
            let changed = longer.tensors.get_mut(tensor).unwrap();
            changed.shape[0] += 1;
            assert!(
                Model::from_weights(&longer).is_err(),
                "{name} with a longer {tensor}"
            );
        }
    }
}

#[test]
fn genes_are_matched_by_name_whatever_their_order() {
    let data = table();
    let shuffled: Vec<usize> = (0..GENES).map(|g| (g * 5 + 3) % GENES).collect();
    for (name, model) in models(&data) {
        let straight = estimates(&model, &data, 2).select(ndarray::Axis(1), &shuffled);
        let moved = estimates(&model, &data.select_genes(&shuffled), 2);
        assert_eq!(bits(&straight), bits(&moved), "{name}");
    }
}

#[test]
fn a_table_of_other_genes_is_refused_by_name() {
    let data = table();
    let mut other = data.clone();
    other.genes = names("H", GENES);
    for (name, model) in models(&data) {
        let error = model
            .impute(&other, &run(2))
            .expect_err("no gene in common")
            .to_string();
        assert!(
            error.contains("H0") && error.contains("G0"),
            "{name}: {error}"
        );
    }
}

#[test]
fn a_table_on_another_known_scale_is_refused() {
    let mut data = table();
    data.scale = Scale::Log;
    let mut counts = data.clone();
    counts.scale = Scale::Counts;
    for method in methods() {
        let model = Model::fit(method, &data, &run(2)).unwrap();
        let error = model
            .impute(&counts, &run(2))
            .expect_err("counts for a log model");
        assert_eq!(error.kind(), imputome::core::ErrorKind::Policy);
    }
}

#[test]
fn every_setting_outside_its_limits_is_refused_by_name() {
    let data = table();
    for method in methods() {
        for setting in method.imputer().settings() {
            for illegal in setting.limit.illegal_values() {
                // A value that does not even parse as the setting's type is refused earlier.
                let Ok(changed) = method.with_value(&setting.name, illegal.clone()) else {
                    continue;
                };
                let error = Model::fit(changed, &data, &run(1)).expect_err("an illegal setting");
                let text = error.to_string();
                assert!(
                    text.contains(&setting.name) && text.contains(method.name()),
                    "{} {} = {illegal}: {text}",
                    method.name(),
                    setting.name
                );
            }
        }
    }
}

#[test]
fn samples_with_nothing_measured_and_unknown_levels_are_estimated() {
    let data = table();
    let mut strange = data.select_samples(&[0, 1, 2]);
    strange.measured.0.row_mut(0).fill(false);
    let tissue = vec![Some("Moon".to_string()), None, Some("Lung".to_string())];
    let column = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(tissue),
    };
    strange.covariates = Covariates::new(3, vec![column]).unwrap();
    for (name, model) in models(&data) {
        assert!(
            estimates(&model, &strange, 2).iter().all(|v| v.is_finite()),
            "{name}"
        );
    }
}

#[test]
fn a_table_without_covariates_or_donors_is_served() {
    let mut data = table();
    data.covariates = Covariates::none(SAMPLES);
    data.groups = None;
    for (name, model) in models(&data) {
        assert!(
            estimates(&model, &data, 2).iter().all(|v| v.is_finite()),
            "{name}"
        );
    }
}

#[test]
fn two_genes_are_enough() {
    let data = table().select_genes(&[0, 1]);
    for (name, model) in models(&data) {
        assert!(
            estimates(&model, &data, 2).iter().all(|v| v.is_finite()),
            "{name}"
        );
    }
}

#[test]
fn a_spread_is_given_by_exactly_the_methods_whose_card_says_so() {
    let data = table();
    for method in methods() {
        let name = method.name();
        let card = method.imputer().card();
        let completed = Model::fit(method, &data, &run(2))
            .unwrap()
            .impute(&data, &run(2))
            .unwrap();
        assert_eq!(completed.spread.is_some(), card.spread, "{name}");
        for (deviation, &measured) in completed
            .spread
            .iter()
            .flat_map(|spread| spread.iter().zip(&data.measured.0))
        {
            assert!(
                deviation.is_finite() && (*deviation > 0.0) != measured,
                "{name}: {deviation}"
            );
        }
    }
}

#[test]
fn constant_and_never_measured_genes_keep_their_place() {
    let mut data = table();
    for s in 0..SAMPLES {
        if data.measured.get(s, 4) {
            data.values[(s, 4)] = 7.5;
        }
    }
    data.measured.0.column_mut(9).fill(false);
    for (name, model) in models(&data) {
        let completed = model.impute(&data, &run(2)).unwrap();
        assert!(
            completed.values.column(4).iter().all(|&v| v == 7.5),
            "{name}"
        );
        assert!(
            completed.values.column(9).iter().all(|v| v.is_nan()),
            "{name}"
        );
        assert_eq!(completed.left, SAMPLES, "{name}");
        assert!(
            completed
                .remarks
                .iter()
                .any(|r| r.contains("never measured")),
            "{name}"
        );
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the pages stand in the repository"
)]
fn every_card_is_complete_and_has_its_page() {
    for method in Method::all() {
        let card = method.imputer().card();
        for text in [
            card.name,
            card.title,
            card.idea,
            card.source,
            card.differs,
            card.needs,
            card.cost,
        ] {
            assert!(!text.trim().is_empty(), "{}", card.name);
        }
        for setting in method.imputer().settings() {
            assert!(
                !setting.doc.is_empty(),
                "{}: {} has no doc",
                card.name,
                setting.name
            );
            assert!(
                setting.limit.admits(&setting.default),
                "{}: {}",
                card.name,
                setting.name
            );
        }
        for preset in card.presets {
            assert!(
                method.preset(preset.name).is_ok(),
                "{}:{}",
                card.name,
                preset.name
            );
        }
        let page = format!(
            "{}/../../docs/methods/{}.md",
            env!("CARGO_MANIFEST_DIR"),
            card.name
        );
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        assert!(
            text.to_lowercase().contains(&card.title.to_lowercase()),
            "{page} is missing or does not name {:?}",
            card.title
        );
        for setting in method.imputer().settings() {
            assert!(
                text.contains(&setting.name),
                "{page} does not explain {}",
                setting.name
            );
        }
    }
}
