//! From a table to a fitted model, and from a model to a completed table.
//!
//! Methods meet prepared tables only: genes with something to learn, in standard scores by the
//! training rows. What stands between a user's table and that is here: genes that never vary
//! or were never measured, genes in another order, missing or extra ones, the scale, and the
//! normalization where one is asked for.

mod align;
mod companions;
mod gene_names;
mod lent;
mod prepare;
mod quantiles;
mod store;
mod survey;

use std::borrow::Cow;

use imputome_core::prepare::Normalization;
use imputome_core::{Dataset, Error, FittedImputer, Imputation, Result, Run, Summary};
use imputome_neural::embeddings;
use ndarray::Array2;

pub use align::Alignment;
pub use companions::CompanionFeatures;
pub use imputome_neural::Embedding;
pub use lent::Tally;
pub use prepare::{GeneRole, Preparation};
pub use quantiles::{AssayQuantiles, CompanionQuantiles};

use crate::Method;

/// A method after it has learned from a table, ready for tables over the same genes.
#[derive(Debug)]
pub struct Model {
    /// The method and its settings.
    pub method: Method,
    /// What was learned about the table before the method saw it.
    pub preparation: Preparation,
    /// Nothing when no gene varies, so that there was nothing to learn.
    fitted: Option<Box<dyn FittedImputer>>,
}

/// A table with its gaps filled.
#[derive(Clone, Debug)]
pub struct Completed {
    /// Shape `[samples, genes]` of the table given: measured values as they were, gaps filled,
    /// and not a number where neither table nor model knows the gene.
    pub values: Array2<f32>,
    /// Standard deviation of each fill, same shape, 0 at measured entries, from methods that
    /// give one.
    pub spread: Option<Array2<f32>>,
    /// Genes that the model knows and the table does not have.
    pub added: AddedGenes,
    /// Gaps filled.
    pub filled: usize,
    /// Gaps left, in genes that the model has never seen measured.
    pub left: usize,
    /// What the user should know.
    pub remarks: Vec<String>,
}

/// Estimates of genes that the model knows and a table does not have.
#[derive(Clone, Debug, Default)]
pub struct AddedGenes {
    /// Their names, in the model's order.
    pub genes: Vec<String>,
    /// Estimates, shape `[samples, genes]`.
    pub values: Array2<f32>,
}

impl Model {
    /// Learns from the measured entries of `train`.
    ///
    /// Refused when a setting is out of its limits, or the table has nothing measured.
    pub fn fit(method: Method, train: &Dataset, run: &Run) -> Result<Self> {
        Self::fit_normalized(method, &Normalization::default(), train, run)
    }

    /// Learns from the measured entries of `train` after they were normalized; what the model
    /// estimates is brought back to the scale of the table.
    ///
    /// Refused as by [`Model::fit`], and when the table cannot be normalized so.
    pub fn fit_normalized(
        method: Method,
        normalization: &Normalization,
        train: &Dataset,
        run: &Run,
    ) -> Result<Self> {
        method.imputer().check()?;
        let (preparation, normalized) =
            run.on_threads(|| Preparation::learn_normalized(train, normalization))?;
        let preparation = preparation.for_method(method.imputer(), train)?;
        let table = match normalized {
            Cow::Borrowed(train) => preparation.apply(train)?,
            Cow::Owned(normalized) => preparation.apply_to(normalized)?,
        };
        Self::fit_prepared(method, preparation, &table, run)
    }

    /// As [`Model::fit`], with less memory: the method learns from `train` itself, brought to the scale
    /// that it asks for where it lies.
    ///
    /// No second table is made where the entries of each gene lie one after another, as
    /// [`LentTable::to_dataset`] gives them.
    ///
    /// [`LentTable::to_dataset`]: imputome_core::LentTable::to_dataset
    pub fn fit_owned(method: Method, train: Dataset, run: &Run) -> Result<Self> {
        Self::fit_owned_normalized(method, &Normalization::default(), train, run)
    }

    /// As [`Model::fit_normalized`], with less memory as by [`Model::fit_owned`].
    pub fn fit_owned_normalized(
        method: Method,
        normalization: &Normalization,
        train: Dataset,
        run: &Run,
    ) -> Result<Self> {
        method.imputer().check()?;
        let (preparation, normalized) =
            run.on_threads(|| Preparation::learn_normalized(&train, normalization))?;
        let normalized = match normalized {
            Cow::Owned(normalized) => Some(normalized),
            Cow::Borrowed(_) => None,
        };
        let train = normalized.unwrap_or(train);
        let preparation = preparation.for_method(method.imputer(), &train)?;
        let table = preparation.apply_to(train)?;
        Self::fit_prepared(method, preparation, &table, run)
    }

    fn fit_prepared(
        method: Method,
        preparation: Preparation,
        table: &Dataset,
        run: &Run,
    ) -> Result<Self> {
        let fitted = match preparation.learned().is_empty() {
            true => None,
            false => Some(method.imputer().fit(table, run)?),
        };
        Ok(Self {
            method,
            preparation,
            fitted,
        })
    }

    /// Learns from `train` beginning with what another cohort taught (transfer learning): `start`
    /// is a model of the same method fitted there. Genes and features are matched by name; where
    /// `start` takes companions at the quantiles of its source ([`Model::with_companion_quantiles`]),
    /// so does the model, now and later.
    ///
    /// Refused as by [`Model::fit`], by methods that cannot be tuned, and when the method of
    /// `start` is another.
    pub fn fit_from(start: &Self, method: Method, train: &Dataset, run: &Run) -> Result<Self> {
        method.imputer().check()?;
        if method.name() != start.method.name() {
            return Err(Error::Unusable(format!(
                "a model of {} cannot be the start of {}; name the same method, or none",
                start.method.name(),
                method.name()
            )));
        }
        if start.preparation.normalizer.is_some() {
            return Err(Error::Unusable(
                "a model fitted on normalized values cannot be tuned: source and target must stand on one scale; fit the source without normalization".into(),
            ));
        }
        align::expect_scale(start.preparation.scale, train.scale)?;
        let preparation = Preparation::learn(train)?;
        let preparation = preparation.for_tuning(method.imputer(), train, &start.preparation)?;
        let taught = start.fitted.as_ref().map(|fitted| fitted.weights());
        let table = preparation.apply(train)?;
        let fitted = match (preparation.learned().is_empty(), taught) {
            (true, _) => None,
            (false, None) => Some(method.imputer().fit(&table, run)?),
            (false, Some(taught)) => Some(method.imputer().fit_from(&taught, &table, run)?),
        };
        Ok(Self {
            method,
            preparation,
            fitted,
        })
    }

    /// The same model taking companions as they are, or each sample at the quantiles of the samples
    /// learned from (of its source where it was tuned), for cohorts measured elsewhere.
    ///
    /// Refused when it was fitted without a companion or keeps no quantiles.
    pub fn with_companion_quantiles(mut self, quantiles: CompanionQuantiles) -> Result<Self> {
        let companions = self.preparation.companions.as_mut();
        CompanionFeatures::expect_quantiles(companions)?.quantiles = quantiles;
        Ok(self)
    }

    /// Fills the gaps of `data`. Columns are matched by name: order does not matter, genes that
    /// the table lacks count as gaps, genes that the model does not know stay as they are.
    ///
    /// Refused when no gene is known to the model, or the two scales are known and differ.
    pub fn impute(&self, data: &Dataset, run: &Run) -> Result<Completed> {
        let alignment = Alignment::between(&self.preparation, data)?;
        let imputation = self.estimate_known(data, &alignment, run)?;
        Ok(alignment.complete(&self.preparation, data, imputation))
    }

    /// `count` completed tables, the gaps of each drawn from what the method leaves open, for
    /// multiple imputation: an analysis is done on each, and its results are pooled
    /// (Rubin 1987, doi:10.1002/9780470316696).
    ///
    /// Refused as by [`Model::impute`], and by methods that draw none ([`Method::draws`]).
    pub fn completed_tables(
        &self,
        data: &Dataset,
        count: usize,
        run: &Run,
    ) -> Result<Vec<Completed>> {
        let alignment = Alignment::between(&self.preparation, data)?;
        let (known, _) = self.known(data, &alignment, run)?;
        let tables = match &self.fitted {
            Some(fitted) => {
                let (scaled, _) = self.preparation.reach_method(known, data)?;
                fitted.completed_tables(&scaled, count, run)?
            }
            None => Some(vec![known.values; count]),
        };
        let tables = tables.ok_or_else(|| self.method.draws_none())?;
        let finish = |values| {
            let mut drawn = Imputation::of(values);
            if self.fitted.is_some() {
                self.preparation.leave_method(&mut drawn);
            }
            run.on_threads(|| {
                self.preparation
                    .undo_normalization(&data.covariates, &mut drawn);
            });
            alignment.complete(&self.preparation, data, drawn)
        };
        Ok(tables.into_iter().map(finish).collect())
    }

    /// Estimates for every entry of `data`, measured or not; not a number in genes that the
    /// model does not know. What evaluation judges.
    pub fn estimate(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        let alignment = Alignment::between(&self.preparation, data)?;
        let known = self.estimate_known(data, &alignment, run)?;
        Ok(Imputation {
            estimates: alignment.spread_out(&self.preparation, data, &known.estimates),
            spread: known
                .spread
                .as_ref()
                .map(|s| alignment.spread_out_deviations(data, s)),
            remarks: known.remarks,
        })
    }

    /// How the fit went.
    pub fn summary(&self) -> Summary {
        let mut summary = self
            .fitted
            .as_ref()
            .map(|fitted| fitted.summary())
            .unwrap_or_default();
        if let Some(normalizer) = &self.preparation.normalizer {
            summary.remarks.extend(normalizer.remarks_on_training());
        }
        summary
    }

    /// How many donors (or samples without donors) of a table it was fitted on: their values are
    /// no test of it.
    pub fn donors_seen(&self, data: &Dataset) -> usize {
        self.preparation.donors_seen(data)
    }

    /// What its network learned about the levels of each categorical covariate, such as tissues.
    ///
    /// Refused for methods without a network.
    pub fn embeddings(&self) -> Result<Vec<Embedding>> {
        match &self.fitted {
            Some(fitted) => embeddings(&fitted.weights()).map_err(|_| {
                Error::Unusable(format!(
                    "{} has no network, and so no embeddings; fit pmi, gain-gtex or gain-mse, with covariates",
                    self.method.name()
                ))
            }),
            None => Ok(Vec::new()),
        }
    }

    /// The genes learned, normalized, and what there is to say about that.
    fn known(
        &self,
        data: &Dataset,
        alignment: &Alignment,
        run: &Run,
    ) -> Result<(Dataset, Vec<String>)> {
        let known = alignment.known_genes(&self.preparation, data);
        let mut remarks = Vec::new();
        if let Some(normalizer) = &self.preparation.normalizer {
            remarks = normalizer.remarks_on(&self.preparation.learned(), &known);
        }
        let known = run.on_threads(|| self.preparation.normalized(known))?;
        Ok((known, remarks))
    }

    /// Estimates over the genes learned, on the scale of the table.
    fn estimate_known(
        &self,
        data: &Dataset,
        alignment: &Alignment,
        run: &Run,
    ) -> Result<Imputation> {
        let (known, remarks) = self.known(data, alignment, run)?;
        let Some(fitted) = &self.fitted else {
            return Ok(Imputation::of(known.values));
        };
        let (scaled, of_companions) = self.preparation.reach_method(known, data)?;
        let mut imputation = fitted.impute(&scaled, run)?;
        self.preparation.leave_method(&mut imputation);
        run.on_threads(|| {
            self.preparation
                .undo_normalization(&data.covariates, &mut imputation);
        });
        imputation.remarks.extend(remarks);
        imputation.remarks.extend(of_companions);
        imputation
            .remarks
            .extend(self.preparation.far_from_training(&scaled));
        imputation
            .remarks
            .extend(self.preparation.other_floor(data));
        Ok(imputation)
    }
}
