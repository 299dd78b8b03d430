//! Training against the numbers of PyTorch kept in `fixtures/engine`, made by `make_reference.py` there.

mod engines;

use std::collections::BTreeMap;

use engines::{Make, on_every_engine};
use imputome_engine::losses::{
    Average, BinaryCrossEntropy, Loss, MeanSquaredError, RootMeanSquaredError,
    ValueWeightedSquaredError,
};
use imputome_engine::{
    Adam, Batch, HeadLoss, InputValues, Mode, Model, Objective, Spec, Tensor, Update,
};
use serde::Deserialize;

/// One of the fixtures.
#[derive(Deserialize)]
struct Reference {
    made_by: String,
    spec: Spec,
    adam: Adam,
    samples: usize,
    inputs: Vec<Values>,
    target: Vec<f32>,
    weight: Option<Vec<f32>>,
    initial: BTreeMap<String, Tensor>,
    /// Objective and its gradient with respect to each dense input, before training, in inference mode.
    inference_value: f32,
    inference_input_gradients: Vec<Vec<f32>>,
    /// Objective at each step.
    values: Vec<f32>,
    trained: BTreeMap<String, Tensor>,
    predicted: Vec<f32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Values {
    Dense(Vec<f32>),
    Embedding(Vec<u32>),
}

#[test]
fn masked_squared_error_with_batch_norm_and_embeddings_trains_as_pytorch_does() {
    let fixture = include_str!("../../../fixtures/engine/pytorch_masked_mse.json");
    check(fixture, &MeanSquaredError::per_sample());
}

#[test]
fn root_mean_squared_error_with_sigmoids_trains_as_pytorch_does() {
    let fixture = include_str!("../../../fixtures/engine/pytorch_rmse.json");
    check(fixture, &RootMeanSquaredError);
}

#[test]
fn value_weighted_error_with_branches_and_softplus_trains_as_pytorch_does() {
    let fixture = include_str!("../../../fixtures/engine/pytorch_value_weighted.json");
    check(fixture, &ValueWeightedSquaredError);
}

#[test]
fn cross_entropy_with_tanh_and_exp_trains_as_pytorch_does() {
    let fixture = include_str!("../../../fixtures/engine/pytorch_cross_entropy.json");
    check(
        fixture,
        &BinaryCrossEntropy {
            average: Average::PerSample { offset: 1.0 },
        },
    );
}

fn check(fixture: &str, loss: &dyn Loss) {
    on_every_engine(|engine| check_engine(engine, fixture, loss));
}

fn check_engine(engine: Make, fixture: &str, loss: &dyn Loss) {
    let reference: Reference = serde_json::from_str(fixture).expect("the fixture is sound");
    assert!(reference.made_by.starts_with("PyTorch"));
    let mut model = engine(1)
        .build(&reference.spec, reference.adam, 0)
        .expect("a sound network");
    model
        .import(&reference.initial)
        .expect("the weights of the network");

    let inputs: Vec<InputValues<'_>> = reference.inputs.iter().map(Values::borrow).collect();
    let batch = Batch {
        samples: reference.samples,
        inputs: &inputs,
        target: &reference.target,
        weight: reference.weight.as_deref(),
    };
    let heads: usize = reference
        .spec
        .branches
        .iter()
        .map(|branch| branch.heads.len())
        .sum();
    let losses = vec![HeadLoss { loss, scale: 1.0 }; heads];
    check_inference(&*model, &batch, &losses, &reference);

    for &expected in &reference.values {
        let value = model
            .step(&batch, Objective::Heads(&losses), Update::Now)
            .expect("a step");
        assert_close("value", &[value], &[expected]);
    }
    for (name, tensor) in &model.export() {
        assert_close(name, &tensor.data, &reference.trained[name].data);
    }
    let mut predicted = vec![0.0; reference.predicted.len()];
    model.predict(&batch, &mut predicted).expect("a prediction");
    assert_close("prediction", &predicted, &reference.predicted);
}

fn check_inference(
    model: &dyn Model,
    batch: &Batch<'_>,
    losses: &[HeadLoss<'_>],
    reference: &Reference,
) {
    let gradient = model
        .input_gradient(batch, Objective::Heads(losses), Mode::Inference)
        .expect("a gradient of the inputs");
    assert_close(
        "value in inference",
        &[gradient.value],
        &[reference.inference_value],
    );
    let dense = gradient
        .inputs
        .iter()
        .filter(|gradient| !gradient.is_empty());
    assert_eq!(
        dense.clone().count(),
        reference.inference_input_gradients.len()
    );
    for (gradient, expected) in dense.zip(&reference.inference_input_gradients) {
        assert_close("input gradient", gradient, expected);
    }
}

/// Sums of a few dozen f32 terms of order 1, through five steps: 1e-5 is about a hundred roundings.
fn assert_close(what: &str, values: &[f32], expected: &[f32]) {
    assert_eq!(values.len(), expected.len(), "{what}");
    for (position, (value, expected)) in values.iter().zip(expected).enumerate() {
        let tolerance = 1e-5 * expected.abs().max(1.0);
        assert!(
            (value - expected).abs() <= tolerance,
            "{what} at {position}: {value}, PyTorch {expected}"
        );
    }
}

impl Values {
    fn borrow(&self) -> InputValues<'_> {
        match self {
            Self::Dense(values) => InputValues::Dense(values),
            Self::Embedding(levels) => InputValues::Levels(levels),
        }
    }
}
