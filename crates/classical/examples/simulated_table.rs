//! Runs one method on a simulated table and prints its accuracy and processor time.
//!
//! `cargo run --release -p imputome-classical --example simulated_table -- SAMPLES GENES METHOD
//! [threads] [rank]`
//!
//! Tissues and sixty factors of falling strength explain seven tenths of each gene's variance;
//! half of the entries are hidden. R2 is the mean over genes of 1 − SSE / SST at hidden entries.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program, not the library: it reads its arguments and prints"
)]

use imputome_classical::{Mean, MissForest, Softimpute, Svd};
use imputome_core::{Covariate, CovariateValues, Covariates, Dataset, Imputer, Mask, Names, Run};
use imputome_numerics::product;
use ndarray::Array2;
use rand::{Rng, RngExt};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const TISSUES: usize = 49;
const FACTORS: usize = 60;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [samples, genes, method, rest @ ..] = arguments.as_slice() else {
        return Err("give SAMPLES GENES METHOD [threads] [rank]".into());
    };
    let number = |at: usize| rest.get(at).map(|text| text.parse::<usize>()).transpose();
    let run = Run::new(0, number(0)?.unwrap_or(1))?;
    let rank = number(1)?;
    let imputer: Box<dyn Imputer> = match method.as_str() {
        "mean" => Box::new(Mean {}),
        "missforest" => Box::new(MissForest::default()),
        "softimpute" => Box::new(Softimpute {
            rank,
            ..Softimpute::default()
        }),
        "svd" => Box::new(Svd {
            rank,
            ..Svd::default()
        }),
        other => return Err(format!("no method {other:?}").into()),
    };
    let data = run.on_threads(|| simulate(samples.parse()?, genes.parse()?, &run))?;
    let before = processor_seconds()?;
    let fitted = imputer.fit(&data, &run)?;
    let fitting = processor_seconds()? - before;
    println!("{:?}", fitted.summary());
    let imputation = fitted.impute(&data, &run)?;
    let seconds = processor_seconds()? - before;
    println!(
        "{method} {samples} x {genes}: R2 {:.4}, CPU fit {fitting:.1} s, fit and impute {seconds:.1} s",
        r2(&data, &imputation.estimates)
    );
    Ok(())
}

/// Values at gaps are the truth, which no method reads.
fn simulate(samples: usize, genes: usize, run: &Run) -> Result<Dataset, Failure> {
    let random = &mut run.stream("simulation");
    let mut scores = Array2::from_shape_fn((samples, FACTORS + TISSUES), |_| normal(random));
    let mut loadings = Array2::from_shape_fn((FACTORS + TISSUES, genes), |_| normal(random));
    let sizes = |k: usize| 1.5 * 0.5_f32.powf(k as f32 / 12.0);
    for (k, mut row) in loadings.rows_mut().into_iter().enumerate() {
        row *= if k < FACTORS { sizes(k) / 4.0 } else { 0.6 };
    }
    for (s, mut row) in scores.rows_mut().into_iter().enumerate() {
        for tissue in 0..TISSUES {
            row[FACTORS + tissue] = f32::from(u8::from(s % TISSUES == tissue));
        }
    }
    let mut values = product(scores.view(), loadings.view());
    values.mapv_inplace(|v| v + 0.45 * normal(random));
    let name = |kind: &'static str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{kind}{i:05}")).collect())
    };
    let tissue = Covariate {
        name: "tissue".into(),
        values: CovariateValues::Categorical(
            (0..samples)
                .map(|s| Some(format!("tissue{}", s % TISSUES)))
                .collect(),
        ),
    };
    let mut data = Dataset::new(values, name("sample", samples)?, name("gene", genes)?)?
        .with_covariates(Covariates::new(samples, vec![tissue])?)?;
    data.measured = Mask(Array2::from_shape_fn((samples, genes), |_| {
        random.random_bool(0.5)
    }));
    Ok(data)
}

/// Sum of four uniform numbers, of variance 1: near enough to normal here.
fn normal(random: &mut impl Rng) -> f32 {
    let sum: f32 = (0..4).map(|_| random.random::<f32>()).sum();
    (sum - 2.0) * 3.0_f32.sqrt()
}

fn r2(data: &Dataset, estimates: &Array2<f32>) -> f64 {
    let of_gene = |g: usize| {
        let hidden = (0..data.n_samples()).filter(|&s| !data.measured.get(s, g));
        let rows: Vec<usize> = hidden.collect();
        let value = |s: usize| f64::from(data.values[(s, g)]);
        let mean = rows.iter().map(|&s| value(s)).sum::<f64>() / rows.len() as f64;
        let square = |s: usize| (value(s) - f64::from(estimates[(s, g)])).powi(2);
        let errors: f64 = rows.iter().map(|&s| square(s)).sum();
        1.0 - errors / rows.iter().map(|&s| (value(s) - mean).powi(2)).sum::<f64>()
    };
    (0..data.n_genes()).map(of_gene).sum::<f64>() / data.n_genes() as f64
}

/// User and system time of this process, from the kernel, in steps of 10 ms.
fn processor_seconds() -> Result<f64, Failure> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit(')').next().ok_or("no process name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / 100.0)
}
