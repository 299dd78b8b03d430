//! A method before it has learned, and after.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::{Dataset, Error, MethodCard, Result, Run, Setting, Summary, Weights, settings};

/// A method with its settings chosen and nothing learned yet.
///
/// Tables reach a method prepared: every gene was measured, with some variation, in at least one
/// training sample, and is standardized by its training rows ([`Imputer::prepared`]). Companion
/// assays are joined into one, over the features that vary among training rows, in their order;
/// a gap in it holds the feature's training mean.
pub trait Imputer: std::fmt::Debug + Send + Sync {
    /// Name, source and needs of the method.
    fn card(&self) -> &'static MethodCard;

    /// Its settings with their docs, values and limits.
    fn settings(&self) -> Vec<Setting>;

    /// Refuses settings outside their limits, before any data is read.
    fn check(&self) -> Result<()> {
        settings::check(self.card().name, &self.settings())
    }

    /// The scale on which tables reach it.
    fn prepared(&self) -> Prepared {
        Prepared::StandardScores
    }

    /// What it does with other assays of the same samples.
    fn companions(&self) -> CompanionUse {
        CompanionUse::Ignored
    }

    /// Bytes that fitting and imputing need beside the table itself; an estimate from above.
    fn memory(&self, shape: TableShape) -> u64;

    /// Learns from the measured entries of `train` and reads no others.
    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>>;

    /// Learning from some genes of a table at a time, from methods that learn each gene by itself:
    /// such tables need not stand in memory. What is learned is the same.
    fn gene_by_gene(&self) -> Option<Box<dyn GeneByGene>> {
        None
    }

    /// Rebuilds what an earlier `fit` learned.
    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>>;

    /// Starts from what another cohort taught (transfer learning).
    fn fit_from(
        &self,
        start: &Weights,
        train: &Dataset,
        run: &Run,
    ) -> Result<Box<dyn FittedImputer>> {
        let _ = (start, train, run);
        Err(Error::CannotTransfer {
            method: self.card().name.into(),
        })
    }
}

/// Learning by a method that learns each gene by itself, some genes at a time.
pub trait GeneByGene {
    /// Learns from the measured entries of the next genes of a table. Its samples, and what is known
    /// of them, are the same every time.
    fn learn(&mut self, genes: &Dataset, run: &Run) -> Result<()>;

    /// What was learned of all genes, as [`Imputer::fit`] on a table of them all gives it.
    fn finish(self: Box<Self>) -> Box<dyn FittedImputer>;
}

/// A method that has learned, ready for data over the same genes.
pub trait FittedImputer: Send + Sync {
    /// Rows that must be imputed together for each to get the bytes it gets among all.
    fn rows_together(&self) -> RowsTogether {
        RowsTogether::default()
    }

    /// Estimates every entry of `data`, measured or not, on the scale of `data`.
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation>;

    /// `count` versions of `data` with its gaps drawn from what the method leaves open, each of
    /// shape `[samples, genes]`, for multiple imputation; nothing from methods that draw none.
    fn completed_tables(
        &self,
        data: &Dataset,
        count: usize,
        run: &Run,
    ) -> Result<Option<Vec<Array2<f32>>>> {
        let _ = (data, count, run);
        Ok(None)
    }

    /// Everything `restore` needs, by name.
    fn weights(&self) -> Weights;

    /// How the fit went: learning curves, choices made, remarks.
    fn summary(&self) -> Summary;
}

impl std::fmt::Debug for dyn FittedImputer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FittedImputer")
    }
}

/// Estimates for every entry of a dataset.
#[derive(Clone, Debug)]
pub struct Imputation {
    /// Shape `[samples, genes]`, on the scale of the data imputed, all finite.
    pub estimates: Array2<f32>,
    /// Standard deviation of each estimate, same shape, from methods that give one.
    pub spread: Option<Array2<f32>>,
    /// What the user should know about these estimates, such as levels never seen in training.
    pub remarks: Vec<String>,
}

impl Imputation {
    /// Estimates without spread or remarks.
    pub fn of(estimates: Array2<f32>) -> Self {
        Self {
            estimates,
            spread: None,
            remarks: Vec::new(),
        }
    }

    /// The table with its gaps filled and its measured entries untouched, bit for bit.
    pub fn fill(self, data: &Dataset) -> Array2<f32> {
        let mut filled = self.estimates;
        ndarray::Zip::from(&mut filled)
            .and(&data.values)
            .and(&data.measured.0)
            .for_each(|filled, &value, &measured| {
                if measured {
                    *filled = value;
                }
            });
        filled
    }
}

/// Rows that a fitted method must meet at once, for each to get the bytes that it gets in the whole table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowsTogether {
    /// Each row is imputed by itself.
    One,
    /// Blocks of [`RowsTogether::BLOCK`] rows meet in matrix products, counted from the first.
    #[default]
    Blocks,
    /// A row may be filled from any other one.
    All,
}

impl RowsTogether {
    /// Rows of a block: no method takes larger ones, and what smaller ones it takes divides it.
    pub const BLOCK: usize = 1024;
}

/// The scale on which tables reach a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prepared {
    /// Each gene in standard scores by its training rows.
    #[default]
    StandardScores,
    /// In the unit of the table; the method does its own scaling.
    AsGiven,
}

/// What a method does with other assays of the same samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompanionUse {
    /// Nothing.
    Ignored,
    /// Takes their features for further columns of the table, in standard scores.
    Stacked,
    /// Learns expression from them, and cannot do without.
    Required,
}

/// The size of a table and of what is known of its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// Rows.
    pub samples: usize,
    /// Columns.
    pub genes: usize,
    /// Levels of all categorical covariates plus numeric ones.
    pub covariate_columns: usize,
    /// Features of all companion assays.
    pub companion_features: usize,
}

impl TableShape {
    /// The shape of a dataset.
    pub fn of(data: &Dataset) -> Self {
        let encoder = crate::CovariateEncoder::fit(&data.covariates);
        let levels: usize = encoder.categorical.iter().map(|c| c.levels.len()).sum();
        Self {
            samples: data.n_samples(),
            genes: data.n_genes(),
            covariate_columns: levels + encoder.numeric.len(),
            companion_features: data.companions.iter().map(|c| c.n_features()).sum(),
        }
    }
}
