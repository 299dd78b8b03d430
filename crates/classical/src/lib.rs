//! Methods without a network: what every network must clear.
//!
//! * [`Mean`], [`NonzeroMean`], [`Median`]: one value per gene, or per gene and tissue ([`per_gene`]).
//! * [`BloodSurrogate`]: the same donor's blood in place of another tissue ([`per_gene`]).
//! * [`Knn`]: the nearest training samples ([`neighbors`]).
//! * [`Factor`], [`Softimpute`], [`Svd`]: few directions behind many genes; [`GaussianOfGenes`]: their whole covariance ([`low_rank`]).
//! * [`Mice`], [`MissForest`]: genes learned from one another, in turns ([`chained`]; over [`forest`]).
//! * [`Ridge`], [`Lasso`], [`Pcr`], [`Tobmi`]: expression from another assay of the same samples ([`cross_assay`]).

mod aside;
pub mod chained;
pub mod cross_assay;
pub mod forest;
pub mod low_rank;
pub mod neighbors;
pub mod per_gene;

pub use chained::mice::{FittedMice, Form, Mice, Order};
pub use chained::missforest::{FittedMissForest, MissForest};
pub use cross_assay::lasso::{FittedLasso, Lasso};
pub use cross_assay::pcr::Pcr;
pub use cross_assay::regression::{Penalties, RidgeRegression, Shrinkage};
pub use cross_assay::ridge::{FittedRidge, Ridge};
pub use cross_assay::tobmi::Tobmi;
pub use low_rank::FittedSpectral;
pub use low_rank::factor::{Factor, FittedFactor};
pub use low_rank::gaussian::{FittedGaussian, GaussianOfGenes};
pub use low_rank::softimpute::Softimpute;
pub use low_rank::svd::Svd;
pub use neighbors::knn::{Knn, NeighborWeights};
pub use per_gene::blood_surrogate::BloodSurrogate;
pub use per_gene::mean::Mean;
pub use per_gene::median::Median;
pub use per_gene::nonzero_mean::NonzeroMean;
