//! One value per gene, or per gene and level of a covariate.

pub mod blood_surrogate;
pub mod mean;
pub mod median;
pub mod nonzero_mean;
