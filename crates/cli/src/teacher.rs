//! Where fills come from: a model fitted earlier, or a method that learns from the table itself.

use std::path::Path;

use imputome::cells::CellModel;
use imputome::{CompanionQuantiles, Method, Model, Normalization};
use imputome_core::{CovariateValues, Covariates, Run, Weights};
use imputome_io::ReadOptions;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::levels::expect_within;
use crate::memory;
use crate::plan::{ImputePlan, method_with, settings_with};
use crate::reading::{Table, expect_scale};
use crate::transfer::Beginning;

/// The method of the demo's model: near the best of the catalog on bulk expression, and fast (docs/methods/factor.md).
pub(crate) const QUICK_METHOD: &str = "factor";

/// The fact of a model file that tells what kinds its covariates are.
const KINDS: &str = "covariate-kinds";

/// Where fills come from.
pub(crate) enum Teacher {
    /// A model fitted earlier.
    Model(Box<KnownModel>),
    /// A method that learns from the table itself, and the scale on which it does.
    Method(Method, Normalization),
    /// None was named: the shape of the table decides which learns from it. Until then the one of small tables.
    Unnamed(Method, Normalization),
}

/// A model from a file.
pub(crate) struct KnownModel {
    pub(crate) model: Model,
    kinds: CovariateKinds,
}

/// Covariates by kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CovariateKinds {
    categorical: Vec<String>,
    numeric: Vec<String>,
}

impl CovariateKinds {
    /// Those of a table.
    pub(crate) fn of(covariates: &Covariates) -> Self {
        let mut kinds = Self::default();
        for column in covariates.columns() {
            let names = match column.values {
                CovariateValues::Categorical(_) => &mut kinds.categorical,
                CovariateValues::Numeric(_) => &mut kinds.numeric,
            };
            names.push(column.name.clone());
        }
        kinds
    }

    /// A model with these beside it, as a model file holds it.
    pub(crate) fn beside(&self, model: &Model) -> Weights {
        model.to_weights().with_fact(KINDS, self)
    }
}

impl Teacher {
    /// What a plan asks for.
    pub(crate) fn of(plan: &ImputePlan, beginning: &Beginning) -> Result<Self> {
        if let Some(file) = &plan.model {
            let known =
                KnownModel::read(file)?.with_quantiles(plan.transfer.companion_quantiles)?;
            return Ok(Self::Model(Box::new(known)));
        }
        let normalization = plan.normalization.clone();
        if let (None, Some(known)) = (&plan.method, beginning.method()) {
            let settings = settings_with(known, &plan.settings);
            let method = method_with(known.name(), &settings)?;
            return Ok(Self::Method(method, normalization));
        }
        let Some(spec) = &plan.method else {
            if !plan.settings.is_empty() {
                return Err(Failure::usage(
                    "--set changes a setting of a method, and none is named",
                )
                .hint("name the method with --method; `imputome methods` lists them"));
            }
            return Ok(Self::Unnamed(Method::named("blend")?, normalization));
        };
        Ok(Self::Method(
            method_with(spec, &plan.settings)?,
            normalization,
        ))
    }

    /// The method, whether it has learned or will.
    pub(crate) fn method(&self) -> &Method {
        match self {
            Self::Model(known) => &known.model.method,
            Self::Method(method, _) | Self::Unnamed(method, _) => method,
        }
    }

    /// The same once the table is known, and a word on the method where none was named.
    pub(crate) fn decided(self, table: &Table) -> (Self, Option<String>) {
        let Self::Unnamed(_, normalization) = self else {
            return (self, None);
        };
        let method = Method::unnamed_for(&table.data);
        let partly = |s: usize| {
            let measured = table.data.measured.row(s).iter().filter(|m| **m).count();
            measured > 0 && measured < table.data.n_genes()
        };
        let scattered = method.needs_companion() && (0..table.data.n_samples()).any(partly);
        let mut remark = format!(
            "no --method or --model given: using {}, the choice for a table of {} x {}{} (`imputome methods` lists others)",
            method.name(),
            table.data.n_samples(),
            table.data.n_genes(),
            if table.data.companions.is_empty() {
                ""
            } else {
                " with a companion"
            }
        );
        if scattered {
            remark += "; it fills single gaps of measured samples from the companion alone, where --method factor goes by their other genes too";
        }
        (Self::Method(method, normalization), Some(remark))
    }

    /// How covariates are read: kinds are those of the model, never guessed from a few samples.
    pub(crate) fn reading_options(&self, mut options: ReadOptions) -> Result<ReadOptions> {
        let Self::Model(known) = self else {
            return Ok(options);
        };
        let Some(covariates) = &mut options.covariates else {
            return Ok(options);
        };
        let named = !covariates.categorical.is_empty() || !covariates.numeric.is_empty();
        if named || known.kinds == CovariateKinds::default() {
            return Ok(options);
        }
        covariates.source = covariates.source.clone().rereadable()?;
        let present = imputome_io::covariate_names(&covariates.source)?;
        let among = |known: &[String]| -> Vec<String> {
            known
                .iter()
                .filter(|name| present.contains(name))
                .cloned()
                .collect()
        };
        covariates.categorical = among(&known.kinds.categorical);
        covariates.numeric = among(&known.kinds.numeric);
        if covariates.categorical.is_empty() && covariates.numeric.is_empty() {
            return Err(Failure::input(format!(
                "{}: none of the model's covariates ({}) is among its columns ({})",
                covariates.source.name(),
                known.model.preparation.covariates.join(", "),
                present.join(", ")
            ))
            .hint("name the columns as in the training table, or leave --covariates out"));
        }
        Ok(options)
    }

    /// The model that fills `table`, fitted now if need be.
    pub(crate) fn model(
        self,
        beginning: Beginning,
        table: &Table,
        run: &Run,
        context: &Context,
    ) -> Result<Model> {
        memory::expect_room(self.method(), &table.data, context.memory_limit)?;
        match self {
            Self::Model(known) => Ok(known.model),
            Self::Method(method, normalization) | Self::Unnamed(method, normalization) => {
                table.expect_several_samples()?;
                expect_within(&normalization, &table.data)?;
                expect_scale(&method, &normalization, &table.data)?;
                beginning.fit(method, &normalization, table, run, context)
            }
        }
    }
}

impl KnownModel {
    /// The model in a file.
    pub(crate) fn read(file: &str) -> Result<Self> {
        let weights = imputome_io::read_model(Path::new(file))?;
        if CellModel::is_stored_in(&weights) {
            return Err(Failure::usage(format!(
                "{file} was learned from counts of single cells, and can be used on files of cells alone (h5ad, 10x, loom)"
            ))
            .hint("learn one from a table of samples; or, if your table holds counts of cells, make a file of cells of it: imputome convert TABLE CELLS.h5ad"));
        }
        let model = Model::from_weights(&weights)
            .map_err(|error| Failure::input(format!("{file}: {error}")))?;
        // Models saved through the library alone do not tell; kinds are guessed for them.
        let kinds = weights.fact(KINDS).unwrap_or_default();
        Ok(Self { model, kinds })
    }

    /// The same taking companions as asked for; one that was tuned at the quantiles of its source
    /// stays there.
    pub(crate) fn with_quantiles(self, asked: CompanionQuantiles) -> Result<Self> {
        match asked {
            CompanionQuantiles::Own => Ok(self),
            CompanionQuantiles::Source => Ok(Self {
                model: self.model.with_companion_quantiles(asked)?,
                ..self
            }),
        }
    }
}
