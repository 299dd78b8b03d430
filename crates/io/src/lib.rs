//! A dataset in, a dataset out.

mod draft;
mod error;
mod facts;
mod inspect;
mod layout;
mod options;
mod source;

pub use draft::*;
pub use error::{Error, Result};
pub use facts::{ReadFacts, TableRead};
pub use inspect::{CovariateFact, Inspection, guess_scale, inspect};
pub use layout::{Compression, Decimal, Delimiter, Format, Layout, LineText, Orientation, Rows};
pub use options::{CovariateOptions, GroupRule, ReadOptions};
pub use source::{Source, Target};
