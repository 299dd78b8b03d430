//! Samples of a study: donor, tissue, sex, age, and where they are from.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use imputome_core::{Dataset, Names};
use imputome_io::{Layout, Source, Target, covariate_columns};

use crate::failure::Result;

/// What is known of a sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    pub(super) donor: String,
    pub(super) tissue: String,
    pub(super) sex: String,
    /// Years.
    pub(super) age: Option<f64>,
    /// Cohort of another study; empty for GTEx.
    pub(super) cohort: String,
}

/// An expression table and its samples, in the same order.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) data: Dataset,
    pub(super) samples: Vec<Sample>,
}

impl Table {
    /// Writes the table and, beside it, what is known of its samples.
    pub(super) fn write(&self, folder: &Path, name: &str) -> Result<()> {
        let mut text = String::from("sample_id\tdonor\ttissue\tsex\tage\tcohort\n");
        for (id, sample) in self.data.samples.iter().zip(&self.samples) {
            let age = sample.age.map_or(String::new(), |age| age.to_string());
            let Sample {
                donor,
                tissue,
                sex,
                cohort,
                ..
            } = sample;
            let _ = writeln!(text, "{id}\t{donor}\t{tissue}\t{sex}\t{age}\t{cohort}");
        }
        imputome_io::write_bytes(&folder.join(format!("{name}.samples.tsv")), text.as_bytes())?;
        let target = Target::Path(folder.join(format!("{name}.tsv.gz")));
        Ok(imputome_io::write_table(
            &target,
            &self.data,
            &Layout::tsv(),
        )?)
    }

    /// The given samples.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        Self {
            data: self.data.select_samples(rows),
            samples: rows.iter().map(|&row| self.samples[row].clone()).collect(),
        }
    }

    /// The given genes under new names.
    pub(super) fn with_genes(&self, columns: &[usize], names: Vec<String>) -> Result<Self> {
        let mut data = self.data.select_genes(columns);
        data.genes = Names::new("gene", names)?;
        Ok(Self {
            data,
            samples: self.samples.clone(),
        })
    }
}

/// Rows of a table of text by the names in its first column asked for.
pub(super) fn rows_by_name(file: &Path, columns: &[&str]) -> Result<HashMap<String, Vec<String>>> {
    let source = Source::Path(file.into());
    let columns = covariate_columns(&source, columns)?;
    let (names, others) = columns.split_first().expect("a name is asked for");
    let row = |at: usize| others.iter().map(|column| column[at].clone()).collect();
    Ok(names
        .iter()
        .enumerate()
        .map(|(at, name)| (name.clone(), row(at)))
        .collect())
}

/// The middle of an age bracket such as `60-69`; the number itself where it is one.
pub(super) fn age_of(text: &str) -> Option<f64> {
    match text.split_once('-') {
        Some((from, to)) => Some(f64::midpoint(
            from.trim().parse().ok()?,
            to.trim().parse().ok()?,
        )),
        None => text.trim().parse().ok(),
    }
}

/// Sex as the GTEx portal codes it: 1 is male, 2 female.
pub(super) fn sex_of(code: &str) -> String {
    match code.trim() {
        "1" => "male".into(),
        "2" => "female".into(),
        other => other.to_lowercase(),
    }
}

/// The donor in a GTEx sample id: its first two fields.
pub(super) fn donor_of(sample: &str) -> String {
    sample.splitn(3, '-').take(2).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portals_codes_become_words_and_numbers() {
        assert_eq!(age_of("60-69"), Some(64.5));
        assert_eq!(age_of("58.9"), Some(58.9));
        assert_eq!(age_of(""), None);
        assert_eq!(sex_of("2"), "female");
        assert_eq!(donor_of("GTEX-1117F-0226-SM-5GZZ7"), "GTEX-1117F");
    }
}
