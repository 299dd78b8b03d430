//! Where a command reads and writes, looked at once and before any work is done: nothing written
//! may take the place of something read, and every place must take a file.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::evaluation::Earlier;
use crate::failure::{Failure, Result};
use crate::plan::{ReadingPlan, SamplesPlan, TransferPlan, companion_of};

/// Standard input as it is read, standard output as it is written.
const STREAM: &str = "-";

/// The files of one command.
#[derive(Debug, Default)]
pub(crate) struct Places {
    reads: Vec<Read>,
    writes: Vec<Write>,
    folders: Vec<PathBuf>,
    earlier: Earlier,
}

#[derive(Debug)]
struct Read {
    role: Role,
    file: PathBuf,
}

#[derive(Debug)]
struct Write {
    kind: Kind,
    file: PathBuf,
}

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Input,
    Model,
    Covariates,
    Companion,
    Source,
    Genes,
    Systems,
    Plan,
}

/// What a file is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What was asked for.
    Output,
    /// Plan and record; repeating a run replaces those that it was repeated from.
    Record,
    /// The state of work that can go on.
    Checkpoint,
}

/// One file under whatever name: its path without links and detours, and its inode.
#[derive(Debug)]
struct Identity {
    path: PathBuf,
    inode: Option<(u64, u64)>,
}

impl Places {
    /// A command that reads `input`.
    pub(crate) fn reading(input: &str) -> Self {
        Self::default().and_reading(Role::Input, Some(input))
    }

    /// It also reads what these name.
    pub(crate) fn with_plans(self, reading: &ReadingPlan, samples: &SamplesPlan) -> Self {
        let places = self
            .and_reading(Role::Covariates, samples.covariates.as_ref())
            .and_reading(Role::Genes, reading.genes.as_ref())
            .and_reading(Role::Genes, reading.synonyms.as_ref());
        let companions = samples.companions.iter().map(|text| companion_of(text).1);
        companions.fold(places, |places, file| {
            places.and_reading(Role::Companion, Some(file))
        })
    }

    /// It also reads what teaches first.
    pub(crate) fn with_transfer(self, transfer: &TransferPlan) -> Self {
        let files = transfer.files();
        files.fold(self, |places, file| {
            places.and_reading(Role::Source, Some(file))
        })
    }

    /// It also reads a model.
    pub(crate) fn with_model(self, file: Option<&String>) -> Self {
        self.and_reading(Role::Model, file)
    }

    /// It also reads a table of organ systems.
    pub(crate) fn with_systems(self, file: Option<&String>) -> Self {
        self.and_reading(Role::Systems, file)
    }

    /// It also reads a plan.
    pub(crate) fn with_plan_file(self, file: Option<&Path>) -> Self {
        self.and_reading(Role::Plan, file)
    }

    /// It writes `file`.
    pub(crate) fn writing(self, file: impl Into<PathBuf>) -> Self {
        self.and_writing(Kind::Output, file.into())
    }

    /// It writes plan and record to `file`.
    pub(crate) fn recording(self, file: impl Into<PathBuf>) -> Self {
        self.and_writing(Kind::Record, file.into())
    }

    /// It keeps the state of its work in `file`.
    pub(crate) fn keeping(self, file: impl Into<PathBuf>) -> Self {
        self.and_writing(Kind::Checkpoint, file.into())
    }

    /// Whether outputs of earlier runs may be replaced; they may not unless this is said.
    pub(crate) fn replacing(self, earlier: Earlier) -> Self {
        Self { earlier, ..self }
    }

    /// It makes `folder` where there is none, and writes files inside.
    pub(crate) fn filling(mut self, folder: &Path) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// It makes `folder` where there is none, and writes these files inside, none of which may be
    /// one that is read.
    pub(crate) fn writing_inside(mut self, folder: &Path, files: &[&str]) -> Self {
        if folder.is_dir() {
            for file in files {
                self = self.writing(folder.join(file));
            }
        }
        self.filling(folder)
    }

    /// Refuses an output that is an input or another output, that is there already unless it may be
    /// replaced, or that cannot be written.
    pub(crate) fn check(&self) -> Result<()> {
        for (place, write) in self.writes.iter().enumerate() {
            let identity = Identity::of(&write.file);
            let same = |file: &Path| match (&identity, Identity::of(file)) {
                (Some(one), Some(other)) => one.is(&other),
                _ => false,
            };
            for read in &self.reads {
                let repeated = read.role == Role::Plan && write.kind == Kind::Record;
                if !repeated && read.file.as_os_str() != STREAM && same(&read.file) {
                    return Err(overwritten(write, read));
                }
            }
            if let Some(other) = self.writes[..place].iter().find(|w| same(&w.file)) {
                return Err(written_twice(write, other));
            }
        }
        if self.earlier == Earlier::Kept {
            self.writes.iter().try_for_each(expect_free)?;
        }
        let files = self.writes.iter().map(|write| write.file.as_path());
        files
            .filter(|file| file.as_os_str() != STREAM)
            .try_for_each(expect_writable)?;
        self.folders.iter().try_for_each(|f| expect_fillable(f))
    }

    fn and_reading<P: AsRef<Path>>(mut self, role: Role, file: Option<P>) -> Self {
        self.reads.extend(file.map(|file| Read {
            role,
            file: file.as_ref().into(),
        }));
        self
    }

    fn and_writing(mut self, kind: Kind, file: PathBuf) -> Self {
        self.writes.push(Write { kind, file });
        self
    }
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Input => "the input",
            Self::Model => "the model",
            Self::Covariates => "the table of covariates",
            Self::Companion => "the companion",
            Self::Source => "the source",
            Self::Genes => "the list of genes",
            Self::Systems => "the table of systems",
            Self::Plan => "the plan",
        }
    }
}

impl Identity {
    /// Nothing for pipes and devices, which can be read and written at once.
    fn of(file: &Path) -> Option<Self> {
        if file.as_os_str() == STREAM {
            return Some(Self {
                path: file.into(),
                inode: None,
            });
        }
        let about = std::fs::metadata(file).ok();
        if about.as_ref().is_some_and(|about| !about.is_file()) {
            return None;
        }
        Some(Self {
            path: resolved(file),
            inode: about.map(|about| (about.dev(), about.ino())),
        })
    }

    fn is(&self, other: &Self) -> bool {
        self.path == other.path || self.inode.is_some() && self.inode == other.inode
    }
}

/// The path without links and detours, as far as there is one.
fn resolved(file: &Path) -> PathBuf {
    let beside = || {
        let folder = std::fs::canonicalize(folder_of(file)).ok()?;
        Some(folder.join(file.file_name()?))
    };
    std::fs::canonicalize(file)
        .ok()
        .or_else(beside)
        .unwrap_or_else(|| file.into())
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn overwritten(write: &Write, read: &Read) -> Failure {
    let as_named = if write.file == read.file {
        String::new()
    } else {
        format!(" {}", read.file.display())
    };
    let hint = match write.kind {
        Kind::Output => "name another output",
        Kind::Record | Kind::Checkpoint => "it is named after the output; name another output",
    };
    Failure::usage(format!(
        "{} is {}{as_named}; what is written goes to a file of its own",
        write.file.display(),
        read.role.name(),
    ))
    .hint(hint)
}

fn written_twice(write: &Write, other: &Write) -> Failure {
    Failure::usage(format!(
        "{} and {} are the same file, and both would be written",
        other.file.display(),
        write.file.display()
    ))
    .hint("give each output a name of its own")
}

/// Refuses an output that is there already. A pipe or device is none.
fn expect_free(write: &Write) -> Result<()> {
    if write.kind != Kind::Output || !write.file.is_file() {
        return Ok(());
    }
    Err(
        Failure::usage(format!("{} is there already", write.file.display()))
            .hint("name another output, or replace it with --overwrite"),
    )
}

/// Refuses a file that could not be written in the end.
fn expect_writable(file: &Path) -> Result<()> {
    let about = std::fs::metadata(file).ok();
    if about.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err(unwritable(file, "it is a directory"));
    }
    if about.is_some_and(|about| !about.is_file()) {
        return Ok(());
    }
    let folder = folder_of(file);
    if !folder.is_dir() {
        // It is made when the file is.
        return expect_fillable(folder);
    }
    // A link keeps its place; what it leads to is replaced, in a folder of its own.
    let place = std::fs::canonicalize(file).unwrap_or_else(|_| file.into());
    let Some(name) = place.file_name() else {
        return Err(unwritable(file, "it has no file name"));
    };
    try_folder(folder_of(&place), &name.to_string_lossy())
        .map_err(|error| unwritable(file, &error.to_string()))
}

/// Refuses a folder that is none, or could neither be made nor take files.
fn expect_fillable(folder: &Path) -> Result<()> {
    let there = folder.ancestors().find(|folder| folder.exists());
    let there = there.unwrap_or(Path::new("."));
    if !there.is_dir() {
        return Err(Failure::usage(format!(
            "{}: is a file, and results need a folder",
            there.display()
        ))
        .hint("name another folder"));
    }
    try_folder(there, "results").map_err(|error| unwritable(folder, &error.to_string()))
}

/// Makes and removes a file in `folder`, under a name as an unfinished output has.
fn try_folder(folder: &Path, name: &str) -> io::Result<()> {
    let probe = folder.join(format!(".{name}.{}-0.partial", std::process::id()));
    match OpenOptions::new().write(true).create_new(true).open(&probe) {
        Ok(_) => std::fs::remove_file(&probe),
        // Left by a program that was killed; another name is free.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn unwritable(file: &Path, reason: &str) -> Failure {
    Failure::from(imputome_io::Error::Unwritable {
        file: file.display().to_string(),
        reason: reason.into(),
    })
    .hint("name another output, or make its folder writable")
}
