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
    /// Samples whose row is of another vial, the only one of that patient and sample type.
    pub(crate) other_vials: Vec<usize>,
    /// What they were matched by.
    pub(crate) by: &'static str,
}

/// Length of `TCGA-OR-A5J1-01A`, the closest match: patient, sample type and vial.
const VIAL: usize = 16;
/// Length of `TCGA-OR-A5J1-01`: patient and sample type.
const TYPE: usize = 15;
const BARCODES: &str = "patient and sample type of TCGA barcodes";
/// Primary solid tumor, the sample type meant where a barcode names none (GDC code tables).
const PRIMARY_TUMOR: &str = "-01";

impl SampleKeys {
    /// Matches each sample by name, those left by patient and sample type of TCGA barcodes.
    pub(crate) fn between(samples: &Names, others: &Names) -> Self {
        let mut keys = Self {
            rows: samples.iter().map(|s| others.position(s)).collect(),
            repeated: Vec::new(),
            other_vials: Vec::new(),
            by: "name",
        };
        keys.match_barcodes(samples, others, VIAL);
        keys.match_barcodes(samples, others, TYPE);
        keys.match_vials(samples, others);
        let matched = samples
            .iter()
            .zip(&keys.rows)
            .filter(|(_, row)| row.is_some());
        let known: HashSet<String> = matched.filter_map(|(s, _)| tcga_sample(s, TYPE)).collect();
        let taken: HashSet<usize> = keys.rows.iter().flatten().copied().collect();
        keys.repeated = (0..others.len())
            .filter(|row| !taken.contains(row))
            .filter(|&row| tcga_sample(&others[row], TYPE).is_some_and(|key| known.contains(&key)))
            .collect();
        keys
    }

    /// Matches by the first `length` characters of barcodes; where a vial is named on both sides,
    /// never to another one.
    fn match_barcodes(&mut self, samples: &Names, others: &Names, length: usize) {
        let mut row_of: HashMap<String, Vec<usize>> = HashMap::new();
        for row in self.left(others) {
            if let Some(key) = tcga_sample(&others[row], length) {
                row_of.entry(key).or_default().push(row);
            }
        }
        let apart = |name: &str, row: usize| length < VIAL && vial(name) && vial(&others[row]);
        for (row, name) in self.rows.iter_mut().zip(samples.iter()) {
            if row.is_none() {
                let rows = tcga_sample(name, length).and_then(|key| row_of.get(&key));
                let mut rows = rows.into_iter().flatten();
                *row = rows.find(|&&row| !apart(name, row)).copied();
                if row.is_some() {
                    self.by = BARCODES;
                }
            }
        }
    }

    /// Matches samples left to another vial of their patient and sample type, such as `01A` to
    /// `01B`, where there is exactly one on either side.
    fn match_vials(&mut self, samples: &Names, others: &Names) {
        let mut vials: HashMap<String, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for (sample, name) in samples.iter().enumerate() {
            if let Some(key) = tcga_sample(name, TYPE).filter(|_| self.rows[sample].is_none()) {
                vials.entry(key).or_default().0.push(sample);
            }
        }
        for row in self.left(others) {
            let key = tcga_sample(&others[row], TYPE);
            if let Some((_, rows)) = key.and_then(|key| vials.get_mut(&key)) {
                let same = |&known: &usize| tcga_sample(&others[known], VIAL);
                let own = tcga_sample(&others[row], VIAL);
                // A further aliquot of a vial is not a further vial.
                if !rows.iter().any(|known| same(known) == own) {
                    rows.push(row);
                }
            }
        }
        for (of_table, rows) in vials.values() {
            if let ([sample], [row]) = (of_table.as_slice(), rows.as_slice()) {
                self.rows[*sample] = Some(*row);
                self.other_vials.push(*sample);
                self.by = BARCODES;
            }
        }
        self.other_vials.sort_unstable();
    }

    /// Rows of the other table that belong to no sample yet.
    fn left(&self, others: &Names) -> Vec<usize> {
        let taken: HashSet<usize> = self.rows.iter().flatten().copied().collect();
        (0..others.len())
            .filter(|row| !taken.contains(row))
            .collect()
    }

    /// How many samples have a row.
    pub(crate) fn shared(&self) -> usize {
        self.rows.iter().flatten().count()
    }
}

/// Whether a barcode names its vial.
fn vial(name: &str) -> bool {
    tcga_sample(name, VIAL).is_some_and(|key| key.len() == VIAL)
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
    fn another_vial_is_taken_where_it_is_the_only_one_on_either_side() {
        let rna = names(&[
            "TCGA-OR-A5J1-01A-11R",
            "TCGA-OR-A5J2-01A-11R",
            "TCGA-OR-A5J3-01A-11R",
            "TCGA-OR-A5J3-01C-11R",
        ]);
        let methylation = names(&[
            "TCGA-OR-A5J1-01B-11D",
            "TCGA-OR-A5J1-01B-21D",
            "TCGA-OR-A5J2-01B-11D",
            "TCGA-OR-A5J2-01C-11D",
            "TCGA-OR-A5J3-01B-11D",
        ]);
        let keys = SampleKeys::between(&rna, &methylation);
        assert_eq!(keys.rows, [Some(0), None, None, None]);
        assert_eq!((keys.other_vials, keys.repeated), (vec![0], vec![1]));
    }

    #[test]
    fn equal_names_go_before_barcodes() {
        let keys = SampleKeys::between(&names(&["s1", "s2"]), &names(&["s2"]));
        assert_eq!((keys.rows, keys.by), (vec![None, Some(0)], "name"));
    }
}
