//! Judges one method on a folder of single cells, as other programs were judged on it.
//!
//! `cargo run --release -p imputome --example peer_cells -- FOLDER METHOD [threads=N] [seed=N] [copies=N]`
//!
//! The folder holds `shapes.txt` (a line `name rows columns` per table) and `name.f64` (numbers of 8
//! bytes, column by column): `C` (counts, cells by genes), `mask` (1 where a count is hidden) and,
//! for simulated cells, `mu` (the expected count). Methods learn from the counts with zeros where
//! they are hidden, and estimate the same cells. Figures are of ln(1 + count) at the hidden entries:
//! mean squared error, Pearson correlation over all and its mean within genes, mean squared error
//! after the best straight line, and mean square of the estimates at entries that are zero; with
//! `mu`, the correlation with it over all entries. `copies` lets `deepimpute` learn from as many copies of
//! the cells, for time and memory of large tables, and estimates them copy by copy.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program, not the library: it reads files and prints"
)]

mod folder;
mod scores;

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use imputome::core::{Counts, Dataset, Run};
use imputome::{Method, Model};
use ndarray::Array2;

use folder::Cells;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Estimates of all entries and what they took.
struct Judged {
    estimates: Array2<f32>,
    /// Processor seconds of the fit, and of the estimates.
    seconds: [f64; 2],
    said: Vec<String>,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [place, method, options @ ..] = arguments.as_slice() else {
        return Err("give FOLDER METHOD [threads=N] [seed=N] [copies=N]".into());
    };
    let option = |name: &str, default: u64| -> Outcome<u64> {
        let given = options.iter().filter_map(|option| option.split_once('='));
        let mut given = given.filter(|(other, _)| *other == name);
        Ok(given
            .next()
            .map_or(Ok(default), |(_, value)| value.parse())?)
    };
    let run = Run::new(option("seed", 0)?, option("threads", 1)? as usize)?;
    let method = Method::parse(method)?;
    let cells = folder::read(Path::new(place))?;
    let read = memory_mib("VmHWM")?;
    let judged = match &method {
        Method::DeepImpute(settings) => {
            let visible = cells.visible()?;
            sparse(settings, &visible, option("copies", 1)? as usize, &run)?
        }
        _ => dense(&method, &cells.visible_table()?, &run)?,
    };
    for line in &judged.said {
        println!("  {line}");
    }
    let scores = scores::of(&cells, &judged.estimates);
    println!("{}: {scores}", method.name());
    let [fit, estimate] = judged.seconds;
    println!(
        "  {fit:.2} CPU s to fit, {estimate:.2} to estimate; peak memory {:.0} MiB, {read:.0} of them after reading",
        memory_mib("VmHWM")?
    );
    Ok(())
}

fn sparse(
    settings: &imputome::DeepImpute,
    visible: &Counts,
    copies: usize,
    run: &Run,
) -> Outcome<Judged> {
    let learned_from = folder::copied(visible, copies)?;
    let before = processor_seconds()?;
    let fitted = settings.fit_counts(&learned_from, run)?;
    let between = processor_seconds()?;
    drop(learned_from);
    let start = Instant::now();
    let mut found = fitted.estimate(visible, run)?;
    for _ in 1..copies {
        found = fitted.estimate(visible, run)?;
    }
    let after = processor_seconds()?;
    let cells = (visible.n_cells() * copies) as f64;
    let speed = cells / start.elapsed().as_secs_f64();
    let means = fitted.nonzero_means();
    let shape = (visible.n_cells(), visible.n_genes());
    let mut estimates = Array2::from_shape_fn(shape, |(_, gene)| means[gene]);
    for (column, &gene) in fitted.imputed().iter().enumerate() {
        estimates
            .column_mut(gene)
            .assign(&found.values.column(column));
    }
    for &(cell, column) in &found.refused {
        let gene = fitted.imputed()[column];
        estimates[(cell, gene)] = means[gene];
    }
    let summary = fitted.summary();
    let chosen = summary
        .chosen
        .iter()
        .map(|(what, value)| format!("{what}: {value}"));
    let curves = summary.curves.iter().map(|curve| {
        let points = curve.points.iter().map(|(_, value)| format!("{value:.4}"));
        format!(
            "{} by {}: {}",
            curve.name,
            curve.step,
            points.collect::<Vec<_>>().join(" ")
        )
    });
    let refused = format!(
        "{} estimates refused; {speed:.0} cells estimated per second",
        found.refused.len()
    );
    Ok(Judged {
        estimates,
        seconds: [between - before, after - between],
        said: chosen
            .chain(curves)
            .chain(summary.remarks.clone())
            .chain([refused])
            .collect(),
    })
}

fn dense(method: &Method, visible: &Dataset, run: &Run) -> Outcome<Judged> {
    let before = processor_seconds()?;
    let model = Model::fit(method.clone(), visible, run)?;
    let between = processor_seconds()?;
    let imputation = model.estimate(visible, run)?;
    let after = processor_seconds()?;
    Ok(Judged {
        estimates: imputation.estimates,
        seconds: [between - before, after - between],
        said: imputation.remarks,
    })
}

/// User and system time of this process, from the kernel, in steps of 10 ms.
fn processor_seconds() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit(')').next().ok_or("no process name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / 100.0)
}

/// A line of the kernel's account of this process's memory, in MiB.
fn memory_mib(line: &str) -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let found = text
        .lines()
        .find_map(|l| l.strip_prefix(line)?.strip_prefix(':'));
    let number = found.and_then(|l| l.split_whitespace().next());
    Ok(number.ok_or("no such line")?.parse::<f64>()? / 1024.0)
}

impl Cells {
    /// The counts with zeros where they are hidden.
    fn visible(&self) -> Outcome<Counts> {
        let (cells, genes) = self.names()?;
        Ok(Counts::from_table(cells, genes, self.shown().view())?)
    }

    fn visible_table(&self) -> Outcome<Dataset> {
        let (cells, genes) = self.names()?;
        Ok(Dataset::new(self.shown(), cells, genes)?)
    }
}
