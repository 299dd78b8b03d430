//! Runs the studies of a cohort and says what each costs: `cargo run --release -p
//! imputome-evaluate --example survival_studies -- EXPRESSION SAMPLES TIME EVENT [METHYLATION]`.
//!
//! EXPRESSION and METHYLATION are `.tsv.gz` tables of samples by columns, the first column naming the
//! sample; SAMPLES a `.tsv` with columns TIME and EVENT (1 or 0) and rows in the same order. Samples
//! without a time are left out. One thread; CPU seconds of the process.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example reads files, prints and ends when a file is not as expected"
)]

use std::fs::File;
use std::io::Read;

use flate2::read::GzDecoder;
use imputome_core::Run;
use imputome_evaluate::downstream::{
    KMeansSettings, PredictionSettings, driving_genes, k_means, prognosis, risk_prediction,
};
use imputome_evaluate::survival::{BandTransform, FollowUp, GeneTable, KaplanMeier, log_rank};
use ndarray::{Array2, Axis};
use rustix::time::{ClockId, clock_gettime};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (follow_up, kept) = follow_up(&arguments[1..4]);
    let genes = table(&arguments[0]).select(Axis(0), &kept);
    let run = Run::new(0, 1).unwrap();
    println!(
        "{} samples, {} events, {} genes",
        follow_up.n_samples(),
        follow_up.n_events(),
        genes.ncols()
    );
    let clock = Clock::start();
    let found = prognosis(&follow_up, GeneTable::complete(genes.view()), &run).unwrap();
    let models = found.outcomes.iter().filter(|o| o.estimate().is_some());
    clock.tell(&format!("univariate Cox, {} models", models.count()));
    let best = genes.select(Axis(1), &found.top(100));
    let clock = Clock::start();
    let groups = k_means(best.view(), &KMeansSettings::default(), &run).unwrap();
    clock.tell("k-means of the best 100 genes");
    let test = log_rank(&follow_up, &groups.labels).unwrap();
    println!("  log-rank p {:.3e}", test.p_value);
    for curve in KaplanMeier::by_group(&follow_up, &groups.labels, 2, BandTransform::Log) {
        println!(
            "  {} samples, {} events, median {:?}",
            curve.samples,
            curve.events,
            curve.median()
        );
    }
    let clock = Clock::start();
    let settings = PredictionSettings::default();
    let risks = risk_prediction(&follow_up, genes.view(), &settings, &run).unwrap();
    clock.tell("ridge Cox over five folds, 100 penalties by ten folds each");
    println!(
        "  Harrell's C {:.4} {:.3?}",
        risks.mean_index().unwrap(),
        risks.indices()
    );
    for fold in &risks.folds {
        println!("  {} genes, penalty {:.4}", fold.genes, fold.penalty);
    }
    let Some(methylation) = arguments.get(4) else {
        return;
    };
    let sites = table(methylation).select(Axis(0), &kept);
    let clock = Clock::start();
    let driving = driving_genes(genes.view(), sites.view(), &run).unwrap();
    clock.tell(&format!(
        "strongest of {} sites for each gene",
        sites.ncols()
    ));
    let driven = driving
        .pairs
        .iter()
        .filter(|pair| pair.is_driving())
        .count();
    let r2: Vec<f64> = driving.pairs.iter().map(|pair| pair.r2()).collect();
    let kept = driving.recovery(&r2, 100);
    println!(
        "  {driven} driven genes, mean r2 of the best 100 {:.4}",
        kept.mean_r2
    );
}

struct Clock(f64);

impl Clock {
    fn start() -> Self {
        Self(Self::now())
    }

    fn now() -> f64 {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    }

    fn tell(&self, what: &str) {
        println!("{what}: {:.3} CPU s", Self::now() - self.0);
    }
}

/// Times and events, and which rows have them.
fn follow_up(arguments: &[String]) -> (FollowUp, Vec<usize>) {
    let text = std::fs::read_to_string(&arguments[0]).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t'));
    let header: Vec<&str> = lines.next().unwrap().collect();
    let column = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let (time, event) = (column(&arguments[1]), column(&arguments[2]));
    let (mut times, mut events, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for (row, cells) in lines.enumerate() {
        let cells: Vec<&str> = cells.collect();
        if let (Ok(time), Ok(event)) = (cells[time].parse::<f64>(), cells[event].parse::<f64>())
            && time > 0.0
        {
            times.push(time);
            events.push(event == 1.0);
            kept.push(row);
        }
    }
    (FollowUp::new(times, events).unwrap(), kept)
}

fn table(path: &str) -> Array2<f32> {
    let mut text = String::new();
    let file = File::open(path).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let rows: Vec<Vec<f32>> = text
        .lines()
        .skip(1)
        .map(|line| line.split('\t').skip(1).map(number).collect())
        .collect();
    let columns = rows[0].len();
    let values = rows.concat();
    Array2::from_shape_vec((values.len() / columns, columns), values).unwrap()
}

fn number(text: &str) -> f32 {
    text.parse().unwrap_or(f32::NAN)
}
