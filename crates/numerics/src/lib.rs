//! Mathematics shared by methods and evaluation.
//!
//! Work is cut into fixed blocks and reduced in a fixed order, so that results are the same
//! bytes for any number of threads.

pub mod cholesky;
pub mod distance;
pub mod eigen;
pub mod gram;
pub mod order;
pub mod products;

pub use cholesky::Cholesky;
pub use distance::GappyTable;
pub use eigen::{ThinSvd, leading_directions, symmetric_eigen, thin_svd};
pub use gram::{add_gram, inverse};
pub use order::median;
pub use products::{add_product, apply, product};
