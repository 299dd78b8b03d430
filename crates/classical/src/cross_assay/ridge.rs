//! Ridge regression of every gene on all features of a companion assay.
//!
//! Features are standardized; a gene is a weighted sum of all of them, with small weights for the
//! sum of their squares is penalized. One decomposition of the features serves all genes and all
//! penalties, and the error of a gene with each sample left out follows from it exactly: the penalty
//! is chosen by that.
//!
//! Source: Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634; Golub, Heath and Wahba 1979,
//! doi:10.1080/00401706.1979.10489751.
//! Differs from them: genes lean to the penalty that serves all of them; gaps in expression are
//! filled by what other samples say; from a source cohort, coefficients shrink toward its own.
//!
//! Cost: samples² x features and samples³ once (or features² x samples and features³, where
//! features are fewer), samples² x genes for each penalty tried.

use imputome_core::{
    CompanionUse, Dataset, Error, FittedImputer, Imputation, Imputer, MethodCard, Result, Run,
    Scale, Setting, Summary, TableShape, Weights, settings,
};
use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::paired::{Absent, Known, Paired, estimate};
use super::regression::{Penalties, RidgeFit, RidgeRegression, Shrinkage};
use super::stored;
use super::summary::summary;
use super::transfer::prior;

pub(crate) static CARD: MethodCard = MethodCard {
    name: "ridge",
    title: "Ridge regression on a companion assay",
    idea: "Every gene is a sum over all features of another assay, with weights kept small.",
    source: "Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634; penalty after Golub, Heath and Wahba 1979, doi:10.1080/00401706.1979.10489751",
    differs: "penalties by exact leave-one-out errors, each gene's leaning to that of all; spread per estimate; starts from a source cohort by shrinking toward its coefficients",
    needs: "a companion assay of the same samples; makes no use of covariates or of the genes that a sample has measured",
    cost: "samples² x (features + genes) and samples³, or features² x samples and features³ where features are fewer",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Settings of ridge regression on a companion assay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ridge {
    /// Penalty as a share of the mean squared length of standardized samples, or none to choose
    /// it by leaving samples out.
    #[schemars(range(min = 0.000001, max = 1000000.0))]
    pub penalty: Option<f64>,
    /// Whether each gene's penalty leans to that of all, is its own or is shared.
    pub penalties: Penalties,
}

/// A ridge regression with the names of its genes and features.
#[derive(Clone, Debug)]
pub struct FittedRidge {
    pub(crate) genes: Vec<String>,
    pub(crate) features: Vec<String>,
    pub(crate) regression: RidgeRegression,
    pub(crate) absent: Absent,
    pub(crate) summary: Summary,
}

impl Ridge {
    /// Learns from the paired samples of `train`; gives the model itself.
    pub fn fit(&self, train: &Dataset, run: &Run) -> Result<FittedRidge> {
        self.check()?;
        let paired = Paired::of(train, CARD.name)?;
        run.proceed()?;
        run.progress().begin("decomposing the companion", 0);
        let shrinkage = Shrinkage {
            penalties: self.penalties,
            penalty: self.penalty,
            prior: None,
        };
        let features = paired.features.view();
        let fit =
            run.on_threads(|| RidgeRegression::fit(features, paired.targets(), &shrinkage, run))?;
        run.progress().end();
        Ok(FittedRidge::of(train, paired, fit))
    }

    /// The same, shrinking toward the coefficients that `start`, a [`FittedRidge`] of another cohort,
    /// holds for the same features and genes, by name.
    ///
    /// Refused when they share no feature or no gene.
    pub fn fit_toward(
        &self,
        start: &FittedRidge,
        train: &Dataset,
        run: &Run,
    ) -> Result<FittedRidge> {
        self.check()?;
        let mut paired = Paired::of(train, CARD.name)?;
        run.proceed()?;
        run.progress().begin("decomposing the companion", 0);
        let shared =
            run.on_threads(|| prior(start, &paired.feature_names, train.genes.as_slice(), run))?;
        let shrinkage = Shrinkage {
            penalties: self.penalties,
            penalty: None,
            prior: Some(&shared.coefficients),
        };
        let features = paired.features.view();
        let fit =
            run.on_threads(|| RidgeRegression::fit(features, paired.targets(), &shrinkage, run))?;
        run.progress().end();
        paired.remarks.extend(shared.remarks);
        Ok(FittedRidge::of(train, paired, fit))
    }
}

impl FittedRidge {
    fn of(train: &Dataset, paired: Paired, fit: RidgeFit) -> Self {
        let mut regression = fit.regression;
        stored::round(&mut regression);
        Self {
            genes: train.genes.as_slice().to_vec(),
            features: paired.feature_names,
            summary: summary(&fit.choice, paired.rows.len(), paired.remarks),
            absent: Absent::of(train),
            regression,
        }
    }

    /// What was learned, at the level of matrices.
    pub fn regression(&self) -> &RidgeRegression {
        &self.regression
    }

    /// Rebuilds what [`FittedImputer::weights`] stored.
    pub fn restore(weights: &Weights) -> Result<Self> {
        stored::restore(weights)
    }
}

impl Imputer for Ridge {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn companions(&self) -> CompanionUse {
        CompanionUse::Required
    }

    fn memory(&self, shape: TableShape) -> u64 {
        decomposition_memory(shape) + 4 * 6 * (shape.samples * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Ridge::fit(self, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(FittedRidge::restore(weights)?))
    }

    fn fit_from(
        &self,
        start: &Weights,
        train: &Dataset,
        run: &Run,
    ) -> Result<Box<dyn FittedImputer>> {
        if self.penalty.is_some() {
            return Err(Error::Refused(
                "ridge chooses its penalty anew when it starts from a source; leave penalty at none"
                    .into(),
            ));
        }
        let start = FittedRidge::restore(start)?;
        Ok(Box::new(self.fit_toward(&start, train, run)?))
    }
}

/// Bytes of the standardized features and their decomposition.
pub(super) fn decomposition_memory(shape: TableShape) -> u64 {
    let (samples, features) = (shape.samples, shape.companion_features);
    let smaller = samples.min(features);
    let tables = 4 * 4 * samples * features + 4 * 2 * smaller * (samples + features);
    // The Gram matrix, its eigenvectors and what finding them needs, in f64.
    (tables + 8 * 5 * smaller * smaller + 4 * smaller * shape.genes) as u64
}

impl FittedImputer for FittedRidge {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        run.proceed()?;
        let known = Known {
            method: CARD.name,
            genes: &self.genes,
            features: &self.features,
            centers: &self.regression.scale.center,
            absent: &self.absent,
        };
        estimate(data, &known, |features, _| {
            let told = |of: fn(&RidgeRegression, _) -> Array2<f32>| {
                run.on_threads(|| of(&self.regression, features))
            };
            let deviations = told(RidgeRegression::deviations);
            (told(RidgeRegression::apply), Some(deviations))
        })
    }

    fn weights(&self) -> Weights {
        stored::weights(self)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}
