//! The engines that this build and this machine have.

use std::panic::resume_unwind;
use std::thread;

#[cfg(feature = "cuda")]
use imputome_engine::{CudaEngine, Precision};
use imputome_engine::{Engine, FusedEngine, PortableEngine};

#[cfg(feature = "cuda")]
#[path = "../host_card/mod.rs"]
pub(crate) mod host_card;

/// Makes an engine with a number of threads.
pub(crate) type Make = fn(usize) -> Box<dyn Engine>;

/// The engines by name; of those on a card the ones that can be had.
fn engines() -> Vec<(&'static str, Make)> {
    let mut engines: Vec<(&'static str, Make)> = vec![("portable", |threads| {
        Box::new(PortableEngine::new(threads).expect("threads start"))
    })];
    let fused = FusedEngine::on_every_instruction_set(1).expect("one thread");
    let makes: [Make; 2] = [
        |threads| fused_engine(threads, 0),
        |threads| fused_engine(threads, 1),
    ];
    assert!(
        fused.len() <= makes.len(),
        "a set of instructions is not tested"
    );
    for (engine, make) in fused.iter().zip(makes) {
        engines.push((engine.instructions(), make));
    }
    #[cfg(feature = "cuda")]
    {
        if host_card::HostCard::new().is_some() {
            engines.push(("cuda engine, host card", |_| {
                Box::new(CudaEngine::over(
                    host_card::HostCard::new().expect("a compiler"),
                ))
            }));
        }
        if CudaEngine::new(0, Precision::F32).is_ok() {
            engines.push(("cuda engine, card 0", |_| {
                Box::new(CudaEngine::new(0, Precision::F32).expect("a card"))
            }));
        }
    }
    engines
}

/// The fused engine with one of the sets of instructions of this processor.
fn fused_engine(threads: usize, number: usize) -> Box<dyn Engine> {
    let mut engines = FusedEngine::on_every_instruction_set(threads).expect("threads start");
    Box::new(engines.swap_remove(number))
}

/// Runs a test on one engine after the other; the thread that panics is named after the engine.
pub(crate) fn on_every_engine(test: impl Fn(Make) + Sync) {
    for (name, engine) in engines() {
        thread::scope(|scope| {
            let thread = thread::Builder::new().name(name.to_owned());
            let running = thread
                .spawn_scoped(scope, || test(engine))
                .expect("a thread starts");
            if let Err(panic) = running.join() {
                resume_unwind(panic);
            }
        });
    }
}
