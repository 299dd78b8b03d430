//! What one method did in one repeat: a file of rows, written once and read by the page.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

use super::entrants::{NONZERO_MEAN, RAW, ordered};

/// The first line of every such file, and of the tables beside the page.
pub(super) const HEADER: &str = "data\tmethod\trepeat\tsetting\tmetric\tvalue";

/// The metric of a method that gave nothing; its reason is the setting.
const FAILED: &str = "failed";

/// One number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) data: String,
    pub(super) method: String,
    pub(super) repeat: usize,
    /// What else tells it apart, such as a test or a share; may be empty.
    pub(super) setting: String,
    pub(super) metric: String,
    pub(super) value: f64,
}

/// The numbers of one method in one repeat on one data set.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    data: String,
    method: String,
    repeat: usize,
    pub(super) rows: Vec<Row>,
}

impl Unit {
    pub(super) fn new(data: &str, method: &str, repeat: usize) -> Self {
        Self {
            data: data.into(),
            method: method.into(),
            repeat,
            rows: Vec::new(),
        }
    }

    /// Takes in a number; what is none is left out.
    pub(super) fn add(&mut self, setting: &str, metric: &str, value: f64) {
        if value.is_finite() {
            self.push(setting, metric, value);
        }
    }

    /// Says why there is nothing else.
    pub(super) fn fail(&mut self, reason: &str) {
        self.rows.clear();
        self.push(&reason.replace(['\t', '\n', '\r'], " "), FAILED, 1.0);
    }

    fn push(&mut self, setting: &str, metric: &str, value: f64) {
        self.rows.push(Row {
            data: self.data.clone(),
            method: self.method.clone(),
            repeat: self.repeat,
            setting: setting.into(),
            metric: metric.into(),
            value,
        });
    }

    pub(super) fn write(&self, file: &Path) -> Result<()> {
        Ok(imputome_io::write_bytes(
            file,
            as_text(&self.rows).as_bytes(),
        )?)
    }
}

/// Rows as a table of text.
pub(super) fn as_text(rows: &[Row]) -> String {
    let mut text = format!("{HEADER}\n");
    for row in rows {
        let Row {
            data,
            method,
            repeat,
            setting,
            metric,
            value,
        } = row;
        text += &format!("{data}\t{method}\t{repeat}\t{setting}\t{metric}\t{value}\n");
    }
    text
}

/// True when a file holds numbers and not the reason why there are none.
pub(super) fn is_finished(file: &Path) -> Result<bool> {
    Ok(file.is_file() && read(file)?.iter().all(|row| row.metric != FAILED))
}

/// The rows of a file.
fn read(file: &Path) -> Result<Vec<Row>> {
    let text = imputome_io::read_text(file)?;
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Ok(Vec::new());
    }
    lines
        .map(|line| {
            row(line).ok_or_else(|| {
                Failure::input(format!(
                    "{}: expected six fields, found {line:?}; remove the file, and the study makes it again",
                    file.display()
                ))
            })
        })
        .collect()
}

fn row(line: &str) -> Option<Row> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [data, method, repeat, setting, metric, value] = fields[..] else {
        return None;
    };
    Some(Row {
        data: data.into(),
        method: method.into(),
        repeat: repeat.parse().ok()?,
        setting: setting.into(),
        metric: metric.into(),
        value: value.parse().ok()?,
    })
}

/// Everything found by one part of the study.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
}

/// Mean over repeats, and standard deviation where there are two or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mean {
    pub(super) value: f64,
    pub(super) spread: Option<f64>,
}

impl Found {
    /// Reads the files of a part, those that failed included, in an order that does not depend
    /// on the disk.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut found = Self::default();
        for data in entries(folder) {
            for file in entries(&data).iter().filter(|file| file.is_file()) {
                found.rows.extend(read(file)?);
            }
        }
        Ok(found)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Data sets, simulations first, in the order of the alphabet.
    pub(super) fn data(&self) -> Vec<String> {
        let mut names: Vec<String> = self.rows.iter().map(|row| row.data.clone()).collect();
        names.sort_by_key(|name| (!name.starts_with("simul"), name.clone()));
        names.dedup();
        names
    }

    /// Methods in the order of the study.
    pub(super) fn methods(&self) -> Vec<String> {
        ordered(self.rows.iter().map(|row| row.method.clone()).collect())
    }

    /// Methods as figures draw them, what is learned first, so that each has one color everywhere.
    pub(super) fn drawn(&self) -> Vec<String> {
        let mut methods = self.methods();
        methods.sort_by_key(|method| [NONZERO_MEAN, RAW].iter().position(|m| m == method));
        methods
    }

    /// Settings of a metric in the order in which they stand.
    pub(super) fn settings(&self, metric: &str) -> Vec<String> {
        let mut settings: Vec<String> = Vec::new();
        for row in self.rows.iter().filter(|row| row.metric == metric) {
            if !settings.contains(&row.setting) {
                settings.push(row.setting.clone());
            }
        }
        settings
    }

    /// A metric over repeats, nothing where it is not known.
    pub(super) fn mean(
        &self,
        data: &str,
        method: &str,
        (setting, metric): (&str, &str),
    ) -> Option<Mean> {
        let same = |row: &&Row| {
            row.data == data
                && row.method == method
                && row.setting == setting
                && row.metric == metric
        };
        Mean::of(self.rows.iter().filter(same).map(|row| row.value).collect())
    }

    /// Methods that gave nothing, and why.
    pub(super) fn failures(&self) -> Vec<String> {
        let failed = self.rows.iter().filter(|row| row.metric == FAILED);
        failed
            .map(|row| {
                format!(
                    "{} on {} gave nothing: {}.",
                    row.method, row.data, row.setting
                )
            })
            .collect()
    }
}

impl Mean {
    pub(super) fn of(values: Vec<f64>) -> Option<Self> {
        let n = values.len() as f64;
        let value = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - value).powi(2)).sum();
        let spread = (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
        (!values.is_empty()).then_some(Self { value, spread })
    }

    /// As a cell of a table.
    pub(super) fn cell(self) -> String {
        match self.spread {
            Some(spread) => format!("{} ± {}", number(self.value), number(spread)),
            None => number(self.value),
        }
    }
}

/// A number for a table: three decimals, four below a tenth, fewer above a hundred.
pub(super) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 => 0,
        size if size < 0.1 => 4,
        size if size < 10.0 => 3,
        size if size < 1000.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}

/// A label as the name of a file.
pub(super) fn slug(label: &str) -> String {
    let plain = |c: char| match c {
        c if c.is_ascii_alphanumeric() || c == '-' || c == '.' => c,
        _ => '_',
    };
    label.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back_and_averaged() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("simulation")).unwrap();
        for (repeat, value) in [(0, 1.0), (1, 3.0)] {
            let mut unit = Unit::new("simulation", "raw", repeat);
            unit.add("welch", "auc", value);
            unit.add("welch", "nothing", f64::NAN);
            let file = folder.path().join(format!("simulation/raw-{repeat}.tsv"));
            unit.write(&file).unwrap();
            assert!(is_finished(&file).unwrap());
        }
        let found = Found::read(folder.path()).unwrap();
        assert_eq!(
            (found.rows.len(), found.settings("auc")),
            (2, vec!["welch".into()])
        );
        let mean = found.mean("simulation", "raw", ("welch", "auc")).unwrap();
        assert_eq!((mean.value, mean.spread), (2.0, Some(2.0_f64.sqrt())));
        assert_eq!(found.mean("simulation", "raw", ("", "auc")), None);
    }

    #[test]
    fn a_failure_is_told_and_not_finished() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("raw-0.tsv");
        let mut unit = Unit::new("sc_cbmc", "raw", 0);
        unit.add("", "mse", 1.0);
        unit.fail("too\tfew");
        unit.write(&file).unwrap();
        assert!(!is_finished(&file).unwrap());
        std::fs::write(&file, format!("{HEADER}\nno row\n")).unwrap();
        assert!(is_finished(&file).is_err());
    }
}
