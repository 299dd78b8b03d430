//! Reads files of cells and tells what they hold, and how long it took by windows and whole.
//!
//! `cargo run --release -p imputome-io --example cells -- FILE...`
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "an example tells what it measures"
)]

use std::path::PathBuf;
use std::time::Instant;

use imputome_io::{CellFile, Result};

/// Bytes of entries up to which a file is read whole too.
const HELD_WHOLE: u64 = 1 << 31;

fn main() -> Result<()> {
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        let start = Instant::now();
        let file = CellFile::open(&path)?;
        let opened = start.elapsed();
        println!("{:#?}", file.facts());
        let mut total = 0.0;
        let mut entries = 0;
        for window in file.windows(1000) {
            let window = window?;
            entries += window.n_entries();
            total += window.cell_totals().iter().sum::<f64>();
        }
        let by_windows = start.elapsed() - opened;
        println!(
            "{} cells, {} genes, {entries} non-zero entries, sum {total}; opened {opened:.2?}, windows {by_windows:.2?}",
            file.cells().len(),
            file.genes().len(),
        );
        if 8 * file.n_entries() <= HELD_WHOLE {
            let whole = file.read()?;
            assert_eq!(
                whole.n_entries(),
                entries,
                "windows hold what the whole does"
            );
            println!("whole {:.2?}", start.elapsed() - opened - by_windows);
        }
    }
    Ok(())
}
