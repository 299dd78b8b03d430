//! Every method, by the name used in settings, on the command line and in Python.

use imputome_classical::{
    BloodSurrogate, Factor, GaussianOfGenes, Knn, Lasso, Mean, Median, Mice, MissForest,
    NonzeroMean, Pcr, Ridge, Softimpute, Svd, Tobmi,
};
use imputome_core::{CompanionUse, Dataset, Error, Imputer, Result, TableShape, settings};
use imputome_neural::{DeepImpute, GainGtex, GainMse, Pmi, Tdimpute};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::blend::Blend;

/// A method with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum Method {
    /// Weighted mean of other methods (ours).
    Blend(Blend),
    /// Pseudo-mask imputer, a network (Viñas et al. 2021).
    Pmi(Pmi),
    /// Generative adversarial imputation, two networks (Viñas et al. 2021).
    GainGtex(GainGtex),
    /// The generator of `gain-gtex` without its adversary.
    GainMse(GainMse),
    /// Network from a companion assay (Zhou et al. 2020).
    Tdimpute(Tdimpute),
    /// Small networks over groups of genes, for single cells (Arisdakessian et al. 2019).
    #[serde(rename = "deepimpute")]
    DeepImpute(DeepImpute),
    /// Factor analysis over tissues and genes (ours).
    Factor(Factor),
    /// Gaussian of all genes (ours).
    Gaussian(GaussianOfGenes),
    /// Soft-thresholded SVD (Mazumder, Hastie and Tibshirani 2010).
    Softimpute(Softimpute),
    /// Iterative SVD (Troyanskaya et al. 2001).
    Svd(Svd),
    /// Chained equations (van Buuren and Groothuis-Oudshoorn 2011).
    Mice(Mice),
    /// Mean of the nearest samples.
    Knn(Knn),
    /// Chained random forests (Stekhoven and Bühlmann 2012).
    #[serde(rename = "missforest")]
    MissForest(MissForest),
    /// Ridge regression on another assay (Hoerl and Kennard 1970).
    Ridge(Ridge),
    /// Lasso or elastic net on another assay (Tibshirani 1996).
    Lasso(Lasso),
    /// Principal component regression on another assay (Massy 1965).
    Pcr(Pcr),
    /// Mean of the nearest samples by another assay (Dong et al. 2019).
    Tobmi(Tobmi),
    /// The same donor's whole blood.
    BloodSurrogate(BloodSurrogate),
    /// Median of the tissue.
    Median(Median),
    /// Mean of the gene.
    Mean(Mean),
    /// Mean of the gene's entries that are not zero.
    NonzeroMean(NonzeroMean),
}

impl Method {
    /// Every method with its default settings, in the order of the reference pages.
    pub fn all() -> Vec<Self> {
        vec![
            Self::Blend(Blend::default()),
            Self::Pmi(Pmi::default()),
            Self::GainGtex(GainGtex::default()),
            Self::GainMse(GainMse::default()),
            Self::Tdimpute(Tdimpute::default()),
            Self::DeepImpute(DeepImpute::default()),
            Self::Factor(Factor::default()),
            Self::Gaussian(GaussianOfGenes::default()),
            Self::Softimpute(Softimpute::default()),
            Self::Svd(Svd::default()),
            Self::Mice(Mice::default()),
            Self::Knn(Knn::default()),
            Self::MissForest(MissForest::default()),
            Self::Ridge(Ridge::default()),
            Self::Lasso(Lasso::default()),
            Self::Pcr(Pcr::default()),
            Self::Tobmi(Tobmi::default()),
            Self::BloodSurrogate(BloodSurrogate::default()),
            Self::Median(Median::default()),
            Self::Mean(Mean::default()),
            Self::NonzeroMean(NonzeroMean::default()),
        ]
    }

    /// The method used on a table of this shape when none is named: `blend`, and `factor` where that would take many minutes.
    pub fn unnamed(shape: TableShape) -> Self {
        if Blend::suits_unasked(shape) {
            Self::Blend(Blend::default())
        } else {
            Self::Factor(Factor::default())
        }
    }

    /// The method used on a table when none is named: by its shape, or one that learns from the
    /// companion where there is one: `tdimpute` for samples without expression, else `factor`.
    pub fn unnamed_for(data: &Dataset) -> Self {
        let lacks = |s: usize| !data.expressed(s) && data.companions.iter().any(|c| c.present(s));
        match data.companions.is_empty() {
            true => Self::unnamed(TableShape::of(data)),
            false if (0..data.n_samples()).any(lacks) => Self::Tdimpute(Tdimpute::default()),
            false => Self::Factor(Factor::default()),
        }
    }

    /// The method as something that can learn.
    pub fn imputer(&self) -> &dyn Imputer {
        match self {
            Self::Blend(method) => method,
            Self::Pmi(method) => method,
            Self::GainGtex(method) => method,
            Self::GainMse(method) => method,
            Self::Tdimpute(method) => method,
            Self::DeepImpute(method) => method,
            Self::Factor(method) => method,
            Self::Gaussian(method) => method,
            Self::Softimpute(method) => method,
            Self::Svd(method) => method,
            Self::Mice(method) => method,
            Self::Knn(method) => method,
            Self::MissForest(method) => method,
            Self::Ridge(method) => method,
            Self::Lasso(method) => method,
            Self::Pcr(method) => method,
            Self::Tobmi(method) => method,
            Self::BloodSurrogate(method) => method,
            Self::Median(method) => method,
            Self::Mean(method) => method,
            Self::NonzeroMean(method) => method,
        }
    }

    /// Bytes that fitting and imputing a table of this shape need beside the table; an estimate
    /// from above.
    pub fn memory(&self, shape: TableShape) -> u64 {
        let imputer = self.imputer();
        let stacked = match imputer.companions() {
            CompanionUse::Stacked => shape.companion_features,
            CompanionUse::Ignored | CompanionUse::Required => 0,
        };
        imputer.memory(TableShape {
            genes: shape.genes + stacked,
            ..shape
        })
    }

    /// True when it learns expression from another assay and cannot do without.
    pub fn needs_companion(&self) -> bool {
        self.imputer().companions() == CompanionUse::Required
    }

    /// True when it makes something of other assays of the same samples.
    pub fn uses_companions(&self) -> bool {
        self.imputer().companions() != CompanionUse::Ignored
    }

    /// Its name in the catalog.
    pub fn name(&self) -> &'static str {
        self.imputer().card().name
    }

    /// True when it draws completed tables ([`Model::completed_tables`](crate::Model::completed_tables)).
    pub fn draws(&self) -> bool {
        matches!(self, Self::Mice(_))
    }

    /// Why completed tables are refused.
    pub(crate) fn draws_none(&self) -> Error {
        let all = Self::all();
        Error::CannotDraw {
            method: self.name().into(),
            able: list(all.iter().filter(|m| m.draws()).map(Self::name)),
        }
    }

    /// The method called `name`, with default settings.
    pub fn named(name: &str) -> Result<Self> {
        let all = Self::all();
        all.iter()
            .find(|m| m.name() == name)
            .cloned()
            .ok_or_else(|| Error::UnknownMethod {
                name: name.into(),
                known: list(all.iter().map(Self::name)),
            })
    }

    /// The method written as `name[:preset][:setting=value]...`, such as
    /// `knn:neighbors=20:weights=distance` or `pmi:published-inductive`, with every setting
    /// within its limits.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = text.split(':');
        let mut method = Self::named(parts.next().unwrap_or_default())?;
        for part in parts {
            method = match part.split_once('=') {
                Some((setting, value)) => method.with(setting, value)?,
                None => method.preset(part)?,
            };
        }
        method.imputer().check()?;
        Ok(method)
    }

    /// The settings of a preset in place of these.
    pub fn preset(&self, preset: &str) -> Result<Self> {
        let found = match self {
            Self::Pmi(_) => Pmi::preset(preset).map(Self::Pmi),
            Self::GainGtex(_) => GainGtex::preset(preset).map(Self::GainGtex),
            Self::GainMse(_) => GainMse::preset(preset).map(Self::GainMse),
            Self::Tdimpute(_) => Tdimpute::preset(preset).map(Self::Tdimpute),
            Self::DeepImpute(_) => DeepImpute::preset(preset).map(Self::DeepImpute),
            Self::Mice(_) => Mice::preset(preset).map(Self::Mice),
            Self::Softimpute(_) => Softimpute::preset(preset).map(Self::Softimpute),
            Self::Svd(_) => Svd::preset(preset).map(Self::Svd),
            Self::Blend(_)
            | Self::Factor(_)
            | Self::Gaussian(_)
            | Self::Knn(_)
            | Self::MissForest(_)
            | Self::Ridge(_)
            | Self::Lasso(_)
            | Self::Pcr(_)
            | Self::Tobmi(_)
            | Self::BloodSurrogate(_)
            | Self::Median(_)
            | Self::Mean(_)
            | Self::NonzeroMean(_) => None,
        };
        found.ok_or_else(|| Error::UnknownPreset {
            method: self.name().into(),
            preset: preset.into(),
            known: list(self.imputer().card().presets.iter().map(|p| p.name)),
        })
    }

    /// The method with one setting changed, its value given as typed.
    pub fn with(&self, setting: &str, value: &str) -> Result<Self> {
        let known = self.imputer().settings();
        let described =
            known
                .iter()
                .find(|s| s.name == setting)
                .ok_or_else(|| Error::UnknownSetting {
                    method: self.name().into(),
                    setting: setting.into(),
                    known: list(known.iter().map(|s| s.name.as_str())),
                })?;
        self.with_value(setting, settings::parse(self.name(), described, value)?)
    }

    /// The method with one setting changed. Limits are for [`Imputer::check`] to refuse.
    pub fn with_value(&self, setting: &str, value: Value) -> Result<Self> {
        let mut fields = serde_json::to_value(self).expect("settings are plain data");
        fields[setting] = value.clone();
        serde_json::from_value(fields).map_err(|error| {
            let settings = self.imputer().settings().into_iter();
            let limit = { settings }.find(|known| known.name == setting);
            Error::IllegalSetting {
                method: self.name().into(),
                setting: setting.into(),
                rule: limit.map_or_else(|| error.to_string(), |known| known.limit.to_string()),
                found: value.to_string(),
            }
        })
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::{Companion, Names};
    use ndarray::array;

    #[test]
    fn without_a_name_the_shape_of_the_table_decides() {
        let name = |samples, genes| {
            let covariate_columns = 0;
            let shape = TableShape {
                samples,
                genes,
                covariate_columns,
                companion_features: 0,
            };
            Method::unnamed(shape).name()
        };
        assert_eq!((name(3797, 469), name(350, 2000)), ("blend", "blend"));
        assert_eq!((name(350, 5000), name(15_201, 200)), ("factor", "factor"));
    }

    #[test]
    fn samples_without_expression_are_for_a_method_that_learns_from_the_companion() {
        let names = |kind| Names::new(kind, vec!["a".into(), "b".into()]).unwrap();
        let table = |values| {
            let betas = Companion::new("betas", array![[0.1, 0.2], [0.3, 0.4]], names("feature"));
            Dataset::new(values, names("sample"), names("gene"))
                .and_then(|data| data.with_companions(vec![betas.unwrap()]))
                .unwrap()
        };
        let nan = f32::NAN;
        let name = |values| Method::unnamed_for(&table(values)).name();
        assert_eq!(name(array![[1.0, 2.0], [nan, nan]]), "tdimpute");
        assert_eq!(name(array![[1.0, 2.0], [nan, 3.0]]), "factor");
    }

    #[test]
    fn a_spec_names_method_preset_and_settings() {
        let knn = Method::parse("knn:neighbors=7:weights=uniform").unwrap();
        let settings = knn.imputer().settings();
        let value = |name: &str| {
            settings
                .iter()
                .find(|s| s.name == name)
                .unwrap()
                .value
                .clone()
        };
        assert_eq!(value("neighbors"), Value::from(7));
        assert_eq!(value("weights"), Value::from("uniform"));
        assert!(Method::parse("pmi:published-inductive").is_ok());
    }

    #[test]
    fn what_is_not_known_is_answered_with_what_is() {
        let message = |spec: &str| Method::parse(spec).expect_err("unknown").to_string();
        assert!(message("knnn").contains("known methods: blend, pmi, "));
        assert!(message("knn:neighbours=3").contains("it knows neighbors, weights"));
        assert!(message("knn:published").contains("it knows none"));
        assert!(message("knn:neighbors=0").contains("a whole number of at least 1"));
    }

    #[test]
    fn settings_survive_a_round_trip_through_json() {
        for method in Method::all() {
            let text = serde_json::to_string(&method).unwrap();
            assert_eq!(serde_json::from_str::<Method>(&text).unwrap(), method);
        }
    }
}
