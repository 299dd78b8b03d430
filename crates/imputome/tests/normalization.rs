//! Models that learn from normalized values and bring estimates back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use imputome::core::{Covariate, CovariateValues, Covariates, Dataset, Names, Run, Scale};
use imputome::evaluate::{Experiment, Trials};
use imputome::{Method, Model, Normalization, Transform};
use ndarray::Array2;
use rand::RngExt;

const SAMPLES: usize = 90;
const GENES: usize = 10;
const TISSUES: [&str; 3] = ["Blood", "Lung", "Nerve"];

fn run() -> Run {
    Run::new(3, 2).unwrap()
}

fn within_tissue(transform: Transform) -> Normalization {
    Normalization {
        transform,
        within: Some("tissue".into()),
    }
}

/// One factor, tissues and noise, a fifth of the entries not measured; gene 7 differs between
/// tissues alone, gene 8 not at all, gene 9 was never measured.
fn table() -> Dataset {
    let random = &mut run().stream("table");
    let mut noise = || -> f32 { random.random::<f32>() - 0.5 };
    let factor: Vec<f32> = (0..SAMPLES).map(|_| 4.0 * noise()).collect();
    let values = Array2::from_shape_fn((SAMPLES, GENES), |(s, g)| {
        let tissue = (s % 3) as f32;
        let gap = noise() > 0.3;
        match g {
            7 => 2.0 * tissue,
            8 => 5.0,
            9 => f32::NAN,
            _ if gap => f32::NAN,
            _ => 10.0 + 3.0 * tissue + factor[s] + 0.3 * noise(),
        }
    });
    let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect());
    let tissues = (0..SAMPLES).map(|s| Some(TISSUES[s % 3].to_string()));
    let tissue = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(tissues.collect()),
    };
    let samples = names("sample", SAMPLES).unwrap();
    let mut data = Dataset::new(values, samples, names("gene", GENES).unwrap())
        .unwrap()
        .with_covariates(Covariates::new(SAMPLES, vec![tissue]).unwrap())
        .unwrap();
    data.scale = Scale::Log;
    data
}

fn model(method: &str, transform: Transform) -> Model {
    let method = Method::parse(method).unwrap();
    Model::fit_normalized(method, &within_tissue(transform), &table(), &run()).unwrap()
}

const METHODS: [&str; 4] = ["mean", "median", "knn", "factor"];

#[test]
fn measured_values_stay_and_gaps_lie_among_those_of_their_tissue() {
    let data = table();
    for method in METHODS {
        let completed = model(method, Transform::InverseNormal)
            .impute(&data, &run())
            .unwrap();
        for ((s, g), &measured) in data.measured.0.indexed_iter() {
            let value = completed.values[(s, g)];
            if measured {
                assert_eq!(value.to_bits(), data.values[(s, g)].to_bits());
            } else if g == 9 {
                assert!(value.is_nan());
            } else {
                let of_tissue = data
                    .measured_of_gene(g)
                    .filter(|(other, _)| other % 3 == s % 3);
                let values: Vec<f32> = of_tissue.map(|(_, value)| value).collect();
                assert!(values.iter().any(|v| *v <= value) && values.iter().any(|v| *v >= value));
            }
        }
    }
}

#[test]
fn a_gene_that_differs_between_tissues_alone_gets_the_value_of_the_tissue() {
    let mut data = table();
    let all = data.values.clone();
    for transform in [Transform::InverseNormal, Transform::Zscore] {
        let model = model("factor", transform);
        data.measured.0.column_mut(7).fill(false);
        data.measured.0.column_mut(8).fill(false);
        let completed = model.impute(&data, &run()).unwrap();
        assert_eq!(completed.values.column(7), all.column(7));
        assert_eq!(completed.values.column(8), all.column(8));
    }
}

#[test]
fn the_estimates_are_those_that_an_evaluation_on_the_normalized_scale_judges() {
    let data = table();
    for transform in [Transform::InverseNormal, Transform::Zscore] {
        let experiment = Experiment {
            repeats: 1,
            normalization: within_tissue(transform),
            ..Experiment::default()
        };
        let plain = Experiment {
            repeats: 1,
            ..Experiment::default()
        };
        let normalized = Trials::new(&data, &experiment).unwrap();
        let plain = Trials::new(&data, &plain).unwrap();
        for (seen, plain) in normalized.iter().zip(plain.iter()) {
            let (seen, plain) = (seen.unwrap(), plain.unwrap());
            let method = || Method::parse("factor").unwrap();
            let judged = Model::fit(method(), seen.train(), &run()).unwrap();
            let judged = judged
                .estimate(seen.tests[0].holdout.visible(), &run())
                .unwrap();
            let asked = within_tissue(transform);
            let model = Model::fit_normalized(method(), &asked, plain.train(), &run()).unwrap();
            let rows = plain.tests[0].holdout.visible();
            let given = model.estimate(rows, &run()).unwrap();
            let normalizer = asked.learn(plain.train()).unwrap().unwrap();
            let mut brought_back = judged.clone();
            let genes: Vec<usize> = (0..GENES).collect();
            normalizer.undo(&genes, &rows.covariates, &mut brought_back);
            for g in 0..7 {
                assert_eq!(given.estimates.column(g), brought_back.estimates.column(g));
                let spread = |imputation: &imputome::core::Imputation| {
                    imputation.spread.as_ref().unwrap().column(g).to_owned()
                };
                assert_eq!(spread(&given), spread(&brought_back));
            }
        }
    }
}

#[test]
fn a_stored_model_brings_back_what_the_fitted_one_does_whatever_the_order_of_genes() {
    let data = table();
    for transform in [Transform::InverseNormal, Transform::Zscore] {
        let model = model("factor", transform);
        let restored = Model::from_weights(&model.to_weights()).unwrap();
        let reversed: Vec<usize> = (0..GENES).rev().collect();
        let found = restored
            .impute(&data.select_genes(&reversed), &run())
            .unwrap();
        let expected = model.impute(&data, &run()).unwrap();
        for g in 0..9 {
            assert_eq!(
                found.values.column(GENES - 1 - g),
                expected.values.column(g)
            );
        }
    }
}

#[test]
fn a_model_without_normalization_holds_no_word_of_it() {
    let plain = Model::fit(Method::parse("mean").unwrap(), &table(), &run()).unwrap();
    let weights = plain.to_weights();
    assert!(
        weights
            .facts
            .keys()
            .chain(weights.tensors.keys())
            .all(|name| !name.contains("normal"))
    );
    assert!(!weights.facts["preparation"].to_string().contains("normal"));
    assert_eq!(
        Model::from_weights(&weights)
            .unwrap()
            .preparation
            .normalizer,
        None
    );
}

#[test]
fn a_table_without_the_covariate_is_refused_and_an_unseen_level_is_told() {
    let model = model("mean", Transform::InverseNormal);
    let mut data = table();
    let tissue = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(vec![Some("Skin".into()); SAMPLES]),
    };
    data.covariates = Covariates::new(SAMPLES, vec![tissue]).unwrap();
    let said = model.impute(&data, &run()).unwrap().remarks.join("\n");
    assert!(
        said.contains("not among the training samples") && said.contains("Skin"),
        "{said}"
    );
    data.covariates = Covariates::none(SAMPLES);
    let error = model.impute(&data, &run()).expect_err("no tissue");
    assert!(error.to_string().contains("\"tissue\""));
}
