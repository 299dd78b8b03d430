//! Samples of two tables told to be the same, by name or by TCGA barcode.

use std::collections::{HashMap, HashSet};

use imputome_core::Names;

use crate::groups::donor_of;

/// Which row of another table belongs to each sample.
#[derive(Debug)]
pub(crate) struct SampleKeys {
    /// Row of the other table, one per sample.
    pub(crate) rows: Vec<Option<usize>>,
    /// Rows of the other table that measure a sample once more.
    pub(crate) repeated: Vec<usize>,
    /// What they were matched by.
    pub(crate) by: &'static str,
}

/// Lengths of `TCGA-OR-A5J1-01A` (with the vial) and of `TCGA-OR-A5J1-01`, the closer match first.
const TCGA_SAMPLE: [usize; 2] = [16, 15];
/// Primary solid tumor, the sample type meant where a barcode names none (GDC code tables).
const PRIMARY_TUMOR: &str = "-01";

impl SampleKeys {
    /// Matches each sample by name, those left by patient and sample type of TCGA barcodes.
    pub(crate) fn between(samples: &Names, others: &Names) -> Self {
        let mut keys = Self {
            rows: samples.iter().map(|s| others.position(s)).collect(),
            repeated: Vec::new(),
            by: "name",
        };
        for length in TCGA_SAMPLE {
            keys.match_barcodes(samples, others, length);
        }
        let known: HashSet<String> = samples.iter().filter_map(|s| tcga_sample(s, 15)).collect();
        let taken: HashSet<usize> = keys.rows.iter().flatten().copied().collect();
        keys.repeated = (0..others.len())
            .filter(|row| !taken.contains(row))
            .filter(|&row| tcga_sample(&others[row], 15).is_some_and(|key| known.contains(&key)))
            .collect();
        keys
    }

    fn match_barcodes(&mut self, samples: &Names, others: &Names, length: usize) {
        let taken: HashSet<usize> = self.rows.iter().flatten().copied().collect();
        let mut row_of: HashMap<String, usize> = HashMap::new();
        for (row, name) in others
            .iter()
            .enumerate()
            .filter(|(row, _)| !taken.contains(row))
        {
            if let Some(key) = tcga_sample(name, length) {
                row_of.entry(key).or_insert(row);
            }
        }
        for (row, name) in self.rows.iter_mut().zip(samples.iter()) {
            if row.is_none() {
                *row = tcga_sample(name, length).and_then(|key| row_of.get(&key).copied());
                if row.is_some() {
                    self.by = "patient and sample type of TCGA barcodes";
                }
            }
        }
    }

    /// How many samples have a row.
    pub(crate) fn shared(&self) -> usize {
        self.rows.iter().flatten().count()
    }
}

/// The first `length` characters of a TCGA barcode, in dashes; the primary tumor where it names no
/// sample type.
fn tcga_sample(name: &str, length: usize) -> Option<String> {
    let name = name.replace('.', "-");
    let patient = donor_of(&name).filter(|patient| patient.starts_with("TCGA-"))?;
    if name.len() == patient.len() {
        return Some(format!("{patient}{PRIMARY_TUMOR}"));
    }
    Some(name.get(..length).unwrap_or(&name).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Names {
        Names::new("sample", list.iter().map(|n| n.to_string()).collect()).unwrap()
    }

    #[test]
    fn barcodes_of_two_assays_meet_at_patient_and_sample_type() {
        let rna = names(&[
            "TCGA-OR-A5J1-01A-11R-A29S-07",
            "TCGA-OR-A5J2-11A-11R-A29S-07",
        ]);
        let methylation = names(&[
            "TCGA-OR-A5J2-01A-11D-A29J-05",
            "TCGA-OR-A5J1-01A-11D-A29J-05",
            "TCGA-OR-A5J1-01B-11D-A29J-05",
        ]);
        let keys = SampleKeys::between(&rna, &methylation);
        assert_eq!(keys.rows, [Some(1), None]);
        assert_eq!(keys.repeated, [2]);
    }

    #[test]
    fn a_bare_patient_is_the_primary_tumor_and_points_count_as_dashes() {
        let keys = SampleKeys::between(
            &names(&["TCGA.3C.AAAU"]),
            &names(&["TCGA-3C-AAAU-11A", "TCGA-3C-AAAU-01A"]),
        );
        assert_eq!(keys.rows, [Some(1)]);
    }

    #[test]
    fn one_equal_name_does_not_keep_the_others_from_their_barcodes() {
        let keys = SampleKeys::between(
            &names(&["TCGA-OR-A5J1-01", "TCGA-OR-A5J2-01B-11R"]),
            &names(&[
                "TCGA-OR-A5J2-01A-11D",
                "TCGA-OR-A5J1-01",
                "TCGA-OR-A5J2-01B-11D",
            ]),
        );
        assert_eq!(keys.rows, [Some(1), Some(2)]);
        assert_eq!(keys.repeated, [0]);
    }

    #[test]
    fn equal_names_go_before_barcodes() {
        let keys = SampleKeys::between(&names(&["s1", "s2"]), &names(&["s2"]));
        assert_eq!((keys.rows, keys.by), (vec![None, Some(0)], "name"));
    }
}
