//! Generative adversarial imputation.
//!
//! A generator fills the gaps of a sample from what it shows and from noise; a discriminator, told
//! part of the mask, says which values were measured. Each learns from the other, and the
//! generator besides from what was measured.
//!
//! Source: Viñas, Azevedo, Gamazon and Liò 2021, "Deep Learning Enables Fast and Accurate
//! Imputation of Gene Expression", doi:10.3389/fgene.2021.624128, section 2.3 (equations 8 to 14);
//! and the workshop paper of the same authors, "Gene Expression Imputation with Generative
//! Adversarial Imputation Nets", 2020.

mod adversary;
mod card;
mod fit;
mod fitted;
mod game;
mod generator;
mod judgement;
mod losses;
mod memory;
mod networks;
mod noise;
mod presets;
mod settings;
mod summary;
mod task;

pub use settings::{GainGtex, GainMse, Optimizer, Reconstruct};

use imputome_core::{
    Dataset, FittedImputer, Imputer, MethodCard, Result, Run, Setting, TableShape, Weights,
    settings as described,
};

use game::Game;

impl Imputer for GainGtex {
    fn card(&self) -> &'static MethodCard {
        &card::GAIN_GTEX
    }

    fn settings(&self) -> Vec<Setting> {
        described::describe(self)
    }

    fn check(&self) -> Result<()> {
        described::check(self.card().name, &self.settings())?;
        Game::from(self).check()
    }

    fn memory(&self, shape: TableShape) -> u64 {
        memory::estimate(&self.into(), shape)
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fit::fit(self.into(), train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fitted::FittedGain::restore(self.into(), weights)?))
    }
}

impl Imputer for GainMse {
    fn card(&self) -> &'static MethodCard {
        &card::GAIN_MSE
    }

    fn settings(&self) -> Vec<Setting> {
        described::describe(self)
    }

    fn check(&self) -> Result<()> {
        described::check(self.card().name, &self.settings())?;
        Game::from(self).check()
    }

    fn memory(&self, shape: TableShape) -> u64 {
        memory::estimate(&self.into(), shape)
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fit::fit(self.into(), train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(fitted::FittedGain::restore(self.into(), weights)?))
    }
}
