//! What a stretch of the run has cost.
#![expect(clippy::disallowed_methods, reason = "an example that measures itself")]

use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// Both clocks at one moment.
pub(crate) struct Reading {
    processor: f64,
    wall: Instant,
}

/// Milliseconds per step; those of the processor over all threads.
pub(crate) struct Spent {
    pub(crate) processor: f64,
    pub(crate) wall: f64,
}

impl Reading {
    pub(crate) fn now() -> Self {
        let used = clock_gettime(ClockId::ProcessCPUTime);
        Self {
            processor: used.tv_sec as f64 + used.tv_nsec as f64 / 1e9,
            wall: Instant::now(),
        }
    }

    pub(crate) fn since(&self, began: &Self, steps: usize) -> Spent {
        let per_step = 1e3 / steps.max(1) as f64;
        Spent {
            processor: (self.processor - began.processor) * per_step,
            wall: (self.wall - began.wall).as_secs_f64() * per_step,
        }
    }
}

/// Largest resident set so far in MiB; not a number where the system keeps no `/proc`.
pub(crate) fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| {
            rest.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<f64>()
                .ok()
        });
    kibibytes.unwrap_or(f64::NAN) / 1024.0
}
