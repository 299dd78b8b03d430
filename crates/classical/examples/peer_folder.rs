//! Runs one method on a folder of raw tables and prints its accuracy and processor time.
//!
//! `cargo run --release -p imputome-classical --example peer_folder -- FOLDER METHOD SCENARIO
//! [threads=N] [seed=N] [output=FILE] [key=value ...]`
//!
//! The folder holds `shapes.txt` (a line `name rows columns` per table) and `name.f64` (numbers
//! of 8 bytes, column by column): `X`, `mask` (1 where hidden) and, where there are, `tissue`,
//! `sex`, `age` and `donor`. `SCENARIO` is `inductive` (fit on the first 80 % of rows complete,
//! impute the rest) or `in-place`. `output` receives the estimates, numbers of 4 bytes, row by
//! row. R2 is the mean over genes of 1 − SSE / SST at hidden
//! entries, SST about the mean of the gene's hidden true values.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program, not the library: it reads files and prints"
)]

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use imputome_classical::{
    BloodSurrogate, Factor, GaussianOfGenes, Knn, Mean, Median, Mice, MissForest, Softimpute, Svd,
};
use imputome_core::prepare::Scaler;
use imputome_core::{
    Covariate, CovariateValues, Covariates, Dataset, Holdout, Imputation, Imputer, Mask, Names,
    Run, settings,
};
use ndarray::{Array2, ShapeBuilder, s};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, method, scenario, pairs @ ..] = arguments.as_slice() else {
        return Err("give FOLDER METHOD SCENARIO [key=value ...]".into());
    };
    let mut pairs: HashMap<&str, &str> = pairs.iter().filter_map(|p| p.split_once('=')).collect();
    let threads = pairs.remove("threads").unwrap_or("1").parse()?;
    let output = pairs.remove("output");
    let seed = pairs.remove("seed").unwrap_or("0").parse()?;
    let run = Run::new(seed, threads)?;
    let imputer = imputer(method, &pairs)?;
    let (data, hidden) = read_folder(Path::new(folder))?;
    let before = processor_seconds()?;
    let (imputation, truth, hidden, remarks) = match scenario.as_str() {
        "inductive" => inductive(&*imputer, &data, &hidden, &run)?,
        "in-place" => in_place(&*imputer, &data, &hidden, &run)?,
        other => return Err(format!("no scenario {other:?}").into()),
    };
    let seconds = processor_seconds()? - before;
    println!("{remarks}");
    if let Some(output) = output {
        let bytes = imputation.estimates.iter().flat_map(|v| v.to_le_bytes());
        std::fs::write(output, bytes.collect::<Vec<u8>>())?;
    }
    if let Some(spread) = &imputation.spread {
        println!(
            "calibration: {:.3}",
            calibration(&truth, &imputation.estimates, spread, &hidden)
        );
    }
    println!(
        "{method} {scenario}: R2 {:.4}, CPU fit and impute {seconds:.2} s, CPU all {:.2} s",
        r2(&truth, &imputation.estimates, &hidden),
        processor_seconds()?
    );
    Ok(())
}

type Judged = (Imputation, Array2<f32>, Array2<bool>, String);

fn inductive(imputer: &dyn Imputer, data: &Dataset, hidden: &Mask, run: &Run) -> Outcome<Judged> {
    let n = data.n_samples();
    let (train, test): (Vec<usize>, Vec<usize>) = (0..n).partition(|s| s * 5 < n * 4);
    let training = data.select_samples(&train);
    let scaler = Scaler::fit(&training);
    let fitted = imputer.fit(&scaler.apply(&training), run)?;
    let hidden = Mask(hidden.0.select(ndarray::Axis(0), &test));
    let holdout = Holdout::new(&data.select_samples(&test), hidden.clone())?;
    let mut imputation = fitted.impute(&scaler.apply(holdout.visible()), run)?;
    undo(&scaler, &mut imputation);
    Ok((
        imputation,
        holdout.truth().clone(),
        hidden.0,
        format!("{:?}", fitted.summary()),
    ))
}

fn in_place(imputer: &dyn Imputer, data: &Dataset, hidden: &Mask, run: &Run) -> Outcome<Judged> {
    let holdout = Holdout::new(data, hidden.clone())?;
    let scaler = Scaler::fit(holdout.visible());
    let visible = scaler.apply(holdout.visible());
    let fitted = imputer.fit(&visible, run)?;
    let mut imputation = fitted.impute(&visible, run)?;
    undo(&scaler, &mut imputation);
    Ok((
        imputation,
        holdout.truth().clone(),
        hidden.0.clone(),
        format!("{:?}", fitted.summary()),
    ))
}

fn undo(scaler: &Scaler, imputation: &mut Imputation) {
    scaler.undo(&mut imputation.estimates);
    if let Some(spread) = &mut imputation.spread {
        scaler.undo_spread(spread);
    }
}

fn r2(truth: &Array2<f32>, estimates: &Array2<f32>, hidden: &Array2<bool>) -> f64 {
    let of_gene = |g: usize| {
        let rows: Vec<usize> = (0..truth.nrows()).filter(|&s| hidden[(s, g)]).collect();
        let value = |s: usize| f64::from(truth[(s, g)]);
        let mean = rows.iter().map(|&s| value(s)).sum::<f64>() / rows.len() as f64;
        let square = |s: usize| (value(s) - f64::from(estimates[(s, g)])).powi(2);
        let errors: f64 = rows.iter().map(|&s| square(s)).sum();
        1.0 - errors / rows.iter().map(|&s| (value(s) - mean).powi(2)).sum::<f64>()
    };
    (0..truth.ncols()).map(of_gene).sum::<f64>() / truth.ncols() as f64
}

/// Mean of squared errors over predicted variances: 1 when spread is honest on average.
fn calibration(
    truth: &Array2<f32>,
    estimates: &Array2<f32>,
    spread: &Array2<f32>,
    hidden: &Array2<bool>,
) -> f64 {
    let at = hidden.indexed_iter().filter(|(_, h)| **h).map(|(at, _)| at);
    let scores: Vec<f64> = at
        .map(|at| f64::from((truth[at] - estimates[at]) / spread[at]).powi(2))
        .collect();
    scores.iter().sum::<f64>() / scores.len() as f64
}

fn imputer(method: &str, pairs: &HashMap<&str, &str>) -> Outcome<Box<dyn Imputer>> {
    Ok(match method {
        "mean" => Box::new(with_settings(Mean {}, pairs)?),
        "median" => Box::new(with_settings(Median::default(), pairs)?),
        "knn" => Box::new(with_settings(Knn::default(), pairs)?),
        "mice" => Box::new(with_settings(Mice::default(), pairs)?),
        "factor" => Box::new(with_settings(Factor::default(), pairs)?),
        "gaussian" => Box::new(with_settings(GaussianOfGenes::default(), pairs)?),
        "softimpute" => Box::new(with_settings(Softimpute::default(), pairs)?),
        "svd" => Box::new(with_settings(Svd::default(), pairs)?),
        "blood-surrogate" => Box::new(with_settings(BloodSurrogate::default(), pairs)?),
        "missforest" => Box::new(with_settings(MissForest::default(), pairs)?),
        other => return Err(format!("no method {other:?}").into()),
    })
}

fn with_settings<S: DeserializeOwned + Imputer>(
    default: S,
    pairs: &HashMap<&str, &str>,
) -> Outcome<S> {
    let known = default.settings();
    let mut fields = Map::new();
    for (name, text) in pairs {
        let setting = known.iter().find(|s| s.name == **name);
        let setting = setting.ok_or_else(|| format!("no setting {name:?}"))?;
        fields.insert(
            name.to_string(),
            settings::parse(default.card().name, setting, text)?,
        );
    }
    Ok(serde_json::from_value(Value::Object(fields))?)
}

fn read_folder(folder: &Path) -> Outcome<(Dataset, Mask)> {
    let mut tables: HashMap<String, Array2<f64>> = HashMap::new();
    for line in std::fs::read_to_string(folder.join("shapes.txt"))?.lines() {
        let mut words = line.split_whitespace();
        let name = words.next().ok_or("an empty line in shapes.txt")?;
        let sizes = words.map(str::parse).collect::<Result<Vec<usize>, _>>()?;
        let shape = (sizes[0], sizes.get(1).copied().unwrap_or(1));
        let bytes = std::fs::read(folder.join(format!("{name}.f64")))?;
        let values = bytes
            .chunks_exact(8)
            .map(|b| f64::from_le_bytes(b.try_into().expect("8 bytes")));
        tables.insert(
            name.into(),
            Array2::from_shape_vec(shape.f(), values.collect())?,
        );
    }
    let values = tables["X"]
        .mapv(|v| v as f32)
        .as_standard_layout()
        .into_owned();
    let hidden = Mask(
        tables["mask"]
            .mapv(|v| v != 0.0)
            .as_standard_layout()
            .into_owned(),
    );
    let (n, genes) = values.dim();
    let named = |kind: &'static str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{kind}{i:05}")).collect())
    };
    let mut data = Dataset::new(values, named("sample", n)?, named("gene", genes)?)?
        .with_covariates(covariates(&tables, n)?)?;
    if let Some(donors) = tables.get("donor") {
        data = data.with_groups(donors.slice(s![.., 0]).iter().map(f64::to_string).collect())?;
    }
    Ok((data, hidden))
}

fn covariates(tables: &HashMap<String, Array2<f64>>, n: usize) -> Outcome<Covariates> {
    let mut columns = Vec::new();
    for name in ["tissue", "sex"] {
        let Some(table) = tables.get(name) else {
            continue;
        };
        let levels = table.iter().map(|v| Some(v.to_string())).collect();
        columns.push(Covariate {
            name: name.into(),
            values: CovariateValues::Categorical(levels),
        });
    }
    if let Some(age) = tables.get("age") {
        let values = CovariateValues::Numeric(age.iter().map(|&v| Some(v)).collect());
        columns.push(Covariate {
            name: "age".into(),
            values,
        });
    }
    Ok(Covariates::new(n, columns)?)
}

/// User and system time of this process, from the kernel, in steps of 10 ms.
fn processor_seconds() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit(')').next().ok_or("no process name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / 100.0)
}
