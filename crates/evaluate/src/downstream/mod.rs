//! What people do with an imputed table: does a study of it find what a study of the full table
//! finds?
//!
//! After Zhou et al. 2020 (doi:10.1093/gigascience/giaa076): genes driven by methylation
//! ([`driving_genes`]), genes that foretell survival ([`prognosis`]), groups of patients
//! ([`k_means`], compared by [`adjusted_rand_index`]) and risks of new patients
//! ([`risk_prediction`]).
//!
//! After Arisdakessian et al. 2019 (doi:10.1186/s13059-019-1837-6): groups of cells against known
//! ones ([`adjusted_mutual_information`], [`silhouette`]), genes expressed differently between them
//! ([`differential_expression`]) and distributions against those of another assay ([`gini`],
//! [`kolmogorov_smirnov`]). Each takes tables and gives numbers; none opens a file or knows a method.

mod differential_expression;
mod distributions;
mod driving_genes;
mod false_discovery;
mod gene_filters;
mod k_means;
mod partitions;
mod prognosis;
mod ranking;
mod risk_prediction;
mod silhouette;

pub use differential_expression::{Difference, DifferenceTest, differential_expression};
pub use distributions::{gini, kolmogorov_smirnov};
pub use driving_genes::{DrivingGenes, DrivingPair, DrivingRecovery, driving_genes};
pub use false_discovery::benjamini_hochberg;
pub use gene_filters::{expressed_genes, most_varying_genes};
pub use k_means::{Clusters, KMeansSettings, k_means};
pub use partitions::{
    Normalization, adjusted_mutual_information, adjusted_rand_index, fowlkes_mallows_index,
    normalized_mutual_information,
};
pub use prognosis::{Prognosis, PrognosisRecovery, prognosis};
pub use ranking::{
    average_precision, enrichment_factor, overlap_of_top, precision_recall_area, roc_area, top,
};
pub use risk_prediction::{
    FoldPrediction, PredictionSettings, RiskPrediction, balanced_folds, risk_prediction,
};
pub use silhouette::silhouette;
