//! Runs the program as a user would, in a folder of its own.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder that goes away with the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Where a file of this name is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Names of everything in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The program in this folder, with two threads unless said otherwise.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imputome"));
        command.args(arguments).current_dir(self.0.path());
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        Answer::of(&self.command(arguments).output().unwrap())
    }

    /// Runs the program, which must succeed.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> Answer {
        let answer = self.run(arguments);
        assert_eq!(answer.code, Some(0), "{arguments:?}\n{}", answer.stderr);
        answer
    }

    /// Runs the program, which must end with `code` and say each of `parts`.
    pub(crate) fn fail(&self, code: i32, parts: &[&str], arguments: &[&str]) -> Answer {
        let answer = self.run(arguments);
        assert_eq!(answer.code, Some(code), "{arguments:?}\n{}", answer.stderr);
        for part in parts {
            assert!(
                answer.stderr.contains(part),
                "{arguments:?}: {part:?} is not in\n{}",
                answer.stderr
            );
        }
        assert!(!answer.stderr.contains("panicked"), "{}", answer.stderr);
        answer
    }
}

/// What the program said.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }
}

/// A number in `[-1, 1)` by position (SplitMix64), so that tables need no files.
fn noise(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// The value of sample `s`, gene `g` of [`table`]: two hidden causes and a little noise.
pub(crate) fn value(s: usize, g: usize) -> f64 {
    let cause = |c: u64| noise(1000 * c + s as u64) * noise(100_000 * (c + 1) + g as u64);
    let value =
        5.0 + 2.0 * cause(1) + 2.0 * cause(2) + 0.1 * noise((s * 7919 + g) as u64 + (1 << 40));
    (value * 1000.0).round() / 1000.0
}

/// True where [`table`] has a gap: about one entry in ten.
pub(crate) fn is_gap(s: usize, g: usize) -> bool {
    noise((s * 104_729 + g) as u64 + (1 << 41)) > 0.8
}

/// A TSV of log values, samples by genes, with gaps.
pub(crate) fn table(samples: usize, genes: usize) -> String {
    rows(0..samples, &(0..genes).collect::<Vec<_>>())
}

/// Some samples and some genes of [`table`].
pub(crate) fn rows(samples: std::ops::Range<usize>, genes: &[usize]) -> String {
    let mut text = String::from("sample_id");
    for g in genes {
        text += &format!("\tGENE{g}");
    }
    text.push('\n');
    for s in samples {
        text += &format!("S{s}");
        for &g in genes {
            text += &match is_gap(s, g) {
                true => "\tNA".to_string(),
                false => format!("\t{}", value(s, g)),
            };
        }
        text.push('\n');
    }
    text
}

/// Covariates of the samples of [`table`]: tissue, age and donor, two samples each.
pub(crate) fn covariates(samples: usize) -> String {
    let mut text = String::from("sample_id\ttissue\tage\tdonor_id\n");
    for s in 0..samples {
        let tissue = ["Lung", "Blood", "Liver"][s % 3];
        text += &format!("S{s}\t{tissue}\t{}\tD{}\n", 30 + s % 40, s / 2);
    }
    text
}

/// The fields of a TSV, line by line.
pub(crate) fn fields(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .map(|line| line.split('\t').map(String::from).collect())
        .collect()
}
