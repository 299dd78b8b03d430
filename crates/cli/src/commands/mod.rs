//! One file per command.

pub(crate) mod convert;
pub(crate) mod demo;
pub(crate) mod embeddings;
pub(crate) mod evaluate;
pub(crate) mod fit;
pub(crate) mod impute;
pub(crate) mod inspect;
pub(crate) mod merge;
pub(crate) mod methods;
pub(crate) mod report;
pub(crate) mod simulate;
pub(crate) mod study;
pub(crate) mod trial;

use crate::failure::{Failure, Result};
use crate::terminal;

/// Prints data to stdout.
pub(crate) fn print(text: &str) -> Result<()> {
    terminal::print_data(text)
        .map_err(|error| Failure::resource(format!("stdout cannot be written: {error}")))
}
