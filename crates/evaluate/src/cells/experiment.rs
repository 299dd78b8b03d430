//! What an evaluation of methods for single cells does.

use imputome_core::{Counts, Error, Result, Run};
use serde::{Deserialize, Serialize};

use super::trial::{CellTrial, Truth};
use super::{CellHiding, hide, thin};

/// What is kept from the methods, to judge them by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellMask {
    /// So many cells of each gene, those with less of it more likely ([`CellHiding::CellsPerGene`]).
    #[default]
    Dropout,
    /// A share of all counts that are not zero ([`CellHiding::Evenly`]).
    Even,
    /// So many genes of each cell ([`CellHiding::GenesPerCell`]).
    Program,
    /// A share of the molecules, wherever they are ([`thin`]).
    Thinning,
}

impl CellMask {
    /// All masks.
    pub const ALL: [Self; 4] = [Self::Dropout, Self::Even, Self::Program, Self::Thinning];

    /// The word used on the command line and in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dropout => "dropout",
            Self::Even => "even",
            Self::Program => "program",
            Self::Thinning => "thinning",
        }
    }

    /// How much is hidden unless said otherwise: ten cells or genes as Arisdakessian et al. 2019, a
    /// tenth of the molecules as Batson et al. 2019, and a tenth of the counts, ours, after them.
    pub fn usual(self) -> f64 {
        match self {
            Self::Dropout | Self::Program => 10.0,
            Self::Even | Self::Thinning => 0.1,
        }
    }

    /// True where a number is hidden and not a share.
    pub fn takes_number(self) -> bool {
        matches!(self, Self::Dropout | Self::Program)
    }
}

/// What an evaluation of methods for single cells is asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellExperiment {
    /// What is kept from the methods.
    pub mask: CellMask,
    /// How much: cells of a gene, genes of a cell, or a share in `(0, 1)`, as the mask has it.
    pub hide: f64,
    /// Times that everything is done again with other counts hidden.
    pub repeats: usize,
    /// Seed of masks and methods.
    pub seed: u64,
}

impl Default for CellExperiment {
    fn default() -> Self {
        Self {
            mask: CellMask::Dropout,
            hide: CellMask::Dropout.usual(),
            repeats: 3,
            seed: 0,
        }
    }
}

impl CellExperiment {
    /// Refuses an experiment that hides nothing, everything, or never.
    pub fn check(&self) -> Result<()> {
        if self.repeats == 0 {
            return Err(Error::Unusable(
                "repeats must be at least 1, found 0".into(),
            ));
        }
        let (name, hide) = (self.mask.name(), self.hide);
        let number = hide >= 1.0 && hide.fract() == 0.0;
        match self.mask.takes_number() {
            true if !number => Err(Error::Unusable(format!(
                "the mask {name} hides a whole number, such as 10, and {hide} was asked for"
            ))),
            false if !(hide > 0.0 && hide < 1.0) => Err(Error::Unusable(format!(
                "the mask {name} hides a share between 0 and 1, such as 0.1, and {hide} was asked for"
            ))),
            _ => Ok(()),
        }
    }

    /// What is seen and what is hidden in one repeat, counted from 1; the same for every method.
    ///
    /// Refused: an experiment that [`CellExperiment::check`] refuses, a table too small for the
    /// mask, and counts that are not whole where molecules are parted.
    pub fn trial<'a>(&self, counts: &'a Counts, repeat: usize, run: &Run) -> Result<CellTrial<'a>> {
        self.check()?;
        let run = self.run_of(repeat, run);
        let held_out = |how| hide(counts, how, &run);
        let held_out = match self.mask {
            CellMask::Dropout => held_out(CellHiding::CellsPerGene(self.hide as usize))?,
            CellMask::Even => held_out(CellHiding::Evenly(self.hide))?,
            CellMask::Program => held_out(CellHiding::GenesPerCell(self.hide as usize))?,
            CellMask::Thinning => {
                let parts = thin(counts, 1.0 - self.hide, &run)?;
                let factor = self.hide / (1.0 - self.hide);
                let truth = Truth::Molecules {
                    validation: parts.validation,
                    factor,
                };
                return Ok(CellTrial::new(counts, parts.training, truth, (repeat, run)));
            }
        };
        if held_out.hidden.is_empty() {
            return Err(Error::Unusable(format!(
                "the mask {} hides nothing in this table; take another with --mask even",
                self.mask.name()
            )));
        }
        let truth = Truth::Hidden(held_out.hidden);
        Ok(CellTrial::new(
            counts,
            held_out.visible,
            truth,
            (repeat, run),
        ))
    }

    /// The same run with the seed of one repeat.
    fn run_of(&self, repeat: usize, run: &Run) -> Run {
        let mut own = run.clone();
        own.seed = self.seed;
        own.seed = own.derived_seed(&format!("cells/repeat {repeat}"));
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(mask: CellMask, hide: f64) -> Result<()> {
        let experiment = CellExperiment {
            mask,
            hide,
            ..CellExperiment::default()
        };
        experiment.check()
    }

    #[test]
    fn each_mask_takes_a_number_or_a_share_and_not_the_other() {
        for mask in CellMask::ALL {
            asked(mask, mask.usual()).unwrap();
            let other = if mask.takes_number() { 0.1 } else { 10.0 };
            let error = asked(mask, other).unwrap_err().to_string();
            assert!(error.contains(mask.name()), "{error}");
        }
        assert!(asked(CellMask::Dropout, 2.5).is_err());
    }
}
