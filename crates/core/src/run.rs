//! How an execution goes: seed, threads, progress, cancellation, checkpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::{Deserialize, Serialize};

use crate::{Device, Error, Precision, Result, Weights, Workers};

/// How this execution goes, never what the method is.
#[derive(Clone)]
pub struct Run {
    /// Every random stream of the run derives from this number.
    pub seed: u64,
    device: Device,
    precision: Precision,
    pool: Arc<ThreadPool>,
    progress: Arc<dyn Progress>,
    checkpoints: Arc<dyn Checkpoints>,
    cancelled: Arc<AtomicBool>,
    workers: Option<Arc<dyn Workers>>,
}

impl Run {
    /// A quiet run on the processor without checkpoints. `threads` of 0 counts as 1.
    pub fn new(seed: u64, threads: usize) -> Result<Self> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .build()
            .map_err(|error| Error::Unusable(format!("no pool of {threads} threads: {error}")))?;
        Ok(Self {
            seed,
            device: Device::default(),
            precision: Precision::default(),
            pool: Arc::new(pool),
            progress: Arc::new(Silent),
            checkpoints: Arc::new(NoCheckpoints),
            cancelled: Arc::new(AtomicBool::new(false)),
            workers: None,
        })
    }

    /// The same run with its networks on `device`.
    pub fn with_device(self, device: Device) -> Self {
        Self { device, ..self }
    }

    /// The same run with products of this precision, where a card computes them.
    pub fn with_precision(self, precision: Precision) -> Self {
        Self { precision, ..self }
    }

    /// The same run, telling `progress` how far it is.
    pub fn with_progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// The same run, saving its state to `checkpoints` and going on from it.
    pub fn with_checkpoints(mut self, checkpoints: Arc<dyn Checkpoints>) -> Self {
        self.checkpoints = checkpoints;
        self
    }

    /// The same run, stopping soon after `cancelled` becomes true.
    pub fn with_cancellation(mut self, cancelled: Arc<AtomicBool>) -> Self {
        self.cancelled = cancelled;
        self
    }

    /// The same run, its parts that can be computed apart given to `workers`.
    pub fn with_workers(mut self, workers: Arc<dyn Workers>) -> Self {
        self.workers = Some(workers);
        self
    }

    /// The same run without checkpoints, for fits inside a fit.
    pub fn without_checkpoints(&self) -> Self {
        Self {
            checkpoints: Arc::new(NoCheckpoints),
            ..self.clone()
        }
    }

    /// The same run, the steps it tells of named as steps of `part`, for fits inside a fit.
    pub fn as_part(&self, part: &str) -> Self {
        Self {
            progress: Arc::new(PartProgress {
                part: part.into(),
                whole: self.progress.clone(),
            }),
            ..self.clone()
        }
    }

    /// Where networks are trained and read.
    pub fn device(&self) -> Device {
        self.device
    }

    /// How a card computes products.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Worker threads.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Runs `work` on this run's threads; parallel iterators inside use them and no others.
    pub fn on_threads<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.pool.install(work)
    }

    /// Who computes parts of a fit elsewhere, if anyone.
    pub fn workers(&self) -> Option<&dyn Workers> {
        self.workers.as_deref()
    }

    /// Where progress is told.
    pub fn progress(&self) -> &dyn Progress {
        &*self.progress
    }

    /// Where state is saved.
    pub fn checkpoints(&self) -> &dyn Checkpoints {
        &*self.checkpoints
    }

    /// [`Error::Interrupted`] once the user has asked to stop. Long loops ask at every turn.
    pub fn proceed(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            Err(Error::Interrupted)
        } else {
            Ok(())
        }
    }

    /// A stream of random numbers of its own, by seed and name, whatever runs before or beside.
    pub fn stream(&self, name: &str) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(stream_number(name));
        random
    }

    /// A seed of its own for an engine, by seed and name.
    pub fn derived_seed(&self, name: &str) -> u64 {
        use rand::RngExt;
        self.stream(name).random()
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Run")
            .field("seed", &self.seed)
            .field("threads", &self.threads())
            .finish_non_exhaustive()
    }
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo): a fixed number for each name on every platform.
fn stream_number(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Told how far a run is.
pub trait Progress: Send + Sync {
    /// A step begins that will take `total` units (0 when not known).
    fn begin(&self, step: &str, total: u64);
    /// `done` units of the current step are done; `note` says how it goes, such as
    /// `validation loss 0.312`.
    fn advance(&self, done: u64, note: &str);
    /// `done` of `total` alike pieces of long work are done, of which the current step may be a
    /// part: told often and from the beginning, so that the time of the whole can be foreseen.
    fn foresee(&self, _done: u64, _total: u64) {}
    /// The current step is over.
    fn end(&self);
    /// Something the user should know now.
    fn warn(&self, message: &str);
}

struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64, _: &str) {}
    fn end(&self) {}
    fn warn(&self, _: &str) {}
}

/// Steps of a part, told to the progress of the whole.
struct PartProgress {
    part: String,
    whole: Arc<dyn Progress>,
}

impl Progress for PartProgress {
    fn begin(&self, step: &str, total: u64) {
        self.whole.begin(&format!("{}: {step}", self.part), total);
    }
    fn advance(&self, done: u64, note: &str) {
        self.whole.advance(done, note);
    }
    fn foresee(&self, done: u64, total: u64) {
        self.whole.foresee(done, total);
    }
    fn end(&self) {
        self.whole.end();
    }
    fn warn(&self, message: &str) {
        self.whole.warn(&format!("{}: {message}", self.part));
    }
}

/// Keeps the state of a fit so that it can go on after an interruption.
///
/// A fit that goes on from a saved state ends with the same bytes as one never interrupted.
pub trait Checkpoints: Send + Sync {
    /// The state last saved, if any.
    fn latest(&self) -> Result<Option<Weights>>;
    /// True when it is time to save again. Asking costs nothing.
    fn due(&self) -> bool;
    /// Saves a state in place of the last one.
    fn save(&self, state: &Weights) -> Result<()>;
}

struct NoCheckpoints;

impl Checkpoints for NoCheckpoints {
    fn latest(&self) -> Result<Option<Weights>> {
        Ok(None)
    }
    fn due(&self) -> bool {
        false
    }
    fn save(&self, _: &Weights) -> Result<()> {
        Ok(())
    }
}

/// How a fit went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Losses by epoch and the like.
    pub curves: Vec<Curve>,
    /// What the method chose by itself: name and value.
    pub chosen: Vec<(String, String)>,
    /// What the user should know.
    pub remarks: Vec<String>,
}

/// A quantity followed over the steps of a fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// What is followed, such as `validation loss`.
    pub name: String,
    /// What the steps are, such as `epoch` or `factors`.
    pub step: String,
    /// Steps and values.
    pub points: Vec<(f64, f64)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn streams_differ_by_name_and_repeat_by_seed() {
        let run = Run::new(7, 1).unwrap();
        let draw = |run: &Run, name: &str| run.stream(name).random::<u64>();
        assert_eq!(
            draw(&run, "pmi/masks"),
            draw(&Run::new(7, 2).unwrap(), "pmi/masks")
        );
        assert_ne!(draw(&run, "pmi/masks"), draw(&run, "split"));
        assert_ne!(draw(&run, "split"), draw(&Run::new(8, 1).unwrap(), "split"));
    }

    #[test]
    fn a_cancelled_run_does_not_proceed() {
        let flag = Arc::new(AtomicBool::new(false));
        let run = Run::new(0, 1).unwrap().with_cancellation(flag.clone());
        assert!(run.proceed().is_ok());
        flag.store(true, Ordering::Relaxed);
        assert!(matches!(run.proceed(), Err(Error::Interrupted)));
    }
}
