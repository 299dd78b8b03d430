//! What a method takes where the library alone holds the table and gives it away: memory, in MiB, of the table as methods
//! receive it, and the most beside the empty process while it is learned from and a block of rows is imputed.
//!
//! `cargo run --release --example memory_of_a_fit -p imputome -- METHOD SAMPLES GENES`

use imputome::core::{Dataset, Names, RowsTogether};
use imputome::{Method, Model, Run};
use ndarray::{Array2, ShapeBuilder};
use rand::RngExt;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[expect(clippy::print_stdout, reason = "an example tells its result")]
fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [method, samples, genes] = arguments.as_slice() else {
        return Err("METHOD SAMPLES GENES".into());
    };
    let (method, run) = (Method::parse(method)?, Run::new(0, 1)?);
    let before = memory_mib("VmRSS:")?;
    let train = table("old", samples.parse()?, genes.parse()?, &run)?;
    let held = memory_mib("VmRSS:")? - before;
    let model = Model::fit_owned(method, train, &run)?;
    let new = table("new", RowsTogether::BLOCK, genes.parse()?, &run)?;
    model.impute(&new, &run)?;
    println!("{held} {}", memory_mib("VmHWM:")? - before);
    Ok(())
}

/// Two factors and noise, a fifth of it gaps; genes one after another in memory.
fn table(kind: &'static str, samples: usize, genes: usize, run: &Run) -> Outcome<Dataset> {
    let random = &mut run.stream(kind);
    let mut factor = |n| -> Vec<f32> { (0..n).map(|_| random.random::<f32>() - 0.5).collect() };
    let (scores, loadings) = (factor(2 * samples), factor(2 * genes));
    let values = Array2::from_shape_fn((samples, genes).f(), |(s, g)| {
        let signal: f32 = (0..2)
            .map(|k| scores[2 * s + k] * loadings[2 * g + k])
            .sum();
        match random.random::<f32>() < 0.2 {
            true => f32::NAN,
            false => 5.0 + signal + 0.1 * random.random::<f32>(),
        }
    });
    let names = |kind, n| Names::new(kind, (0..n).map(|at| format!("{kind}{at}")).collect());
    Ok(Dataset::new(
        values,
        names(kind, samples)?,
        names("gene", genes)?,
    )?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "an example reads what the system counts"
)]
fn memory_mib(field: &str) -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib: f64 = line
        .ok_or("no such field")?
        .trim_end_matches("kB")
        .trim()
        .parse()?;
    Ok(kib / 1024.0)
}
