//! How tables are to be read.

use clap::Args;
use serde::Serialize;

/// How a table stands in its file and what its values are.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Reading")]
pub(crate) struct TableArguments {
    /// What a line of the table is (default: auto, decided by names and shape, and told).
    #[arg(long, value_name = "samples|genes|auto", value_parser = ["samples", "genes", "auto"], hide_possible_values = true)]
    pub(crate) rows: Option<String>,
    /// What stands between two fields: tab, comma, semicolon, space or the character itself
    /// (default: decided from the first lines).
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub(crate) delimiter: Option<String>,
    /// What separates whole from fraction, `.` or `,` (default: .).
    #[arg(long, value_name = "CHAR", value_parser = decimal)]
    pub(crate) decimal: Option<String>,
    /// What one unit of the values means (default: auto, detected and told).
    #[arg(
        long,
        value_name = "counts|tpm|log|standardized|auto",
        value_parser = ["counts", "tpm", "log", "standardized", "auto"],
        hide_possible_values = true
    )]
    pub(crate) scale: Option<String>,
    /// Whether zeros are gaps or measured values (default: auto, which keeps them as values and
    /// tells when there are many).
    #[arg(long, value_name = "gaps|values|auto", value_parser = ["gaps", "values", "auto"], hide_possible_values = true)]
    pub(crate) zeros: Option<String>,
    /// Keep only the genes listed in this file, one a line: symbols, or Ensembl ids with or
    /// without version.
    #[arg(long, value_name = "FILE")]
    pub(crate) genes: Option<String>,
    /// Older and other symbols by which to find them: HGNC's complete set, or lines of an older
    /// symbol, a tab and the current one.
    #[arg(long, value_name = "FILE")]
    pub(crate) synonyms: Option<String>,
}

/// The scale on which methods learn.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Normalization")]
pub(crate) struct NormalizationArguments {
    /// Learn from normalized values, learned from training samples per gene and undone on
    /// output: inverse-normal (ranks as normal quantiles), log1p or zscore (default: none).
    #[arg(
        long,
        value_name = "inverse-normal|log1p|zscore|none",
        value_parser = ["inverse-normal", "log1p", "zscore", "none"],
        hide_possible_values = true
    )]
    #[serde(rename = "transform")]
    pub(crate) normalize: Option<String>,
    /// Covariate with levels, such as tissue, within each of which values are normalized.
    #[arg(long, value_name = "NAME")]
    pub(crate) within: Option<String>,
}

/// What is known of the samples.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Samples")]
pub(crate) struct CovariateArguments {
    /// Table of another assay of the same samples, such as methylation (betas or M-values),
    /// samples in lines or columns; repeat for more. Samples that only it has are imputed.
    #[arg(long, value_name = "[NAME=]FILE")]
    #[serde(rename = "companions")]
    pub(crate) companion: Vec<String>,
    /// What separates whole from fraction in companions, `.` or `,` (default: as in the table).
    #[arg(long, value_name = "CHAR", value_parser = decimal, requires = "companion")]
    pub(crate) companion_decimal: Option<String>,
    /// Table of tissue, sex, age and the like; one line per sample or donor, in any order.
    #[arg(long, value_name = "TABLE")]
    pub(crate) covariates: Option<String>,
    /// Its columns of levels, such as tissue,sex (default: every usable column is taken).
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "covariates"
    )]
    pub(crate) categorical: Vec<String>,
    /// Its columns of numbers, such as age.
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "covariates"
    )]
    pub(crate) numeric: Vec<String>,
    /// Its column that names the donor, or `none`; samples of a donor are never split (default:
    /// auto, by column name or sample ids of GTEx and TCGA).
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,
}

/// What another cohort teaches first.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Transfer learning")]
pub(crate) struct TransferArguments {
    /// Begin with this model, fitted on a larger cohort, and tune it to the table.
    #[arg(long, value_name = "MODEL")]
    pub(crate) start: Option<String>,
    /// Expression table of a larger cohort, learned first, then tuned to the table.
    #[arg(long, value_name = "TABLE", conflicts_with = "start")]
    pub(crate) source: Option<String>,
    /// Companion of the source; repeat for more.
    #[arg(long, value_name = "[NAME=]FILE", requires = "source")]
    #[serde(rename = "source-companions")]
    pub(crate) source_companion: Vec<String>,
    /// What a line of the source is (default: auto, as --rows).
    #[arg(long, value_name = "samples|genes|auto", value_parser = ["samples", "genes", "auto"], hide_possible_values = true, requires = "source")]
    pub(crate) source_rows: Option<String>,
    /// What separates whole from fraction in the source and its companions (default: .).
    #[arg(long, value_name = "CHAR", value_parser = decimal, requires = "source")]
    pub(crate) source_decimal: Option<String>,
    /// What one unit of the source's values means (default: auto, as --scale).
    #[arg(long, value_name = "counts|tpm|log|standardized|auto", value_parser = ["counts", "tpm", "log", "standardized", "auto"], hide_possible_values = true, requires = "source")]
    pub(crate) source_scale: Option<String>,
    /// own takes companions as they are; source takes each sample at the quantiles of the samples
    /// that model or source were learned from, as for a cohort measured elsewhere; a fit without
    /// either has its model do so with later tables (default: own).
    #[arg(long, value_name = "own|source", value_parser = ["own", "source"], hide_possible_values = true)]
    pub(crate) companion_quantiles: Option<String>,
}

fn delimiter(text: &str) -> Result<String, String> {
    let name = match text {
        "tab" | "\t" | "\\t" => "tab",
        "comma" | "," => "comma",
        "semicolon" | ";" => "semicolon",
        "space" | " " => "space",
        _ => {
            return Err(format!(
                "expected tab, comma, semicolon or space, found {text:?}"
            ));
        }
    };
    Ok(name.into())
}

fn decimal(text: &str) -> Result<String, String> {
    match text {
        "." | "point" => Ok("point".into()),
        "," | "comma" => Ok("comma".into()),
        _ => Err(format!("expected . or , found {text:?}")),
    }
}

/// Which table of a file of cells is read.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Single cells")]
pub(crate) struct CellTableArguments {
    /// Table of the file that is read: X, raw, or the name of a layer (default: the one that holds
    /// counts, which is told).
    #[arg(long, value_name = "NAME")]
    pub(crate) layer: Option<String>,
}

/// What is done with single cells.
#[derive(Args, Clone, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[command(next_help_heading = "Single cells")]
pub(crate) struct CellArguments {
    /// Table of the file that is read: X, raw, or the name of a layer (default: the one that holds
    /// counts, which is told).
    #[arg(long, value_name = "NAME")]
    pub(crate) layer: Option<String>,
    /// Which entries an estimate may replace: zeros (restore), whatever is below its estimate
    /// (max), or every one (all) (default: restore).
    #[arg(long, value_name = "restore|max|all", value_parser = ["restore", "max", "all"], hide_possible_values = true)]
    pub(crate) policy: Option<String>,
    /// Name of the layer that receives the result, and of what `obs`, `var` and `uns` get with it
    /// (default: imputed).
    #[arg(long, value_name = "NAME")]
    pub(crate) into: Option<String>,
}
