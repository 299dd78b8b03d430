//! What is asked of cells.

use imputome::Normalization;
use imputome::cells::CellPolicy;
use serde::{Deserialize, Serialize};

use crate::arguments::{no_effect, of_cells};
use crate::failure::{Failure, Result};
use crate::plan::{ImputePlan, ReadingPlan, SamplesPlan, TransferPlan};

/// How a file of cells is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct CellTablePlan {
    /// Table of the file: X, raw, or the name of a layer; the one that holds counts when none is
    /// named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layer: Option<String>,
}

impl CellTablePlan {
    /// True when nothing is asked for.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses options of cells where the input is a table of samples.
    pub(crate) fn expect_unused(&self, input: &str) -> Result<()> {
        match self.is_default() {
            true => Ok(()),
            false => Err(of_cells("--layer", input)),
        }
    }
}

/// How a file of cells is read, and where the result goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct CellsPlan {
    /// Table of the file: X, raw, or the name of a layer; the one that holds counts when none is
    /// named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layer: Option<String>,
    /// Which entries an estimate may replace.
    pub(crate) policy: CellPolicy,
    /// Name of the layer that receives the result.
    pub(crate) into: String,
}

impl Default for CellsPlan {
    fn default() -> Self {
        Self {
            layer: None,
            policy: CellPolicy::default(),
            into: "imputed".into(),
        }
    }
}

impl CellsPlan {
    /// True when nothing is asked for.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses options of cells where the input is a table of samples.
    pub(crate) fn expect_unused(&self, input: &str) -> Result<()> {
        match self.is_default() {
            true => Ok(()),
            false => Err(of_cells("--layer, --policy or --into", input)),
        }
    }

    /// Refuses a name that the new layer cannot have.
    pub(super) fn expect_name(&self) -> Result<()> {
        let name = self.into.as_str();
        let why = match name {
            "" => "it is empty",
            "X" | "raw" => "it is what --layer calls another table of the file",
            "." | ".." => "HDF5 takes it for a place",
            _ if name.contains('/') => "HDF5 takes a slash for the way to a place",
            _ if name.trim() != name => "it begins or ends with a blank",
            _ if name.contains(char::is_control) => "it holds a character that cannot be seen",
            _ => return Ok(()),
        };
        Err(
            Failure::usage(format!("--into {name:?} cannot name a layer: {why}"))
                .hint("give a plain name, such as --into imputed"),
        )
    }
}

/// Refuses what a plan asks for and would have no effect on cells.
pub(super) fn expect_no_table_options(plan: &ImputePlan) -> Result<()> {
    let asked = [
        ("--spread", plan.spread.is_some()),
        ("--draws", plan.draws.is_some()),
        ("--add-genes", plan.add_genes),
    ];
    if let Some((option, _)) = asked.into_iter().find(|(_, asked)| *asked) {
        return Err(no_effect(option));
    }
    expect_plain(
        &plan.reading,
        &plan.samples,
        &plan.normalization,
        &plan.transfer,
    )
}

/// Refuses what a plan says of reading a table and of its samples.
pub(super) fn expect_plain(
    reading: &ReadingPlan,
    samples: &SamplesPlan,
    normalization: &Normalization,
    transfer: &TransferPlan,
) -> Result<()> {
    let asked = [
        (
            "--rows, --scale and other options of reading a table",
            *reading != ReadingPlan::default(),
        ),
        (
            "--covariates, --group and --companion",
            *samples != SamplesPlan::default(),
        ),
        (
            "--normalize and --within",
            *normalization != Normalization::default(),
        ),
        ("--start and --source", !transfer.is_none()),
    ];
    match asked.into_iter().find(|(_, asked)| *asked) {
        Some((option, _)) => Err(no_effect(option)),
        None => Ok(()),
    }
}
