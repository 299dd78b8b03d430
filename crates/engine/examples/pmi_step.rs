//! CPU time of a training step of the Pseudo-Mask Imputer at its largest published size.
//!
//! `cargo run --release -p imputome-engine --example pmi_step -- [threads] [steps] [genes] [hidden] [layers]`
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example that measures and tells"
)]

use std::error::Error;
use std::time::Instant;

use imputome_engine::losses::MeanSquaredError;
use imputome_engine::random::Stream;
use imputome_engine::{
    Activation, Adam, Batch, Dense, Engine, Input, InputValues, Objective, PortableEngine, Spec,
    Update,
};

const SAMPLES: usize = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args()
        .skip(1)
        .map(|argument| argument.parse::<usize>());
    let threads = arguments.next().transpose()?.unwrap_or(1);
    let steps = arguments.next().transpose()?.unwrap_or(10);
    // Configuration `inductive_imputation` of the released code.
    let genes = arguments.next().transpose()?.unwrap_or(12_557);
    let hidden = arguments.next().transpose()?.unwrap_or(3_072);
    let layers = arguments.next().transpose()?.unwrap_or(1);

    let inputs = vec![
        Input::dense("values", genes),
        Input::dense("age", 1),
        Input::embedding("sex", 2, 2),
        Input::embedding("cohort", 3, 2),
        Input::embedding("tissue", 49, 8),
        Input::dense("mask", genes),
    ];
    let hidden = Dense::linear(hidden)
        .normalized()
        .activation(Activation::Relu)
        .dropout(0.2);
    let spec = Spec::sequential(inputs, vec![hidden; layers], Dense::linear(genes));
    let adam = Adam {
        learning_rate: 1e-4,
        ..Adam::default()
    };
    let mut model = PortableEngine::new(threads)?.build(&spec, adam, 1)?;
    println!("{} parameters", model.parameters().total());

    let samples = Samples::draw(genes);
    let values = [
        InputValues::Dense(&samples.visible),
        InputValues::Dense(&samples.age),
        InputValues::Levels(&samples.sex),
        InputValues::Levels(&samples.cohort),
        InputValues::Levels(&samples.tissue),
        InputValues::Dense(&samples.mask),
    ];
    let batch = Batch::new(SAMPLES, &values)
        .target(&samples.values)
        .weight(&samples.hidden);
    let loss = MeanSquaredError::per_sample();
    for _ in 0..2 {
        println!(
            "loss {}",
            model.step(&batch, Objective::Loss(&loss), Update::Now)?
        );
    }
    let (cpu, wall) = (cpu_seconds()?, Instant::now());
    let mut last = 0.0;
    for _ in 0..steps {
        last = model.step(&batch, Objective::Loss(&loss), Update::Now)?;
    }
    let per_step = 1e3 / steps as f64;
    println!(
        "loss {last}, {threads} threads: {:.1} CPU ms per step, {:.1} wall ms per step",
        (cpu_seconds()? - cpu) * per_step,
        wall.elapsed().as_secs_f64() * per_step
    );
    Ok(())
}

/// A batch of random samples with half of the values visible.
struct Samples {
    values: Vec<f32>,
    visible: Vec<f32>,
    mask: Vec<f32>,
    hidden: Vec<f32>,
    age: Vec<f32>,
    sex: Vec<u32>,
    cohort: Vec<u32>,
    tissue: Vec<u32>,
}

impl Samples {
    fn draw(genes: usize) -> Self {
        let mut values = vec![0.0; SAMPLES * genes];
        let mut mask = vec![0.0; SAMPLES * genes];
        Stream::new(1, 0).fill_normal(0, 0, &mut values);
        Stream::new(1, 1).fill_uniform(0, 0, &mut mask);
        mask.iter_mut()
            .for_each(|uniform| *uniform = f32::from(*uniform < 0.5));
        let visible = values
            .iter()
            .zip(&mask)
            .map(|(value, mask)| value * mask)
            .collect();
        let hidden = mask.iter().map(|mask| 1.0 - mask).collect();
        let levels = |count: u32| (0..SAMPLES as u32).map(|sample| sample % count).collect();
        let age = (0..SAMPLES)
            .map(|sample| sample as f32 / SAMPLES as f32)
            .collect();
        let (sex, cohort, tissue) = (levels(2), levels(3), levels(49));
        Self {
            values,
            visible,
            mask,
            hidden,
            age,
            sex,
            cohort,
            tissue,
        }
    }
}

/// User and system time of this process so far, in seconds; from Linux's `/proc`.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().ok_or("no process name")?;
    let ticks: Vec<f64> = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .flat_map(str::parse)
        .collect();
    // Linux counts in hundredths of a second on every platform it runs on.
    Ok(ticks.iter().sum::<f64>() / 100.0)
}
