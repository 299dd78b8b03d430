//! Where tables come from and where they go.

use std::borrow::Cow;
use std::path::PathBuf;

/// Where a table is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    Path(PathBuf),
    /// Standard input, which can be read once only.
    Stdin,
    /// Bytes in memory, under the name that messages use.
    Memory {
        /// What messages call it.
        name: String,
        /// The content, plain or compressed.
        bytes: Cow<'static, [u8]>,
    },
}

impl Source {
    /// Standard input for `-`, otherwise a file.
    pub fn from_argument(argument: &str) -> Self {
        match argument {
            "-" => Self::Stdin,
            path => Self::Path(PathBuf::from(path)),
        }
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Stdin => "standard input".into(),
            Self::Memory { name, .. } => name.clone(),
        }
    }
}

/// Where a table is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, written beside its place and renamed when whole.
    Path(PathBuf),
    /// Standard output.
    Stdout,
}

impl Target {
    /// Standard output for `-`, otherwise a file.
    pub fn from_argument(argument: &str) -> Self {
        match argument {
            "-" => Self::Stdout,
            path => Self::Path(PathBuf::from(path)),
        }
    }

    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Stdout => "standard output".into(),
        }
    }
}

impl Source {
    /// A source that can be read twice: standard input is taken into memory as it comes.
    pub fn rereadable(self) -> crate::Result<Self> {
        Ok(self)
    }
}
