//! What an evaluation and the process of one fit tell each other, through files and a pipe.

use std::path::{Path, PathBuf};

use imputome::Method;
use imputome_core::{Imputation, Summary};
use imputome_evaluate::Trial;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};
use crate::filled::holding;

use super::Lesson;

/// One method on one trial.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    /// The method.
    pub(crate) method: Method,
    /// Seed of everything random in it.
    pub(crate) seed: u64,
    /// What is learned from, and what is filled.
    pub(crate) tables: Tables,
    /// What it has learned before.
    pub(crate) lesson: Lesson,
}

/// Files of a trial's tables.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tables {
    /// What is learned from.
    pub(crate) train: PathBuf,
    /// What is filled, in order; in place the same file.
    pub(crate) tests: Vec<PathBuf>,
}

/// The tables of a trial, and what baselines learn from where that is something else.
#[derive(Clone, Debug)]
pub(super) struct TrialTables {
    tables: Tables,
    /// Training rows with half of their values deleted; under the published protocol alone.
    incomplete_train: Option<PathBuf>,
}

impl TrialTables {
    /// What this method learns from and fills.
    pub(super) fn seen_by(&self, method: &Method) -> Tables {
        // The methods that the PMI paper compares itself with and fits; the others are its own,
        // take no training table, or are ours and treated as its own.
        let baseline = matches!(
            method,
            Method::Knn(_) | Method::Mice(_) | Method::MissForest(_)
        );
        match &self.incomplete_train {
            Some(train) if baseline => Tables {
                train: train.clone(),
                ..self.tables.clone()
            },
            _ => self.tables.clone(),
        }
    }
}

/// What a fit took and how it went; written beside the estimates.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Wall-clock seconds of fitting.
    pub(crate) fit_wall_seconds: f64,
    /// Wall-clock seconds of fitting and imputing.
    pub(crate) wall_seconds: f64,
    /// Processor seconds of fitting and imputing.
    pub(crate) cpu_seconds: f64,
    /// Largest memory of the process, MiB; nothing where unknown.
    pub(crate) peak_mib: Option<f64>,
    /// How the fit went.
    pub(crate) summary: Summary,
    /// Remarks on the estimates of each test.
    pub(crate) remarks: Vec<Vec<String>>,
}

/// Progress of a fit, a line of JSON each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Event {
    /// A step begins.
    Begin {
        /// Its name.
        step: String,
        /// Units it will take; 0 when not known.
        total: u64,
    },
    /// Units done.
    Advance {
        /// How many.
        done: u64,
        /// How it goes.
        note: String,
    },
    /// The step is over.
    End,
    /// Something the user should know.
    Warn {
        /// What.
        message: String,
    },
}

/// Writes the tables of a trial into `folder`.
pub(super) fn write_tables(trial: &Trial, folder: &Path) -> Result<TrialTables> {
    let mut tests = Vec::new();
    for (place, test) in trial.tests.iter().enumerate() {
        let file = folder.join(format!("test-{place}"));
        imputome_io::write_dataset(&file, test.holdout.visible())?;
        tests.push(file);
    }
    let in_place = trial.hidden().is_some();
    let train = if in_place {
        tests[0].clone()
    } else {
        let file = folder.join("train");
        imputome_io::write_dataset(&file, trial.train())?;
        file
    };
    let incomplete_train = trial.incomplete_train().map(|rows| {
        let file = folder.join("incomplete-train");
        imputome_io::write_dataset(&file, rows)?;
        Ok::<_, Failure>(file)
    });
    Ok(TrialTables {
        tables: Tables { train, tests },
        incomplete_train: incomplete_train.transpose()?,
    })
}

impl Task {
    const FILE: &'static str = "task.json";

    /// Puts the task into `folder`.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_vec(self).expect("a task is plain data");
        Ok(imputome_io::write_bytes(&folder.join(Self::FILE), &text)?)
    }

    /// The task in `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        read_json(&folder.join(Self::FILE))
    }
}

impl Report {
    const FILE: &'static str = "report.json";

    /// Puts report and estimates into `folder`; `names` gives rows and columns of each test.
    pub(crate) fn write(
        &self,
        folder: &Path,
        imputations: &[(imputome_core::Dataset, Imputation)],
    ) -> Result<()> {
        for (place, (table, imputation)) in imputations.iter().enumerate() {
            let estimates = holding(table, imputation.estimates.clone());
            imputome_io::write_dataset(&estimates_file(folder, place), &estimates)?;
            if let Some(spread) = &imputation.spread {
                let spread = holding(table, spread.clone());
                imputome_io::write_dataset(&spread_file(folder, place), &spread)?;
            }
        }
        let text = serde_json::to_vec(self).expect("a report is plain data");
        Ok(imputome_io::write_bytes(&folder.join(Self::FILE), &text)?)
    }

    /// Report and estimates in `folder`.
    pub(super) fn read(folder: &Path) -> Result<(Self, Vec<Imputation>)> {
        let report: Self = read_json(&folder.join(Self::FILE))?;
        let remarks = report.remarks.iter().enumerate();
        let imputations = remarks
            .map(|(place, remarks)| {
                let estimates = imputome_io::read_dataset(&estimates_file(folder, place))?.values;
                let spread = Some(spread_file(folder, place))
                    .filter(|file| file.exists())
                    .map(|file| imputome_io::read_dataset(&file).map_err(Failure::from))
                    .transpose()?
                    .map(|table| table.values);
                Ok(Imputation {
                    estimates,
                    spread,
                    remarks: remarks.clone(),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok((report, imputations))
    }
}

fn estimates_file(folder: &Path, place: usize) -> PathBuf {
    folder.join(format!("estimates-{place}"))
}

fn spread_file(folder: &Path, place: usize) -> PathBuf {
    folder.join(format!("spread-{place}"))
}

fn read_json<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T> {
    let text = imputome_io::read_text(file)?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::input(format!("{}: {error}", file.display())))
}
