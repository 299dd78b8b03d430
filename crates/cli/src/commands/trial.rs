//! `imputome trial`: one fit of an evaluation, in the process that `imputome evaluate` started.

use std::io::Read;
use std::sync::Arc;
use std::time::Instant;

use imputome_core::{Dataset, Imputation, Progress, Run};
use nix::sys::resource::{UsageWho, getrusage};

use crate::arguments::TrialArguments;
use crate::context::Context;
use crate::evaluation::{Event, Report, Task};
use crate::failure::{Exit, Result};
use crate::memory::peak_mib;
use crate::terminal::print_data;

/// Fits, imputes, and leaves estimates and costs in the folder.
pub(crate) fn trial(arguments: &TrialArguments, context: &Context) -> Result<()> {
    end_with_parent();
    let task = Task::read(&arguments.folder)?;
    let run = Run::new(task.seed, context.threads)?
        .with_device(context.device)
        .with_precision(context.precision)
        .with_progress(Arc::new(Relay))
        .with_cancellation(context.interrupt.flag());
    let train = imputome_io::read_dataset(&task.tables.train)?;
    let in_place = task.tables.tests == [task.tables.train.clone()];
    let tests = if in_place {
        vec![train.clone()]
    } else {
        let files = task.tables.tests.iter();
        files
            .map(|file| Ok(imputome_io::read_dataset(file)?))
            .collect::<Result<Vec<_>>>()?
    };
    let (report, imputations) = measured(task, &train, tests, &run)?;
    report.write(&arguments.folder, &imputations)
}

/// Fits and imputes, and what that took; reading and writing do not count.
fn measured(
    task: Task,
    train: &Dataset,
    tests: Vec<Dataset>,
    run: &Run,
) -> Result<(Report, Vec<(Dataset, Imputation)>)> {
    let start = task.lesson.read()?;
    let processor_before = processor_seconds();
    let started = Instant::now();
    let model = task.lesson.learn(start, task.method, train, run)?;
    let fit_wall_seconds = started.elapsed().as_secs_f64();
    let imputations = tests
        .into_iter()
        .map(|test| {
            let imputation = model.estimate(&test, run)?;
            Ok((test, imputation))
        })
        .collect::<Result<Vec<_>>>()?;
    let report = Report {
        fit_wall_seconds,
        wall_seconds: started.elapsed().as_secs_f64(),
        cpu_seconds: processor_seconds() - processor_before,
        peak_mib: Some(peak_mib()).filter(|peak| peak.is_finite()),
        summary: model.summary(),
        remarks: imputations.iter().map(|(_, i)| i.remarks.clone()).collect(),
    };
    Ok((report, imputations))
}

/// User and system time of this process so far, in seconds.
pub(crate) fn processor_seconds() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(f64::NAN, |usage| {
        let times = [usage.user_time(), usage.system_time()];
        times
            .iter()
            .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
            .sum()
    })
}

/// Ends this process when the one that started it is gone.
fn end_with_parent() {
    #[expect(clippy::exit, reason = "nobody waits for the work any more")]
    std::thread::spawn(|| {
        let mut nothing = Vec::new();
        // An error means the same as the end of the pipe.
        let _ = std::io::stdin().read_to_end(&mut nothing);
        std::process::exit(Exit::Interrupted as i32);
    });
}

/// Tells progress to the process that waits.
struct Relay;

impl Relay {
    fn tell(event: &Event) {
        let line = serde_json::to_string(event).expect("an event is plain data");
        // Progress that nobody hears is no reason to stop.
        let _ = print_data(&format!("{line}\n"));
    }
}

impl Progress for Relay {
    fn begin(&self, step: &str, total: u64) {
        Self::tell(&Event::Begin {
            step: step.into(),
            total,
        });
    }

    fn advance(&self, done: u64, note: &str) {
        Self::tell(&Event::Advance {
            done,
            note: note.into(),
        });
    }

    fn end(&self) {
        Self::tell(&Event::End);
    }

    fn warn(&self, message: &str) {
        Self::tell(&Event::Warn {
            message: message.into(),
        });
    }
}
