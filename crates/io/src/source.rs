//! Where tables come from and where they go.

use std::borrow::Cow;
use std::io::Read;
use std::path::PathBuf;

use crate::Result;
use crate::compression::unreadable;

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

    /// A source that can be read twice: standard input is taken into memory as it comes,
    /// compressed or not.
    pub fn rereadable(self) -> Result<Self> {
        let name = self.name();
        if self != Self::Stdin {
            return Ok(self);
        }
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&name, &error))?;
        Ok(Self::Memory {
            name,
            bytes: Cow::Owned(bytes),
        })
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
