//! Which inputs an argument means something for.

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::failure::{Failure, Result};

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A table of samples.
    Table,
    /// A file or folder of single cells.
    Cells,
}

impl Kind {
    /// What stands at `input`, by its content.
    pub(crate) fn of(input: &str) -> Result<Self> {
        Ok(match crate::cells::recognizes(input)? {
            true => Self::Cells,
            false => Self::Table,
        })
    }
}

/// The inputs that an argument means something for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takers {
    Any,
    Tables,
    Cells,
}

use Takers::{Any, Cells, Tables};

/// Every argument of the commands that take tables as well as files of cells; those of execution, such
/// as `--threads`, are for all.
const ARGUMENTS: [(&str, Takers); 52] = [
    // what is read and written
    ("input", Any),
    ("files", Any),
    ("output", Any),
    ("written", Any),
    ("overwrite", Any),
    ("plan", Any),
    ("json", Any),
    // methods and models
    ("method", Any),
    ("methods", Any),
    ("model", Any),
    ("set", Any),
    ("resume", Tables),
    ("checkpoint_every", Tables),
    ("start", Tables),
    ("source", Tables),
    ("source_companion", Tables),
    ("source_rows", Tables),
    ("source_decimal", Tables),
    ("source_scale", Tables),
    ("companion_quantiles", Tables),
    // what comes out
    ("spread", Tables),
    ("draws", Tables),
    ("add_genes", Tables),
    ("policy", Cells),
    ("into", Cells),
    // how it is read
    ("layer", Cells),
    ("rows", Tables),
    ("delimiter", Tables),
    ("decimal", Tables),
    ("scale", Tables),
    ("zeros", Tables),
    ("genes", Tables),
    ("synonyms", Tables),
    ("to_rows", Tables),
    ("transform", Tables),
    ("normalize", Tables),
    ("within", Tables),
    // what is known of samples
    ("companion", Tables),
    ("companion_decimal", Tables),
    ("covariates", Tables),
    ("categorical", Tables),
    ("numeric", Tables),
    ("group", Tables),
    // how methods are judged; masks and what they hide have values of their own for each
    ("mask", Any),
    ("hide", Any),
    ("repeats", Any),
    ("by", Any),
    ("scenario", Tables),
    ("protocol", Tables),
    ("test_share", Tables),
    ("score_on", Tables),
    ("shard", Any),
];

/// The arguments that were typed after a command.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypedArguments(Vec<String>);

impl TypedArguments {
    /// Those among the matches of the whole command line.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let Some((_, command)) = matches.subcommand() else {
            return Self::default();
        };
        let typed = |id: &&str| command.value_source(id) == Some(ValueSource::CommandLine);
        let ids = command.ids().map(clap::Id::as_str);
        Self(ids.filter(typed).map(String::from).collect())
    }

    /// Refuses the first one that would have no effect on an input of this kind.
    pub(crate) fn expect_effect_on(&self, kind: Kind, input: &str) -> Result<()> {
        let other = match kind {
            Kind::Table => Cells,
            Kind::Cells => Tables,
        };
        let idle = |(id, takers): &&(&str, Takers)| {
            *takers == other && self.0.iter().any(|typed| typed == id)
        };
        let Some((id, _)) = ARGUMENTS.iter().find(idle) else {
            return Ok(());
        };
        let option = format!("--{}", id.replace('_', "-"));
        Err(match kind {
            Kind::Table => of_cells(&option, input),
            Kind::Cells => no_effect(&option),
        })
    }
}

/// The refusal of an option of cells where the input is a table.
pub(crate) fn of_cells(option: &str, input: &str) -> Failure {
    Failure::usage(format!(
        "{option} is for files of cells (h5ad, 10x, loom), and {input} is none"
    ))
    .hint("leave it out; a table of counts becomes a file of cells with imputome convert TABLE CELLS.h5ad")
}

/// The refusal of an option of tables where the input is a file of cells.
pub(crate) fn no_effect(option: &str) -> Failure {
    Failure::usage(format!("{option}: no effect on a file of cells"))
        .hint("leave it out; imputome convert CELLS TABLE.tsv.gz writes counts as a table, if that is what you want")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn every_argument_of_commands_for_both_kinds_is_listed_once() {
        let command = Arguments::command();
        let mut known = BTreeSet::new();
        for name in ["inspect", "impute", "fit", "evaluate", "convert"] {
            let found = command.find_subcommand(name).unwrap();
            known.extend(
                found
                    .get_arguments()
                    .map(|argument| argument.get_id().to_string()),
            );
        }
        let listed: Vec<String> = ARGUMENTS.iter().map(|(id, _)| (*id).into()).collect();
        let once: BTreeSet<String> = listed.iter().cloned().collect();
        assert_eq!(once.len(), listed.len());
        assert_eq!(once, known);
    }
}
