//! A dataset in, a dataset out.
//!
//! [`read_table`] takes CSV, TSV and GCT, plain or compressed, told by content; it parses on the
//! current threads at the speed of the decompressor and tells what it decided. [`fill_table`]
//! copies a table and replaces its gaps alone, so that measured fields keep their very text;
//! [`write_table`] writes any form. Models are safetensors with JSON metadata ([`read_model`],
//! [`write_model`]): data, never code. [`inspect`] says what is in a table.
//!
//! Every output is written beside its place and renamed when whole.
#![expect(
    clippy::disallowed_methods,
    reason = "this crate is the edge that touches files"
)]

mod arrange;
mod blocks;
mod body;
mod compression;
mod covariates;
mod draft;
mod error;
mod facts;
mod fields;
mod groups;
mod inspect;
mod layout;
mod lines;
mod number;
mod options;
mod orientation;
mod preamble;
mod scale;
mod source;
mod table;
mod text_table;

pub use covariates::covariate_names;
pub use draft::*;
pub use error::{Error, Result};
pub use facts::{ReadFacts, TableRead};
pub use inspect::{CovariateFact, Inspection, inspect};
pub use layout::{Compression, Decimal, Delimiter, Format, Layout, LineText, Orientation, Rows};
pub use options::{CovariateOptions, GroupRule, ReadOptions};
pub use scale::guess_scale;
pub use source::{Source, Target};
pub use table::{read_table, require_samples};
