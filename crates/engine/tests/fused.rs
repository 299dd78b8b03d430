//! What the fused engine promises beside what every engine does: the same bytes whatever the instructions, the numbers
//! of the portable engine, and right gradients at every size.

#![expect(clippy::print_stderr, reason = "a test says what it could not do")]

use imputome_engine::losses::MeanSquaredError;
use imputome_engine::random::Stream;
use imputome_engine::{
    Activation, Adam, Batch, Branch, Dense, Engine, FusedEngine, Head, Input, InputValues, Model,
    Objective, PortableEngine, Source, Spec, State, UNKNOWN_LEVEL, Update,
};

/// Widths around the sizes of registers, tiles and blocks.
const WIDTHS: [usize; 6] = [1, 3, 63, 64, 65, 257];
const BATCHES: [usize; 5] = [1, 2, 31, 32, 33];

/// Inputs of a width, a hidden block of the next and outputs of the one after, so that every width stands everywhere.
fn network(number: usize) -> Spec {
    let width = |shift: usize| WIDTHS[(number + shift) % WIDTHS.len()];
    let inputs = vec![
        Input::dense("values", width(0)),
        Input::embedding("level", 3, 2),
    ];
    let hidden = Dense::linear(width(1))
        .activation(Activation::Tanh)
        .dropout(0.2);
    let normalized = Dense::linear(width(2))
        .normalized()
        .activation(Activation::Softplus);
    let mut spec = Spec::sequential(inputs, vec![hidden, normalized], Dense::linear(width(3)));
    spec.branches[0].heads.push(Head {
        name: "second".to_owned(),
        block: Dense::linear(width(4)).activation(Activation::Sigmoid),
    });
    // A branch that reads the embedding alone, straight into its head.
    spec.branches.push(Branch {
        name: "flat".to_owned(),
        reads: vec![Source::Input("level".to_owned())],
        blocks: vec![],
        heads: vec![Head {
            name: "output".to_owned(),
            block: Dense::linear(width(5)),
        }],
    });
    spec
}

struct Data {
    samples: usize,
    values: Vec<f32>,
    levels: Vec<u32>,
    target: Vec<f32>,
    weight: Vec<f32>,
}

impl Data {
    fn new(spec: &Spec, samples: usize) -> Self {
        let normal = |stream: u32, width: usize| {
            let mut numbers = vec![0.0; samples * width];
            Stream::new(5, stream).fill_normal(0, 0, &mut numbers);
            numbers
        };
        let mut weight = normal(3, spec.output_width());
        weight.iter_mut().for_each(|w| *w = w.max(0.0));
        Self {
            samples,
            values: normal(1, spec.inputs[0].width()),
            levels: (0..samples as u32)
                .map(|s| [0, 2, UNKNOWN_LEVEL][s as usize % 3])
                .collect(),
            target: normal(2, spec.output_width()),
            weight,
        }
    }

    fn with<T>(&self, work: impl FnOnce(&Batch<'_>) -> T) -> T {
        let inputs = [
            InputValues::Dense(&self.values),
            InputValues::Levels(&self.levels),
        ];
        let batch = Batch::new(self.samples, &inputs);
        work(&batch.target(&self.target).weight(&self.weight))
    }
}

fn step(model: &mut dyn Model, data: &Data, update: Update) -> f32 {
    let loss = MeanSquaredError::per_sample();
    data.with(|batch| {
        model
            .step(batch, Objective::Loss(&loss), update)
            .expect("a step")
    })
}

fn build(engine: &dyn Engine, spec: &Spec) -> Box<dyn Model> {
    engine
        .build(spec, Adam::default(), 3)
        .expect("a sound network")
}

fn fused_engines(threads: usize) -> Vec<FusedEngine> {
    let engines = FusedEngine::on_every_instruction_set(threads).expect("threads start");
    if engines.is_empty() {
        eprintln!("this processor has none of the fused engine's instructions; nothing is tested");
    }
    engines
}

/// Losses of three steps, the state after them and what is predicted then.
fn train(engine: &dyn Engine, spec: &Spec, data: &Data) -> (Vec<f32>, State, Vec<f32>) {
    let mut model = build(engine, spec);
    let updates = [Update::Now, Update::Accumulate, Update::Apply];
    let losses = updates
        .map(|update| step(&mut *model, data, update))
        .to_vec();
    let mut output = vec![0.0; data.samples * spec.output_width()];
    data.with(|batch| model.predict(batch, &mut output).expect("a prediction"));
    (losses, model.state(), output)
}

#[test]
fn all_instructions_and_numbers_of_threads_give_the_same_bytes() {
    for number in 0..WIDTHS.len() {
        let spec = network(number);
        for samples in BATCHES {
            let data = Data::new(&spec, samples);
            let trained = [fused_engines(1), fused_engines(2)].concat();
            let trained: Vec<_> = trained
                .iter()
                .map(|engine| train(engine, &spec, &data))
                .collect();
            assert!(trained.windows(2).all(|pair| pair[0] == pair[1]));
        }
    }
}

#[test]
fn gradients_are_those_of_the_portable_engine_at_every_size() {
    let portable = PortableEngine::new(1).expect("one thread");
    for number in 0..WIDTHS.len() {
        let spec = network(number);
        for samples in BATCHES {
            let data = Data::new(&spec, samples);
            let (losses, state, output) = gradients(&portable, &spec, &data);
            for engine in fused_engines(1) {
                let fused = gradients(&engine, &spec, &data);
                // Sums of up to 260 terms in f32 in another order.
                let place = format!("{} inputs, {samples} samples", spec.inputs[0].width());
                assert_near(&place, &[fused.0], &[losses], 1e-5);
                assert_near(&place, &fused.2, &output, 2e-5);
                for (name, tensor) in &state.gradients {
                    let found = &fused.1.gradients[name].data;
                    assert_near(&format!("{place}, {name}"), found, &tensor.data, 1e-4);
                }
            }
        }
    }
}

fn gradients(engine: &dyn Engine, spec: &Spec, data: &Data) -> (f32, State, Vec<f32>) {
    let mut model = build(engine, spec);
    let loss = step(&mut *model, data, Update::Accumulate);
    let mut output = vec![0.0; data.samples * spec.output_width()];
    data.with(|batch| model.predict(batch, &mut output).expect("a prediction"));
    (loss, model.state(), output)
}

/// Differences relative to the largest number of all.
fn assert_near(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    let scale = expected
        .iter()
        .fold(1e-6_f32, |largest, x| largest.max(x.abs()));
    let worst = found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(
        found.len() == expected.len() && worst <= tolerance * scale,
        "{what}: {worst} of {scale}"
    );
}

#[test]
fn the_slope_along_the_gradient_is_its_length_at_every_size() {
    for number in 0..WIDTHS.len() {
        // Batch norm over one sample is constant, and dropout of a unit of one is all or nothing.
        let mut spec = network(number);
        spec.branches[0].blocks[1].norm = None;
        spec.branches[0].blocks[0].dropout = 0.0;
        for samples in BATCHES {
            let data = Data::new(&spec, samples);
            for engine in fused_engines(1) {
                let mut model = build(&engine, &spec);
                step(&mut *model, &data, Update::Accumulate);
                let gradients = model.state().gradients;
                let weights = model.export();
                let square: f64 = gradients
                    .values()
                    .flat_map(|t| &t.data)
                    .map(|&g| f64::from(g).powi(2))
                    .sum();
                // A move by 1e-2 in all weights together: the third derivative adds 1e-4 of it, rounding of the loss 1e-4.
                let distance = 1e-2 / square.sqrt();
                let mut value_at = |way: f64| {
                    let mut moved = weights.clone();
                    for (name, tensor) in &gradients {
                        let data = &mut moved.get_mut(name).expect("same names").data;
                        data.iter_mut()
                            .zip(&tensor.data)
                            .for_each(|(w, &g)| *w += (way * f64::from(g)) as f32);
                    }
                    model.import(&moved).expect("the network's own weights");
                    f64::from(step(&mut *model, &data, Update::Accumulate))
                };
                let slope = (value_at(distance) - value_at(-distance)) / (2.0 * distance);
                let place = format!("{} inputs, {samples} samples", spec.inputs[0].width());
                assert!(
                    (slope - square).abs() <= 2e-3 * square,
                    "{place}: {slope}, expected {square}"
                );
            }
        }
    }
}
