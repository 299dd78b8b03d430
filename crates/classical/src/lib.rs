//! Methods without a network: what every network must clear.
//!
//! * [`Mean`], [`Median`]: one value per gene, or per gene and tissue ([`per_gene`]).
//! * [`Knn`]: the nearest training samples ([`neighbors`]).
//! * [`Factor`], [`Softimpute`], [`Svd`]: few directions behind many genes; [`GaussianOfGenes`]: their whole covariance ([`low_rank`]).
//! * [`Mice`]: each gene from all others, in turns ([`chained`]).

pub mod chained;
pub mod low_rank;
pub mod neighbors;
pub mod per_gene;

pub use chained::mice::{FittedMice, Form, Mice, Order};
pub use low_rank::FittedSpectral;
pub use low_rank::factor::{Factor, FittedFactor};
pub use low_rank::gaussian::{FittedGaussian, GaussianOfGenes};
pub use low_rank::softimpute::Softimpute;
pub use low_rank::svd::Svd;
pub use neighbors::knn::{Knn, NeighborWeights};
pub use per_gene::mean::Mean;
pub use per_gene::median::Median;
