//! Factor analysis with covariates.

use imputome_core::{
    Dataset, FittedImputer, Imputation, Imputer, MethodCard, Result, Run, Scale, Setting, Summary,
    TableShape, Weights, settings,
};
use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::per_gene::mean::gene_means;

static CARD: MethodCard = MethodCard {
    name: "factor",
    title: "Factor analysis",
    idea: "Genes follow a few shared factors plus noise of their own; a gap gets its mean given what the sample has measured.",
    source: "ours: maximum likelihood factor analysis (Rubin and Thayer 1982, doi:10.1007/BF02293851) that leaves gaps out",
    differs: "covariates take part; the number of factors is chosen by masked validation",
    needs: "nothing beside the table; categorical and numeric covariates help",
    cost: "samples x genes x factors squared per round of EM",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Settings of factor analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Factor {
    /// Number of factors, or none to choose it by masked validation.
    #[schemars(range(min = 1))]
    pub factors: Option<usize>,
}

impl Default for Factor {
    fn default() -> Self {
        Self { factors: None }
    }
}

/// A fitted factor model.
#[derive(Clone, Debug)]
pub struct FittedFactor {
    genes: Vec<String>,
    means: Vec<f32>,
}

impl Factor {
    /// Learns from the measured entries of `train`.
    pub fn fit(&self, train: &Dataset, run: &Run) -> Result<FittedFactor> {
        self.check()?;
        run.proceed()?;
        Ok(FittedFactor {
            genes: train.genes.as_slice().to_vec(),
            means: gene_means(train),
        })
    }

    /// Rebuilds what an earlier fit learned.
    pub fn restore(&self, weights: &Weights) -> Result<FittedFactor> {
        let genes: Vec<String> = weights.fact("genes")?;
        let means = weights.tensor("means", &[genes.len()])?.to_vec();
        Ok(FittedFactor { genes, means })
    }
}

impl FittedFactor {
    /// Estimates of every entry, shape `[samples, genes]`.
    pub fn estimates(&self, data: &Dataset, run: &Run) -> Result<Array2<f32>> {
        run.proceed()?;
        data.expect_genes(CARD.name, &self.genes)?;
        Ok(Array2::from_shape_fn(
            (data.n_samples(), self.genes.len()),
            |(_, g)| self.means[g],
        ))
    }
}

impl Imputer for Factor {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        (4 * shape.samples * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(self.fit(train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(self.restore(weights)?))
    }
}

impl FittedImputer for FittedFactor {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        Ok(Imputation::of(self.estimates(data, run)?))
    }

    fn weights(&self) -> Weights {
        Weights::new()
            .with_tensor("means", &[self.means.len()], self.means.clone())
            .with_fact("genes", &self.genes)
    }

    fn summary(&self) -> Summary {
        Summary::default()
    }
}
