//! A dataset in, a dataset out.
//!
//! [`read_table`] takes CSV, TSV and GCT, plain or compressed, told by content; it parses on the
//! current threads at the speed of the decompressor and tells what it decided. [`fill_table`]
//! copies a table and replaces its gaps alone, so that measured fields keep their very text;
//! [`write_table`] writes any form. Models are safetensors with JSON metadata ([`read_model`],
//! [`write_model`]): data, never code. [`inspect`] says what is in a table. Files of single cells
//! are another matter: [`CellFile`] reads them, whole or by windows, [`CellWriter`] adds results
//! to them, [`inspect_cells`] says what is in them.
//!
//! Every output is written beside its place and renamed when whole.
#![expect(
    clippy::disallowed_methods,
    reason = "this crate is the edge that touches files"
)]

mod arrange;
mod barcode;
mod blocks;
mod body;
mod cells;
mod companions;
mod compression;
mod container;
mod covariates;
mod dataset_file;
mod error;
mod expression_bed;
mod facts;
mod fields;
mod files;
mod fill;
mod groups;
mod inspect;
mod layout;
mod lines;
mod model;
mod number;
mod options;
mod orientation;
mod output;
mod preamble;
mod scale;
mod source;
mod table;
mod text_table;
mod write;

pub use cells::{
    Additions, CellFacts, CellFile, CellForm, CellInspection, CellOptions, CellWriter, Column,
    ColumnValues, Element, ElementFact, Features, GeneNames, LayerForm, NewCells, OverInput,
    Windows, guess_scale_of_cells, inspect_cells, write_cell_table,
};
pub use covariates::{covariate_columns, covariate_names};
pub use dataset_file::{read_dataset, write_dataset};
pub use error::{Error, Result};
pub use expression_bed::{ExpressionBed, read_expression_bed};
pub use facts::{ReadFacts, TableRead};
pub use files::{read_bytes, read_text, sha256_of_file, write_bytes};
pub use fill::{Estimates, Filled, fill_table};
pub use inspect::{CompanionFact, CovariateFact, FEW_PAIRS, Inspection, inspect, looks_like_cells};
pub use layout::{Compression, Decimal, Delimiter, Format, Layout, LineText, Orientation, Rows};
pub use model::{read_model, write_model};
pub use options::{CompanionOptions, CovariateOptions, GroupRule, ReadOptions};
pub use output::remove_unfinished;
pub use scale::guess_scale;
pub use source::{Source, Target};
pub use table::{read_table, require_samples};
pub use write::write_table;
