//! What the user sees while the program works: all of it on stderr.
//!
//! A bar with an estimate of the time left when stderr is a terminal, a plain line now and then
//! when it is not, nothing but errors with `--quiet`.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use imputome_core::Progress;
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use crate::failure::Failure;

/// How often a plain line tells how far a step is. Ours: a log of an hour stays readable.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Pieces of work and time after which the whole is foreseen: ours, past the slow first piece.
const PIECES_TIMED: u64 = 3;
const TIMED: Duration = Duration::from_secs(2);

/// Seconds of work above which the whole is told of beforehand. Ours: a minute is waited for.
const LONG: f64 = 60.0;

/// Share of the time left by which work may end later than foretold without a word. Ours: other
/// work on the machine changes the pace by as much.
const SLACK: f64 = 0.75;

/// Width of a line of text. Ours: fits a terminal of 100 columns, and of 80 with few breaks.
const WIDTH: usize = 92;

/// Prints why the program ends, with advice where there is some.
pub(crate) fn print_failure(failure: &Failure) {
    let mut lines = format!("error: {}\n", failure.message);
    if let Some(hint) = &failure.hint {
        lines += &format!("hint: {hint}\n");
    }
    // Nobody is left to tell when stderr is gone.
    let _ = std::io::stderr().write_all(lines.as_bytes());
}

/// Prints data to stdout; a reader that has gone is no error.
pub(crate) fn print_data(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Where progress and remarks are told.
#[derive(Debug)]
pub(crate) struct Terminal {
    style: Style,
    bars: MultiProgress,
    steps: Mutex<Vec<Step>>,
    /// When long work that has been told of should be over.
    foretold: Mutex<Option<Instant>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Bars,
    Lines,
    Quiet,
}

#[derive(Debug)]
struct Step {
    name: String,
    total: u64,
    started: Instant,
    told: Instant,
    foresight: Foresight,
    bar: ProgressBar,
}

/// Whether the time of the whole is known.
#[derive(Clone, Copy, Debug)]
enum Foresight {
    /// Nothing has been done.
    Blank,
    /// Since then and that piece, the pieces are timed.
    Timing(Instant, u64),
    /// It has been told, or is not long.
    Known,
}

/// How much the program tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// Progress, remarks and errors.
    Usual,
    /// Errors only.
    Quiet,
}

impl Terminal {
    /// Bars, lines or nothing, by where stderr goes.
    pub(crate) fn new(voice: Voice) -> Self {
        let style = match voice {
            Voice::Quiet => Style::Quiet,
            Voice::Usual if std::io::stderr().is_terminal() => Style::Bars,
            Voice::Usual => Style::Lines,
        };
        Self {
            style,
            bars: MultiProgress::new(),
            steps: Mutex::new(Vec::new()),
            foretold: Mutex::new(None),
        }
    }

    /// Tells something, above the bars if there are any.
    pub(crate) fn say(&self, text: impl AsRef<str>) {
        if self.style == Style::Quiet {
            return;
        }
        let line = format!("{}\n", text.as_ref());
        // Nobody is left to tell when stderr is gone.
        let print = || drop(std::io::stderr().write_all(line.as_bytes()));
        match self.style {
            Style::Bars => self.bars.suspend(print),
            Style::Lines | Style::Quiet => print(),
        }
    }

    /// Tells each remark as a note of its own.
    pub(crate) fn note_all<'a>(&self, remarks: impl IntoIterator<Item = &'a String>) {
        for remark in remarks {
            self.say(format!("note: {remark}"));
        }
    }

    /// Takes away the bars of steps that will not be finished.
    pub(crate) fn clear(&self) {
        let open = self.steps().len();
        for _ in 0..open {
            self.end();
        }
    }

    /// Tells how long work will take, unless it was told so before.
    fn foretell(&self, line: &str, now: Instant, left: f64) {
        let later = |seconds: f64| {
            let wait = Duration::try_from_secs_f64(seconds).ok()?;
            now.checked_add(wait)
        };
        let mut foretold = self
            .foretold
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // Later parts of the same work end when the first one said, give or take.
        if foretold.is_none_or(|end| later(left * SLACK).is_none_or(|due| due > end)) {
            *foretold = later(left);
            self.say(line);
        }
    }

    fn steps(&self) -> std::sync::MutexGuard<'_, Vec<Step>> {
        self.steps
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Progress for Terminal {
    fn begin(&self, step: &str, total: u64) {
        if self.style == Style::Quiet {
            return;
        }
        let now = Instant::now();
        let bar = match self.style {
            Style::Bars => {
                let bar = self.bars.add(bar(step, total));
                bar.enable_steady_tick(Duration::from_millis(200));
                bar
            }
            Style::Lines | Style::Quiet => ProgressBar::hidden(),
        };
        self.steps().push(Step {
            name: step.into(),
            total,
            started: now,
            told: now,
            foresight: Foresight::Blank,
            bar,
        });
    }

    fn foresee(&self, done: u64, total: u64) {
        let mut steps = self.steps();
        let Some(step) = steps.last_mut() else { return };
        let now = Instant::now();
        let foreseen = step.foresee((done, total), now);
        drop(steps);
        if let Some((line, left)) = foreseen {
            self.foretell(&line, now, left);
        }
    }

    fn advance(&self, done: u64, note: &str) {
        let mut steps = self.steps();
        let Some(step) = steps.last_mut() else { return };
        step.bar.set_position(done);
        step.bar.set_message(note.to_string());
        let now = Instant::now();
        if self.style == Style::Lines && now.duration_since(step.told) >= BETWEEN_LINES {
            step.told = now;
            let line = step.line(done, note);
            drop(steps);
            self.say(line);
        }
    }

    fn end(&self) {
        if let Some(step) = self.steps().pop() {
            step.bar.finish_and_clear();
            self.bars.remove(&step.bar);
        }
    }

    fn warn(&self, message: &str) {
        self.say(format!("warning: {message}"));
    }
}

impl Step {
    /// How many seconds the whole will take, in words too, once that is known and long.
    fn foresee(&mut self, (done, total): (u64, u64), now: Instant) -> Option<(String, f64)> {
        let (since, before) = match self.foresight {
            Foresight::Known => return None,
            Foresight::Blank => {
                self.foresight = Foresight::Timing(now, done);
                return None;
            }
            Foresight::Timing(since, before) => (since, before),
        };
        let (took, pieces) = (now.duration_since(since), done.saturating_sub(before));
        if took < TIMED || pieces < PIECES_TIMED {
            return None;
        }
        self.foresight = Foresight::Known;
        let each = took.as_secs_f64() / pieces as f64;
        let left = each * total.saturating_sub(done) as f64;
        let line = format!(
            "{}: about {} at most ({total} steps in all, {} each as the first {pieces} went)",
            self.name,
            duration(left),
            duration(each)
        );
        (left > LONG).then_some((line, left))
    }

    fn line(&self, done: u64, note: &str) -> String {
        let mut line = self.name.clone();
        if self.total > 0 {
            line += &format!(": {done} of {}", self.total);
        }
        if !note.is_empty() {
            line += &format!(", {note}");
        }
        if done > 0 && self.total > done {
            let left =
                self.started.elapsed().as_secs_f64() / done as f64 * (self.total - done) as f64;
            line += &format!(", about {} left", duration(left));
        }
        line
    }
}

/// Seconds as people say them.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{seconds:.2} s")
    } else if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

/// Text after a label, broken at spaces; further lines are indented to the label.
pub(crate) fn paragraph(out: &mut String, label: &str, text: &str) {
    let indent = label.chars().count();
    let mut line = label.to_string();
    let mut fresh = true;
    for word in text.split_whitespace() {
        if !fresh && line.chars().count() + 1 + word.chars().count() > WIDTH {
            *out += line.trim_end();
            out.push('\n');
            line = " ".repeat(indent);
            fresh = true;
        }
        if !fresh || line.ends_with(|c: char| c != ' ') {
            line.push(' ');
        }
        line += word;
        fresh = false;
    }
    *out += line.trim_end();
    out.push('\n');
}

fn bar(step: &str, total: u64) -> ProgressBar {
    let (bar, template) = if total > 0 {
        (
            ProgressBar::new(total),
            "{prefix} [{bar:16}] {pos}/{len}{left} {wide_msg}",
        )
    } else {
        (
            ProgressBar::new_spinner(),
            "{prefix} {spinner} {elapsed} {wide_msg}",
        )
    };
    let style = ProgressStyle::with_template(template).expect("the template is a constant");
    bar.set_style(style.with_key("left", time_left).progress_chars("=> "));
    bar.set_prefix(step.to_string());
    bar
}

/// The time left, as soon as there is something to estimate it from.
fn time_left(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    if state.pos() > 0 {
        // A bar that cannot be written is only a bar.
        let _ = write!(out, ", {} left", duration(state.eta().as_secs_f64()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_break_at_spaces_and_keep_their_indent() {
        let mut out = String::new();
        paragraph(&mut out, "idea  ", &"word ".repeat(40));
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.iter().all(|line| line.len() <= WIDTH));
        assert!(lines[0].starts_with("idea  word word"));
        assert!(lines[1].starts_with("      word word"));
    }

    #[test]
    fn the_time_of_long_work_is_told_once_and_before_most_of_it_is_done() {
        let now = Instant::now();
        let mut step = Step {
            name: "training".into(),
            total: 100,
            started: now,
            told: now,
            foresight: Foresight::Blank,
            bar: ProgressBar::hidden(),
        };
        let mut at = |second: u64, done: u64, total: u64| {
            step.foresee((done, total), now + Duration::from_secs(second))
        };
        assert_eq!(at(10, 1, 20_756), None);
        assert_eq!(at(11, 2, 20_756), None);
        let told =
            "training: about 5.8 h at most (20756 steps in all, 1 s each as the first 4 went)";
        assert_eq!(at(14, 5, 20_756), Some((told.into(), 20_751.0)));
        assert_eq!(at(15, 6, 20_756), None);
        step.foresight = Foresight::Blank;
        let mut at =
            |second: u64, done: u64| step.foresee((done, 20), now + Duration::from_secs(second));
        assert_eq!((at(0, 1), at(9, 10), at(18, 19)), (None, None, None));
    }

    #[test]
    fn durations_are_told_in_the_unit_that_fits() {
        assert_eq!(duration(0.251), "0.25 s");
        assert_eq!(duration(59.7), "60 s");
        assert_eq!(duration(600.0), "10 min");
        assert_eq!(duration(7200.0), "2.0 h");
    }
}
