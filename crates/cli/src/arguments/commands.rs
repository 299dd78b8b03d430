//! One struct per command.

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

/// Hide known values, let methods fill them, score each and write a report.
#[derive(Args, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(after_help = "\
Examples:
  imputome evaluate my_table.tsv -o scores --covariates samples.tsv
  imputome evaluate my_table.tsv -o scores --methods factor,knn:neighbors=20,pmi --hide 0.1,0.5
  imputome evaluate my_table.tsv -o scores --covariates samples.tsv --normalize inverse-normal --within tissue
  imputome evaluate pbmc.h5ad -o scores --by cell_type      (counts of single cells)
  imputome evaluate pbmc.h5ad -o scores --methods deepimpute,svd --mask thinning
  imputome evaluate --plan scores/run.toml -o again

Each method runs in a process of its own, so that time and memory are told apart and a method
that fails costs its own score only. Of cells, counts that are not zero are hidden, and
nonzero-mean is always among the methods: it is the floor that others must clear.")]
pub(crate) struct EvaluateArguments {
    /// Table to hide values of, `-` for stdin; or counts of single cells: h5ad, 10x h5 or folder, loom.
    #[arg(value_name = "INPUT")]
    pub(crate) input: Option<String>,
    /// Folder for scores, figures and report.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<String>,
    /// Methods, each as NAME[:PRESET][:SETTING=VALUE]... (default: all; of cells
    /// deepimpute:expected:dispersion=0.5, deepimpute:dispersion=0.5, deepimpute:published and
    /// nonzero-mean).
    #[arg(long, value_name = "METHODS", value_delimiter = ',')]
    pub(crate) methods: Vec<String>,
    /// in-place (one table with holes) or inductive (learn on complete samples, fill others);
    /// default: in-place,inductive.
    #[arg(long, value_name = "SCENARIOS", value_delimiter = ',', value_parser = ["in-place", "inductive"], hide_possible_values = true)]
    pub(crate) scenario: Vec<String>,
    /// Shares of the measured values to hide (default: 0.5); of cells one number or share, as the
    /// mask has it (default: 10 cells or genes, 0.1 of counts or molecules).
    #[arg(long, value_name = "SHARES", value_delimiter = ',', value_parser = share_or_number)]
    pub(crate) hide: Vec<f64>,
    /// What is hidden: random (single values) or profile (whole samples, as where an assay was
    /// never done; in place alone); default: random. Of cells: dropout (cells of each gene, those
    /// with less of it more likely, as the DeepImpute paper), even (any count), program (genes of
    /// each cell, as its program) or thinning (molecules, zeros judged too); default: dropout.
    #[arg(long, value_name = "MASK", value_parser = ["random", "profile", "dropout", "even", "program", "thinning"], hide_possible_values = true)]
    pub(crate) mask: Option<String>,
    /// Repeats with other splits and other hidden values (default: 3).
    #[arg(long, value_name = "N")]
    pub(crate) repeats: Option<usize>,
    /// strict (donors never split, test samples teach nothing) or published (as the code behind
    /// the PMI paper; for comparison with its figures alone); default: strict.
    #[arg(long, value_name = "PROTOCOL", value_parser = ["strict", "published"], hide_possible_values = true)]
    pub(crate) protocol: Option<String>,
    /// Share of the samples, whole donors, held back for the inductive test (default: 0.2; 0.25
    /// under the published protocol).
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) test_share: Option<f64>,
    /// Covariate whose levels are scored apart (default: tissue if there is one), or none. Of cells:
    /// column of obs with their labels, which groups are compared with.
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// Table of a file of cells: X, raw, or the name of a layer (default: the one that looks like
    /// raw counts, told).
    #[arg(long, value_name = "NAME")]
    pub(crate) layer: Option<String>,
    /// Scale of the scores where values are normalized: normalized, or original, to which
    /// estimates are brought back (default: normalized).
    #[arg(long, value_name = "normalized|original", value_parser = ["normalized", "original"], hide_possible_values = true)]
    pub(crate) score_on: Option<String>,
    /// Do this share of the fits alone, such as 2/4 for the second of four, for imputome merge; what
    /// is done already is not done again.
    #[arg(long, value_name = "I/N")]
    #[serde(skip)]
    pub(crate) shard: Option<Shard>,
    /// Replace an evaluation that DIR already holds.
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
    pub(crate) reading: TableArguments,
    #[command(flatten)]
    pub(crate) samples: CovariateArguments,
}

fn share_or_number(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number >= 1.0 && number.fract() == 0.0 && number.is_finite() => Ok(number),
        _ => share(text),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.trim().parse() {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err("expected a share between 0 and 1, such as 0.5 for one half".into()),
    }
}

/// Join the shards of an evaluation into the one that a single process makes.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  imputome evaluate table.tsv -o scores --shard 1/2       in one job
  imputome evaluate table.tsv -o scores --shard 2/2       in another, on any machine that sees the same files
  imputome merge scores

Scores and report are those of imputome evaluate without --shard, to the byte; times are those of the machines.")]
pub(crate) struct MergeArguments {
    /// Folders that `imputome evaluate --shard` filled: one for all shards, or several.
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,
    /// Folder for scores, figures and report (default: the first DIR).
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Replace an evaluation that is there already.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

/// Make the report again from the files of a finished evaluation.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  imputome report scores")]
pub(crate) struct ReportArguments {
    /// Folder that `imputome evaluate` wrote.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
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

/// Rebuild a published experiment: its tables and figures, the paper's numbers beside ours.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  imputome study vinas2021 --data gtex -o vinas2021
  imputome study zhou2020 --data cancers -o zhou2020 --most-varying 1000
  imputome study arisdakessian2019 --data cells -o arisdakessian2019 --parts accuracy,clustering
  imputome study vinas2021 --data gtex -o vinas2021 --parts table1 --methods factor,knn,mean --repeats 1

For vinas2021 DIR holds GTEx: *gene_tpm.gct.gz with sample attributes and subject phenotypes, the normalized
expression of its tissues, or the slice gtex_v8_1000. For zhou2020 it holds a folder per cancer:
expression (expression.tsv.gz, or HiSeqV2 of Xena), methylation (methylation.tsv.gz, or
HumanMethylation450) and survival (samples.tsv, *_survival.txt, *clinicalMatrix). For arisdakessian2019
it may hold sc_pbmc3k, sc_zeisel, sc_cbmc and other sets that studies/arisdakessian2019/README.md names, and the
paper's own: entries that begin with jurkat, 293t, neuron9k, GSE67602, GSE102827 (files or folders of cells, or tables
of text with genes in lines), GSE99330 and a table of FISH with fish in its name; the simulation needs none. What is finished is not run again, so that
the study can be done part by part; the complete one takes many hours.")]
pub(crate) struct StudyArguments {
    /// Which: vinas2021, the imputers of Viñas et al., Frontiers in Genetics 2021; arisdakessian2019,
    /// DeepImpute, Genome Biology 2019; or zhou2020, TDimpute, GigaScience 2020.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Folder of the data.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Folder for tables, runs, figures and report.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Parts to run: data, table1, table2, table3, figure2 to figure5; of arisdakessian2019 accuracy,
    /// fish, clustering, expression, speed, training, truth and report; of zhou2020 run and
    /// report (default: all).
    #[arg(long, value_name = "PARTS", value_delimiter = ',')]
    pub(crate) parts: Vec<String>,
    /// Methods to run, by name or as NAME[:PRESET][:SETTING=VALUE]... (default: all of a part).
    #[arg(long, value_name = "METHODS", value_delimiter = ',')]
    pub(crate) methods: Vec<String>,
    /// Repeats (default: 3 or, of zhou2020, 5, as in the papers).
    #[arg(long, value_name = "N")]
    pub(crate) repeats: Option<usize>,
    /// Shares of the profiles hidden (zhou2020; default: 0.1,0.3,0.5,0.7,0.9).
    #[arg(long, value_name = "SHARES", value_delimiter = ',', value_parser = share)]
    pub(crate) hide: Vec<f64>,
    /// Keep the N genes that vary most, and twice as many methylation features (zhou2020;
    /// default: all).
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(20..))]
    pub(crate) most_varying: Option<usize>,
    /// Cells and genes of the simulation (arisdakessian2019; default: 2000x4000).
    #[arg(long, value_name = "CELLSxGENES", value_parser = cells_by_genes)]
    pub(crate) simulated: Option<(usize, usize)>,
    /// Numbers of cells that time and memory are measured over (arisdakessian2019; default:
    /// 100,500,1000,5000).
    #[arg(long, value_name = "CELLS", value_delimiter = ',', value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(20..))]
    pub(crate) sizes: Vec<usize>,
    /// Run again what is finished.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

/// Numbers of cells and genes as typed, such as `2000x4000`.
fn cells_by_genes(text: &str) -> std::result::Result<(usize, usize), String> {
    let numbers = text.split_once('x').and_then(|(cells, genes)| {
        let (cells, genes) = (cells.parse().ok()?, genes.parse().ok()?);
        (cells >= 20 && genes >= 20).then_some((cells, genes))
    });
    numbers.ok_or_else(|| {
        format!("expected cells x genes such as 2000x4000, 20 or more of each, found {text:?}")
    })
}

/// Fit and impute one trial of an evaluation; `imputome evaluate` starts it.
#[derive(Args, Debug)]
pub(crate) struct TrialArguments {
    /// Folder that holds the task.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}
