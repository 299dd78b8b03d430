//! The memory limit: what a run will need, told beforehand, and a watch that ends the program
//! when it takes more.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use imputome::Method;
use imputome_core::{Dataset, Error, TableShape};

use crate::failure::{Exit, Failure, Result};
use crate::terminal;

/// Bytes in a MiB.
const MIB: u64 = 1 << 20;

/// Copies of the table that a fit holds: as read, prepared, and its estimates.
const COPIES: u64 = 3;

/// Bytes of one entry of a table: an `f32` and whether it was measured.
const BYTES_PER_ENTRY: u64 = 5;

/// How often the watch looks. Ours: often enough to stop before the system suffers.
const INTERVAL: Duration = Duration::from_millis(100);

/// Whether the input is a file of cells.
static CELLS: AtomicBool = AtomicBool::new(false);

/// From now on advice is for files of cells.
pub(crate) fn advise_on_cells() {
    CELLS.store(true, Ordering::Relaxed);
}

/// An amount of memory as typed: `800M`, `8G`, `1.5GiB`, or bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let lower = text.trim().to_ascii_lowercase();
        let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit: u64 = match lower[digits.len()..]
            .trim_end_matches("ib")
            .trim_end_matches('b')
        {
            "" => 1,
            "k" => 1 << 10,
            "m" => 1 << 20,
            "g" => 1 << 30,
            "t" => 1 << 40,
            _ => return Err(expected(text)),
        };
        let number: f64 = digits.trim().parse().map_err(|_| expected(text))?;
        let bytes = number * unit as f64;
        if bytes.is_finite() && bytes >= 1.0 {
            Ok(Self(bytes as u64))
        } else {
            Err(expected(text))
        }
    }
}

fn expected(text: &str) -> String {
    format!("expected a size such as 800M or 8G, found {text:?}")
}

/// Refuses work on `data` that will need more memory than `limit`.
pub(crate) fn expect_room(method: &Method, data: &Dataset, limit: Option<Size>) -> Result<()> {
    let Some(Size(limit)) = limit else {
        return Ok(());
    };
    let shape = TableShape::of(data);
    let table = (shape.samples * shape.genes) as u64 * BYTES_PER_ENTRY;
    let needed = table * COPIES + method.memory(shape);
    if needed <= limit {
        return Ok(());
    }
    Err(Error::Memory {
        what: format!("{} on {} x {}", method.name(), shape.samples, shape.genes),
        needed_mib: needed.div_ceil(MIB),
        limit_mib: limit / MIB,
    }
    .into())
}

/// Watches the memory of this process from now on and ends it when it passes `limit`.
///
/// Resident memory is read from `/proc`; where there is none the watch does nothing, and the
/// estimate beforehand is all there is.
pub(crate) fn watch(limit: Option<Size>) {
    let Some(Size(limit)) = limit else { return };
    std::thread::spawn(move || {
        while let Some(resident) = resident_bytes() {
            if resident > limit {
                end_over(limit, resident);
            }
            std::thread::sleep(INTERVAL);
        }
    });
}

#[expect(
    clippy::exit,
    reason = "waiting for the work to stop would take more memory"
)]
fn end_over(limit: u64, resident: u64) -> ! {
    let message = format!(
        "{} MiB of memory are in use, more than the limit of {} MiB",
        resident / MIB,
        limit / MIB
    );
    let hint = match CELLS.load(Ordering::Relaxed) {
        true => "raise --memory-limit; what is learned from cells takes less with --set cells=0.1",
        false => "raise --memory-limit, or give fewer genes (--genes) or samples",
    };
    imputome_io::remove_unfinished();
    terminal::print_failure(&Failure::resource(message).hint(hint));
    std::process::exit(Exit::Resource as i32)
}

fn resident_bytes() -> Option<u64> {
    status_bytes("VmRSS:")
}

/// The largest resident memory of this process so far, in MiB; not a number where unknown.
///
/// `VmHWM` and not `getrusage` on Linux: the latter starts from the parent's memory.
pub(crate) fn peak_mib() -> f64 {
    let bytes = status_bytes("VmHWM:").or_else(|| {
        use nix::sys::resource::{UsageWho, getrusage};
        let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
        u64::try_from(usage.max_rss()).ok()
    });
    bytes.map_or(f64::NAN, |bytes| bytes as f64 / MIB as f64)
}

fn status_bytes(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_and_without_units() {
        let size = |text: &str| text.parse::<Size>().map(|s| s.0);
        assert_eq!(size("1024"), Ok(1024));
        assert_eq!(size("2k"), Ok(2048));
        assert_eq!(size("1.5GiB"), Ok(3 << 29));
        assert_eq!(size("800MB"), Ok(800 << 20));
        for wrong in ["", "G", "many", "-1G", "0", "1Q", "nanG"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
