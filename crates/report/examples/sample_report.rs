//! Writes a report of made-up scores, to look at: `cargo run -p imputome-report --example
//! sample_report -- DIR`.
#![expect(
    clippy::disallowed_methods,
    reason = "an example writes its result; the library does not"
)]

use std::path::PathBuf;

use imputome_report::{PageContext, figures, page};

#[path = "../tests/sample/mod.rs"]
mod sample;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".into()));
    let evaluation = sample::evaluation();
    let context = PageContext {
        version: env!("CARGO_PKG_VERSION").into(),
        command: "imputome evaluate gtex_v8_1000.gct.gz -o gtex --covariates samples.tsv \
                  --categorical tissue,sex --numeric age --by tissue \
                  --methods pmi,factor,knn:neighbors=20,median,mean --hide 0.1,0.3,0.5,0.7"
            .into(),
        plan: "version = \"0.1.0\"\nseed = 0\nmethods = [\"pmi\", \"factor\"]\n\n[input]\npath = \
               \"gtex_v8_1000.gct.gz\"\nsha256 = \"made-up\"\n"
            .into(),
        date: "2026-11-21".into(),
        machine: "2 cores, 8 GiB, Linux x86_64".into(),
    };
    std::fs::write(folder.join("report.html"), page(&evaluation, &context))?;
    for figure in figures(&evaluation) {
        std::fs::write(folder.join(format!("{}.svg", figure.name)), figure.svg)?;
    }
    Ok(())
}
