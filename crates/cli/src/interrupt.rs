//! Ctrl-C, and the end that a scheduler asks for.
//!
//! The first signal lets the work stop in order: loops see the flag, temporary files go. When
//! the work does not hear it in time, or on a second signal, the program ends at once; outputs
//! are renamed into place when whole, so no half file is left either way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::{Exit, Failure, Result};
use crate::terminal;

/// How long the work may take to stop by itself. Ours: longer than a training epoch on usual
/// tables, shorter than patience.
const GRACE: Duration = Duration::from_secs(3);

/// True once the user has asked to stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(|error| {
            Failure::resource(format!("signals cannot be listened to: {error}"))
        })?;
        let flag = asked.clone();
        std::thread::spawn(move || {
            for _ in signals.forever() {
                if flag.swap(true, Ordering::SeqCst) {
                    end_now();
                }
                std::thread::spawn(|| {
                    std::thread::sleep(GRACE);
                    end_now();
                });
            }
        });
        Ok(Self(asked))
    }

    /// The flag that long loops look at.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        self.0.clone()
    }

    /// True once the user has asked to stop.
    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Ends the command once the user has asked to stop.
    pub(crate) fn proceed(&self) -> Result<()> {
        if self.asked() {
            Err(Failure::interrupted())
        } else {
            Ok(())
        }
    }
}

#[expect(clippy::exit, reason = "the work did not stop when asked")]
fn end_now() -> ! {
    terminal::print_failure(&Failure::interrupted());
    std::process::exit(Exit::Interrupted as i32)
}
