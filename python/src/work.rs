//! Long work off the interpreter, which stays awake for Ctrl-C and progress.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use imputome::core::{Progress, Result, Run};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::error::raised;
use crate::workers::Crew;

/// How often the interpreter looks for Ctrl-C; ours, a tenth of what a user waits for unasked.
const AWAKE: Duration = Duration::from_millis(50);

/// How a piece of work is run.
#[derive(Debug, FromPyObject)]
pub(crate) struct Conditions {
    pub(crate) seed: u64,
    threads: usize,
    /// Its `step(step, done, total, note)` and `warn(message)` are called.
    progress: Py<PyAny>,
    /// Who computes parts of fits elsewhere, if anyone: see [`Crew`].
    workers: Option<Py<PyAny>>,
}

/// Does the work on a thread of its own with the interpreter released. An exception of the progress,
/// and Ctrl-C, end the work and come out.
pub(crate) fn off_interpreter<T: Send>(
    py: Python<'_>,
    conditions: &Conditions,
    work: impl FnOnce(&Run) -> Result<T> + Send,
) -> PyResult<T> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = channel();
    let mut run = Run::new(conditions.seed, conditions.threads)
        .map_err(|error| raised(&error))?
        .with_cancellation(Arc::clone(&cancelled))
        .with_progress(Arc::new(Told::new(sender)));
    if let Some(workers) = &conditions.workers {
        let crew = Crew::new(workers.clone_ref(py), Arc::clone(&cancelled));
        run = run.with_workers(Arc::new(crew));
    }
    let (stopped, outcome) = std::thread::scope(|scope| {
        // The run, and with it the sender, ends with the work: that is how its end is heard.
        let worker = scope.spawn(move || work(&run));
        let stopped = listen(py, receiver, &conditions.progress, &cancelled);
        (stopped, py.detach(|| worker.join()))
    });
    stopped?;
    match outcome {
        Ok(outcome) => outcome.map_err(|error| raised(&error)),
        Err(_) => Err(PyRuntimeError::new_err(
            "the work ended in a panic, which is a bug of imputome; please report it",
        )),
    }
}

/// Hears events until the work ends; gives the exception that stopped it, if any.
fn listen(
    py: Python<'_>,
    mut receiver: Receiver<Event>,
    progress: &Py<PyAny>,
    cancelled: &AtomicBool,
) -> PyResult<()> {
    let mut stopped = Ok(());
    loop {
        let (back, event) = py.detach(move || {
            let event = receiver.recv_timeout(AWAKE);
            (receiver, event)
        });
        receiver = back;
        if event == Err(RecvTimeoutError::Disconnected) {
            return stopped;
        }
        if stopped.is_ok() {
            stopped = event
                .map_or(Ok(()), |event| event.tell(py, progress))
                .and_then(|()| py.check_signals());
            if stopped.is_err() {
                cancelled.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Something to tell.
#[derive(Debug, PartialEq)]
enum Event {
    /// Name, done, total, note.
    Step(String, u64, u64, String),
    Warning(String),
}

impl Event {
    fn tell(self, py: Python<'_>, progress: &Py<PyAny>) -> PyResult<()> {
        match self {
            Self::Step(step, done, total, note) => {
                progress.call_method1(py, "step", (step, done, total, note))
            }
            Self::Warning(message) => progress.call_method1(py, "warn", (message,)),
        }?;
        Ok(())
    }
}

/// Progress on its way to the interpreter.
#[derive(Debug)]
struct Told(Mutex<State>);

#[derive(Debug)]
struct State {
    sender: Sender<Event>,
    step: String,
    total: u64,
    last: Option<Instant>,
}

impl Told {
    fn new(sender: Sender<Event>) -> Self {
        Self(Mutex::new(State {
            sender,
            step: String::new(),
            total: 0,
            last: None,
        }))
    }

    fn with(&self, change: impl FnOnce(&mut State)) {
        if let Ok(mut state) = self.0.lock() {
            change(&mut state);
        }
    }
}

impl State {
    fn step(&mut self, done: u64, note: &str) {
        self.last = Some(Instant::now());
        self.send(Event::Step(
            self.step.clone(),
            done,
            self.total,
            note.into(),
        ));
    }

    fn send(&self, event: Event) {
        // Nobody listens any more once the work is stopped.
        let _ = self.sender.send(event);
    }
}

impl Progress for Told {
    fn begin(&self, step: &str, total: u64) {
        self.with(|state| {
            state.step = step.into();
            state.total = total;
            state.step(0, "");
        });
    }

    fn advance(&self, done: u64, note: &str) {
        self.with(|state| {
            let now = Instant::now();
            if state.last.is_none_or(|last| now - last >= AWAKE) {
                state.step(done, note);
            }
        });
    }

    fn end(&self) {
        self.with(|state| state.step(state.total, ""));
    }

    fn warn(&self, message: &str) {
        self.with(|state| state.send(Event::Warning(message.into())));
    }
}
