//! Data whose truth is known from how they were made: mixtures of RNA, spiked-in molecules, and
//! samples that differ by nothing.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

use super::parts::Part;
use super::sources::CellTable;
use super::study::Study;
use super::{mixtures, null_differences, spike_ins};

/// What is known of a data set and where it stands in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Seven mixtures of the RNA of three cell lines, in four amounts (Tian et al. 2019).
    Mixtures,
    /// 57 spike-ins in 1,464 cells (Zeisel et al. 2015).
    SpikeIns,
    /// The RNA of many cells, pooled and split again (Grün et al. 2014).
    Splits,
}

impl Known {
    pub(super) const ALL: [Self; 3] = [Self::Mixtures, Self::SpikeIns, Self::Splits];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Mixtures => "sc_mixology",
            Self::SpikeIns => "sc_zeisel_ercc",
            Self::Splits => "sc_grun_esc",
        }
    }

    /// Its files within the folder of the data: counts first.
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Mixtures => &[
                "sc_mixology/RNAmix_celseq2.counts.csv.gz",
                "sc_mixology/RNAmix_celseq2.cells.tsv",
            ],
            Self::SpikeIns => &[
                "sc_zeisel_ercc/counts.csv.gz",
                "sc_zeisel_ercc/ercc_counts.csv.gz",
                "sc_zeisel_ercc/ercc_true.tsv",
            ],
            Self::Splits => &["sc_grun_esc/counts.csv.gz", "sc_grun_esc/cells.tsv"],
        }
    }

    /// Its files, where the folder has all.
    fn in_folder(self, folder: &Path) -> Option<Vec<PathBuf>> {
        let files: Vec<PathBuf> = self.files().iter().map(|file| folder.join(file)).collect();
        files.iter().all(|file| file.is_file()).then_some(files)
    }
}

/// Runs what is not finished on the sets that are there.
pub(super) fn run(study: &Study) -> Result<()> {
    let entrants: Vec<_> = study.entrants.iter().collect();
    for known in Known::ALL {
        let name = known.name();
        let Some(files) = known.in_folder(&study.given.data) else {
            let files = known.files().join(", ");
            study
                .context
                .terminal
                .say(format!("truth, {name}: left out; the folder lacks {files}"));
            continue;
        };
        let part = Part::Truth;
        match known {
            Known::Mixtures => {
                let said = mixtures::Mixtures::read(&files[1])?;
                let read = || plain(super::sources::read_counts(&files[0])?);
                study.on_table(part, name, &entrants, read, |work, unit| {
                    said.judge(work, unit)
                })?;
            }
            Known::SpikeIns => {
                let said = spike_ins::SpikeIns::read(&files[2])?;
                let read = || plain(spike_ins::joined(&files[0], &files[1])?);
                study.on_table(part, name, &entrants, read, |work, unit| {
                    said.judge(work, unit)
                })?;
            }
            Known::Splits => {
                let said = null_differences::Splits::read(&files[1])?;
                let read = || plain(said.controls(&super::sources::read_counts(&files[0])?));
                study.on_table(part, name, &entrants, read, |work, unit| {
                    said.judge(work, unit)
                })?;
            }
        }
    }
    Ok(())
}

fn plain(counts: imputome_core::Counts) -> Result<CellTable> {
    Ok(CellTable {
        counts,
        kinds: None,
        truth: None,
    })
}

/// A table of text with a header, by columns.
#[derive(Debug)]
pub(super) struct TextColumns {
    file: String,
    header: Vec<String>,
    lines: Vec<Vec<String>>,
}

impl TextColumns {
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = imputome_io::read_text(file)?;
        let split = |line: &str| -> Vec<String> { line.split('\t').map(String::from).collect() };
        let mut lines = text.lines();
        Ok(Self {
            file: file.display().to_string(),
            header: lines.next().map(split).unwrap_or_default(),
            lines: lines.map(split).collect(),
        })
    }

    /// A column by its name.
    pub(super) fn column(&self, name: &str) -> Result<Vec<&str>> {
        let at = self.header.iter().position(|heading| heading == name);
        let at = at.ok_or_else(|| {
            Failure::input(format!(
                "{}: expected a column {name}, found {}",
                self.file,
                self.header.join(", ")
            ))
        })?;
        let lines = self.lines.iter();
        Ok(lines
            .map(|line| line.get(at).map_or("", String::as_str))
            .collect())
    }

    /// A column of numbers.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<f64>> {
        let fields = self.column(name)?;
        let number = |field: &str| {
            field.parse::<f64>().map_err(|_| {
                Failure::input(format!(
                    "{}: expected a number in column {name}, found {field:?}",
                    self.file
                ))
            })
        };
        fields.into_iter().map(number).collect()
    }
}
