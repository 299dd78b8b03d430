//! The arguments of `imputome simulate`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

/// Make data with known truth, for trying methods and sizing machines.
#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(after_help = "\
Examples:
  imputome simulate cells -o sim.h5ad
  imputome simulate cells -o sim.h5ad --preset deepimpute --cells 5000 --genes 3205
  imputome simulate cells -o alike.h5ad --like pbmc.h5ad --cells 100000
  imputome simulate cells -o sim.h5ad --set groups=0.5+0.3+0.2 --set dropout=true

Counts of single cells by the Splatter model (Zappia et al. 2017): groups, genes expressed differently, library sizes, outliers, missed
molecules. X holds what a sequencer counts, layers/truth the counts before any was missed, obs
group and library_size, var mean, outlier and the factor of each group, uns the settings.")]
pub(crate) struct SimulateArguments {
    /// What: cells (counts of single cells).
    #[arg(value_name = "WHAT", value_parser = ["cells"], hide_possible_values = true)]
    #[serde(rename = "kind")]
    pub(crate) what: Option<String>,
    /// File to write, .h5ad.
    #[arg(short, long, value_name = "OUTPUT")]
    pub(crate) output: Option<String>,
    /// Cells (default: 2000, or as many as in the file of --like).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) cells: Option<u32>,
    /// Genes, as --set genes=N (default: that of the preset, or those with a count in the file of
    /// --like, and as many molecules for each as there).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) genes: Option<u32>,
    /// Settings to begin with: default (Splatter's own: one group, nothing missed) or deepimpute (five groups, molecules
    /// missed, as in the DeepImpute paper).
    #[arg(long, value_name = "default|deepimpute", value_parser = imputome::simulate::SplatterSettings::PRESETS, hide_possible_values = true, conflicts_with_all = ["like", "plan"])]
    pub(crate) preset: Option<String>,
    /// Settings to begin with: those found in this file of cells, and told.
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub(crate) like: Option<String>,
    /// Table of that file: X, raw, or the name of a layer (default: the one that holds counts).
    #[arg(long, value_name = "NAME", requires = "like")]
    pub(crate) layer: Option<String>,
    /// One setting of the simulation; repeat for more. An unknown one lists all.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Replace an output that is there already.
    #[arg(long)]
    #[serde(skip)]
    pub(crate) overwrite: bool,
    /// Take everything not typed from this file; a run.toml repeats its run.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) plan: Option<PathBuf>,
}
