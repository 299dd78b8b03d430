//! Tables in and out, from real files and from bytes.
#![expect(clippy::disallowed_methods, reason = "tests look at what was written")]
#![expect(
    clippy::unwrap_used,
    reason = "what fails inside a test fails the test"
)]

mod bad_input;
mod covariates;
mod fill;
mod forms;
mod round_trip;

use std::path::PathBuf;

use imputome_io::{Error, ReadOptions, Source, TableRead, Target, read_table};

/// A file of `fixtures/io`.
fn fixture(name: &str) -> Source {
    Source::Path(
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../fixtures/io")
            .join(name),
    )
}

/// Bytes as if they were the file `table.tsv`.
fn bytes(content: impl Into<Vec<u8>>) -> Source {
    Source::Memory {
        name: "table.tsv".into(),
        bytes: content.into().into(),
    }
}

/// A table read with everything decided by itself.
fn read(content: impl Into<Vec<u8>>) -> TableRead {
    read_table(&bytes(content), &ReadOptions::default()).unwrap()
}

/// The refusal of a table.
fn refusal(content: impl Into<Vec<u8>>) -> Error {
    read_table(&bytes(content), &ReadOptions::default()).unwrap_err()
}

/// The value bits of a table, line by line, with gaps as nothing.
fn bits(read: &TableRead) -> Vec<Vec<Option<u32>>> {
    let data = &read.dataset;
    (0..data.n_samples())
        .map(|s| {
            let entries = (0..data.n_genes()).map(|g| data.entry(s, g).map(f32::to_bits));
            entries.collect()
        })
        .collect()
}

/// What `write` puts into a file of the given name.
fn written(name: &str, write: impl FnOnce(&Target)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    write(&Target::Path(path.clone()));
    std::fs::read(path).unwrap()
}
