//! The Pseudo-Mask Imputer.
//!
//! A network sees part of what each sample has measured and learns to tell the rest; which part
//! is drawn anew for every batch.
//!
//! Source: Viñas, Azevedo, Gamazon and Liò 2021, "Deep Learning Enables Fast and Accurate
//! Imputation of Gene Expression", doi:10.3389/fgene.2021.624128, sections 2.1 and 2.2.

mod beside;
mod blend;
mod card;
mod fit;
mod fitted;
mod memory;
mod network;
mod presets;
mod settings;
mod summary;
mod task;

pub use settings::{Beside, Pmi};

use imputome_core::{
    Dataset, FittedImputer, Imputer, MethodCard, Result, Run, Setting, TableShape, Weights,
    settings as described,
};

impl Imputer for Pmi {
    fn card(&self) -> &'static MethodCard {
        &card::CARD
    }

    fn settings(&self) -> Vec<Setting> {
        described::describe(self)
    }

    fn check(&self) -> Result<()> {
        described::check(self.card().name, &self.settings())?;
        self.check_shares()
    }

    fn memory(&self, shape: TableShape) -> u64 {
        memory::estimate(self, shape)
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fit::fit(self, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fitted::FittedPmi::restore(self, weights)?))
    }
}
