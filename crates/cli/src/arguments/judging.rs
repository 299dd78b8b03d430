//! The arguments of commands that judge methods: evaluations, their reports, studies.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::reading::{CovariateArguments, NormalizationArguments, TableArguments};
use crate::evaluation::Shard;

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
