//! What can go wrong, said so that a user can act on it.

/// The result of everything that can be refused.
pub type Result<T> = std::result::Result<T, Error>;

/// Whose turn it is when something is refused; the program turns it into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request itself is wrong: an unknown method or setting.
    Usage,
    /// The data cannot be used as it is.
    Input,
    /// The data could be used, but the result would mislead.
    Policy,
    /// Memory, disk or time does not suffice.
    Resource,
    /// The user asked to stop.
    Interrupted,
}

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two rows or two columns carry the same name.
    #[error(
        "{kind} name {name:?} stands twice, at positions {first} and {second}; make the names unique and try again"
    )]
    DuplicateName {
        /// `sample` or `gene`.
        kind: &'static str,
        /// The repeated name.
        name: String,
        /// Position of its first appearance, counted from 1.
        first: usize,
        /// Position of its second appearance, counted from 1.
        second: usize,
    },
    /// Two things that belong together differ in size.
    #[error("{what}: expected {expected}, found {found}")]
    Shape {
        /// What was measured.
        what: String,
        /// The size it must have.
        expected: String,
        /// The size it has.
        found: String,
    },
    /// A setting that the method does not have.
    #[error("{method} has no setting {setting:?}; it knows {known}")]
    UnknownSetting {
        /// The method asked.
        method: String,
        /// The name as typed.
        setting: String,
        /// Names it would accept, separated by commas.
        known: String,
    },
    /// A setting outside its limits.
    #[error("{method}: setting {setting} must be {rule}, found {found}")]
    IllegalSetting {
        /// The method asked.
        method: String,
        /// The setting refused.
        setting: String,
        /// What is legal.
        rule: String,
        /// What was given.
        found: String,
    },
    /// Completed tables asked of a method that draws none.
    #[error(
        "{method} gives one estimate for a gap and draws no completed tables; methods that do: {able}"
    )]
    CannotDraw {
        /// The method asked.
        method: String,
        /// Methods that can, separated by commas.
        able: String,
    },
    /// A method that learns from a companion assay, on a table without one.
    #[error(
        "{method} learns expression from another assay of the same samples, such as methylation, and none is given; name its table with --companion, or choose another method"
    )]
    NoCompanion {
        /// The method asked.
        method: String,
    },
    /// A method that is not in the catalog.
    #[error("no method is called {name:?}; known methods: {known}")]
    UnknownMethod {
        /// The name as typed.
        name: String,
        /// Names in the catalog, separated by commas.
        known: String,
    },
    /// A preset that the method does not have.
    #[error("{method} has no preset {preset:?}; it knows {known}")]
    UnknownPreset {
        /// The method asked.
        method: String,
        /// The name as typed.
        preset: String,
        /// Names it would accept, separated by commas.
        known: String,
    },
    /// Too little data to learn from.
    #[error("{method} needs at least {needed} {what}, found {found}; {advice}")]
    TooLittle {
        /// The method or step that needs more.
        method: String,
        /// What there is too little of.
        what: String,
        /// How much is needed.
        needed: usize,
        /// How much there is.
        found: usize,
        /// What to do about it.
        advice: String,
    },
    /// Data that cannot be used, with the reason and what to do.
    #[error("{0}")]
    Unusable(String),
    /// Data that would give a misleading answer.
    #[error("{0}")]
    Refused(String),
    /// The genes of a table are not those that a fitted method knows.
    #[error(
        "{method} was fitted on {known} genes; the table does not hold them in that order (first difference at column {position}: expected {expected:?}, found {found:?})"
    )]
    GenesDiffer {
        /// The method asked.
        method: String,
        /// How many genes it knows.
        known: usize,
        /// Column of the first difference, counted from 1.
        position: usize,
        /// The gene it expects there.
        expected: String,
        /// The gene that stands there.
        found: String,
    },
    /// A transductive method was asked about samples it has not seen.
    #[error(
        "{method} imputes only the samples it was fitted on; fit again, or choose another method"
    )]
    NewSamples {
        /// The method asked.
        method: String,
    },
    /// A method that cannot start from another cohort.
    #[error("{method} cannot start from what another cohort taught")]
    CannotTransfer {
        /// The method asked.
        method: String,
    },
    /// Stored weights that do not make a model.
    #[error("the stored model cannot be used: {0}")]
    Weights(String),
    /// More memory than allowed.
    #[error(
        "{what} needs about {needed_mib} MiB, more than the limit of {limit_mib} MiB; raise --memory-limit or give a smaller table"
    )]
    Memory {
        /// What asked for it.
        what: String,
        /// Estimate of the need, in MiB.
        needed_mib: u64,
        /// The limit in force, in MiB.
        limit_mib: u64,
    },
    /// A device that this machine or this build has not.
    #[error("{device} cannot be used: {problem}")]
    NoDevice {
        /// The device asked for, such as `cuda:0`.
        device: String,
        /// What is missing, and what to do about it.
        problem: String,
    },
    /// A device that failed at work.
    #[error("{device} failed: {problem}")]
    Device {
        /// The device, such as `cuda:0`.
        device: String,
        /// What it said.
        problem: String,
    },
    /// A checkpoint could not be read or written.
    #[error("checkpoint: {0}")]
    Checkpoint(String),
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Whose turn it is now.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownSetting { .. }
            | Self::IllegalSetting { .. }
            | Self::UnknownMethod { .. }
            | Self::UnknownPreset { .. }
            | Self::NoDevice { .. }
            | Self::CannotDraw { .. }
            | Self::CannotTransfer { .. } => ErrorKind::Usage,
            Self::Refused(_) => ErrorKind::Policy,
            Self::Memory { .. } | Self::Checkpoint(_) | Self::Device { .. } => ErrorKind::Resource,
            Self::Interrupted => ErrorKind::Interrupted,
            _ => ErrorKind::Input,
        }
    }
}
