//! What every command has at hand: threads, terminal, interruption, limits.

use std::path::Path;
use std::sync::Arc;

use imputome_core::{Device, Precision, Run};
use imputome_io::Source;

use crate::arguments::{CommonArguments, TypedArguments};
use crate::failure::{Failure, Result};
use crate::interrupt::Interrupt;
use crate::memory::{self, Size};
use crate::plan::{InputRecord, Record};
use crate::terminal::{Terminal, Voice};

/// What every command has at hand.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) terminal: Arc<Terminal>,
    pub(crate) interrupt: Interrupt,
    pub(crate) threads: usize,
    /// The one that runs; never `Auto`.
    pub(crate) device: Device,
    pub(crate) precision: Precision,
    pub(crate) seed: Option<u64>,
    pub(crate) memory_limit: Option<Size>,
    /// The arguments of the command that were typed.
    pub(crate) typed: TypedArguments,
}

impl Context {
    /// Listens to signals and watches memory from now on.
    pub(crate) fn new(common: &CommonArguments, typed: TypedArguments) -> Result<Self> {
        let voice = if common.quiet {
            Voice::Quiet
        } else {
            Voice::Usual
        };
        memory::watch(common.memory_limit);
        let (device, precision) = device(common)?;
        Ok(Self {
            terminal: Arc::new(Terminal::new(voice)),
            interrupt: Interrupt::listen()?,
            threads: common.threads.map_or_else(all_cores, usize::from),
            device,
            precision,
            seed: common.seed,
            memory_limit: common.memory_limit,
            typed,
        })
    }

    /// A run that tells the terminal and stops on Ctrl-C.
    pub(crate) fn run(&self, seed: u64) -> Result<Run> {
        let run = Run::new(seed, self.threads)?;
        Ok(run
            .with_device(self.device)
            .with_precision(self.precision)
            .with_progress(self.terminal.clone())
            .with_cancellation(self.interrupt.flag()))
    }

    /// A record of this execution, with the hashes of the files it read.
    pub(crate) fn record(&self, inputs: &[&str], remarks: Vec<String>) -> Result<Record> {
        let inputs = inputs
            .iter()
            .filter(|file| Source::from_argument(file) != Source::Stdin)
            .map(|file| {
                Ok(InputRecord {
                    file: (*file).into(),
                    sha256: imputome_io::sha256_of_file(Path::new(file))?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Record {
            program: program(),
            date: today(),
            command_line: command_line(),
            machine: machine(),
            threads: self.threads,
            device: self.device.to_string(),
            precision: self.precision.to_string(),
            remarks,
            inputs,
        })
    }
}

/// The device that runs and its precision.
fn device(common: &CommonArguments) -> Result<(Device, Precision)> {
    let asked = common.device.unwrap_or_default();
    let precision = common.precision.unwrap_or_default();
    if asked == Device::Cpu && precision != Precision::F32 {
        let message = format!("--precision {precision} needs a card; the processor has f32 alone");
        return Err(Failure::usage(message).hint("add --device cuda, or leave --precision away"));
    }
    let device = imputome::find_device(asked).map_err(|error| {
        Failure::from(error)
            .hint("use --device cpu, or --device auto to take a card only where there is one")
    })?;
    match device {
        Device::Cuda(_) => Ok((device, precision)),
        _ => Ok((device, Precision::F32)),
    }
}

/// Name and version.
pub(crate) fn program() -> String {
    format!("imputome {}", env!("CARGO_PKG_VERSION"))
}

/// The day as the machine has it, such as `2026-11-21`.
pub(crate) fn today() -> String {
    jiff::Zoned::now().date().to_string()
}

/// The command line as typed, quoted where a shell needs it.
pub(crate) fn command_line() -> String {
    let words: Vec<String> = std::env::args().skip(1).map(|word| quoted(&word)).collect();
    format!("imputome {}", words.join(" "))
}

/// Cores, memory and system, such as `2 cores, 8 GiB, Linux x86_64`.
pub(crate) fn machine() -> String {
    let memory = std::fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
            let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
            Some(format!("{:.0} GiB, ", kib / f64::from(1 << 20)))
        });
    format!(
        "{} cores, {}{} {}",
        all_cores(),
        memory.unwrap_or_default(),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        assert_eq!(quoted("a-b_c.tsv"), "a-b_c.tsv");
        assert_eq!(quoted("my table"), "'my table'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
