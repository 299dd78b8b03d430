//! What is asked of cells.

use imputome::Normalization;
use imputome::cells::CellPolicy;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};
use crate::plan::{ImputePlan, ReadingPlan, SamplesPlan, TransferPlan};

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
        if self.is_default() {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "--layer, --policy and --into are for files of cells (h5ad, 10x, loom), and {input} is none"
        )))
    }
}

/// Refuses options of tables that would have no effect on cells.
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

/// Refuses options on how a table is read and what is known of its samples.
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
        ("--normalize", !normalization.is_none()),
        ("--start and --source", !transfer.is_none()),
    ];
    match asked.into_iter().find(|(_, asked)| *asked) {
        Some((option, _)) => Err(no_effect(option)),
        None => Ok(()),
    }
}

pub(super) fn no_effect(option: &str) -> Failure {
    Failure::usage(format!("{option}: no effect on a file of cells"))
        .hint("write the counts as a table first, if that is what you want")
}
