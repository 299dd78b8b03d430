//! Judges one method on a simulated table of the size of GTEx, half of it hidden.
//!
//! `cargo run --release -p imputome --example gtex_sized -- STATISTICS METHOD [samples] [genes]
//! [threads] [seed]`
//!
//! `STATISTICS` is the folder with `mean.tsv.gz` and `std.tsv.gz`, TPM of each gene (rows) in each
//! tissue (columns). Prints R2, processor and wall time and peak memory of fitting and filling.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program, not the library: it reads files and clocks, and prints"
)]

mod cost;
mod simulation;
mod statistics;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use imputome::core::{Holdout, Mask, Progress, Run};
use imputome::{Method, Model};
use ndarray::Array2;
use rand::RngExt;

use cost::Cost;
use simulation::simulate;
use statistics::Statistics;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The size of the table of Viñas et al. 2021.
const SAMPLES: usize = 15_201;
const GENES: usize = 12_557;
/// Units of a step between two lines of progress.
const NOTED: u64 = 500;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, method, sizes @ ..] = arguments.as_slice() else {
        return Err("give STATISTICS METHOD [samples] [genes] [threads] [seed]".into());
    };
    let number = |at: usize, default: usize| -> Outcome<usize> {
        Ok(sizes.get(at).map_or(Ok(default), |text| text.parse())?)
    };
    let method = Method::parse(method)?;
    let run = Run::new(number(3, 0)? as u64, number(2, 2)?)?.with_progress(Arc::new(Steps));
    let statistics = Statistics::read(Path::new(folder), number(1, GENES)?)?;
    let data = simulate(
        &statistics,
        number(0, SAMPLES)?,
        &mut run.stream("simulation"),
    )?;
    let random = &mut run.stream("hidden");
    let hidden = Array2::from_shape_simple_fn(data.values.dim(), || random.random::<bool>());
    let holdout = Holdout::new(&data, Mask(hidden))?;
    drop(data);
    judge(method, &holdout, &run)
}

fn judge(method: Method, holdout: &Holdout, run: &Run) -> Outcome<()> {
    let name = method.name();
    let (samples, genes) = holdout.truth().dim();
    let began = Cost::now()?;
    let model = Model::fit(method, holdout.visible(), run)?;
    let fitted = Cost::now()?;
    let imputation = model.estimate(holdout.visible(), run)?;
    let ended = Cost::now()?;
    let summary = model.summary();
    for (what, value) in &summary.chosen {
        println!("  {what}: {value}");
    }
    for remark in summary.remarks.iter().chain(&imputation.remarks) {
        println!("  {remark}");
    }
    println!(
        "{name}, {samples} x {genes}, {} threads: R2 {:.4}; fit {}; fit and fill {}; peak {:.1} GiB, of which {:.1} before the fit",
        run.threads(),
        r2(holdout, &imputation.estimates),
        fitted.since(&began),
        ended.since(&began),
        ended.peak_gib,
        began.peak_gib,
    );
    Ok(())
}

/// Mean over genes of 1 − SSE / SST at hidden entries, SST about their mean.
fn r2(holdout: &Holdout, estimates: &Array2<f32>) -> f64 {
    let (truth, hidden) = (holdout.truth(), &holdout.held_out().0);
    let of_gene = |g: usize| {
        let rows = || (0..truth.nrows()).filter(|&s| hidden[(s, g)]);
        let value = |s: usize| f64::from(truth[(s, g)]);
        let mean = rows().map(value).sum::<f64>() / rows().count() as f64;
        let errors: f64 = rows()
            .map(|s| (value(s) - f64::from(estimates[(s, g)])).powi(2))
            .sum();
        1.0 - errors / rows().map(|s| (value(s) - mean).powi(2)).sum::<f64>()
    };
    (0..truth.ncols()).map(of_gene).sum::<f64>() / truth.ncols() as f64
}

/// Says each step that a method reports, with the time since the program began.
struct Steps;

impl Progress for Steps {
    fn begin(&self, step: &str, total: u64) {
        eprintln!("{:8.0} s  {step} ({total})", cost::seconds_since_start());
    }

    fn advance(&self, done: u64, note: &str) {
        if done.is_multiple_of(NOTED) || !note.is_empty() {
            eprintln!("{:8.0} s    {done} {note}", cost::seconds_since_start());
        }
    }

    fn end(&self) {}

    fn warn(&self, message: &str) {
        eprintln!("{message}");
    }
}
