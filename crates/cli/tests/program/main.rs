//! The program as a user meets it: files in, files and exit codes out.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at the files that the program leaves"
)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod arisdakessian2019;
mod bad_input;
mod cells;
mod cells_arguments;
mod cells_conversion;
mod cells_evaluation;
mod companions;
mod device;
mod draws;
mod embeddings;
mod evaluation;
mod feature;
mod folder;
mod formats;
mod genes;
mod interruption;
mod normalization;
mod outputs;
mod shards;
mod simulate;
mod study;
mod tables;
mod transfer;
mod usage;
mod zhou2020;
