//! What a file can do wrong, said with its place and what to do about it.

use imputome_core::ErrorKind;

/// The result of everything that touches a file.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a file was refused or could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be opened or read.
    #[error("{file}: cannot be read: {reason}; {advice}")]
    Unreadable {
        /// The file as the user named it.
        file: String,
        /// What the system or the decompressor said.
        reason: String,
        /// What to do.
        advice: String,
    },
    /// Content that is not what a table, model or dataset must hold.
    #[error("{file}{place}: expected {expected}, found {found}; {advice}")]
    Content {
        /// The file as the user named it.
        file: String,
        /// Where in it, such as `, line 7 (sample "A"), column 3 (gene "TP53")`; may be empty.
        place: String,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
        /// What to do.
        advice: Box<str>,
    },
    /// A request that cannot be met, such as an output name without a known ending.
    #[error("{0}")]
    Request(String),
    /// An output that could not be written; the old file, if any, is as it was.
    #[error("{file}: cannot be written: {reason}; whatever stood there before is unchanged")]
    Unwritable {
        /// The file as the user named it.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// A table whose parts do not fit together.
    #[error("{file}: {source}")]
    Dataset {
        /// The file as the user named it.
        file: String,
        /// What does not fit.
        source: imputome_core::Error,
    },
}

impl Error {
    /// Whose turn it is now.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreadable { .. } | Self::Content { .. } => ErrorKind::Input,
            Self::Request(_) => ErrorKind::Usage,
            Self::Unwritable { .. } => ErrorKind::Resource,
            Self::Dataset { source, .. } => source.kind(),
        }
    }
}
