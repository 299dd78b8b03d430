//! Where tables come from and where they go.

use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::compression::{open_file, unreadable};

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

    /// A source that can be read twice: standard input and pipes are taken into memory as they
    /// come, compressed or not.
    pub fn rereadable(self) -> Result<Self> {
        let name = self.name();
        let mut bytes = Vec::new();
        let read = match &self {
            Self::Stdin => std::io::stdin().lock().read_to_end(&mut bytes),
            Self::Path(path) if is_pipe(path) => open_file(path)?.0.read_to_end(&mut bytes),
            Self::Path(_) | Self::Memory { .. } => return Ok(self),
        };
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

fn is_pipe(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
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
