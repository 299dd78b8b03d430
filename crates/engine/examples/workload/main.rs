//! What a training step costs, on the shapes of the methods that people train.
//!
//! `cargo run --release -p imputome-engine --example workload -- w1|w2|w3|pmi|cohort [--batch B] [--threads T]
//! [--steps N] [--warm-up N] [--samples S --epochs E] [--engine fused|portable|cuda|cuda-tf32] [--check]`; the last two with `--features cuda`
//!
//! `--samples S --epochs E` tells what a whole schedule would take at the pace measured: TDimpute's pretraining is
//! `w2 --batch 128 --samples 8856 --epochs 300`, its tuning on a cohort of 400 `w2 --batch 16 --samples 400 --epochs 150`.
//! `--check` starts from the weights that `benches/engine` gives every peer, without dropout, and tells every loss.
#![expect(clippy::print_stdout, reason = "an example that measures and tells")]

use std::error::Error;

use imputome_engine::{Engine, FusedEngine, Model, PortableEngine, Update};

mod arguments;
mod clock;
mod numbers;
mod samples;
mod workloads;

use arguments::Arguments;
use clock::{Reading, Spent};
use samples::Samples;
use workloads::{Workload, matrix_flops};

fn main() -> Result<(), Box<dyn Error>> {
    let given = Arguments::parse(std::env::args().skip(1))?;
    let mut workload = Workload::named(&given.workload, given.batch)?;
    if given.check {
        workload.forget_dropout();
    }
    let samples = Samples::make(&workload);
    let mut model = engine(&given)?.build(&workload.spec, workload.adam, 1)?;
    if given.check {
        let mut weights = model.export();
        numbers::set_weights(&mut weights);
        model.import(&weights)?;
    }
    let flops = matrix_flops(&workload.spec) * workload.samples as f64;
    println!(
        "{} parameters, {:.4} GFLOP per step",
        model.parameters().trainable,
        flops / 1e9
    );
    train(&given, &workload, &samples, model.as_mut())
}

fn engine(given: &Arguments) -> Result<Box<dyn Engine>, Box<dyn Error>> {
    match given.engine.as_str() {
        "portable" => Ok(Box::new(PortableEngine::new(given.threads)?)),
        "fused" => Ok(Box::new(
            FusedEngine::new(given.threads)?
                .ok_or("this processor has none of its instructions")?,
        )),
        #[cfg(feature = "cuda")]
        "cuda" => Ok(Box::new(cuda(imputome_engine::Precision::F32)?)),
        #[cfg(feature = "cuda")]
        "cuda-tf32" => Ok(Box::new(cuda(imputome_engine::Precision::Tf32)?)),
        other => Err(format!("no engine `{other}` in this build").into()),
    }
}

#[cfg(feature = "cuda")]
fn cuda(
    precision: imputome_engine::Precision,
) -> Result<imputome_engine::CudaEngine, imputome_engine::EngineError> {
    imputome_engine::CudaEngine::new(0, precision)
}

/// Steps of the schedule asked for, and its hours at the pace measured.
fn tell_schedule(given: &Arguments, batch: usize, spent: &Spent) {
    if given.samples == 0 {
        return;
    }
    let steps = given.samples * given.epochs / batch;
    let hours = |milliseconds: f64| milliseconds * steps as f64 / 3.6e6;
    println!(
        "{} epochs of {} samples: {steps} steps, {:.2} CPU hours, {:.2} hours by the wall clock",
        given.epochs,
        given.samples,
        hours(spent.processor),
        hours(spent.wall)
    );
}

fn train(
    given: &Arguments,
    workload: &Workload,
    samples: &Samples,
    model: &mut dyn Model,
) -> Result<(), Box<dyn Error>> {
    let values = samples.inputs();
    let batch = samples.batch(workload.samples, &values);
    for step in 1..=given.warm_up {
        let loss = model.step(&batch, workload.objective(), Update::Now)?;
        println!("loss {loss:.7} at step {step}");
    }
    let began = Reading::now();
    for step in 1..=given.steps {
        let loss = model.step(&batch, workload.objective(), Update::Now)?;
        if given.check || step == given.steps {
            println!("loss {loss:.7} at step {}", given.warm_up + step);
        }
    }
    let spent = Reading::now().since(&began, given.steps);
    println!(
        "{}, {} threads: {:.3} CPU ms per step, {:.3} wall ms per step, peak {:.0} MiB",
        given.engine,
        given.threads,
        spent.processor,
        spent.wall,
        clock::peak_memory()
    );
    tell_schedule(given, workload.samples, &spent);
    Ok(())
}
