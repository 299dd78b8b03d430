//! DeepImpute: counts of single cells that were missed.
//!
//! Genes are cut at random into groups; a small network predicts the genes of a group from genes
//! outside it that correlate with them.
//!
//! Source: Arisdakessian, Poirion, Yunits, Zhu and Garmire 2019, "DeepImpute: an accurate, fast, and
//! scalable deep neural network method to impute single-cell RNA-seq data",
//! doi:10.1186/s13059-019-1837-6, and the released code where the paper is silent.

mod base;
mod card;
mod cells;
mod choice;
mod correlation;
mod directions;
mod fit;
mod fitted;
mod memory;
mod network;
mod parallel;
mod passes;
mod presets;
mod reader;
mod scores;
mod settings;
mod shared;
mod stored;
mod subnets;
mod summary;
mod task;

pub use choice::LeftOut;
pub use fitted::{Estimates, FittedDeepImpute};
pub use settings::{Beside, CorrelationOf, DeepImpute, EntryWeight, Inputs, LibrarySize, TableOf};
pub use shared::NetworkTask;

use imputome_core::{
    Counts, Dataset, FittedImputer, Imputer, MethodCard, Prepared, Result, Run, Setting,
    TableShape, Weights, settings as described,
};

/// Name in the catalog.
const NAME: &str = "deepimpute";

impl DeepImpute {
    /// Learns from a table of counts, or of logarithms where the settings say so.
    ///
    /// Refused: settings out of their limits, fewer than four cells, negative values, and values
    /// that look like logarithms where counts are expected.
    pub fn fit_counts(&self, counts: &Counts, run: &Run) -> Result<FittedDeepImpute> {
        self.check()?;
        fit::fit(self, counts, run)
    }
}

impl DeepImpute {
    /// Bytes that [`DeepImpute::fit_counts`] needs beside a table of so many cells, genes and entries that are
    /// not zero; an estimate from above.
    pub fn memory_of_counts(&self, shape: (usize, usize), entries: usize) -> u64 {
        memory::of_counts(self, shape, entries)
    }
}

impl Imputer for DeepImpute {
    fn card(&self) -> &'static MethodCard {
        &card::CARD
    }

    fn settings(&self) -> Vec<Setting> {
        described::describe(self)
    }

    fn prepared(&self) -> Prepared {
        Prepared::AsGiven
    }

    fn memory(&self, shape: TableShape) -> u64 {
        memory::of_table(self, shape)
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(self.fit_counts(&fitted::counts_of(train)?, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        Ok(Box::new(FittedDeepImpute::restore(self, weights)?))
    }
}
