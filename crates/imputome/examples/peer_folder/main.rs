//! Judges one method on a folder of raw tables, as other programs were judged on it.
//!
//! `cargo run --release -p imputome --example peer_folder -- FOLDER METHOD inductive|in-place
//! [threads=N] [seed=N] [hidden=SHARE] [output=FILE] [shares]`
//!
//! The folder holds `shapes.txt` (a line `name rows columns` per table) and `name.f64` (numbers
//! of 8 bytes, column by column): `X`, `mask` (1 where hidden) and, where there are, `tissue`,
//! `sex`, `age` and `donor`. Inductive: learns from the first 80 % of the rows (of the donors, where
//! there are), complete, and fills the rest. In place: learns from all rows and fills them. `hidden`
//! draws another mask; `output` receives the estimates, numbers of 4 bytes, row by row; `shares`
//! adds R2 at 10 to 90 % hidden over ten masks that hide every entry equally often, so that shares
//! can be compared. R2 is the mean over genes of 1 − SSE / SST at hidden entries, SST about the
//! mean of the gene's hidden true values.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program, not the library: it reads files and prints"
)]

mod folder;
mod scores;

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use imputome::core::prepare::{hide_at_random, split_groups};
use imputome::core::{Dataset, Holdout, Mask, Run};
use imputome::{Method, Model};
use ndarray::{Array2, Axis};
use rand::RngExt;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is learned from, and what is filled and judged.
struct Trial {
    train: Dataset,
    test: Holdout,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [place, method, scenario, rest @ ..] = arguments.as_slice() else {
        return Err("give FOLDER METHOD inductive|in-place [name=value ...] [shares]".into());
    };
    let given: HashMap<&str, &str> = rest.iter().filter_map(|p| p.split_once('=')).collect();
    let number = |name: &str, default: u64| -> Outcome<u64> {
        Ok(given.get(name).map_or(Ok(default), |text| text.parse())?)
    };
    let known = ["threads", "seed", "hidden", "output"];
    if let Some(other) = given.keys().find(|name| !known.contains(name)) {
        return Err(
            format!("no option {other:?}; settings belong to METHOD: knn:neighbors=20").into(),
        );
    }
    let run = Run::new(number("seed", 0)?, number("threads", 1)? as usize)?;
    let (data, mut mask) = folder::read(Path::new(place))?;
    if let Some(share) = given.get("hidden") {
        let random = &mut Run::new(6, 1)?.stream("mask");
        mask = hide_at_random(&data, share.parse()?, random)?
            .held_out()
            .clone();
    }
    let trial = match scenario.as_str() {
        "inductive" => inductive(&data, &mask, &run)?,
        "in-place" => in_place(&data, mask)?,
        other => return Err(format!("no scenario {other:?}; inductive or in-place").into()),
    };
    let model = judge(Method::parse(method)?, &trial, &given, &run)?;
    if rest.iter().any(|word| word == "shares") {
        for tenths in [1, 3, 5, 7, 9] {
            let r2 = r2_with_hidden(&model, &trial, tenths, &run)?;
            println!(
                "  R2 with {tenths}0 % hidden, every entry {tenths} times in 10 masks: {r2:.4}"
            );
        }
    }
    Ok(())
}

fn inductive(data: &Dataset, mask: &Mask, run: &Run) -> Outcome<Trial> {
    let n = data.n_samples();
    let (train, test): (Vec<usize>, Vec<usize>) = match &data.groups {
        None => (0..n).partition(|s| s * 5 < n * 4),
        Some(groups) => {
            let mut parts = split_groups(groups, &[0.8, 0.2], &mut run.stream("test"))?;
            let test = parts.pop().ok_or("two parts")?;
            (parts.pop().ok_or("two parts")?, test)
        }
    };
    let hidden = Mask(mask.0.select(Axis(0), &test));
    Ok(Trial {
        train: data.select_samples(&train),
        test: Holdout::new(&data.select_samples(&test), hidden)?,
    })
}

fn in_place(data: &Dataset, mask: Mask) -> Outcome<Trial> {
    let test = Holdout::new(data, mask)?;
    Ok(Trial {
        train: test.visible().clone(),
        test,
    })
}

fn judge(method: Method, trial: &Trial, given: &HashMap<&str, &str>, run: &Run) -> Outcome<Model> {
    let name = method.name();
    let before = processor_seconds()?;
    let model = Model::fit(method, &trial.train, run)?;
    let fitted = processor_seconds()?;
    let imputation = model.estimate(trial.test.visible(), run)?;
    let after = processor_seconds()?;
    let summary = model.summary();
    for (what, value) in &summary.chosen {
        println!("  {what}: {value}");
    }
    for remark in summary.remarks.iter().chain(&imputation.remarks) {
        println!("  {remark}");
    }
    for curve in &summary.curves {
        let points: Vec<String> = curve
            .points
            .iter()
            .map(|(_, v)| format!("{v:.4}"))
            .collect();
        println!("  {} by {}: {}", curve.name, curve.step, points.join(" "));
    }
    if let Some(output) = given.get("output") {
        let bytes = imputation.estimates.iter().flat_map(|v| v.to_le_bytes());
        std::fs::write(output, bytes.collect::<Vec<u8>>())?;
    }
    let hidden = trial.test.held_out();
    let r2 = scores::r2(trial.test.truth(), &imputation.estimates, hidden);
    println!(
        "{name}: R2 {r2:.4}, fit {:.2} CPU s, fit and fill {:.2} CPU s",
        fitted - before,
        after - before
    );
    if let Some(spread) = &imputation.spread {
        let (within, ratio) =
            scores::honesty(trial.test.truth(), &imputation.estimates, spread, hidden);
        println!(
            "  spread covers {within:.3} of 0.683; squared errors over squared spreads {ratio:.3}"
        );
    }
    Ok(model)
}

/// R2 with `tenths` of the entries hidden, over ten masks that hide every entry equally often: SST
/// is then the same for every share.
fn r2_with_hidden(model: &Model, trial: &Trial, tenths: usize, run: &Run) -> Outcome<f64> {
    let truth = trial.test.truth();
    let mut test = trial.test.visible().clone();
    test.values.assign(truth);
    test.measured = Mask::filled(test.n_samples(), test.n_genes(), true);
    let random = &mut run.stream("tenths");
    let tenth = Array2::from_shape_fn(truth.dim(), |_| random.random_range(0..10));
    let mut squares = Array2::<f64>::zeros(truth.dim());
    for first in 0..10 {
        let hidden = tenth.mapv(|t: usize| (t + 10 - first) % 10 < tenths);
        let holdout = Holdout::new(&test, Mask(hidden.clone()))?;
        let estimates = model.estimate(holdout.visible(), run)?.estimates;
        for (at, _) in hidden.indexed_iter().filter(|(_, hidden)| **hidden) {
            squares[at] += f64::from(truth[at] - estimates[at]).powi(2);
        }
    }
    let errors = squares.mapv(|sum| (sum / tenths as f64).sqrt() as f32);
    Ok(scores::r2(truth, &(truth - &errors), &test.measured))
}

/// User and system time of this process, from the kernel, in steps of 10 ms.
fn processor_seconds() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit(')').next().ok_or("no process name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / 100.0)
}
