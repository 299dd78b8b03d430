//! What a training promises: same bytes, resumption, exchange of weights, refusals.

mod engines;

use engines::{Make, on_every_engine};
use imputome_engine::losses::{MeanSquaredError, evaluate};
use imputome_engine::{
    Activation, Adam, Batch, BatchNorm, Branch, Dense, EngineError, Head, HeadLoss, Input,
    InputValues, Mode, Model, Objective, ParameterCount, Source, Spec, State, Tensor,
    UNKNOWN_LEVEL, Update,
};

const SAMPLES: usize = 8;
const GENES: usize = 700;

/// A network with more rows and columns than one block of the engine's partition.
fn network() -> Spec {
    let inputs = vec![
        Input::dense("values", GENES),
        Input::embedding("tissue", 5, 3),
        Input::dense("mask", GENES),
    ];
    // Running statistics that follow the batches within the steps of a test.
    let norm = BatchNorm {
        momentum: 0.8,
        ..BatchNorm::default()
    };
    let hidden = Dense::linear(600)
        .norm(norm)
        .activation(Activation::Relu)
        .dropout(0.2);
    Spec::sequential(inputs, vec![hidden.clone(), hidden], Dense::linear(GENES))
}

/// The same without batch norm and dropout, so that two halves of a gradient are each half of it.
fn plain_network() -> Spec {
    let hidden = Dense::linear(300).activation(Activation::Relu);
    Spec::sequential(
        vec![Input::dense("values", GENES)],
        vec![hidden],
        Dense::linear(GENES),
    )
}

fn build(engine: Make, spec: &Spec, threads: usize) -> Box<dyn Model> {
    engine(threads)
        .build(spec, Adam::default(), 3)
        .expect("a sound network")
}

/// Numbers that need no random source.
fn numbers(shift: f32) -> Vec<f32> {
    (0..SAMPLES * GENES)
        .map(|position| (position as f32 * 0.37 + shift).sin())
        .collect()
}

struct Data {
    values: Vec<f32>,
    mask: Vec<f32>,
    tissue: Vec<u32>,
}

impl Data {
    fn new(shift: f32) -> Self {
        let mask: Vec<f32> = numbers(1.0).iter().map(|&x| f32::from(x > 0.0)).collect();
        Self {
            values: numbers(shift),
            mask,
            tissue: vec![0, 1, 2, 3, 4, UNKNOWN_LEVEL, 0, 1],
        }
    }

    fn inputs(&self) -> [InputValues<'_>; 3] {
        [
            InputValues::Dense(&self.values),
            InputValues::Levels(&self.tissue),
            InputValues::Dense(&self.mask),
        ]
    }
}

fn step(model: &mut dyn Model, data: &Data, scale: f32, update: Update) -> f32 {
    let inputs = data.inputs();
    let inputs = &inputs[..model.spec().inputs.len()];
    let batch = Batch::new(SAMPLES, inputs)
        .target(&data.values)
        .weight(&data.mask);
    let loss = HeadLoss {
        loss: &MeanSquaredError::per_sample(),
        scale,
    };
    model
        .step(&batch, Objective::Heads(&[loss]), update)
        .expect("a step")
}

fn predict(model: &dyn Model, data: &Data) -> Vec<f32> {
    let inputs = data.inputs();
    let inputs = &inputs[..model.spec().inputs.len()];
    let mut output = vec![0.0; SAMPLES * model.spec().output_width()];
    model
        .predict(&Batch::new(SAMPLES, inputs), &mut output)
        .expect("a prediction");
    output
}

#[test]
fn the_pmi_network_holds_the_published_number_of_parameters() {
    on_every_engine(|engine| {
        let inputs = vec![
            Input::dense("values", 273),
            Input::dense("age", 1),
            Input::embedding("sex", 2, 2),
            Input::embedding("cohort", 3, 2),
            Input::embedding("tissue", 49, 8),
            Input::dense("mask", 273),
        ];
        let hidden = Dense::linear(1531)
            .normalized()
            .activation(Activation::Relu)
            .dropout(0.2);
        let spec = Spec::sequential(inputs, vec![hidden.clone(), hidden], Dense::linear(273));
        let count = build(engine, &spec, 1).parameters();
        // Summary kept in the released notebook of Viñas et al. 2021.
        assert_eq!(
            count,
            ParameterCount {
                trainable: 3_627_614,
                running: 6_124
            }
        );
        assert_eq!(count.total(), 3_633_738);
    });
}

#[test]
fn training_gives_the_same_bytes_with_one_thread_and_two() {
    on_every_engine(|engine| {
        let train = |threads| {
            let mut model = build(engine, &network(), threads);
            let losses: Vec<f32> = (0..4)
                .map(|shift| step(&mut *model, &Data::new(shift as f32), 1.0, Update::Now))
                .collect();
            (losses, model.state(), predict(&*model, &Data::new(0.5)))
        };
        assert!(train(1) == train(2));
    });
}

#[test]
fn branches_give_the_same_bytes_with_one_thread_and_two() {
    on_every_engine(|engine| {
        let branch = |number: usize| Branch {
            name: format!("net{number}"),
            reads: vec![
                Source::Columns {
                    input: "values".to_owned(),
                    columns: (0..300).map(|column| column * 2 + number as u32).collect(),
                },
                Source::Input("tissue".to_owned()),
            ],
            blocks: vec![Dense::linear(256).activation(Activation::Relu).dropout(0.2)],
            heads: vec![Head {
                name: "genes".to_owned(),
                block: Dense::linear(GENES / 4),
            }],
        };
        let spec = Spec {
            inputs: network().inputs,
            branches: (0..4).map(branch).collect(),
        };
        let train = |threads| {
            let mut model = build(engine, &spec, threads);
            let data = Data::new(0.0);
            let inputs = data.inputs();
            let batch = Batch::new(SAMPLES, &inputs).target(&data.values);
            let loss = HeadLoss {
                loss: &MeanSquaredError::over_entries(),
                scale: 1.0,
            };
            for _ in 0..3 {
                model
                    .step(&batch, Objective::Heads(&[loss; 4]), Update::Now)
                    .expect("a step");
            }
            (model.state(), predict(&*model, &data))
        };
        assert!(train(1) == train(2));
    });
}

#[test]
fn training_lowers_the_loss_and_predicts_what_it_learned() {
    on_every_engine(|engine| {
        let (mut model, data) = (build(engine, &network(), 1), Data::new(0.0));
        let first = step(&mut *model, &data, 1.0, Update::Now);
        let last = (0..60)
            .map(|_| step(&mut *model, &data, 1.0, Update::Now))
            .last();
        // Eight samples are learned by heart; dropout leaves some noise.
        assert!(last.expect("steps") < 0.2 * first, "{first} {last:?}");
        let loss = MeanSquaredError::per_sample();
        let output = predict(&*model, &data);
        let value = evaluate(&loss, GENES, &output, &data.values, Some(&data.mask));
        assert!(value < 0.5 * f64::from(first), "{first} {value}");
    });
}

#[test]
fn applying_with_nothing_accumulated_is_updating_now() {
    on_every_engine(|engine| {
        let (mut now, mut apply, data) = (
            build(engine, &network(), 1),
            build(engine, &network(), 1),
            Data::new(0.0),
        );
        for _ in 0..2 {
            step(&mut *now, &data, 1.0, Update::Now);
            step(&mut *apply, &data, 1.0, Update::Apply);
        }
        assert!(now.state() == apply.state());
    });
}

#[test]
fn two_accumulated_halves_are_one_whole_to_the_bit() {
    on_every_engine(|engine| {
        let (mut now, mut halves) = (
            build(engine, &plain_network(), 1),
            build(engine, &plain_network(), 1),
        );
        for shift in [0.0, 0.7] {
            let data = Data::new(shift);
            let whole = step(&mut *now, &data, 1.0, Update::Now);
            let half = step(&mut *halves, &data, 0.5, Update::Accumulate);
            step(&mut *halves, &data, 0.5, Update::Apply);
            assert_eq!(half, 0.5 * whole);
        }
        // Halves of floats and their sums are exact.
        assert!(now.export() == halves.export());
    });
}

#[test]
fn updating_now_while_gradients_wait_is_refused() {
    on_every_engine(|engine| {
        let (mut model, data) = (build(engine, &plain_network(), 1), Data::new(0.0));
        step(&mut *model, &data, 1.0, Update::Accumulate);
        let inputs = [InputValues::Dense(&data.values)];
        let batch = Batch::new(SAMPLES, &inputs).target(&data.values);
        let loss = MeanSquaredError::per_sample();
        let refused = model.step(&batch, Objective::Loss(&loss), Update::Now);
        assert_eq!(refused, Err(EngineError::PendingGradients));
    });
}

#[test]
fn a_resumed_training_gives_the_same_bytes() {
    on_every_engine(|engine| {
        let data = Data::new(0.0);
        let mut straight = build(engine, &network(), 1);
        let mut broken = build(engine, &network(), 1);
        for model in [&mut straight, &mut broken] {
            step(&mut **model, &data, 1.0, Update::Now);
            model.set_learning_rate(5e-4).expect("a learning rate");
            step(&mut **model, &data, 1.0, Update::Accumulate);
        }
        let stored = serde_json::to_string(&broken.state()).expect("a state is data");
        let state: State = serde_json::from_str(&stored).expect("a state is data");
        let mut resumed = build(engine, &network(), 1);
        resumed
            .restore_state(&state)
            .expect("a state of this network");
        for model in [&mut straight, &mut resumed] {
            step(&mut **model, &data, 1.0, Update::Apply);
            step(&mut **model, &data, 1.0, Update::Now);
        }
        assert!(straight.state() == resumed.state());
    });
}

#[test]
fn imported_weights_predict_the_same_bytes() {
    on_every_engine(|engine| {
        let data = Data::new(0.0);
        let mut trained = build(engine, &network(), 1);
        step(&mut *trained, &data, 1.0, Update::Now);
        let engine = engine(1);
        let mut other = engine
            .build(&network(), Adam::default(), 99)
            .expect("a sound network");
        assert!(predict(&*other, &data) != predict(&*trained, &data));
        other
            .import(&trained.export())
            .expect("weights of this network");
        assert!(predict(&*other, &data) == predict(&*trained, &data));
    });
}

#[test]
fn a_supplied_gradient_trains_as_its_loss_does() {
    on_every_engine(|engine| {
        let data = Data::new(0.0);
        let (mut by_loss, mut supplied) = (
            build(engine, &plain_network(), 1),
            build(engine, &plain_network(), 1),
        );
        step(&mut *by_loss, &data, 1.0, Update::Now);
        let inputs = [InputValues::Dense(&data.values)];
        let mut gradient_of_loss = |output: &[f32], gradient: &mut [f32]| {
            for sample in 0..SAMPLES {
                let row = sample * GENES..(sample + 1) * GENES;
                let count: f32 = data.mask[row.clone()].iter().sum();
                for at in row {
                    gradient[at] = data.mask[at]
                        * (output[at] - data.values[at])
                        * ((2.0 / ((f64::from(count) + 1e-7) * SAMPLES as f64)) as f32);
                }
            }
            0.25
        };
        let objective = Objective::Gradient(&mut gradient_of_loss);
        let value = supplied.step(&Batch::new(SAMPLES, &inputs), objective, Update::Now);
        assert_eq!(value, Ok(0.25));
        assert!(by_loss.export() == supplied.export());
    });
}

#[test]
fn a_generator_learns_through_a_network_that_stays_as_it_is() {
    on_every_engine(|engine| {
        let critic_spec = Spec::sequential(
            vec![Input::dense("values", GENES)],
            vec![],
            Dense::linear(1),
        );
        let critic = build(engine, &critic_spec, 1);
        let before = critic.export();
        let mut generator = build(engine, &plain_network(), 1);
        let data = Data::new(0.0);
        let inputs = [InputValues::Dense(&data.values)];
        let aim = vec![1.0; SAMPLES];
        let mut train = || {
            let mut through_critic = |output: &[f32], gradient: &mut [f32]| {
                let values = [InputValues::Dense(output)];
                let batch = Batch::new(SAMPLES, &values).target(&aim);
                let objective = Objective::Loss(&MeanSquaredError { average: AVERAGE });
                let back = critic
                    .input_gradient(&batch, objective, Mode::Inference)
                    .expect("a gradient");
                gradient.copy_from_slice(&back.inputs[0]);
                f64::from(back.value)
            };
            let objective = Objective::Gradient(&mut through_critic);
            generator
                .step(&Batch::new(SAMPLES, &inputs), objective, Update::Now)
                .expect("a step")
        };
        let first = train();
        let last = (0..20).map(|_| train()).last().expect("steps");
        assert!(last < 0.2 * first, "{first} {last}");
        assert!(critic.export() == before);
    });
}

const AVERAGE: imputome_engine::losses::Average = imputome_engine::losses::Average::Entries;

#[test]
fn foreign_weights_are_refused_and_change_nothing() {
    on_every_engine(|engine| {
        let mut model = build(engine, &network(), 1);
        let sound = model.export();
        let altered = |alter: &dyn Fn(&mut imputome_engine::Weights)| {
            let mut weights = sound.clone();
            alter(&mut weights);
            weights
        };
        let name = "main.block2.running_variance";
        let missing = altered(&|weights| drop(weights.remove(name)));
        assert!(matches!(
            model.import(&missing),
            Err(EngineError::MissingTensor { .. })
        ));
        let tensor = Tensor {
            shape: vec![1],
            data: vec![0.0],
        };
        let unknown = altered(&|weights| drop(weights.insert("other".to_owned(), tensor.clone())));
        assert!(matches!(
            model.import(&unknown),
            Err(EngineError::UnknownTensor { .. })
        ));
        let reshaped = altered(&|weights| drop(weights.insert(name.to_owned(), tensor.clone())));
        assert!(matches!(
            model.import(&reshaped),
            Err(EngineError::TensorShape { .. })
        ));
        let short = altered(&|weights| weights.get_mut(name).unwrap().data.truncate(3));
        assert!(matches!(
            model.import(&short),
            Err(EngineError::TensorShape { .. })
        ));
        for value in [f32::NAN, f32::INFINITY, -1.0] {
            let poisoned = altered(&|weights| weights.get_mut(name).unwrap().data[4] = value);
            let refused = model.import(&poisoned);
            assert!(
                matches!(refused, Err(EngineError::TensorValue { position: 4, .. })),
                "{refused:?}"
            );
        }
        assert!(model.export() == sound);
    });
}

#[test]
fn a_state_without_moments_or_with_impossible_ones_is_refused() {
    on_every_engine(|engine| {
        let mut model = build(engine, &plain_network(), 1);
        let mut state = model.state();
        state
            .second_moments
            .get_mut("main.block1.bias")
            .unwrap()
            .data[2] = -1.0;
        let refused = model.restore_state(&state);
        assert!(
            matches!(refused, Err(EngineError::TensorValue { position: 2, .. })),
            "{refused:?}"
        );
        let mut state = model.state();
        state.first_moments.clear();
        assert!(matches!(
            model.restore_state(&state),
            Err(EngineError::MissingTensor { .. })
        ));
        let state = State {
            learning_rate: f32::NAN,
            ..model.state()
        };
        assert!(matches!(
            model.restore_state(&state),
            Err(EngineError::Setting { .. })
        ));
    });
}

#[test]
fn batches_that_do_not_fit_are_refused() {
    on_every_engine(|engine| {
        let (mut model, data) = (build(engine, &network(), 1), Data::new(0.0));
        let [values, tissue, mask] = data.inputs();
        let wrong_level = [9; SAMPLES];
        let loss = MeanSquaredError::per_sample();
        let mut refusal = |inputs: &[InputValues<'_>], target: &[f32]| {
            let batch = Batch::new(SAMPLES, inputs).target(target);
            model
                .step(&batch, Objective::Loss(&loss), Update::Now)
                .unwrap_err()
                .to_string()
        };
        let target = &data.values;
        assert_eq!(
            refusal(&[values, tissue], target),
            "the batch holds 2 inputs; expected 3"
        );
        assert_eq!(
            refusal(&[values, mask, tissue], target),
            "input `tissue` takes levels; found numbers"
        );
        assert_eq!(
            refusal(
                &[values, tissue, InputValues::Dense(&data.mask[1..])],
                target
            ),
            "input `mask` holds 5599 values; expected 5600"
        );
        assert_eq!(
            refusal(&[values, InputValues::Levels(&wrong_level), mask], target),
            "input `tissue`, sample 0: level 9 of an embedding of 5 levels; \
         give UNKNOWN_LEVEL for a level never trained on"
        );
        assert_eq!(
            refusal(&[values, tissue, mask], &target[..7]),
            "the target holds 7 values; expected 5600"
        );
    });
}

#[test]
fn declarations_that_contradict_themselves_are_refused() {
    on_every_engine(|engine| {
        let values = || vec![Input::dense("values", 4)];
        let sequential =
            |inputs, block: Dense| Spec::sequential(inputs, vec![block], Dense::linear(2));
        let mut foreign = sequential(values(), Dense::linear(3));
        foreign.branches[0]
            .reads
            .push(Source::Input("mask".to_owned()));
        let mut outside = sequential(values(), Dense::linear(3));
        outside.branches[0].reads = vec![Source::Columns {
            input: "values".to_owned(),
            columns: vec![1, 4],
        }];
        let mut headless = sequential(values(), Dense::linear(3));
        headless.branches[0].heads.clear();
        let twice = vec![Input::dense("values", 4), Input::embedding("values", 2, 2)];
        let cases = [
            (
                foreign,
                "branch `main`: it reads input `mask`, which is not declared",
            ),
            (
                outside,
                "branch `main`: it reads column 4 of input `values`, which has 4",
            ),
            (headless, "branch `main`: it has no head"),
            (
                sequential(twice, Dense::linear(3)),
                "inputs: name `values` is used twice",
            ),
            (
                sequential(vec![Input::dense("a.b", 4)], Dense::linear(3)),
                "inputs: name `a.b` is empty or holds a dot",
            ),
            (
                sequential(values(), Dense::linear(0)),
                "branch `main`, block 1: its width is 0; expected at least 1",
            ),
            (
                sequential(values(), Dense::linear(3).dropout(1.0)),
                "branch `main`, block 1: dropout is 1; expected 0 to below 1",
            ),
        ];
        let engine = engine(1);
        for (spec, problem) in cases {
            let refused = engine
                .build(&spec, Adam::default(), 0)
                .unwrap_err()
                .to_string();
            assert_eq!(refused, format!("network cannot be built: {problem}"));
        }
    });
}

#[test]
fn running_statistics_follow_the_batches_with_their_momentum() {
    on_every_engine(|engine| {
        let mut model = build(engine, &network(), 1);
        let before = model.export();
        let mean = &before["main.block1.running_mean"];
        let variance = &before["main.block1.running_variance"];
        assert!(mean.data.iter().all(|&mean| mean == 0.0));
        assert!(variance.data.iter().all(|&variance| variance == 1.0));
        step(&mut *model, &Data::new(0.0), 1.0, Update::Now);
        let after = model.export();
        // One step keeps 0.8 of the variance; what it adds for Glorot weights is positive and below 1.2.
        let variance = &after["main.block1.running_variance"];
        assert!(
            variance
                .data
                .iter()
                .all(|&variance| (0.8..2.0).contains(&variance))
        );
        assert!(after["main.block1.running_mean"] != *mean);
    });
}
