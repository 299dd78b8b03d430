//! What is asked of a reader of cells.

use serde::{Deserialize, Serialize};

/// Memory that a table stored by genes may take while it is turned into rows; ours: 128 million
/// entries, more than a hundred thousand cells of 10x Genomics hold.
const TURNING_BYTES: u64 = 1 << 30;

/// How a file of cells is to be read; the default decides everything from the content and tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellOptions {
    /// Which table of the file is read.
    pub element: Element,
    /// Which features of a 10x file are genes.
    pub features: Features,
    /// What genes are called where a file has both symbols and identifiers.
    pub gene_names: GeneNames,
    /// Bytes of entries held at once while a table stored by genes is turned into rows.
    pub turning_bytes: u64,
}

impl Default for CellOptions {
    fn default() -> Self {
        Self {
            element: Element::default(),
            features: Features::default(),
            gene_names: GeneNames::default(),
            turning_bytes: TURNING_BYTES,
        }
    }
}

/// Which table of a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Element {
    /// The one that looks like counts: the layer `counts`, else `X`, else `raw/X`, else another
    /// layer; `X` when none does.
    #[default]
    Auto,
    /// The main table.
    X,
    /// The table kept before genes were selected.
    Raw,
    /// A layer by its name; of an old 10x file, a genome.
    Layer(String),
}

impl Element {
    /// `X`, `raw`, or the name of a layer.
    pub fn from_argument(argument: &str) -> Self {
        match argument {
            "X" => Self::X,
            "raw" | "raw/X" | "raw.X" => Self::Raw,
            name => Self::Layer(name.strip_prefix("layers/").unwrap_or(name).into()),
        }
    }

    /// The table asked for, if one is.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Auto => None,
            Self::X => Some("X"),
            Self::Raw => Some("raw"),
            Self::Layer(name) => Some(name),
        }
    }
}

/// Which features of a 10x file are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Features {
    /// Those of type `Gene Expression`; antibodies, guides and peaks are left out and told of.
    #[default]
    GeneExpression,
    /// All of them.
    All,
}

/// What genes are called where a file has both symbols and identifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GeneNames {
    /// Symbols; one that stands again gets `-1`, `-2` and so on, as AnnData does it.
    #[default]
    Symbols,
    /// Identifiers, such as those of Ensembl.
    Identifiers,
}
