//! Time and memory of this process, as the kernel counts them.

use std::fmt;
use std::sync::LazyLock;
use std::time::Instant;

use crate::Outcome;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Wall time since this was first asked.
pub(crate) fn seconds_since_start() -> f64 {
    START.elapsed().as_secs_f64()
}

/// What the process has used so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    processor: f64,
    wall: f64,
    /// Most memory ever held, GiB.
    pub(crate) peak_gib: f64,
}

impl Cost {
    /// User and system time in steps of 10 ms, and the high water mark of memory.
    pub(crate) fn now() -> Outcome<Self> {
        let text = std::fs::read_to_string("/proc/self/stat")?;
        let after_name = text.rsplit(')').next().ok_or("no process name")?;
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
        let status = std::fs::read_to_string("/proc/self/status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: f64 = peak
            .ok_or("no VmHWM")?
            .trim_end_matches("kB")
            .trim()
            .parse()?;
        Ok(Self {
            processor: ticks / 100.0,
            wall: seconds_since_start(),
            peak_gib: kib / 1024.0 / 1024.0,
        })
    }

    pub(crate) fn since(&self, earlier: &Self) -> Spent {
        Spent {
            processor: self.processor - earlier.processor,
            wall: self.wall - earlier.wall,
        }
    }
}

/// Seconds between two moments.
pub(crate) struct Spent {
    processor: f64,
    wall: f64,
}

impl fmt::Display for Spent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:.0} CPU s ({:.0} s wall)",
            self.processor, self.wall
        )
    }
}
