//! TDimpute: expression from another assay of the same samples.
//!
//! A network with one hidden layer reads DNA methylation, or any other companion assay, and gives
//! expression. It can be trained on a large source first and tuned on the cohort.
//!
//! Source: Zhou, Chai, Zhao, Luo and Yang 2020, "Imputing missing RNA-sequencing data from DNA
//! methylation by using a transfer learning-based neural network",
//! doi:10.1093/gigascience/giaa076, and the released code where the paper is silent.

mod card;
mod fit;
mod fitted;
mod judgement;
mod memory;
mod network;
mod pairs;
mod passes;
mod presets;
mod scales;
mod settings;
mod start;
mod stored;
mod summary;
mod task;
mod weighing;

pub use settings::{Beside, Features, HiddenActivation, Output, RootOver, Tdimpute};

use imputome_core::{
    CompanionUse, Dataset, FittedImputer, Imputer, MethodCard, Prepared, Result, Run, Setting,
    TableShape, Weights, settings as described,
};

/// Name in the catalog.
const NAME: &str = "tdimpute";

impl Imputer for Tdimpute {
    fn card(&self) -> &'static MethodCard {
        &card::CARD
    }

    fn settings(&self) -> Vec<Setting> {
        described::describe(self)
    }

    fn check(&self) -> Result<()> {
        described::check(NAME, &self.settings())?;
        self.check_judges()
    }

    fn prepared(&self) -> Prepared {
        Prepared::AsGiven
    }

    fn companions(&self) -> CompanionUse {
        CompanionUse::Required
    }

    fn memory(&self, shape: TableShape) -> u64 {
        memory::estimate(self, shape)
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fit::fit(self, None, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fitted::FittedTdimpute::restore(self, weights)?))
    }

    fn fit_from(
        &self,
        start: &Weights,
        train: &Dataset,
        run: &Run,
    ) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fit::fit(self, Some(start), train, run)?))
    }
}
