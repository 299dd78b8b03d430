//! Fills a GTEx table in place and prints what it found.
//!
//! The same as `imputome impute data/demo/gtex_v8_sample.tsv.gz -o -` with covariates:
//! `cargo run --release --example impute_gtex -p imputome`

use imputome::{Method, Run};

#[expect(clippy::print_stdout, reason = "an example shows its result")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = imputome::read_with_covariates(
        "data/demo/gtex_v8_sample.tsv.gz",
        "data/demo/gtex_v8_samples.tsv",
    )?;
    let run = Run::new(0, 2)?;
    let holdout = imputome::core::prepare::hide_at_random(&data, 0.5, &mut run.stream("example"))?;
    let completed = imputome::impute(holdout.visible(), Method::parse("factor")?, &run)?;
    println!("{} samples, {} genes", data.n_samples(), data.n_genes());
    println!("{} gaps filled, {} left", completed.filled, completed.left);
    println!("{}", completed.remarks.join("\n"));
    Ok(())
}
