//! The engines that this build and this machine have.

use std::panic::resume_unwind;
use std::thread;

use imputome_engine::{Engine, PortableEngine};

/// Makes an engine with a number of threads.
pub(crate) type Make = fn(usize) -> Box<dyn Engine>;

/// The engines by name.
fn engines() -> Vec<(&'static str, Make)> {
    vec![("portable", |threads| {
        Box::new(PortableEngine::new(threads).expect("threads start"))
    })]
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
