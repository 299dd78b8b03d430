//! Figure 6a, b: time and memory over cells, each measurement in a process of its own.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use imputome::cells::{CellModel, CellPolicy};
use imputome::simulate::{Splatter, SplatterSettings};
use imputome_core::{Counts, Names, Run, SparseRows};

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::memory::peak_mib;

use super::super::Given;
use super::accuracy::processor_seconds;
use super::entrants::{Entrant, Way};
use super::learned::cell_windows;
use super::parts::Part;
use super::rows::{Unit, is_finished, slug};
use super::sources::SIMULATION;
use super::study::{Study, file, make};

/// The part that a process of its own carries out; of no use by itself.
pub(super) const ONE_SIZE: &str = "one-size";

/// Cells, as in the script of the paper; its text goes to 50,000.
const SIZES: [usize; 4] = [100, 500, 1000, 5000];

/// Genes that the paper's filter leaves of its table ("Accuracy comparison").
const GENES: usize = 3205;

/// Cells simulated at once, so that what is measured afterwards is not hidden behind it; ours.
const AT_ONCE: usize = 500;

/// How often the process is looked at; ours, short beside the shortest fit.
const INTERVAL: Duration = Duration::from_millis(20);

/// Runs what is not finished.
pub(super) fn run(study: &Study) -> Result<()> {
    let sizes = match study.given.sizes.as_slice() {
        [] => SIZES.to_vec(),
        sizes => sizes.to_vec(),
    };
    for size in sizes {
        for entrant in study.networks() {
            for repeat in 0..study.repeats() {
                measure(study, entrant, size, repeat)?;
            }
        }
    }
    Ok(())
}

fn measure(study: &Study, entrant: &Entrant, size: usize, repeat: usize) -> Result<()> {
    let place = study.place(
        Part::Speed,
        &format!("{size}-cells"),
        &entrant.label,
        repeat,
    );
    if !study.given.overwrite && is_finished(&file(&place))? {
        return Ok(());
    }
    let label = &entrant.label;
    study
        .context
        .terminal
        .say(format!("speed, {size} cells, repeat {repeat}: {label}"));
    let folder = place.parent().unwrap_or(&study.given.output);
    make(folder)?;
    let run = study.run(&format!("{size} cells"), repeat)?;
    // Options take seeds of 63 bits.
    let seed = run.seed >> 1;
    let own = OwnProcess::start(study, (entrant, size, repeat), (seed, folder))?;
    if let Some(reason) = own.wait(study.context)? {
        study
            .context
            .terminal
            .say(format!("warning: speed, {size} cells: {label}: {reason}"));
        let mut unit = Unit::new(SIMULATION, label, repeat);
        unit.fail(&format!("{size} cells: {reason}"));
        unit.write(&file(&place))?;
    }
    Ok(())
}

/// A process that does not outlive its owner.
struct OwnProcess(Child);

impl OwnProcess {
    fn start(
        study: &Study,
        (entrant, size, repeat): (&Entrant, usize, usize),
        (seed, into): (u64, &Path),
    ) -> Result<Self> {
        let (given, context) = (study.given, study.context);
        let program = std::env::current_exe()
            .map_err(|error| Failure::resource(format!("this program cannot be found: {error}")))?;
        let mut command = Command::new(program);
        command
            .args(["study", "arisdakessian2019", "--quiet", "--overwrite"])
            .args(["--parts", ONE_SIZE, "--sizes", &size.to_string()])
            .args(["--methods", &entrant.label, "--seed", &seed.to_string()])
            .args(["--repeats", &(repeat + 1).to_string()])
            .args(["--threads", &context.threads.to_string()])
            .arg("--data")
            .arg(&given.data)
            .arg("-o")
            .arg(into);
        if let Some(limit) = context.memory_limit {
            command.args(["--memory-limit", &limit.0.to_string()]);
        }
        let started = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        started
            .map(Self)
            .map_err(|error| Failure::resource(format!("no process could be started: {error}")))
    }

    /// Why it failed, nothing where it did not.
    fn wait(mut self, context: &Context) -> Result<Option<String>> {
        loop {
            context.interrupt.proceed()?;
            let ended = self.0.try_wait().map_err(|error| {
                Failure::resource(format!("a process cannot be waited for: {error}"))
            })?;
            match ended {
                Some(status) if status.success() => return Ok(None),
                Some(status) => return Ok(Some(self.reason(status))),
                None => std::thread::sleep(INTERVAL),
            }
        }
    }

    /// In its own words, or how it ended.
    fn reason(&mut self, status: ExitStatus) -> String {
        let mut said = String::new();
        if let Some(stderr) = self.0.stderr.as_mut() {
            // What was read before an error still tells something.
            let _ = stderr.read_to_string(&mut said);
        }
        let words = said.lines().find_map(|line| line.strip_prefix("error: "));
        words.map_or_else(|| format!("its process ended with {status}"), String::from)
    }
}

impl Drop for OwnProcess {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Simulates cells, learns from them, imputes them, and writes what that took into the folder; the
/// last of the repeats asked for is the one that it is.
pub(super) fn one_size(given: &Given, context: &Context) -> Result<()> {
    let (Some(&size), Some(method)) = (given.sizes.first(), given.methods.first()) else {
        return Err(Failure::usage("one size and one method are asked for"));
    };
    let entrant = Entrant::parse(method)?;
    let Way::Network(settings) = &entrant.way else {
        return Err(Failure::usage(format!("{method} does not learn")));
    };
    let run = context.run(given.seed)?;
    let counts = simulated(size, &run)?;
    let table = forget_peak();
    let (before, started) = (processor_seconds(), Instant::now());
    let model = CellModel::fit((**settings).clone(), &counts, &run)?;
    let fit = started.elapsed().as_secs_f64();
    let mut windows = model.over(counts.genes(), CellPolicy::Restore)?;
    for cells in cell_windows(size) {
        let positions: Vec<usize> = cells.collect();
        windows.impute(&counts.select_cells(&positions), &run)?;
    }
    let repeat = given.repeats.unwrap_or(1) - 1;
    let (mut unit, setting) = (Unit::new(SIMULATION, method, repeat), size.to_string());
    unit.add(&setting, "fit_seconds", fit);
    unit.add(&setting, "seconds", started.elapsed().as_secs_f64());
    unit.add(&setting, "cpu_seconds", processor_seconds() - before);
    unit.add(&setting, "peak_mib", peak_mib());
    unit.add(&setting, "table_mib", table);
    unit.add(&setting, "threads", context.threads as f64);
    unit.write(&given.output.join(format!("{}-{repeat}.tsv", slug(method))))
}

fn simulated(size: usize, run: &Run) -> Result<Counts> {
    let settings = SplatterSettings {
        genes: GENES,
        ..SplatterSettings::deepimpute()
    };
    let population = Splatter::new(settings, run)?;
    let (mut rows, mut names) = (SparseRows::default(), Vec::with_capacity(size));
    rows.starts.push(0);
    for first in (0..size).step_by(AT_ONCE) {
        let cells = population
            .cells(first..(first + AT_ONCE).min(size))?
            .observed;
        for cell in 0..cells.n_cells() {
            let (genes, values) = cells.row(cell);
            rows.columns.extend_from_slice(genes);
            rows.values.extend_from_slice(values);
            rows.starts.push(rows.columns.len());
        }
        names.extend(cells.cells().iter().map(String::from));
    }
    let genes = population.genes().genes.clone();
    Ok(Counts::new(Names::new("cell", names)?, genes, rows)?)
}

/// Lets the kernel's account of the largest memory begin anew, where it can; gives what is in use.
fn forget_peak() -> f64 {
    // Linux: 5 resets the largest resident memory (proc(5), clear_refs). Elsewhere the peak
    // counts the simulation too.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    peak_mib()
}
