//! Judges one method that learns expression from a companion assay on a folder of raw tables.
//!
//! `cargo run --release -p imputome --example paired_folder -- FOLDER METHOD [threads=N] [seed=N]
//! [source=FOLDER] [paired=N] [output=FILE]`
//!
//! The folder holds `shapes.txt` (a line `name rows columns` per table) and `name.f64` (numbers
//! of 8 bytes, column by column): the companion and the expression of training samples, `M_train`
//! and `E_train`, and of those to be told, `M_test` and `E_test`. RMSE is over all entries, r2 the
//! mean squared correlation of samples and of genes, CPU time that of fitting and of telling;
//! `source` names a folder over the same features and genes whose `M_train` and `E_train` teach a model that this
//! one starts from, `paired` how many of the training samples are taken, first ones first;
//! `output` receives the estimates, numbers of 4 bytes, row by row.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program, not the library: it reads files and prints"
)]

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use imputome::core::{Companion, Dataset, Names, Run};
use imputome::{Method, Model};
use ndarray::{Array2, ArrayView1, ShapeBuilder};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [place, method, rest @ ..] = arguments.as_slice() else {
        return Err("give FOLDER METHOD [name=value ...]".into());
    };
    let given: HashMap<&str, &str> = rest.iter().filter_map(|p| p.split_once('=')).collect();
    let number = |name: &str, default: u64| -> Outcome<u64> {
        Ok(given.get(name).map_or(Ok(default), |text| text.parse())?)
    };
    let run = Run::new(number("seed", 0)?, number("threads", 1)? as usize)?;
    let folder = Path::new(place);
    let taken = number("paired", u64::MAX)? as usize;
    let train = training(folder, taken)?;
    let truth = table(folder, "E_test")?;
    let blank = Array2::from_elem(truth.dim(), f32::NAN);
    let test = cohort("test", blank, table(folder, "M_test")?)?;
    let before = processor_seconds()?;
    let wanted = Method::parse(method)?;
    let model = match given.get("source") {
        None => Model::fit(wanted, &train, &run)?,
        Some(source) => {
            let source = training(Path::new(source), usize::MAX)?;
            let taught = Model::fit(wanted.clone(), &source, &run)?;
            Model::fit_from(&taught, wanted, &train, &run)?
        }
    };
    let fitted = processor_seconds()?;
    let told = model.estimate(&test, &run)?;
    let after = processor_seconds()?;
    for (what, value) in &model.summary().chosen {
        println!("  {what}: {value}");
    }
    println!(
        "{method}: RMSE {:.4}, r2 sample {:.4}, r2 gene {:.4}, fit {:.2} CPU s, fit and tell {:.2} CPU s, {} MiB",
        (&truth - &told.estimates)
            .mapv(|e| f64::from(e).powi(2))
            .mean()
            .ok_or("no entry")?
            .sqrt(),
        r2(&truth, &told.estimates),
        r2(&truth.t().to_owned(), &told.estimates.t().to_owned()),
        fitted - before,
        after - before,
        peak_memory()?,
    );
    if let Some(spread) = &told.spread {
        let misses = (&truth - &told.estimates) / spread;
        let within = |bound: f32| {
            misses.iter().filter(|miss| miss.abs() <= bound).count() as f64 / misses.len() as f64
        };
        println!(
            "  spread covers {:.3} of 0.683 and {:.3} of 0.950",
            within(1.0),
            within(1.96)
        );
    }
    if let Some(output) = given.get("output") {
        let bytes = told.estimates.iter().flat_map(|v| v.to_le_bytes());
        std::fs::write(output, bytes.collect::<Vec<u8>>())?;
    }
    Ok(())
}

fn training(folder: &Path, taken: usize) -> Outcome<Dataset> {
    let all = cohort(
        "train",
        table(folder, "E_train")?,
        table(folder, "M_train")?,
    )?;
    let rows: Vec<usize> = (0..all.n_samples().min(taken)).collect();
    Ok(all.select_samples(&rows))
}

fn table(folder: &Path, wanted: &str) -> Outcome<Array2<f32>> {
    let shapes = std::fs::read_to_string(folder.join("shapes.txt"))?;
    let words = shapes
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<&str>>());
    let found = words
        .into_iter()
        .find(|words| words.first() == Some(&wanted));
    let sizes = found.ok_or(format!("no table {wanted}"))?;
    let shape = (sizes[1].parse::<usize>()?, sizes[2].parse::<usize>()?);
    let bytes = std::fs::read(folder.join(format!("{wanted}.f64")))?;
    let numbers = bytes.as_chunks::<8>().0.iter();
    let numbers = numbers.map(|b| f64::from_le_bytes(*b) as f32).collect();
    let table = Array2::from_shape_vec(shape.f(), numbers)?;
    Ok(table.as_standard_layout().into_owned())
}

fn cohort(part: &str, expression: Array2<f32>, companion: Array2<f32>) -> Outcome<Dataset> {
    let named = |kind: &'static str, start: &str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{start}{i:06}")).collect())
    };
    let samples = named("sample", part, expression.nrows())?;
    let genes = named("gene", "gene", expression.ncols())?;
    let features = named("feature", "feature", companion.ncols())?;
    let companion = Companion::new("methylation", companion, features)?;
    Ok(Dataset::new(expression, samples, genes)?.with_companions(vec![companion])?)
}

/// Mean over rows of the squared correlation, 0 where either does not vary.
fn r2(truth: &Array2<f32>, told: &Array2<f32>) -> f64 {
    let of_rows = truth.rows().into_iter().zip(told.rows());
    of_rows.map(|(a, b)| squared_correlation(a, b)).sum::<f64>() / truth.nrows() as f64
}

fn squared_correlation(left: ArrayView1<'_, f32>, right: ArrayView1<'_, f32>) -> f64 {
    let centered = |values: ArrayView1<'_, f32>| {
        let values = values.mapv(f64::from);
        let mean = values.sum() / values.len() as f64;
        values - mean
    };
    let (left, right) = (centered(left), centered(right));
    let (shared, lengths) = (left.dot(&right), left.dot(&left) * right.dot(&right));
    if lengths > 0.0 {
        shared * shared / lengths
    } else {
        0.0
    }
}

/// User and system time of this process, from the kernel, in steps of 10 ms.
fn processor_seconds() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit(')').next().ok_or("no process name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / 100.0)
}

/// The most memory this process has held, in MiB.
fn peak_memory() -> Outcome<u64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .ok_or("no peak")?;
    let kib: u64 = line.split_whitespace().nth(1).ok_or("no peak")?.parse()?;
    Ok(kib / 1024)
}
