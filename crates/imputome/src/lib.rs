//! imputome fills the gaps in gene expression tables, and says how far each filled value can
//! be trusted.
//!
//! A [`Method`] is chosen from the catalog, a [`Model`] is that method after it has learned from
//! a table, ready for tables over the same genes:
//!
//! ```
//! use imputome::core::{Dataset, Names, Run};
//! use imputome::{Method, Model};
//! use ndarray::array;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let names = |kind, list: &[&str]| Names::new(kind, list.iter().map(|n| n.to_string()).collect());
//! let table = Dataset::new(
//!     array![[1.0, 10.0], [2.0, 20.0], [3.0, f32::NAN]],
//!     names("sample", &["S1", "S2", "S3"])?,
//!     names("gene", &["TP53", "MDM2"])?,
//! )?;
//! let run = Run::new(42, 2)?;
//! let model = Model::fit(Method::parse("mean")?, &table, &run)?;
//! assert_eq!(model.impute(&table, &run)?.values[(2, 1)], 15.0);
//! # Ok(())
//! # }
//! ```
//!
//! With a file, and a method that learns from the table itself:
//!
//! ```no_run
//! use imputome::{Method, Run};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cohort = imputome::read_with_covariates("cohort.tsv.gz", "samples.tsv")?;
//! let filled = imputome::impute(&cohort, Method::parse("factor")?, &Run::new(0, 2)?)?;
//! println!("{}", filled.values);
//! # Ok(())
//! # }
//! ```

pub mod blend;
pub mod catalog;
pub mod cells;
pub mod contest;
pub mod embedding_map;
mod facts;
pub mod model;
pub mod organ_systems;
pub mod parts;
pub mod pipeline;

pub use blend::Blend;
pub use catalog::Method;
pub use contest::Contest;
pub use embedding_map::EmbeddingMap;
pub use facts::readable;
pub use imputome_classical::NonzeroMean;
pub use imputome_core as core;
pub use imputome_core::Run;
pub use imputome_core::prepare::{Normalization, Transform};
pub use imputome_evaluate as evaluate;
pub use imputome_io as io;
pub use imputome_neural::DeepImpute;
pub use imputome_neural::training::find_device;
pub use imputome_simulate as simulate;
pub use model::{AddedGenes, CompanionQuantiles, Completed, Model, Tally};
pub use organ_systems::OrganSystems;
pub use parts::fit_cohorts;
pub use pipeline::{impute, impute_normalized, read, read_with_covariates};
