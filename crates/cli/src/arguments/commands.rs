//! The arguments of commands that read, learn and fill.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::reading::{
    CellArguments, CellTableArguments, CovariateArguments, NormalizationArguments, TableArguments,
    TransferArguments,
};
use crate::evaluation::Shard;

/// Run everything on built-in real data, with a report at the end.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  imputome demo -o my_first_run
  imputome demo methylation
  imputome demo cells -o my_cells

Hides half of the values of GTEx samples whose truth is known (or the expression of half of the
tumors, or counts of blood cells), lets methods fill them, and scores each. Takes half a minute or
so; nothing is downloaded.")]
pub(crate) struct DemoArguments {
    /// Which data: bulk (GTEx v8 expression of 216 donors), methylation (400 breast cancers of
    /// TCGA, expression from methylation) or cells (counts of 817 single blood cells).
    #[arg(value_name = "DATA", default_value = "bulk", hide_default_value = true)]
    pub(crate) data: String,
    /// Folder for the results.
    #[arg(short, long, value_name = "DIR", default_value = "imputome-demo")]
    pub(crate) output: PathBuf,
    /// Replace the results of an earlier demo.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

/// Say what is in a table: shape, names, scale, gaps, zeros, and what to do with it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  imputome inspect my_table.tsv
  imputome inspect gtex.gct.gz --covariates samples.tsv
  imputome inspect cells.h5ad --layer counts")]
pub(crate) struct InspectArguments {
    /// Tables to look at, or files of cells (h5ad, 10x h5, 10x folders, loom); `-` for stdin.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<String>,
    /// Print JSON, one object per file in a list.
    #[arg(long)]
    pub(crate) json: bool,
    /// Table of a file of cells: X, raw, or the name of a layer (default: the one that looks like
    /// raw counts, told).
    #[arg(long, value_name = "NAME")]
    pub(crate) layer: Option<String>,
    #[command(flatten)]
    pub(crate) reading: TableArguments,
    #[command(flatten)]
    pub(crate) samples: CovariateArguments,
}

/// Fill the gaps of a table; measured values are never changed.
#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(after_help = "\
Examples:
  imputome impute my_table.tsv -o filled.tsv
  imputome impute my_table.tsv -o filled.tsv --covariates samples.tsv --method pmi
  imputome impute my_table.tsv -o filled.tsv --model gtex.safetensors --spread trust.tsv
  imputome impute cohort.tsv --companion betas.tsv -o filled.tsv --start pan.safetensors
  imputome impute pbmc.h5ad -o denoised.h5ad        (single cells: a new layer, all else kept)
  imputome impute --plan filled.tsv.run.toml -o again.tsv    (repeats that run byte for byte)

OUTPUT.run.toml is written beside the output: what was done, and how to repeat it.")]
pub(crate) struct ImputeArguments {
    /// Table with gaps, `-` for stdin; or counts of single cells: h5ad, 10x h5 or folder, loom.
    #[arg(value_name = "INPUT")]
    pub(crate) input: Option<String>,
    /// Filled table: .csv, .tsv or .gct, also .gz or .zst; `-` for stdout. Of cells: .h5ad.
    #[arg(short, long, value_name = "OUTPUT")]
    pub(crate) output: Option<String>,
    /// Method as NAME[:PRESET][:SETTING=VALUE]... (default: blend, factor for tables of more than
    /// 2,000 genes or 2 million entries, tdimpute for samples that only a companion has); `imputome methods` lists them.
    #[arg(long, value_name = "METHOD", conflicts_with = "model")]
    pub(crate) method: Option<String>,
    /// A model that `imputome fit` has saved, in place of learning from the table itself.
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// One setting of the method; repeat for more.
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "model")]
    pub(crate) set: Vec<String>,
    /// Write the standard deviation of each fill to this table (0 where measured).
    #[arg(long, value_name = "FILE")]
    pub(crate) spread: Option<String>,
    /// Write this many completed tables too, their gaps drawn and not averaged, for multiple
    /// imputation: NAME.draw1.tsv and so on beside OUTPUT. From mice.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) draws: Option<u64>,
    /// Append the genes that the model knows and the table does not have.
    #[arg(long)]
    pub(crate) add_genes: bool,
    /// Replace an output that is there already.
    #[arg(long)]
    #[serde(skip)]
    pub(crate) overwrite: bool,
    /// Take everything not typed from this file; a run.toml repeats its run.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) normalization: NormalizationArguments,
    #[command(flatten)]
    pub(crate) transfer: TransferArguments,
    #[command(flatten)]
    pub(crate) reading: TableArguments,
    #[command(flatten)]
    pub(crate) cells: CellArguments,
    #[command(flatten)]
    pub(crate) samples: CovariateArguments,
}

/// Learn from a table and save the model, to fill other tables with it.
#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(after_help = "\
Examples:
  imputome fit gtex.tsv -o gtex.safetensors --covariates samples.tsv --method pmi
  imputome fit gtex.tsv -o gtex.safetensors --method factor --resume
  imputome fit pan.tsv --companion betas.tsv -o pan.safetensors --method tdimpute
  imputome fit cohort.tsv --companion cohort_betas.tsv -o tuned.safetensors --start pan.safetensors
  imputome fit atlas.h5ad -o atlas.safetensors --set cells=0.1      (single cells)")]
pub(crate) struct FitArguments {
    /// Table to learn from, `-` for stdin; or counts of single cells: h5ad, 10x h5 or folder, loom.
    #[arg(value_name = "INPUT")]
    pub(crate) input: Option<String>,
    /// Model file.
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) output: Option<String>,
    /// Method as NAME[:PRESET][:SETTING=VALUE]...; `imputome methods` lists them.
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// One setting of the method; repeat for more.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Go on from MODEL.checkpoint if an earlier fit left one.
    #[arg(long)]
    #[serde(skip)]
    pub(crate) resume: bool,
    /// Of cells: train this share of the networks alone, such as 2/4 for the second of four; the job that finds all
    /// of them writes MODEL. What is done already is not done again.
    #[arg(long, value_name = "I/N")]
    #[serde(skip)]
    pub(crate) shard: Option<Shard>,
    /// Seconds between two checkpoints of a long fit.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    #[serde(skip)]
    pub(crate) checkpoint_every: u64,
    /// Replace an output that is there already.
    #[arg(long)]
    #[serde(skip)]
    pub(crate) overwrite: bool,
    /// Take everything not typed from this file; a run.toml repeats its run.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) normalization: NormalizationArguments,
    #[command(flatten)]
    pub(crate) transfer: TransferArguments,
    #[command(flatten)]
    pub(crate) reading: TableArguments,
    #[command(flatten)]
    pub(crate) cells: CellTableArguments,
    #[command(flatten)]
    pub(crate) samples: CovariateArguments,
}

/// Show what a model's network learned about tissues: a map, and whether organ systems stand together.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  imputome embeddings gtex.safetensors -o tissues
  imputome embeddings gtex.safetensors -o tissues --by tissue --systems my_systems.tsv

Writes report.html, figures/embedding_map.svg, embeddings.tsv (the numbers of each level),
projection.tsv (its place on the map) and agreement.tsv, and prints how many levels have their
nearest neighbor in their own organ system, against chance.")]
pub(crate) struct EmbeddingsArguments {
    /// A model with a network (pmi, gain-gtex, gain-mse), saved by `imputome fit`.
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,
    /// Folder for map, numbers and report.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Categorical covariate to look at (default: tissue if there is one, else the one with the most levels).
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Table of levels and their organ systems, two columns under a header (default: the tissues of GTEx).
    #[arg(long, value_name = "FILE")]
    pub(crate) systems: Option<String>,
    /// Replace what DIR already holds.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

/// List the methods, or show the card of one: source, needs, settings, cost.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  imputome methods
  imputome methods pmi")]
pub(crate) struct MethodsArguments {
    /// A method, optionally with preset and settings.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Turn any readable table, or counts of single cells, into any writable format.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  imputome convert table.gct.gz table.tsv
  imputome convert table.csv table.tsv.gz --to-rows genes
  imputome convert rsem.tsv.gz log.tsv.gz --transform log2p1
  imputome convert counts.tsv.gz cells.h5ad          (a table of counts becomes a file of cells)
  imputome convert filtered_feature_bc_matrix cells.h5ad
  imputome convert cells.h5ad counts.tsv.gz          (a line for each cell)")]
pub(crate) struct ConvertArguments {
    /// Table to read, `-` for stdin; or counts of single cells: h5ad, 10x h5 or folder, loom.
    #[arg(value_name = "INPUT")]
    pub(crate) input: String,
    /// Table to write: .csv, .tsv or .gct, also .gz or .zst; `-` for stdout. Or .h5ad, for counts of
    /// single cells.
    #[arg(
        value_name = "OUTPUT",
        required_unless_present = "output",
        conflicts_with = "output"
    )]
    pub(crate) written: Option<String>,
    /// The same, as other commands have it.
    #[arg(short, long, value_name = "OUTPUT")]
    pub(crate) output: Option<String>,
    /// Replace an output that is there already.
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// What a line of the output is (default: as in the input).
    #[arg(long, value_name = "samples|genes", value_parser = ["samples", "genes"], hide_possible_values = true)]
    pub(crate) to_rows: Option<String>,
    /// log2p1 writes log2(x + 1) of each value, as counts and abundances want it.
    #[arg(long, value_name = "none|log2p1", value_parser = ["none", "log2p1"], default_value = "none", hide_possible_values = true)]
    pub(crate) transform: String,
    #[command(flatten)]
    pub(crate) reading: TableArguments,
    #[command(flatten)]
    pub(crate) cells: CellTableArguments,
}
