//! What a simulation is made of.

use imputome_core::{Error, Result, Setting, settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What messages call the simulation.
const METHOD: &str = "splatter";

/// Settings of the Splatter simulation. Names in brackets are those of the paper's parameters;
/// defaults are those of its program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SplatterSettings {
    /// Genes (nGenes).
    #[schemars(range(min = 1))]
    pub genes: usize,
    /// Share of the cells in each group (group.prob); the shares must add up to 1.
    #[schemars(inner(range(min = 0.0, max = 1.0)))]
    pub groups: Vec<f64>,
    /// Shape of the gamma distribution of gene means (mean.shape).
    #[schemars(range(min = 0.01))]
    pub mean_shape: f64,
    /// Rate of the gamma distribution of gene means (mean.rate).
    #[schemars(range(min = 0.0001))]
    pub mean_rate: f64,
    /// Share of genes expressed far above the others (out.prob).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub outlier_share: f64,
    /// Mean of the logarithm of an outlier's factor over the median gene (out.facLoc).
    pub outlier_location: f64,
    /// Deviation of the logarithm of an outlier's factor (out.facScale).
    #[schemars(range(min = 0.0))]
    pub outlier_scale: f64,
    /// Mean of the logarithm of a cell's library size (lib.loc).
    pub library_location: f64,
    /// Deviation of the logarithm of a cell's library size (lib.scale).
    #[schemars(range(min = 0.0))]
    pub library_scale: f64,
    /// Share of genes that a group expresses differently (de.prob).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub different_share: f64,
    /// Share of those that it expresses less (de.downProb).
    #[schemars(range(min = 0.0, max = 1.0))]
    pub down_share: f64,
    /// Mean of the logarithm of the factor between groups (de.facLoc).
    pub different_location: f64,
    /// Deviation of the logarithm of the factor between groups (de.facScale).
    #[schemars(range(min = 0.0))]
    pub different_scale: f64,
    /// Biological coefficient of variation that all genes have in common (bcv.common).
    #[schemars(range(min = 0.0))]
    pub variation: f64,
    /// Degrees of freedom of its spread over genes (bcv.df).
    #[schemars(range(min = 1.0))]
    pub variation_freedom: f64,
    /// Molecules are missed at all (dropout.type).
    pub dropout: bool,
    /// Logarithm of the mean at which half of the cells miss a gene (dropout.mid).
    pub dropout_midpoint: f64,
    /// Slope of the curve of missed molecules there; below 0, since the higher the mean the less
    /// is missed (dropout.shape).
    #[schemars(range(max = 0.0))]
    pub dropout_shape: f64,
}

impl Default for SplatterSettings {
    /// Table of parameters in the paper's supplement, as the program has them.
    fn default() -> Self {
        Self {
            genes: 10_000,
            groups: vec![1.0],
            mean_shape: 0.6,
            mean_rate: 0.3,
            outlier_share: 0.05,
            outlier_location: 4.0,
            outlier_scale: 0.5,
            library_location: 11.0,
            library_scale: 0.2,
            different_share: 0.1,
            down_share: 0.5,
            different_location: 0.1,
            different_scale: 0.4,
            variation: 0.1,
            variation_freedom: 60.0,
            dropout: false,
            dropout_midpoint: 0.0,
            dropout_shape: -1.0,
        }
    }
}

impl SplatterSettings {
    /// The simulation of the DeepImpute paper (Arisdakessian et al. 2019, Methods, "Datasets"):
    /// 4,000 genes, five groups, molecules missed.
    pub fn deepimpute() -> Self {
        Self {
            genes: 4_000,
            groups: vec![0.1, 0.1, 0.2, 0.2, 0.4],
            dropout: true,
            dropout_midpoint: 1.0,
            dropout_shape: -0.5,
            ..Self::default()
        }
    }

    /// The presets by name.
    pub const PRESETS: [&str; 2] = ["default", "deepimpute"];

    /// The preset of this name.
    pub fn preset(name: &str) -> Result<Self> {
        match name {
            "default" => Ok(Self::default()),
            "deepimpute" => Ok(Self::deepimpute()),
            _ => Err(Error::UnknownPreset {
                method: METHOD.into(),
                preset: name.into(),
                known: Self::PRESETS.join(", "),
            }),
        }
    }

    /// The same with one setting changed, its value given as typed. Limits are for
    /// [`SplatterSettings::check`] to refuse.
    pub fn with(&self, setting: &str, value: &str) -> Result<Self> {
        let known = self.describe();
        let described = known.iter().find(|s| s.name == setting);
        let described = described.ok_or_else(|| Error::UnknownSetting {
            method: METHOD.into(),
            setting: setting.into(),
            known: known
                .iter()
                .map(|s| s.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        let value = settings::parse(METHOD, described, value)?;
        let mut fields = serde_json::to_value(self).expect("settings are plain data");
        fields[setting] = value.clone();
        serde_json::from_value(fields).map_err(|error| Error::IllegalSetting {
            method: METHOD.into(),
            setting: setting.into(),
            rule: error.to_string(),
            found: value.to_string(),
        })
    }

    /// Every setting with its doc, value and limits.
    pub fn describe(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    /// Refuses settings outside their limits.
    pub fn check(&self) -> Result<()> {
        settings::check(METHOD, &self.describe())?;
        let whole: f64 = self.groups.iter().sum();
        // Shares typed with two digits may miss 1 by rounding.
        if (whole - 1.0).abs() > 0.005 {
            return Err(Error::IllegalSetting {
                method: METHOD.into(),
                setting: "groups".into(),
                rule: "shares that add up to 1".into(),
                found: format!("a sum of {whole}"),
            });
        }
        Ok(())
    }
}
