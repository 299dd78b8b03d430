//! Outputs: written beside their place, renamed when whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use flate2::write::GzEncoder;
use rayon::prelude::*;

use crate::{Compression, Error, Result, Target};

/// Writes a whole output or none: what stood at the target stays until `content` has returned
/// and every byte is on disk. Standard output, pipes and devices are written directly.
pub(crate) fn write_whole(
    target: &Target,
    content: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let name = target.name();
    let failed = |error: io::Error| unwritable(&name, &error);
    match target {
        Target::Stdout => {
            let mut out = BufWriter::new(io::stdout().lock());
            content(&mut out)?;
            out.flush().map_err(failed)
        }
        Target::Path(path) if is_special(path) => {
            let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            let mut out = BufWriter::new(file);
            content(&mut out)?;
            out.flush().map_err(failed)
        }
        Target::Path(path) => {
            let mut beside = Beside::create(path).map_err(failed)?;
            content(&mut beside.out)?;
            beside.take_place().map_err(failed)
        }
    }
}

/// The refusal of an output that the system does not take.
pub(crate) fn unwritable(file: &str, error: &io::Error) -> Error {
    Error::Unwritable {
        file: file.into(),
        reason: error.to_string(),
    }
}

/// True for pipes and devices, which cannot be renamed over.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir())
}

/// Files that have not taken their places.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes every file that has not taken its place: for a program that ends at once, where nothing is dropped.
pub fn remove_unfinished() {
    let Ok(files) = UNFINISHED.lock() else { return };
    for file in files.iter() {
        // Nothing more can be done about a file that cannot be removed.
        let _ = std::fs::remove_file(file);
    }
}

/// Notes that a file is no longer unfinished.
fn forget(file: &Path) {
    if let Ok(mut files) = UNFINISHED.lock() {
        files.retain(|unfinished| unfinished != file);
    }
}

/// A file beside the place it will take; removed when dropped before.
#[derive(Debug)]
pub(crate) struct Beside {
    path: PathBuf,
    place: PathBuf,
    out: BufWriter<File>,
    placed: bool,
    /// Folders made for it, the innermost first.
    folders: Vec<PathBuf>,
}

impl Beside {
    /// An empty file beside `place`, whose folder is made where there is none.
    pub(crate) fn create(place: &Path) -> io::Result<Self> {
        // A link keeps its place; what it leads to is replaced.
        let place = std::fs::canonicalize(place).unwrap_or_else(|_| place.to_path_buf());
        if place.is_dir() {
            return Err(io::Error::other("it is a directory"));
        }
        let folders = make_folders(&place)?;
        match Self::open(&place) {
            Ok((path, file)) => Ok(Self {
                path,
                place,
                out: BufWriter::new(file),
                placed: false,
                folders,
            }),
            Err(error) => {
                remove_empty(&folders);
                Err(error)
            }
        }
    }

    /// A file that nobody else has, and its name.
    fn open(place: &Path) -> io::Result<(PathBuf, File)> {
        let name = place
            .file_name()
            .ok_or_else(|| io::Error::other("it has no file name"))?;
        for attempt in 0.. {
            let mut beside = std::ffi::OsString::from(".");
            beside.push(name);
            beside.push(format!(".{}-{attempt}.partial", std::process::id()));
            let path = place.with_file_name(beside);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    if let Ok(mut files) = UNFINISHED.lock() {
                        files.push(path.clone());
                    }
                    return Ok((path, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        unreachable!("some name is free")
    }

    /// Where the file lies until it takes its place.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Copies another file into this one.
    pub(crate) fn copy_from(&mut self, path: &Path) -> io::Result<()> {
        io::copy(&mut File::open(path)?, &mut self.out)?;
        self.out.flush()
    }

    /// Renames the file, once every byte of it is on disk.
    pub(crate) fn take_place(mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        std::fs::rename(&self.path, &self.place)?;
        self.placed = true;
        let folder = self.place.parent().filter(|p| !p.as_os_str().is_empty());
        // The rename itself is on disk once the folder is; not every system can do this.
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        forget(&self.path);
        if !self.placed {
            // Nothing more can be done about a file that cannot be removed.
            let _ = std::fs::remove_file(&self.path);
            remove_empty(&self.folders);
        }
    }
}

/// Makes the folders above `place` that are not there; gives them, the innermost first.
fn make_folders(place: &Path) -> io::Result<Vec<PathBuf>> {
    let above = place.ancestors().skip(1);
    let missing = above.take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let missing: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
    match missing.first() {
        Some(folder) => std::fs::create_dir_all(folder).map(|()| missing),
        None => Ok(missing),
    }
}

/// Removes folders that were made for nothing.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders {
        // One that holds something, or that is gone, needs nothing more.
        let _ = std::fs::remove_dir(folder);
    }
}

/// How the name of a target asks for its content to be compressed.
pub(crate) fn compression_of(target: &Target) -> Compression {
    match target {
        Target::Path(path) => match path.extension() {
            Some(end) if end.eq_ignore_ascii_case("gz") => Compression::Gzip,
            Some(end) if end.eq_ignore_ascii_case("zst") => Compression::Zstd,
            _ => Compression::Plain,
        },
        Target::Stdout => Compression::Plain,
    }
}

/// Compresses blocks of text in their order; the same bytes for any number of threads.
pub(crate) enum Packer<'a> {
    /// As they are.
    Plain(&'a mut dyn Write),
    /// Each block a gzip member of its own, so that threads can share the work.
    Gzip(&'a mut dyn Write),
    /// One Zstandard frame; some readers stop at the end of the first.
    Zstd(zstd::stream::write::Encoder<'static, &'a mut dyn Write>),
}

impl<'a> Packer<'a> {
    /// A packer in front of `out`.
    pub(crate) fn new(compression: Compression, out: &'a mut dyn Write) -> io::Result<Self> {
        Ok(match compression {
            Compression::Plain => Self::Plain(out),
            Compression::Gzip => Self::Gzip(out),
            Compression::Zstd => Self::Zstd(zstd::stream::write::Encoder::new(
                out,
                zstd::DEFAULT_COMPRESSION_LEVEL,
            )?),
        })
    }

    /// Takes the next blocks.
    pub(crate) fn write(&mut self, blocks: &[Vec<u8>]) -> io::Result<()> {
        match self {
            Self::Plain(out) => blocks.iter().try_for_each(|block| out.write_all(block)),
            Self::Zstd(out) => blocks.iter().try_for_each(|block| out.write_all(block)),
            Self::Gzip(out) => {
                let members: Vec<io::Result<Vec<u8>>> =
                    blocks.par_iter().map(|block| gzip_member(block)).collect();
                members
                    .into_iter()
                    .try_for_each(|member| out.write_all(&member?))
            }
        }
    }

    /// Ends the compressed stream.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(_) | Self::Gzip(_) => Ok(()),
            Self::Zstd(out) => out.finish().map(|_| ()),
        }
    }
}

fn gzip_member(block: &[u8]) -> io::Result<Vec<u8>> {
    let mut member = GzEncoder::new(Vec::new(), flate2::Compression::default());
    member.write_all(block)?;
    member.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_that_fails_midway_leaves_the_old_file_and_nothing_else() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("table.tsv");
        for old in [None, Some("old")] {
            if let Some(old) = old {
                std::fs::write(&path, old).unwrap();
            }
            let outcome = write_whole(&Target::Path(path.clone()), |out| {
                out.write_all(b"half").unwrap();
                Err(Error::Request("stop".into()))
            });
            assert!(outcome.is_err());
            assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), old);
            assert_eq!(
                std::fs::read_dir(scratch.path()).unwrap().count(),
                usize::from(old.is_some())
            );
        }
    }

    #[test]
    fn a_device_is_written_to_and_not_renamed_over() {
        let full = Target::Path("/dev/full".into());
        let outcome = write_whole(&full, |out| {
            out.write_all(b"x").map_err(|e| unwritable("/dev/full", &e))
        });
        let full = Path::new("/dev/full");
        assert!(!full.exists() || outcome.is_err());
        assert!(!full.is_file());
    }
}
