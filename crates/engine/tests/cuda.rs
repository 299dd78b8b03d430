//! The engine on a card against the portable one: over a card made of the processor, and over card 0 of this machine
//! where there is one.
#![cfg(feature = "cuda")]

mod driver_in_place;
mod engines;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use engines::host_card::{self, HostCard, kernel_names};
use engines::{Make, on_every_engine};
use imputome_engine::cuda::{Card, Launch, Product};
use imputome_engine::losses::{
    Average, BinaryCrossEntropy, Entries, Loss, MeanSquaredError, RootMeanSquaredError, Sums,
    ValueWeightedSquaredError,
};
use imputome_engine::random::Stream;
use imputome_engine::{
    Activation, Adam, Batch, BatchNorm, Branch, CudaEngine, Dense, Engine, EngineError, Head,
    HeadLoss, Input, InputValues, Mode, Model, Objective, PortableEngine, Precision, Source, Spec,
    State, UNKNOWN_LEVEL, Update, Weights,
};

/// Fits no block, tile or warp, or fits exactly, or spills over by one.
const UNITS: [usize; 6] = [1, 3, 63, 64, 65, 257];
const BATCHES: [usize; 5] = [1, 2, 31, 32, 33];

const ACTIVATIONS: [Activation; 6] = [
    Activation::Relu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::Exp,
    Activation::Linear,
];

#[test]
#[expect(
    clippy::print_stderr,
    reason = "who runs the tests asks which card they ran on"
)]
fn a_card_is_opened_or_the_reason_why_not_is_one_line() {
    match imputome_engine::cuda::NvidiaCard::open(0, Precision::F32) {
        Ok(card) => eprintln!("the tests of this file run on {card:?}"),
        Err(error) => {
            let reason = error.to_string();
            assert!(reason.starts_with("cuda:0 cannot be used: ") && !reason.contains('\n'));
            eprintln!("no card was tested: {reason}");
        }
    }
    if HostCard::new().is_none() {
        eprintln!("no kernel was run on the processor: there is no C++ compiler `c++`");
    }
}

#[test]
fn the_libraries_of_a_card_are_called_as_they_are_declared() {
    const OWN_NAME: &str = "the_libraries_of_a_card";
    // These tests once more, with libraries of our own in the place of a driver, NVRTC and cuBLAS.
    let Some(folder) = driver_in_place::folder() else {
        return;
    };
    let tests = std::env::current_exe().expect("this program");
    let mut again = std::process::Command::new(tests);
    again.env("LD_LIBRARY_PATH", folder);
    again.args(["--skip", OWN_NAME, "--nocapture"]);
    let again = again.output().expect("the tests start");
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.success(), "{said}");
    assert!(said.contains("cuda:0 a processor in its place"), "{said}");
}

#[test]
fn networks_of_odd_sizes_train_as_on_the_portable_engine() {
    on_every_engine(|engine| {
        for (number, units) in UNITS.into_iter().enumerate() {
            for (batch, samples) in BATCHES.into_iter().enumerate() {
                let activation = ACTIVATIONS[(number + batch) % ACTIVATIONS.len()];
                let spec = network(units, activation);
                let data = Data::new(&spec, samples);
                let loss: &dyn Loss = match batch % 3 {
                    0 => &MeanSquaredError::per_sample(),
                    1 => &RootMeanSquaredError,
                    _ => &ValueWeightedSquaredError,
                };
                compare(engine, &spec, &data, &[HeadLoss { loss, scale: 1.0 }]);
            }
        }
    });
}

#[test]
fn branches_of_several_heads_train_as_on_the_portable_engine() {
    let losses = [
        HeadLoss {
            loss: &MeanSquaredError::over_entries(),
            scale: 1.0,
        },
        HeadLoss {
            loss: &BinaryCrossEntropy {
                average: Average::Entries,
            },
            scale: 0.5,
        },
        HeadLoss {
            loss: &BinaryCrossEntropy {
                average: Average::PerSample { offset: 1.0 },
            },
            scale: 2.0,
        },
    ];
    on_every_engine(|engine| {
        let spec = branches();
        for samples in [1, 33] {
            compare(engine, &spec, &Data::new(&spec, samples), &losses);
        }
    });
}

#[test]
fn a_loss_of_ones_own_trains_as_on_the_portable_engine() {
    on_every_engine(|engine| {
        let spec = network(5, Activation::Tanh);
        let head = HeadLoss {
            loss: &Absolute,
            scale: 0.5,
        };
        compare(engine, &spec, &Data::new(&spec, 7), &[head]);
    });
}

#[test]
fn sums_of_one_term_train_to_the_same_bytes_on_every_engine() {
    // A product of one sample and one input is a product of two numbers; bias, relu, dropout, gradient and Adam are
    // the same few operations everywhere.
    let output = Dense::linear(257).activation(Activation::Relu).dropout(0.3);
    let spec = Spec::sequential(vec![Input::dense("values", 1)], vec![], output);
    let data = Data::new(&spec, 1);
    let train = |engine: Box<dyn Engine>| {
        let mut model = engine.build(&spec, Adam::default(), 5).expect("a network");
        for update in [Update::Now, Update::Accumulate, Update::Apply, Update::Now] {
            data.step(&mut *model, &[HEAD], update);
        }
        model.state()
    };
    on_every_engine(|engine| {
        let portable = PortableEngine::new(1).expect("one thread");
        assert!(train(engine(1)) == train(Box::new(portable)));
    });
}

#[test]
fn a_prediction_of_many_samples_is_that_of_each() {
    on_every_engine(|engine| {
        let spec = network(3, Activation::Relu);
        let model = engine(1)
            .build(&spec, Adam::default(), 2)
            .expect("a network");
        let data = Data::new(&spec, 2500);
        let all = data.predict(&*model);
        for sample in [0, 1023, 1024, 2499] {
            let alone = data.sample(&spec, sample).predict(&*model);
            let width = spec.output_width();
            // Products of another shape may be summed in another order.
            assert_close("prediction", &alone, &all[sample * width..][..width], 1e-5);
        }
    });
}

#[test]
fn a_training_goes_over_to_the_portable_engine_and_back() {
    on_every_engine(|engine| {
        let spec = network(64, Activation::Relu);
        let data = Data::new(&spec, 16);
        let build = |engine: Box<dyn Engine>| {
            engine
                .build(&spec, Adam::default(), 3)
                .expect("a sound network")
        };
        let mut straight = build(Box::new(PortableEngine::new(1).expect("one thread")));
        let mut crossing = build(engine(1));
        for update in [Update::Now, Update::Accumulate, Update::Apply, Update::Now] {
            data.step(&mut *straight, &[HEAD], update);
            data.step(&mut *crossing, &[HEAD], update);
            let state = crossing.state();
            crossing = match update {
                Update::Accumulate => build(Box::new(PortableEngine::new(1).expect("a thread"))),
                _ => build(engine(1)),
            };
            crossing
                .restore_state(&state)
                .expect("a state of this network");
        }
        assert_states_close(&crossing.state(), &straight.state());
    });
}

#[test]
fn fewer_bits_in_products_change_a_prediction_a_little() {
    let spec = network(257, Activation::Relu);
    let data = Data::new(&spec, 33);
    let predict = |precision| {
        // Without a card there is nothing to see here.
        let engine = CudaEngine::new(0, precision).ok()?;
        let model = engine.build(&spec, Adam::default(), 2).expect("a network");
        Some(data.predict(&*model))
    };
    let Some(full) = predict(Precision::F32) else {
        return;
    };
    // Sums of some hundred terms of order 0.1 with factors of 10 and of 7 bits.
    for (precision, tolerance) in [(Precision::Tf32, 1e-2), (Precision::Bf16, 1e-1)] {
        let rounded = predict(precision).expect("the same card");
        assert_close("prediction", &rounded, &full, tolerance);
    }
}

#[test]
fn these_networks_launch_every_kernel() {
    let Some(card) = HostCard::new() else { return };
    let launched = Arc::new(Mutex::new(BTreeSet::new()));
    let engine = CudaEngine::over(Watched {
        card,
        launched: Arc::clone(&launched),
    });
    let spec = branches();
    let mut model = engine.build(&spec, Adam::default(), 1).expect("a network");
    let data = Data::new(&spec, 3);
    for update in [Update::Accumulate, Update::Apply] {
        data.step(&mut *model, &[HEAD; 3], update);
    }
    data.input_gradient(&*model, &[HEAD; 3], Mode::Inference);
    let launched = launched.lock().expect("no test panicked").clone();
    assert_eq!(launched, kernel_names());
}

const HEAD: HeadLoss<'_> = HeadLoss {
    loss: &MeanSquaredError {
        average: Average::Entries,
    },
    scale: 1.0,
};

/// `|y - t|`, which no engine knows.
#[derive(Debug)]
struct Absolute;

impl Loss for Absolute {
    fn sums(&self, sample: &Entries<'_>) -> Sums {
        let pairs = sample.output.iter().zip(sample.target);
        Sums {
            loss: pairs.map(|(y, t)| f64::from((y - t).abs())).sum(),
            weight: sample.output.len() as f64,
            entries: sample.output.len(),
        }
    }

    fn value(&self, samples: &[Sums]) -> f64 {
        samples.iter().map(|sums| sums.loss).sum()
    }

    fn factors(&self, samples: &[Sums]) -> Vec<f64> {
        vec![1.0; samples.len()]
    }

    fn gradient(&self, sample: &Entries<'_>, factor: f32, gradient: &mut [f32]) {
        for ((g, y), t) in gradient.iter_mut().zip(sample.output).zip(sample.target) {
            *g = factor * (y - t).signum();
        }
    }
}

/// Two hidden blocks, with and without batch norm, over numbers and an embedding.
fn network(units: usize, activation: Activation) -> Spec {
    let inputs = vec![
        Input::dense("values", units),
        Input::embedding("level", 3, 2),
        Input::dense("mask", 2),
    ];
    let norm = BatchNorm {
        momentum: 0.5,
        ..BatchNorm::default()
    };
    let first = Dense::linear(units)
        .norm(norm)
        .activation(Activation::Tanh)
        .dropout(0.2);
    let second = Dense::linear(units).activation(activation).dropout(0.3);
    Spec::sequential(inputs, vec![first, second], Dense::linear(units))
}

/// A deep branch with two heads and a flat one, over shared inputs.
fn branches() -> Spec {
    let columns = |columns: &[u32]| Source::Columns {
        input: "values".to_owned(),
        columns: columns.to_vec(),
    };
    let whole = |name: &str| Source::Input(name.to_owned());
    let head = |name: &str, block: Dense| Head {
        name: name.to_owned(),
        block,
    };
    let deep = Branch {
        name: "deep".to_owned(),
        reads: vec![whole("mask"), whole("level"), columns(&[4, 0, 5])],
        blocks: vec![
            Dense::linear(65)
                .normalized()
                .activation(Activation::Softplus)
                .dropout(0.1),
        ],
        heads: vec![
            head("mean", Dense::linear(2)),
            head("chance", Dense::linear(63).activation(Activation::Tanh)),
        ],
    };
    let flat = Branch {
        name: "flat".to_owned(),
        reads: vec![whole("level"), columns(&[0, 1])],
        blocks: vec![],
        heads: vec![head("logit", Dense::linear(3).dropout(0.4))],
    };
    Spec {
        inputs: vec![
            Input::dense("values", 6),
            Input::embedding("level", 3, 2),
            Input::dense("mask", 2),
        ],
        branches: vec![deep, flat],
    }
}

/// A batch that needs no random source of its own.
struct Data {
    samples: usize,
    inputs: Vec<Values>,
    target: Vec<f32>,
    weight: Vec<f32>,
}

enum Values {
    Dense(Vec<f32>),
    Levels(Vec<u32>),
}

impl Data {
    fn new(spec: &Spec, samples: usize) -> Self {
        let normal = |stream: u32, width: usize| {
            let mut values = vec![0.0; samples * width];
            for (sample, row) in (0..).zip(values.chunks_mut(width)) {
                Stream::new(1, stream).fill_normal(0, sample, row);
            }
            values
        };
        let input = |(number, input): (u32, &Input)| match input {
            Input::Dense { width, .. } => Values::Dense(normal(number, *width)),
            Input::Embedding { .. } => {
                let levels = [0, 2, 1, UNKNOWN_LEVEL];
                Values::Levels(levels.into_iter().cycle().take(samples).collect())
            }
        };
        let chance = |z: &f32| 1.0 / (1.0 + z.exp());
        let selected = |z: &f32| z.max(0.0);
        let output = spec.output_width();
        Self {
            samples,
            inputs: (0..).zip(&spec.inputs).map(input).collect(),
            target: normal(100, output).iter().map(chance).collect(),
            weight: normal(101, output).iter().map(selected).collect(),
        }
    }

    fn sample(&self, spec: &Spec, sample: usize) -> Self {
        let input = |(input, values): (&Input, &Values)| match values {
            Values::Dense(values) => {
                let width = input.width();
                Values::Dense(values[sample * width..][..width].to_vec())
            }
            Values::Levels(levels) => Values::Levels(vec![levels[sample]]),
        };
        Self {
            samples: 1,
            inputs: spec.inputs.iter().zip(&self.inputs).map(input).collect(),
            target: Vec::new(),
            weight: Vec::new(),
        }
    }

    fn on_batch<T>(&self, act: impl FnOnce(&Batch<'_>) -> T) -> T {
        let inputs = self.inputs.iter().map(|values| match values {
            Values::Dense(values) => InputValues::Dense(values),
            Values::Levels(levels) => InputValues::Levels(levels),
        });
        let inputs: Vec<InputValues<'_>> = inputs.collect();
        let batch = Batch::new(self.samples, &inputs);
        act(&batch.target(&self.target).weight(&self.weight))
    }

    fn step(&self, model: &mut dyn Model, losses: &[HeadLoss<'_>], update: Update) -> f32 {
        self.on_batch(|batch| model.step(batch, Objective::Heads(losses), update))
            .expect("a step")
    }

    fn input_gradient(
        &self,
        model: &dyn Model,
        losses: &[HeadLoss<'_>],
        mode: Mode,
    ) -> Vec<Vec<f32>> {
        self.on_batch(|batch| model.input_gradient(batch, Objective::Heads(losses), mode))
            .expect("a gradient")
            .inputs
    }

    fn predict(&self, model: &dyn Model) -> Vec<f32> {
        let mut output = vec![0.0; self.samples * model.spec().output_width()];
        self.on_batch(|batch| model.predict(batch, &mut output))
            .expect("a prediction");
        output
    }
}

/// Trains on both engines from the same weights and compares all that can be seen.
fn compare(engine: Make, spec: &Spec, data: &Data, losses: &[HeadLoss<'_>]) {
    let portable = PortableEngine::new(1).expect("one thread");
    let mut expected = portable.build(spec, Adam::default(), 7).expect("a network");
    let mut found = engine(1)
        .build(spec, Adam::default(), 7)
        .expect("a network");
    assert!(
        found.export() == expected.export(),
        "the same weights at first"
    );
    for mode in [Mode::Training, Mode::Inference] {
        let gradients = data.input_gradient(&*found, losses, mode);
        for (found, expected) in gradients
            .iter()
            .zip(data.input_gradient(&*expected, losses, mode))
        {
            assert_close("input gradient", found, &expected, GRADIENT);
        }
    }
    for update in [Update::Accumulate, Update::Apply, Update::Now] {
        let value = data.step(&mut *found, losses, update);
        let expected_value = data.step(&mut *expected, losses, update);
        assert_close("value", &[value], &[expected_value], 1e-4);
        if update == Update::Accumulate {
            let (found, expected) = (found.state().gradients, expected.state().gradients);
            assert_weights_close(&found, &expected, GRADIENT);
        }
        // What Adam makes of the last bits of a gradient near zero is a step of its own; from here on again the same.
        let state = expected.state();
        found.restore_state(&state).expect("the same network");
    }
    let prediction = data.predict(&*found);
    assert_close("prediction", &prediction, &data.predict(&*expected), 1e-4);
}

/// Sums of up to 257 terms in f32, through three blocks and two batch norms over few samples.
const GRADIENT: f32 = 2e-4;

fn assert_states_close(found: &State, expected: &State) {
    assert_eq!(
        (found.steps, found.updates),
        (expected.steps, expected.updates)
    );
    assert_weights_close(&found.first_moments, &expected.first_moments, GRADIENT);
    assert_weights_close(&found.second_moments, &expected.second_moments, GRADIENT);
}

fn assert_weights_close(found: &Weights, expected: &Weights, tolerance: f32) {
    assert!(found.keys().eq(expected.keys()));
    for (name, tensor) in found {
        assert_close(name, &tensor.data, &expected[name].data, tolerance);
    }
}

fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (position, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance * expected.abs().max(1.0),
            "{what} at {position}: {found}, expected {expected}"
        );
    }
}

/// A card that notes what is launched.
#[derive(Debug)]
struct Watched {
    card: HostCard,
    launched: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Card for Watched {
    type Numbers = host_card::Memory;
    type Words = host_card::Memory;

    fn room(&self, length: usize) -> Result<Self::Numbers, EngineError> {
        self.card.room(length)
    }

    fn words(&self, words: &[u32]) -> Result<Self::Words, EngineError> {
        self.card.words(words)
    }

    fn write(&self, values: &[f32], numbers: &mut Self::Numbers) -> Result<(), EngineError> {
        self.card.write(values, numbers)
    }

    fn read(&self, numbers: &Self::Numbers, values: &mut [f32]) -> Result<(), EngineError> {
        self.card.read(numbers, values)
    }

    fn multiply(
        &self,
        product: Product,
        left: &Self::Numbers,
        right: &Self::Numbers,
        result: &mut Self::Numbers,
    ) -> Result<(), EngineError> {
        self.card.multiply(product, left, right, result)
    }

    fn launch(&self, launch: Launch<'_, Self::Numbers, Self::Words>) -> Result<(), EngineError> {
        let mut launched = self.launched.lock().expect("no test panicked");
        launched.insert(launch.kernel());
        self.card.launch(launch)
    }
}
