//! Samples of two tables told to be the same, by name or by TCGA barcode.

use std::collections::HashMap;

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

/// Length of `TCGA-`, site, participant and sample type, such as `TCGA-OR-A5J1-01`.
const TCGA_SAMPLE: usize = 15;
/// Primary solid tumor, the sample type meant where a barcode names none (GDC code tables).
const PRIMARY_TUMOR: &str = "-01";

impl SampleKeys {
    /// Matches by name where any name is shared, else by patient and sample type of TCGA barcodes.
    pub(crate) fn between(samples: &Names, others: &Names) -> Self {
        let by_name: Vec<Option<usize>> = samples.iter().map(|s| others.position(s)).collect();
        let all_alike = by_name.iter().any(Option::is_some);
        let mut names = samples.iter().chain(others.iter());
        if all_alike || !names.any(|name| tcga_sample(name).is_some()) {
            return Self {
                rows: by_name,
                repeated: Vec::new(),
                by: "name",
            };
        }
        Self::by_barcode(samples, others)
    }

    fn by_barcode(samples: &Names, others: &Names) -> Self {
        let mut row_of: HashMap<String, usize> = HashMap::new();
        let mut repeated = Vec::new();
        for (row, name) in others.iter().enumerate() {
            let Some(key) = tcga_sample(name) else {
                continue;
            };
            if row_of.contains_key(&key) {
                repeated.push(row);
            } else {
                row_of.insert(key, row);
            }
        }
        let row = |name: &str| row_of.get(&tcga_sample(name)?).copied();
        Self {
            rows: samples.iter().map(row).collect(),
            repeated,
            by: "patient and sample type of TCGA barcodes",
        }
    }

    /// How many samples have a row.
    pub(crate) fn shared(&self) -> usize {
        self.rows.iter().flatten().count()
    }
}

/// Patient and sample type of a TCGA barcode, in dashes; the primary tumor where it names no type.
fn tcga_sample(name: &str) -> Option<String> {
    let name = name.replace('.', "-");
    let patient = donor_of(&name).filter(|patient| patient.starts_with("TCGA-"))?;
    match name.get(..TCGA_SAMPLE) {
        Some(sample) => Some(sample.to_string()),
        None => Some(format!("{patient}{PRIMARY_TUMOR}")),
    }
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
    fn equal_names_go_before_barcodes() {
        let keys = SampleKeys::between(&names(&["s1", "s2"]), &names(&["s2"]));
        assert_eq!((keys.rows, keys.by), (vec![None, Some(0)], "name"));
    }
}
