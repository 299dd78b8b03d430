//! Every gradient of the engine against central differences of a plain network in f64.
//!
//! The plain network below shares no arithmetic with the engine. It draws dropout from the public streams, as every
//! engine must.

mod engines;

use engines::{Make, on_every_engine};
use imputome_engine::losses::{
    Average, BinaryCrossEntropy, Loss, MeanSquaredError, RootMeanSquaredError,
    SampleRootMeanSquaredError, ValueWeightedSquaredError,
};
use imputome_engine::random::{ENGINE_STREAMS, Stream};
use imputome_engine::{
    Activation, Adam, Batch, Branch, Dense, Head, HeadLoss, Input, InputValues, Mode, Model,
    Objective, Source, Spec, UNKNOWN_LEVEL, Update, Weights,
};

const SEED: u64 = 11;
const SAMPLES: usize = 5;
const LEVELS: [u32; SAMPLES] = [0, 2, 1, UNKNOWN_LEVEL, 2];

#[test]
fn every_activation_with_and_without_batch_norm_has_the_right_gradients() {
    for activation in [
        Activation::Linear,
        Activation::Relu,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Tanh,
        Activation::Exp,
    ] {
        for norm in [None, Some(Default::default())] {
            let inputs = vec![Input::dense("values", 4), Input::embedding("level", 3, 2)];
            // The sigmoid keeps what reaches `exp` small.
            let first = Dense::linear(5)
                .activation(Activation::Sigmoid)
                .dropout(0.2);
            let second = Dense {
                norm,
                ..Dense::linear(6).activation(activation).dropout(0.3)
            };
            let output = Dense {
                norm,
                ..Dense::linear(3)
            };
            let spec = Spec::sequential(inputs, vec![first, second], output);
            check(&spec, &[&MeanSquaredError::per_sample()]);
        }
    }
}

#[test]
fn every_loss_has_the_right_gradients() {
    let losses: [&dyn Loss; 7] = [
        &MeanSquaredError::per_sample(),
        &MeanSquaredError::over_entries(),
        &RootMeanSquaredError,
        &SampleRootMeanSquaredError,
        &ValueWeightedSquaredError,
        &BinaryCrossEntropy {
            average: Average::PerSample { offset: 1.0 },
        },
        &BinaryCrossEntropy {
            average: Average::Entries,
        },
    ];
    for loss in losses {
        let inputs = vec![Input::dense("values", 4)];
        let hidden = Dense::linear(5).activation(Activation::Tanh);
        check(
            &Spec::sequential(inputs, vec![hidden], Dense::linear(3)),
            &[loss],
        );
    }
}

#[test]
fn branches_with_shared_inputs_and_several_heads_have_the_right_gradients() {
    let inputs = vec![
        Input::dense("values", 6),
        Input::embedding("level", 3, 2),
        Input::dense("mask", 2),
    ];
    let whole = |name: &str| Source::Input(name.to_owned());
    let columns = |columns: &[u32]| Source::Columns {
        input: "values".to_owned(),
        columns: columns.to_vec(),
    };
    let head = |name: &str, block: Dense| Head {
        name: name.to_owned(),
        block,
    };
    let branches = vec![
        Branch {
            name: "deep".to_owned(),
            reads: vec![whole("mask"), whole("level"), columns(&[4, 0, 5])],
            blocks: vec![
                Dense::linear(4)
                    .normalized()
                    .activation(Activation::Softplus),
            ],
            heads: vec![
                head("mean", Dense::linear(2)),
                head("spread", Dense::linear(3).activation(Activation::Exp)),
            ],
        },
        Branch {
            name: "flat".to_owned(),
            reads: vec![whole("level"), columns(&[0, 1])],
            blocks: vec![],
            heads: vec![head("logit", Dense::linear(2).dropout(0.4))],
        },
    ];
    let losses: [&dyn Loss; 3] = [
        &MeanSquaredError::per_sample(),
        &RootMeanSquaredError,
        &BinaryCrossEntropy {
            average: Average::Entries,
        },
    ];
    check(&Spec { inputs, branches }, &losses);
}

/// Compares all gradients of weights and inputs, in training and, for inputs, in inference mode.
fn check(spec: &Spec, losses: &[&dyn Loss]) {
    on_every_engine(|engine| check_engine(engine, spec, losses));
}

fn check_engine(engine: Make, spec: &Spec, losses: &[&dyn Loss]) {
    let mut model = engine(1)
        .build(spec, Adam::default(), SEED)
        .expect("a sound network");
    model
        .import(&jittered(model.export()))
        .expect("the network's own weights");
    let values: Vec<Vec<f32>> = (0..)
        .zip(&spec.inputs)
        .map(|(n, i)| normal(n, width(i)))
        .collect();
    let inputs: Vec<InputValues<'_>> = spec
        .inputs
        .iter()
        .zip(&values)
        .map(|(input, values)| borrow(input, values))
        .collect();
    let mut target = normal(7, spec.output_width());
    target
        .iter_mut()
        .for_each(|value| *value = 1.0 / (1.0 + value.exp()));
    let mut weight = normal(8, spec.output_width());
    weight.iter_mut().for_each(|value| *value = value.max(0.0));
    let batch = Batch::new(SAMPLES, &inputs).target(&target).weight(&weight);
    let heads: Vec<HeadLoss<'_>> = (1..)
        .zip(losses)
        .map(|(n, &loss)| HeadLoss {
            loss,
            scale: 0.5 * n as f32,
        })
        .collect();

    let plain = Plain {
        spec,
        inputs: &values,
        weights: model.export(),
        batch: &batch,
        losses: &heads,
    };
    for mode in [Mode::Training, Mode::Inference] {
        check_inputs(&*model, &plain, mode);
    }
    let value = model
        .step(&batch, Objective::Heads(&heads), Update::Accumulate)
        .expect("a step");
    assert_close(
        "value",
        f64::from(value),
        plain.value(&values, &plain.weights, Mode::Training),
    );
    for (name, gradient) in &model.state().gradients {
        for position in 0..gradient.data.len() {
            let difference = central_difference(plain.weights[name].data[position], |moved| {
                let mut weights = plain.weights.clone();
                weights.get_mut(name).expect("same names").data[position] = moved;
                plain.value(&values, &weights, Mode::Training)
            });
            assert_close(name, f64::from(gradient.data[position]), difference);
        }
    }
}

fn check_inputs(model: &dyn Model, plain: &Plain<'_>, mode: Mode) {
    let gradient = model
        .input_gradient(plain.batch, Objective::Heads(plain.losses), mode)
        .expect("a gradient of the inputs");
    assert_close(
        "value",
        f64::from(gradient.value),
        plain.value(plain.inputs, &plain.weights, mode),
    );
    for (input, gradient) in gradient.inputs.iter().enumerate() {
        for (position, &analytic) in gradient.iter().enumerate() {
            let difference = central_difference(plain.inputs[input][position], |moved| {
                let mut inputs = plain.inputs.to_vec();
                inputs[input][position] = moved;
                plain.value(&inputs, &plain.weights, mode)
            });
            assert_close("gradient of an input", f64::from(analytic), difference);
        }
    }
}

/// The step is about the cube root of f32's spacing, in which weights are stored; the value is f64.
fn central_difference(at: f32, value: impl Fn(f32) -> f64) -> f64 {
    let (below, above) = (at - 1e-3, at + 1e-3);
    (value(above) - value(below)) / (f64::from(above) - f64::from(below))
}

/// Truncation of the difference (1e-6 times a third derivative of order 1 to 10) and f32 sums of tens of terms.
fn assert_close(what: &str, value: f64, expected: f64) {
    let tolerance = 5e-5 * expected.abs().max(1.0);
    assert!(
        (value - expected).abs() <= tolerance,
        "{what}: {value}, expected {expected}"
    );
}

/// Weights away from their start, so that no scale is 1, no shift and no running mean 0.
fn jittered(mut weights: Weights) -> Weights {
    for (number, (name, tensor)) in (100..).zip(&mut weights) {
        let mut noise = vec![0.0; tensor.data.len()];
        Stream::new(SEED, number).fill_uniform(0, 0, &mut noise);
        let size = if name.ends_with("table") { 1.0 } else { 0.3 };
        tensor
            .data
            .iter_mut()
            .zip(noise)
            .for_each(|(value, noise)| *value += size * noise);
    }
    weights
}

fn normal(stream: u32, width: usize) -> Vec<f32> {
    let mut values = vec![0.0; SAMPLES * width];
    Stream::new(SEED, stream).fill_normal(0, 0, &mut values);
    values
}

fn width(input: &Input) -> usize {
    match input {
        Input::Dense { width, .. } => *width,
        Input::Embedding { .. } => 0,
    }
}

fn borrow<'a>(input: &Input, values: &'a [f32]) -> InputValues<'a> {
    match input {
        Input::Dense { .. } => InputValues::Dense(values),
        Input::Embedding { .. } => InputValues::Levels(&LEVELS),
    }
}

/// The same network in f64, in the plainest arithmetic.
struct Plain<'a> {
    spec: &'a Spec,
    inputs: &'a [Vec<f32>],
    weights: Weights,
    batch: &'a Batch<'a>,
    losses: &'a [HeadLoss<'a>],
}

type Matrix = Vec<Vec<f64>>;

impl Plain<'_> {
    fn value(&self, inputs: &[Vec<f32>], weights: &Weights, mode: Mode) -> f64 {
        let mut layer = 0;
        let mut outputs = Vec::new();
        for branch in &self.spec.branches {
            let mut x = self.gather(branch, inputs, weights);
            for (number, block) in (1..).zip(&branch.blocks) {
                let name = format!("{}.block{number}", branch.name);
                x = dense(&x, &name, block, weights, mode, layer);
                layer += 1;
            }
            for head in &branch.heads {
                let name = format!("{}.head.{}", branch.name, head.name);
                outputs.push(dense(&x, &name, &head.block, weights, mode, layer));
                layer += 1;
            }
        }
        let mut start = 0;
        let mut value = 0.0;
        for (output, head) in outputs.iter().zip(self.losses) {
            value += f64::from(head.scale) * self.loss(output, head.loss, start);
            start += output[0].len();
        }
        value
    }

    fn gather(&self, branch: &Branch, inputs: &[Vec<f32>], weights: &Weights) -> Matrix {
        let read = |source: &Source, sample: usize| -> Vec<f64> {
            let named = |input: &Input| input.name() == source.input();
            let number = self
                .spec
                .inputs
                .iter()
                .position(named)
                .expect("a declared input");
            let input = &self.spec.inputs[number];
            if let Input::Embedding { name, levels, dim } = input {
                let table = &weights[&format!("input.{name}.table")].data;
                let entry = |level: usize, column: usize| f64::from(table[level * dim + column]);
                return (0..*dim)
                    .map(|column| match LEVELS[sample] {
                        UNKNOWN_LEVEL => {
                            let sum: f64 = (0..*levels).map(|level| entry(level, column)).sum();
                            sum / *levels as f64
                        }
                        level => entry(level as usize, column),
                    })
                    .collect();
            }
            let row = &inputs[number][sample * width(input)..][..width(input)];
            match source {
                Source::Input(_) => row.iter().map(|&value| f64::from(value)).collect(),
                Source::Columns { columns, .. } => columns
                    .iter()
                    .map(|&column| f64::from(row[column as usize]))
                    .collect(),
            }
        };
        (0..SAMPLES)
            .map(|sample| {
                branch
                    .reads
                    .iter()
                    .flat_map(|source| read(source, sample))
                    .collect()
            })
            .collect()
    }

    /// The formulas of the losses, by the name of the loss.
    fn loss(&self, output: &Matrix, loss: &dyn Loss, start: usize) -> f64 {
        let width = self.spec.output_width();
        let name = format!("{loss:?}");
        let term = |y: f64, t: f64| match name.split([' ', '{']).next() {
            Some("BinaryCrossEntropy") => {
                let chance = 1.0 / (1.0 + (-y).exp());
                -t * chance.ln() - (1.0 - t) * (1.0 - chance).ln()
            }
            Some("ValueWeightedSquaredError") => t * (y - t).powi(2),
            _ => (y - t).powi(2),
        };
        let (mut per_sample, mut sum, mut weights, mut entries) = (0.0, 0.0, 0.0, 0.0);
        let mut roots = 0.0;
        let offset = if name.contains("1e-7") { 1e-7 } else { 1.0 };
        for (sample, row) in output.iter().enumerate() {
            let (mut row_sum, mut row_weights) = (0.0, 0.0);
            for (column, &y) in row.iter().enumerate() {
                let at = sample * width + start + column;
                let weight = f64::from(self.batch.weight.expect("weights")[at]);
                row_sum += weight * term(y, f64::from(self.batch.target[at]));
                row_weights += weight;
                entries += 1.0;
            }
            per_sample += row_sum / (row_weights + offset) / SAMPLES as f64;
            roots += (row_sum / row_weights).sqrt() / SAMPLES as f64;
            sum += row_sum;
            weights += row_weights;
        }
        match name.as_str() {
            "RootMeanSquaredError" => (sum / weights).sqrt(),
            "SampleRootMeanSquaredError" => roots,
            name if name.contains("PerSample") => per_sample,
            _ => sum / entries,
        }
    }
}

fn dense(
    x: &Matrix,
    name: &str,
    block: &Dense,
    weights: &Weights,
    mode: Mode,
    layer: u32,
) -> Matrix {
    let tensor = |part: &str| &weights[&format!("{name}.{part}")].data;
    let at = |part: &str, position: usize| f64::from(tensor(part)[position]);
    let mut z: Matrix = x
        .iter()
        .map(|row| {
            let product = |out: usize| -> f64 {
                let terms = row.iter().enumerate();
                terms
                    .map(|(i, value)| value * at("kernel", i * block.width + out))
                    .sum()
            };
            (0..block.width)
                .map(|out| product(out) + at("bias", out))
                .collect()
        })
        .collect();
    for column in 0..block.width {
        let Some(norm) = block.norm else { break };
        let (mut mean, mut variance) = (0.0, 0.0);
        if mode == Mode::Training {
            z.iter()
                .for_each(|row| mean += row[column] / SAMPLES as f64);
            z.iter()
                .for_each(|row| variance += (row[column] - mean).powi(2) / SAMPLES as f64);
        } else {
            (mean, variance) = (at("running_mean", column), at("running_variance", column));
        }
        let deviation = (variance + f64::from(norm.epsilon)).sqrt();
        for row in &mut z {
            row[column] =
                (row[column] - mean) / deviation * at("scale", column) + at("shift", column);
        }
    }
    for (sample, row) in (0..).zip(&mut z) {
        let mut uniform = vec![1.0; block.width];
        if mode == Mode::Training && block.dropout > 0.0 {
            Stream::new(SEED, ENGINE_STREAMS + layer).fill_uniform(0, sample, &mut uniform);
        }
        for (value, uniform) in row.iter_mut().zip(uniform) {
            *value = activate(block.activation, *value);
            if mode == Mode::Training && block.dropout > 0.0 {
                let kept = f64::from(1.0 / (1.0 - block.dropout));
                *value *= if uniform < block.dropout { 0.0 } else { kept };
            }
        }
    }
    z
}

fn activate(activation: Activation, z: f64) -> f64 {
    match activation {
        Activation::Linear => z,
        Activation::Relu => z.max(0.0),
        Activation::Sigmoid => 1.0 / (1.0 + (-z).exp()),
        Activation::Softplus => (1.0 + z.exp()).ln(),
        Activation::Tanh => z.tanh(),
        Activation::Exp => z.exp(),
    }
}
