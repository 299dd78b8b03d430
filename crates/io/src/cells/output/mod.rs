//! Results written into an h5ad: beside what the input had, or new.

mod additions;
mod checks;
mod encoding;
mod layer;
mod new;
mod skeleton;
mod superblock;
mod target;
mod text;
mod writer;

pub use additions::{Additions, Column, ColumnValues, LayerForm, OverInput};
pub use new::NewCells;
pub use text::write_cell_table;
pub use writer::CellWriter;
