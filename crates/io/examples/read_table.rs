//! Reads one table and prints its shape and what was decided: `read_table FILE`.

use imputome_io::{ReadOptions, Source, read_table};

#[expect(clippy::print_stdout, reason = "an example prints its answer")]
fn main() -> Result<(), imputome_io::Error> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "-".into());
    let read = read_table(&Source::from_argument(&file), &ReadOptions::default())?;
    println!("{} x {}", read.dataset.n_samples(), read.dataset.n_genes());
    for line in read.facts.notes.iter().chain(&read.facts.warnings) {
        println!("{line}");
    }
    Ok(())
}
