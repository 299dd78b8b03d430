//! Files that are changed, at first those of `fixtures`.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::mutation::{Chance, change};
use crate::target::Reader;

/// Files kept at most; ours, others take the place of a random one.
const KEPT: usize = 512;
/// Bytes of a file kept at most; ours, small files are tried more often.
const LONGEST: usize = 1 << 20;

/// A file, and what it was made of.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) bytes: Vec<u8>,
    /// The fixture, a path below `fixtures`.
    pub(crate) source: &'static str,
}

/// Files to begin with and those kept.
#[derive(Debug)]
pub(crate) struct Corpus {
    cases: Vec<Case>,
}

/// A file laid out for a reader.
#[derive(Debug)]
pub(crate) struct Place {
    /// The changed file.
    pub(crate) file: PathBuf,
    /// What the reader is given: the file, or the folder it is in.
    pub(crate) input: PathBuf,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

impl Corpus {
    pub(crate) fn of(reader: Reader) -> Self {
        let cases = reader.fixtures().iter().map(|&source| Case {
            bytes: std::fs::read(fixtures().join(source)).unwrap(),
            source,
        });
        Self {
            cases: cases.collect(),
        }
    }

    /// A changed form of one of the files.
    pub(crate) fn changed(&self, chance: &mut Chance) -> Case {
        let mut case = self.cases[chance.below(self.cases.len())].clone();
        let other = &self.cases[chance.below(self.cases.len())].bytes;
        let inside = match case.source.ends_with(".gz") && chance.below(4) > 0 {
            true => unpacked(&case.bytes),
            false => None,
        };
        match inside {
            Some(mut plain) => {
                change(&mut plain, other, chance);
                case.bytes = packed(&plain);
            }
            None => change(&mut case.bytes, other, chance),
        }
        case
    }

    pub(crate) fn keep(&mut self, case: Case) {
        if case.bytes.len() > LONGEST {
            return;
        }
        if self.cases.len() < KEPT {
            self.cases.push(case);
        } else {
            // Those to begin with stay; any of the others may go.
            let at = KEPT / 2 + case.bytes.len() % (KEPT / 2);
            self.cases[at] = case;
        }
    }
}

impl Case {
    /// Writes the file where a reader expects it, among the other files of its folder.
    pub(crate) fn lay_out(&self, scratch: &Path) -> Place {
        let source = Path::new(self.source);
        let name = source.file_name().unwrap();
        let folder = source.parent().unwrap();
        if folder.components().count() < 2 {
            let file = scratch.join(name);
            std::fs::write(&file, &self.bytes).unwrap();
            return Place {
                input: file.clone(),
                file,
            };
        }
        let input = scratch.join(folder.file_name().unwrap());
        std::fs::create_dir_all(&input).unwrap();
        for entry in std::fs::read_dir(fixtures().join(folder)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), input.join(entry.file_name())).unwrap();
        }
        let file = input.join(name);
        std::fs::write(&file, &self.bytes).unwrap();
        Place { file, input }
    }
}

impl Place {
    pub(crate) fn remove(&self) {
        match self.input.is_dir() {
            true => std::fs::remove_dir_all(&self.input).unwrap(),
            false => std::fs::remove_file(&self.input).unwrap(),
        }
    }
}

fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut plain).ok()?;
    Some(plain)
}

fn packed(plain: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}
