//! Arguments as typed. What they mean is for [`crate::plan`] to say.
//!
//! Every optional field stays empty unless it was typed, so that a plan file can speak for it.

mod commands;
mod judging;
mod reading;
mod simulating;
mod takers;

use clap::{Args, Parser, Subcommand};

pub(crate) use commands::{
    ConvertArguments, DemoArguments, EmbeddingsArguments, FitArguments, ImputeArguments,
    InspectArguments, MethodsArguments,
};

pub(crate) use judging::{
    EvaluateArguments, MergeArguments, ReportArguments, StudyArguments, TrialArguments,
};

pub(crate) use reading::{
    CellTableArguments, CovariateArguments, NormalizationArguments, TableArguments,
    TransferArguments,
};

pub(crate) use simulating::SimulateArguments;
pub(crate) use takers::{Kind, TypedArguments, no_effect, of_cells};

use imputome_core::{Device, Precision};

use crate::memory::Size;

const AFTER_HELP: &str = "\
First steps:
  imputome demo                                    see it work on built-in real data
  imputome inspect my_table.tsv                    what is in a table, and what to do with it
  imputome impute my_table.tsv -o filled.tsv       fill its gaps
  imputome evaluate my_table.tsv -o scores         which method is best on it?

Exit codes: 0 done, 2 usage, 3 input cannot be used, 4 refused by policy,
5 out of memory, disk or time limit, 130 interrupted.";

/// Fills the gaps in gene expression tables, and says how far each filled value can be trusted.
#[derive(Debug, Parser)]
#[command(name = "imputome", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: CommonArguments,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// How an execution goes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Execution")]
pub(crate) struct CommonArguments {
    /// Worker threads (default: all cores); the result is the same for any number.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) threads: Option<u16>,
    /// Seed of everything random (default: 0); the same seed gives the same bytes.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(crate) seed: Option<u64>,
    /// Where networks are trained and read (default: cpu): cpu, cuda, cuda:N, or auto, the first card if any.
    #[arg(long, global = true, value_name = "DEVICE")]
    pub(crate) device: Option<Device>,
    /// Products on a card (default: f32): f32, or tf32 or bf16, which round their factors and are faster.
    #[arg(long, global = true, value_name = "BITS")]
    pub(crate) precision: Option<Precision>,
    /// Print nothing but errors to stderr.
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
    /// End with exit code 5 before using more memory than this, such as 8G or 800M.
    #[arg(long, global = true, value_name = "SIZE")]
    pub(crate) memory_limit: Option<Size>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArguments),
    Inspect(InspectArguments),
    Impute(ImputeArguments),
    Fit(FitArguments),
    Evaluate(EvaluateArguments),
    Merge(MergeArguments),
    Report(ReportArguments),
    Embeddings(EmbeddingsArguments),
    Methods(MethodsArguments),
    Convert(ConvertArguments),
    Simulate(SimulateArguments),
    Study(StudyArguments),
    #[command(hide = true)]
    Trial(TrialArguments),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definitions_agree_with_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        let command = Arguments::command();
        for sub in command.get_subcommands().filter(|s| !s.is_hide_set()) {
            let after = sub.get_after_help().map(ToString::to_string);
            assert!(
                after.is_some_and(|text| text.contains("imputome ")),
                "{}",
                sub.get_name()
            );
        }
    }
}
