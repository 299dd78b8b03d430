//! What one method did in one trial: a file of metrics, written once and read by the page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// The file of a method that failed holds its reason under this name.
const FAILED: &str = "failed";

/// Metrics by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct UnitResult {
    pub(super) metrics: BTreeMap<String, f64>,
    /// Why there are none.
    pub(super) failed: Option<String>,
    /// Group of each sample followed, where they were grouped.
    pub(super) clusters: Vec<usize>,
}

impl UnitResult {
    /// A method that gave nothing.
    pub(super) fn failure(reason: &str) -> Self {
        Self {
            failed: Some(reason.replace(['\t', '\n'], " ")),
            ..Self::default()
        }
    }

    /// Takes in a metric that is a number.
    pub(super) fn add(&mut self, name: &str, value: Option<f64>) {
        if let Some(value) = value.filter(|v| v.is_finite()) {
            self.metrics.insert(name.into(), value);
        }
    }

    pub(super) fn write(&self, file: &Path) -> Result<()> {
        let mut text = String::from("metric\tvalue\n");
        for (name, value) in &self.metrics {
            text += &format!("{name}\t{value}\n");
        }
        if let Some(reason) = &self.failed {
            text += &format!("{FAILED}\t{reason}\n");
        }
        if !self.clusters.is_empty() {
            let labels: Vec<String> = self.clusters.iter().map(usize::to_string).collect();
            text += &format!("clusters\t{}\n", labels.join(" "));
        }
        Ok(imputome_io::write_bytes(file, text.as_bytes())?)
    }

    /// What a file holds; nothing where there is none. Refused when it is something else.
    pub(super) fn read(file: &Path) -> Result<Option<Self>> {
        if !file.is_file() {
            return Ok(None);
        }
        let text = imputome_io::read_text(file)?;
        let mut found = Self::default();
        for line in text.lines().skip(1) {
            let broken = || {
                Failure::input(format!(
                    "{}: expected a metric and its value, found {line:?}; remove the file, and the study makes it again",
                    file.display()
                ))
            };
            let (name, value) = line.split_once('\t').ok_or_else(broken)?;
            match name {
                FAILED => found.failed = Some(value.into()),
                "clusters" => {
                    let labels = value.split(' ').map(str::parse);
                    found.clusters = labels
                        .collect::<std::result::Result<_, _>>()
                        .map_err(|_| broken())?;
                }
                _ => {
                    let value = value.parse().map_err(|_| broken())?;
                    found.metrics.insert(name.into(), value);
                }
            }
        }
        Ok(Some(found))
    }
}

/// A label as the name of a file.
pub(super) fn slug(label: &str) -> String {
    label
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' || c == '.' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

/// Where the results of a trial stand.
pub(super) fn trial_folder(cohort_folder: &Path, hidden: f64, repeat: usize) -> PathBuf {
    cohort_folder.join(format!("hidden-{:.0}-repeat-{repeat}", 100.0 * hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ridge.tsv");
        let mut result = UnitResult {
            clusters: vec![0, 1, 1],
            ..UnitResult::default()
        };
        result.add("rmse_table", Some(1.5));
        result.add("c_index", None);
        result.write(&file).unwrap();
        assert_eq!(UnitResult::read(&file).unwrap(), Some(result));
        let failed = UnitResult::failure("too\tfew");
        failed.write(&file).unwrap();
        assert_eq!(
            UnitResult::read(&file).unwrap().unwrap().failed.as_deref(),
            Some("too few")
        );
        std::fs::write(&file, "metric\tvalue\nrmse").unwrap();
        assert!(UnitResult::read(&file).is_err());
    }
}
