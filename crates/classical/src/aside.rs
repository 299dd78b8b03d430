//! Work that cannot be cut into pieces, done so that a run can be stopped all the same.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use imputome_core::{Result, Run};

/// How often the run is asked whether it goes on; ours, a tenth of half a second.
const ASKED_EVERY: Duration = Duration::from_millis(50);

/// What `work` gives, computed on a thread of its own.
///
/// Interrupted once the user asks to stop: the work then goes on aside to its end, and what it gives
/// is dropped. Meant for one decomposition of a matrix that the work owns.
pub(crate) fn aside<T: Send + 'static>(
    run: &Run,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    run.proceed()?;
    let (sender, receiver) = channel();
    // Nobody listens any more once the run is stopped.
    let worker = std::thread::spawn(move || drop(sender.send(work())));
    loop {
        match receiver.recv_timeout(ASKED_EVERY) {
            Ok(found) => return Ok(found),
            Err(RecvTimeoutError::Timeout) => run.proceed()?,
            Err(RecvTimeoutError::Disconnected) => match worker.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => unreachable!("work that does not panic sends what it gives"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use imputome_core::Error;

    use super::*;

    #[test]
    fn work_gives_what_it_found() {
        assert_eq!(aside(&Run::new(0, 1).unwrap(), || 6 * 7).unwrap(), 42);
    }

    #[test]
    fn a_run_is_stopped_while_the_work_goes_on() {
        let cancelled = Arc::new(AtomicBool::new(false));
        let run = Run::new(0, 1).unwrap().with_cancellation(cancelled.clone());
        // Work that ends only after the run has been stopped and the test is over.
        let (end, ended) = channel::<()>();
        let stopped = aside(&run, move || {
            cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
            ended.recv()
        });
        assert!(matches!(stopped, Err(Error::Interrupted)));
        drop(end);
    }
}
