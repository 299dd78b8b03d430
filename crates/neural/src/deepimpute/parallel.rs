//! Networks trained beside one another, each on a thread of its own.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use imputome_core::{Device, Progress, Result, Run};
use imputome_engine::Engine;

use crate::training::{engine, find_device, on_processor, refused};

/// What trains one network, given its number, an engine and the run that it tells of itself.
pub(super) type TrainOne<'a, T> = dyn Fn(usize, &dyn Engine, &Run) -> Result<T> + Sync + 'a;

/// Trains `count` networks of at most `epochs` epochs each; gives them in order, or the error of
/// the first that failed.
///
/// On the processor every network has one thread, several where there are fewer networks than
/// threads; on a card they follow one another.
pub(super) fn train_all<T: Send>(
    (count, epochs): (usize, usize),
    run: &Run,
    train: &TrainOne<'_, T>,
) -> Result<Vec<T>> {
    let title = format!("{}: training {count} networks", super::NAME);
    run.progress().begin(&title, (count * epochs) as u64);
    let done = Arc::new(AtomicU64::new(0));
    let part = || {
        run.without_checkpoints()
            .with_progress(Arc::new(Part::new(run, &done, epochs)))
    };
    let trained = match find_device(run.device())? {
        Device::Cuda(_) => {
            let engine = engine(run)?;
            (0..count)
                .map(|network| train(network, &*engine, &part()))
                .collect()
        }
        Device::Cpu | Device::Auto => on_threads((count, run.threads()), &part, train),
    };
    run.progress().end();
    trained
}

/// Every worker takes the next network that nobody has; which one trains it changes nothing.
fn on_threads<T: Send>(
    (count, threads): (usize, usize),
    part: &(dyn Fn() -> Run + Sync),
    train: &TrainOne<'_, T>,
) -> Result<Vec<T>> {
    let workers = threads.min(count).max(1);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<T>)>> = Mutex::new(Vec::new());
    let work = || {
        loop {
            let network = next.fetch_add(1, Ordering::Relaxed);
            if network >= count {
                break;
            }
            let engine = on_processor((threads / workers).max(1)).map_err(refused);
            let result = engine.and_then(|engine| train(network, &*engine, &part()));
            let failed = result.is_err();
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.push((network, result));
            if failed {
                next.store(count, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(network, _)| *network);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The epochs of one network, told as part of those of all.
struct Part {
    whole: Run,
    done: Arc<AtomicU64>,
    epochs: u64,
    told: AtomicU64,
}

impl Part {
    fn new(whole: &Run, done: &Arc<AtomicU64>, epochs: usize) -> Self {
        Self {
            whole: whole.clone(),
            done: Arc::clone(done),
            epochs: epochs as u64,
            told: AtomicU64::new(0),
        }
    }

    fn reach(&self, epoch: u64, note: &str) {
        let before = self.told.swap(epoch, Ordering::Relaxed);
        let more = epoch.saturating_sub(before);
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        self.whole.progress().advance(done, note);
    }
}

impl Progress for Part {
    fn begin(&self, _: &str, _: u64) {}
    fn advance(&self, done: u64, note: &str) {
        self.reach(done, note);
    }
    fn end(&self) {
        // Epochs that stopping early saved.
        self.reach(self.epochs, "");
    }
    fn warn(&self, message: &str) {
        self.whole.progress().warn(message);
    }
}
