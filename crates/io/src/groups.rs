//! The donor of a sample, by its name.

/// Columns of covariate tables that hold the donor, in lower case, the likeliest first.
pub(crate) const GROUP_COLUMNS: [&str; 12] = [
    "donor_id",
    "donor",
    "subject_id",
    "subject",
    "subjid",
    "patient_id",
    "patient",
    "individual_id",
    "individual",
    "case_id",
    "participant_id",
    "participant",
];

/// The donor in a GTEx sample name (its first two fields between dashes; `K-562` for its control) or the patient in a
/// TCGA barcode (its first twelve characters).
pub(crate) fn donor_of(sample: &str) -> Option<&str> {
    if let Some(rest) = sample.strip_prefix("GTEX-") {
        let length = rest.find('-').unwrap_or(rest.len());
        return (length > 0).then(|| &sample[.."GTEX-".len() + length]);
    }
    /// The cell line that GTEx sequenced as a control.
    const CONTROL: &str = "K-562";
    if sample.starts_with("K-562-") {
        return Some(CONTROL);
    }
    /// `TCGA-`, two characters of the site, `-`, four of the participant.
    const TCGA_PATIENT: usize = 12;
    let patient = sample.get(..TCGA_PATIENT)?;
    let dashes = patient.as_bytes()[4] == b'-' && patient.as_bytes()[7] == b'-';
    let ends = sample.len() == TCGA_PATIENT || sample.as_bytes()[TCGA_PATIENT] == b'-';
    (patient.starts_with("TCGA") && dashes && ends).then_some(patient)
}

/// The donor of every sample when most names tell one; a sample whose name tells none is its
/// own donor. Also how many names told one.
pub(crate) fn donors_of<'a>(
    samples: impl ExactSizeIterator<Item = &'a str>,
) -> Option<(Vec<String>, usize)> {
    let total = samples.len();
    let mut told = 0;
    let donors = samples
        .map(|sample| {
            let donor = donor_of(sample);
            told += usize::from(donor.is_some());
            donor.unwrap_or(sample).to_string()
        })
        .collect();
    (2 * told > total).then_some((donors, told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gtex_and_tcga_names_tell_the_donor() {
        assert_eq!(donor_of("GTEX-111CU-1826-SM-5GZYN"), Some("GTEX-111CU"));
        assert_eq!(
            donor_of("TCGA-OR-A5J1-01A-11R-A29S-07"),
            Some("TCGA-OR-A5J1")
        );
        assert_eq!(donor_of("TCGA-3C-AAAU"), Some("TCGA-3C-AAAU"));
        assert_eq!(donor_of("K-562-SM-2AXVE"), Some("K-562"));
        assert_eq!(donor_of("cell_1"), None);
        assert_eq!(donor_of("TCGÄ-3C-AAAUX"), None);
    }
}
