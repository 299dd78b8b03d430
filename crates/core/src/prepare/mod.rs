//! From a table to what methods learn from: split, normalize, scale, hide.

pub mod hide;
pub mod hide_profiles;
pub mod normalize;
pub mod quantiles;
pub mod scaler;
pub mod split;

pub use hide::hide_at_random;
pub use hide_profiles::hide_profiles;
pub use normalize::{Normalization, Normalizer, Transform};
pub use quantiles::{SampleMap, TargetQuantiles};
pub use scaler::Scaler;
pub use split::{Split, split_groups};
