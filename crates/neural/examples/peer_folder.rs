//! Scores a network on a table in the layout of the peer measurements: `shapes.txt` beside one file of
//! raw 64-bit numbers, column by column, for each of `X`, `mask`, `tissue`, `sex` and `age`.
//!
//! `cargo run --release -p imputome-neural --example peer_folder -- FOLDER [METHOD] [SCENARIO] [PRESET] [name=json ...] [hidden=SHARE] [seed=N] [trial]`
//!
//! Inductive: learns from the first 800 rows, complete, and imputes the rest with `mask` hidden.
//! In place: learns from all rows with `mask` hidden and imputes these entries. With a file
//! `donor.f64` the rows are split by donor, 80 to 20. `hidden=0.1` draws another mask. The
//! method is `pmi`, `gain-gtex`, `gain-mse` or `factor`. With `trial` the rows and entries that are
//! scored otherwise take no part: settings may be chosen by it.
#![expect(clippy::print_stdout, reason = "an example tells its result")]
#![expect(
    clippy::disallowed_methods,
    reason = "an example reads its files and the clock"
)]

use std::collections::HashMap;
use std::path::Path;

use imputome_classical::Factor;
use imputome_core::prepare::{Scaler, split_groups};
use imputome_core::settings::Settings;
use imputome_core::{
    Covariate, CovariateValues, Covariates, Dataset, FittedImputer, Holdout, Imputer, Mask, Names,
    Run,
};
use imputome_neural::{GainGtex, GainMse, Pmi};
use ndarray::Array2;
use rand::RngExt;

/// Rows learned from where no donors are given; the rest are of other donors.
const TRAINING: usize = 800;

const METHODS: [&str; 4] = ["pmi", "gain-gtex", "gain-mse", "factor"];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("name the folder")?;
    let mut scenarios = vec!["inductive", "in-place"];
    let mut name = "pmi";
    let mut preset: Option<&str> = None;
    let mut changes = Vec::new();
    let (mut hidden, mut seed, mut trial) = (None, 0, false);
    for word in &arguments[1..] {
        match word.split_once('=') {
            Some(("hidden", share)) => hidden = Some(share.parse::<f64>()?),
            Some(("seed", number)) => seed = number.parse()?,
            Some(change) => changes.push(change),
            None if word == "inductive" || word == "in-place" => scenarios = vec![word],
            None if word == "trial" => trial = true,
            None if METHODS.contains(&word.as_str()) => name = word,
            None => preset = Some(word),
        }
    }
    let method = match name {
        "factor" => Box::new(Factor::default()),
        "gain-gtex" => chosen(
            preset.map_or(Some(GainGtex::default()), GainGtex::preset),
            &changes,
        )?,
        "gain-mse" => chosen(
            preset.map_or(Some(GainMse::default()), GainMse::preset),
            &changes,
        )?,
        _ => chosen(preset.map_or(Some(Pmi::default()), Pmi::preset), &changes)?,
    };
    method.check()?;
    let (data, mask) = read(Path::new(folder))?;
    let mask = hidden.map_or(Ok(mask), |share| redrawn(&data, share))?;
    for scenario in scenarios {
        if trial {
            let (data, mask) = without_test(&data, &mask, scenario)?;
            score(&*method, &data, &mask, (scenario, seed))?;
        } else {
            score(&*method, &data, &mask, (scenario, seed))?;
        }
    }
    Ok(())
}

/// Settings of a preset with some of them changed.
fn chosen<M>(preset: Option<M>, changes: &[(&str, &str)]) -> Result<Box<dyn Imputer>, Failure>
where
    M: Imputer + Settings + 'static,
{
    let mut settings = serde_json::to_value(preset.ok_or("no such preset")?)?;
    for (name, value) in changes {
        settings[*name] = serde_json::from_str(value)?;
    }
    Ok(Box::new(serde_json::from_value::<M>(settings)?))
}

/// What may be looked at to choose settings: for new donors the training rows, in place what is
/// visible, a fifth of it hidden in turn.
fn without_test(data: &Dataset, mask: &Mask, scenario: &str) -> Result<(Dataset, Mask), Failure> {
    if scenario == "inductive" {
        let rows: Vec<usize> = (0..TRAINING).collect();
        let data = data.select_samples(&rows);
        return Ok((data, Mask(mask.0.select(ndarray::Axis(0), &rows))));
    }
    let visible = Holdout::new(data, mask.clone())?.visible().clone();
    let mask = redrawn(&visible, 0.2)?;
    Ok((visible, mask))
}

fn redrawn(data: &Dataset, share: f64) -> Result<Mask, Failure> {
    let random = &mut Run::new(6, 1)?.stream("mask");
    Ok(imputome_core::prepare::hide_at_random(data, share, random)?
        .held_out()
        .clone())
}

fn score(
    method: &dyn Imputer,
    data: &Dataset,
    mask: &Mask,
    (scenario, seed): (&str, u64),
) -> Result<(), Failure> {
    let run = Run::new(seed, 1)?;
    let rows: Vec<usize> = (0..data.n_samples()).collect();
    let (train_rows, test_rows) = match (scenario, &data.groups) {
        ("inductive", None) => {
            let split = TRAINING.min(rows.len() * 4 / 5);
            (rows[..split].to_vec(), rows[split..].to_vec())
        }
        ("inductive", Some(groups)) => {
            let mut parts = split_groups(groups, &[0.8, 0.2], &mut run.stream("test"))?;
            let test = parts.pop().ok_or("two parts")?;
            (parts.pop().ok_or("two parts")?, test)
        }
        _ => (rows.clone(), rows),
    };
    let holdout = Holdout::new(data, mask.clone())?;
    let train = match scenario {
        "inductive" => data.select_samples(&train_rows),
        _ => holdout.visible().clone(),
    };
    let scaler = Scaler::fit(&train);
    let start = cpu_seconds();
    let fitted = method.fit(&scaler.apply(&train), &run)?;
    let after_fit = cpu_seconds();
    let visible = scaler.apply(&holdout.visible().select_samples(&test_rows));
    let imputation = fitted.impute(&visible, &run)?;
    let done = cpu_seconds();
    let mut estimates = imputation.estimates;
    scaler.undo(&mut estimates);
    let test = data.select_samples(&test_rows);
    let hidden = Mask(mask.0.select(ndarray::Axis(0), &test_rows));
    println!(
        "{scenario}: R2 {:.4}, fit {:.1} CPU s, impute {:.2} CPU s, process {:.1} CPU s, spread covers {:.3} of 0.683",
        r2(&test, &estimates, &hidden),
        after_fit - start,
        done - after_fit,
        done,
        imputation.spread.map_or(f64::NAN, |spread| {
            covered((&test, &estimates), &scaler, &spread, &hidden)
        })
    );
    for (name, value) in fitted.summary().chosen {
        println!("  {name}: {value}");
    }
    for remark in fitted.summary().remarks.iter().chain(&imputation.remarks) {
        println!("  {remark}");
    }
    if scenario == "inductive" {
        for tenths in [1, 3, 5, 7, 9] {
            let r2 = r2_with_hidden(&*fitted, &test, &scaler, tenths, &run)?;
            println!(
                "  R2 with {tenths}0 % hidden, every entry {tenths} times in 10 masks: {r2:.4}"
            );
        }
    }
    for curve in fitted.summary().curves {
        let points: Vec<String> = curve
            .points
            .iter()
            .map(|(_, v)| format!("{v:.3}"))
            .collect();
        println!("  {}: {}", curve.name, points.join(" "));
    }
    Ok(())
}

/// Mean over genes of 1 - SSE / SST with `tenths` of the entries hidden, over ten masks that hide
/// every entry equally often: SST is then the same for every share, which makes shares comparable.
fn r2_with_hidden(
    fitted: &dyn FittedImputer,
    test: &Dataset,
    scaler: &Scaler,
    tenths: usize,
    run: &Run,
) -> Result<f64, Failure> {
    let random = &mut run.stream("tenths");
    let tenth = Array2::from_shape_fn(test.values.dim(), |_| random.random_range(0..10));
    let mut squares = Array2::<f64>::zeros(test.values.dim());
    for first in 0..10 {
        let hidden = tenth.mapv(|t: usize| (t + 10 - first) % 10 < tenths);
        let holdout = Holdout::new(test, Mask(hidden.clone()))?;
        let visible = scaler.apply(holdout.visible());
        let mut estimates = fitted.impute(&visible, run)?.estimates;
        scaler.undo(&mut estimates);
        for (at, _) in hidden.indexed_iter().filter(|(_, hidden)| **hidden) {
            squares[at] += f64::from(test.values[at] - estimates[at]).powi(2);
        }
    }
    let all = Mask::filled(test.n_samples(), test.n_genes(), true);
    let errors = squares.mapv(|sum| (sum / tenths as f64).sqrt() as f32);
    Ok(r2(test, &(&test.values - &errors), &all))
}

/// Mean over genes of 1 - SSE / SST on hidden entries.
fn r2(truth: &Dataset, estimates: &Array2<f32>, hidden: &Mask) -> f64 {
    let mut scores = Vec::new();
    for g in 0..truth.n_genes() {
        let rows: Vec<usize> = (0..truth.n_samples())
            .filter(|&s| hidden.get(s, g))
            .collect();
        let value = |s: usize| f64::from(truth.values[(s, g)]);
        let mean = rows.iter().map(|&s| value(s)).sum::<f64>() / rows.len() as f64;
        let sum = |f: &dyn Fn(usize) -> f64| rows.iter().map(|&s| f(s).powi(2)).sum::<f64>();
        let total = sum(&|s| value(s) - mean);
        if total > 0.0 {
            scores.push(1.0 - sum(&|s| value(s) - f64::from(estimates[(s, g)])) / total);
        }
    }
    scores.iter().sum::<f64>() / scores.len() as f64
}

/// Share of hidden entries within one standard deviation of their estimate.
fn covered(
    (truth, estimates): (&Dataset, &Array2<f32>),
    scaler: &Scaler,
    spread: &Array2<f32>,
    hidden: &Mask,
) -> f64 {
    let mut spread = spread.clone();
    scaler.undo_spread(&mut spread);
    let within = hidden.0.indexed_iter().filter(|(at, hidden)| {
        **hidden && (truth.values[*at] - estimates[*at]).abs() <= spread[*at]
    });
    within.count() as f64 / hidden.count() as f64
}

fn read(folder: &Path) -> Result<(Dataset, Mask), Failure> {
    let mut columns: HashMap<String, (Vec<usize>, Vec<f64>)> = HashMap::new();
    for line in std::fs::read_to_string(folder.join("shapes.txt"))?.lines() {
        let mut words = line.split(' ');
        let name = words.next().ok_or("a name")?;
        let shape = words.map(str::parse).collect::<Result<Vec<usize>, _>>()?;
        let bytes = std::fs::read(folder.join(format!("{name}.f64")))?;
        let numbers = bytes
            .as_chunks::<8>()
            .0
            .iter()
            .map(|b| f64::from_le_bytes(*b))
            .collect();
        columns.insert(name.into(), (shape, numbers));
    }
    let (shape, values) = columns.get("X").ok_or("X")?;
    let (samples, genes) = (shape[0], shape[1]);
    let at = |(s, g): (usize, usize)| g * samples + s;
    let table = Array2::from_shape_fn((samples, genes), |e| values[at(e)] as f32);
    let mask = &columns.get("mask").ok_or("mask")?.1;
    let mask = Mask(Array2::from_shape_fn((samples, genes), |e| {
        mask[at(e)] > 0.0
    }));
    let names = |kind, n| Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect());
    let mut covariates = Vec::new();
    for name in ["tissue", "sex", "age"] {
        let Some((_, values)) = columns.get(name) else {
            continue;
        };
        let values = match name {
            "age" => CovariateValues::Numeric(values.iter().map(|&v| Some(v)).collect()),
            _ => CovariateValues::Categorical(values.iter().map(|v| Some(v.to_string())).collect()),
        };
        covariates.push(Covariate {
            name: name.into(),
            values,
        });
    }
    let mut data = Dataset::new(table, names("sample", samples)?, names("gene", genes)?)?
        .with_covariates(Covariates::new(samples, covariates)?)?;
    if let Some((_, donors)) = columns.get("donor") {
        data = data.with_groups(donors.iter().map(f64::to_string).collect())?;
    }
    Ok((data, mask))
}

/// CPU seconds of this process so far (Linux; 100 ticks a second).
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(')').next().unwrap_or_default();
    let words: Vec<f64> = after
        .split_whitespace()
        .filter_map(|w| w.parse().ok())
        .collect();
    // The state is a letter and drops out: user and system time stand at 10 and 11 of the rest.
    words
        .get(10)
        .zip(words.get(11))
        .map_or(f64::NAN, |(user, system)| (user + system) / 100.0)
}
