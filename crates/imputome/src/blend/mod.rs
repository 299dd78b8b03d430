//! A weighted mean of other methods.
//!
//! Every part learns from a table some of whose measured entries are hidden, and estimates them; weights are those with which the
//! parts together miss least. Rows of a test never take part: all is decided inside the rows given to `fit`.
//!
//! Source: Breiman 1996, "Stacked regressions", doi:10.1007/BF00117832; how weights are shared among genes is ours.

mod card;
mod evidence;
mod fit;
mod fitted;
mod judgement;
mod parts;
mod rounds;
mod simplex;
mod state;
mod summary;
mod weights;

use imputome_core::{
    Dataset, Error, FittedImputer, Imputer, MethodCard, Result, Run, Setting, TableShape, Weights,
    settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Entries of a table above which the blend is not what is used when no method is named: ours. It takes minutes there where
/// `factor` takes seconds, and gains the same few thousandths of R2.
const MOST_ENTRIES_UNASKED: usize = 2_000_000;

/// Genes above which it is not, however few the samples; ours, for the network's steps cost as much with few as with many.
const MOST_GENES_UNASKED: usize = 2_000;

/// Settings of the blend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Blend {
    /// Methods to blend, each as `NAME[/PRESET][/SETTING=VALUE]...`, or none to choose them by the size of the table.
    ///
    /// The slash stands for the colon that separates settings elsewhere, a comma for the plus between the values of a list.
    pub parts: Option<Vec<String>>,
    /// Fits of each part in the cross-validation.
    #[schemars(range(min = 1, max = 10))]
    pub folds: usize,
    /// Share hidden in each fold: of the groups, or of the measured entries where the table has gaps of its own.
    #[schemars(range(min = 0.02, max = 0.5))]
    pub hidden: f64,
    /// Pull of a gene's weights towards those shared by all, in average genes, or none to choose it by cross-validation.
    #[schemars(range(min = 0.0, max = 1000000.0))]
    pub pull: Option<f64>,
}

impl Default for Blend {
    /// Ours, from trials inside the training rows of GTEx (docs/methods/blend.md, "Choices").
    fn default() -> Self {
        Self {
            parts: None,
            folds: 1,
            hidden: 0.2,
            pull: None,
        }
    }
}

impl Blend {
    /// The parts for a table of this shape, with their settings.
    pub fn parts_for(&self, shape: TableShape) -> Result<Vec<String>> {
        let parts = parts::of(self, shape)?;
        Ok(parts.into_iter().map(|part| part.text).collect())
    }

    /// True for tables small enough that the blend is used when no method is named; its shape alone decides.
    pub fn suits_unasked(shape: TableShape) -> bool {
        shape.genes <= MOST_GENES_UNASKED && shape.samples * shape.genes <= MOST_ENTRIES_UNASKED
    }

    /// The folds must not hide more than there is.
    fn check_folds(&self) -> Result<()> {
        if self.folds as f64 * self.hidden <= 1.0 {
            return Ok(());
        }
        Err(Error::IllegalSetting {
            method: card::CARD.name.into(),
            setting: "folds".into(),
            rule: format!("at most 1 / hidden, and hidden is {}", self.hidden),
            found: self.folds.to_string(),
        })
    }
}

impl Imputer for Blend {
    fn card(&self) -> &'static MethodCard {
        &card::CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn check(&self) -> Result<()> {
        settings::check(self.card().name, &self.settings())?;
        self.check_folds()?;
        parts::named(self).map(drop)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        let parts = parts::of(self, shape).unwrap_or_default();
        let largest = parts.iter().map(|part| part.memory(shape)).max();
        // Parts are fitted one after another; those fitted stay, and so do their estimates of what is hidden.
        let fitted: u64 = parts.iter().map(|part| part.memory(shape) / 4).sum();
        largest.unwrap_or(0) + fitted + rounds::memory(self, shape, parts.len())
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fit::fit(self, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fitted::FittedBlend::restore(weights)?))
    }
}
