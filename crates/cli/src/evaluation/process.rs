//! One fit in a process of its own, so that its time and memory are its own, and a crash costs
//! one trial only.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use imputome_core::Progress;
use imputome_evaluate::{Cost, Outcome};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::terminal::Terminal;

use super::task::{Event, Report, Task};

/// How often the process is looked at. Ours: short beside the fastest fit.
const INTERVAL: Duration = Duration::from_millis(5);

/// Carries out a task in a process of its own. `folder` is its own too and is emptied.
///
/// What goes wrong in the process is in the outcome; an error is an interruption, or that no
/// process could be started.
pub(super) fn run(task: &Task, folder: &Path, context: &Context) -> Result<Outcome> {
    prepare(folder)?;
    task.write(folder)?;
    let mut process = OwnProcess(start(folder, context)?);
    let relay = relay(process.0.stdout.take(), context.terminal.clone());
    let complaints = collect(process.0.stderr.take());
    let status = process.wait(context)?;
    let open_steps = relay.join().unwrap_or_default();
    for _ in 0..open_steps {
        context.terminal.end();
    }
    let complaints = complaints.join().unwrap_or_default();
    if !status.success() {
        return Ok(Outcome::failed(reason(status, &complaints)));
    }
    let (report, imputations) = Report::read(folder)?;
    Ok(Outcome {
        imputations: Ok(imputations),
        cost: Cost {
            fit_wall_seconds: report.fit_wall_seconds,
            wall_seconds: report.wall_seconds,
            cpu_seconds: report.cpu_seconds,
            peak_mib: report.peak_mib.unwrap_or(f64::NAN),
        },
        summary: report.summary,
    })
}

/// True when another process of this id runs.
pub(super) fn runs(id: i32) -> bool {
    let found = kill(Pid::from_raw(id), None);
    id > 0 && Pid::this().as_raw() != id && found != Err(Errno::ESRCH)
}

fn prepare(folder: &Path) -> Result<()> {
    // It is not there the first time.
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
    })
}

fn start(folder: &Path, context: &Context) -> Result<Child> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::resource(format!("this program cannot be found: {error}")))?;
    let mut command = Command::new(program);
    command
        .arg("trial")
        .arg(folder)
        .args(["--threads", &context.threads.to_string(), "--quiet"])
        .args(["--device", &context.device.to_string()])
        .args(["--precision", &context.precision.to_string()])
        // Its end of file tells the process that nobody waits for it any more.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(limit) = context.memory_limit {
        command.args(["--memory-limit", &limit.0.to_string()]);
    }
    command
        .spawn()
        .map_err(|error| Failure::resource(format!("no process could be started: {error}")))
}

/// A process that does not outlive its owner.
struct OwnProcess(Child);

impl OwnProcess {
    fn wait(&mut self, context: &Context) -> Result<ExitStatus> {
        loop {
            context.interrupt.proceed()?;
            let ended = self.0.try_wait().map_err(|error| {
                Failure::resource(format!("a process cannot be waited for: {error}"))
            })?;
            match ended {
                Some(status) => return Ok(status),
                None => std::thread::sleep(INTERVAL),
            }
        }
    }
}

impl Drop for OwnProcess {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Tells the terminal what the process tells; gives the steps it left open.
fn relay(stdout: Option<ChildStdout>, terminal: Arc<Terminal>) -> JoinHandle<usize> {
    std::thread::spawn(move || {
        let mut open = 0;
        let lines = stdout.map(|out| BufReader::new(out).lines());
        for line in lines.into_iter().flatten().map_while(std::io::Result::ok) {
            match serde_json::from_str(&line) {
                Ok(Event::Begin { step, total }) => {
                    open += 1;
                    terminal.begin(&step, total);
                }
                Ok(Event::Advance { done, note }) => terminal.advance(done, &note),
                Ok(Event::End) if open > 0 => {
                    open -= 1;
                    terminal.end();
                }
                Ok(Event::Warn { message }) => terminal.warn(&message),
                Ok(Event::End) | Err(_) => {}
            }
        }
        open
    })
}

fn collect(stderr: Option<ChildStderr>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stderr) = stderr {
            // What was read before an error still tells something.
            let _ = stderr.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Why a process failed: its own words, or how it ended.
fn reason(status: ExitStatus, complaints: &str) -> String {
    let words = complaints
        .lines()
        .find_map(|line| line.strip_prefix("error: "));
    match words {
        Some(words) => words.to_string(),
        None => format!("its process ended with {status}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn a_process_that_failed_is_quoted_or_its_end_is_told() {
        let failed = ExitStatus::from_raw(3 << 8);
        assert_eq!(
            reason(failed, "note: x\nerror: too few\nhint: y\n"),
            "too few"
        );
        let killed = ExitStatus::from_raw(9);
        assert!(reason(killed, "").contains("signal: 9"));
    }
}
