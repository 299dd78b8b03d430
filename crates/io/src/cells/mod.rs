//! Tables of single cells in, tables of single cells out.
//!
//! [`CellFile::open`] takes h5ad, the h5 files and matrix folders of 10x Genomics, and loom, told
//! by content. [`CellFile::read`] gives the whole table of counts, [`CellFile::windows`] gives it
//! by cells within bounded memory. What was decided on the way (which element, which names) is
//! told in [`CellFacts`].

mod array;
mod dense;
mod entries;
mod facts;
mod features;
mod file;
mod folder;
mod h5ad;
mod hdf5;
mod inspect;
mod labels;
mod loom;
mod matrix_market;
mod matrix_text;
mod names;
mod options;
mod output;
mod refusal;
mod scale;
mod sparse;
mod ten_x;
mod text;
mod windows;

pub use facts::{CellFacts, CellForm, ElementFact};
pub use file::CellFile;
pub use inspect::{CellInspection, inspect_cells};
pub use options::{CellOptions, Element, Features, GeneNames};
pub use output::{
    Additions, CellWriter, Column, ColumnValues, LayerForm, NewCells, OverInput, write_cell_table,
};
pub use scale::guess_scale_of_cells;
pub use windows::Windows;
