//! Fills the gaps of a table and writes the numbers as they stand in memory, for comparing doors bit by bit.
//!
//! `cargo run --release --example impute_table -p imputome -- TABLE COVARIATES METHOD SEED OUTPUT`

use imputome::{Method, Run};

#[expect(
    clippy::disallowed_methods,
    reason = "an example reads its arguments and writes its result"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [table, covariates, method, seed, output] = arguments.as_slice() else {
        return Err("TABLE COVARIATES METHOD SEED OUTPUT".into());
    };
    let data = imputome::read_with_covariates(table, covariates)?;
    let run = Run::new(seed.parse()?, 2)?;
    let completed = imputome::impute(&data, Method::parse(method)?, &run)?;
    let bytes: Vec<u8> = completed
        .values
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    std::fs::write(output, bytes)?;
    Ok(())
}
