//! Follow-up of patients, in the forms in which it comes.

use std::collections::HashMap;
use std::path::Path;

use imputome_core::Names;
use imputome_io::{Source, covariate_columns, covariate_names};

use crate::failure::Result;

/// Days until death or last seen, and whether death came.
pub(super) type Seen = (f64, bool);

/// Columns of time and event: plain, Xena's survival tables, Xena's clinical matrices.
const COLUMNS: [(&str, &str); 3] = [
    ("os_days", "os_event"),
    ("OS.time", "OS"),
    ("_OS", "_OS_IND"),
];
/// The older form: two columns of days and one of vital status.
const DEATH: &str = "days_to_death";
const LAST_SEEN: [&str; 2] = ["days_to_last_followup", "days_to_last_follow_up"];
const STATUS: &str = "vital_status";
/// Length of a patient's TCGA barcode.
const PATIENT: usize = 12;

/// Follow-up of each sample; nothing where it is not known or not above zero days (reference code
/// of the paper). No follow-up at all where the table has none of the known columns.
pub(super) fn follow_up(file: &Path, samples: &Names) -> Result<Vec<Option<Seen>>> {
    let source = Source::Path(file.to_path_buf());
    let names = covariate_names(&source)?;
    let known = |name: &str| names.iter().any(|n| n == name);
    let Some(key) = names.first() else {
        return Ok(vec![None; samples.len()]);
    };
    let mut seen: HashMap<String, Seen> = HashMap::new();
    let rows = if let Some((time, event)) = COLUMNS.iter().find(|(t, e)| known(t) && known(e)) {
        let columns = covariate_columns(&source, &[key, time, event])?;
        let pairs = columns[1].iter().zip(&columns[2]);
        let pairs: Vec<Option<Seen>> = pairs.map(|(t, e)| seen_of(t, e)).collect();
        columns[0].iter().cloned().zip(pairs).collect()
    } else if let Some(last) = LAST_SEEN
        .iter()
        .find(|l| known(l))
        .filter(|_| known(DEATH) && known(STATUS))
    {
        let columns = covariate_columns(&source, &[key, DEATH, last, STATUS])?;
        let row = |r: usize| {
            let dead = matches!(
                columns[3][r].to_ascii_lowercase().as_str(),
                "dead" | "deceased" | "1"
            );
            let days = if dead { &columns[1][r] } else { &columns[2][r] };
            (
                columns[0][r].clone(),
                seen_of(days, if dead { "1" } else { "0" }),
            )
        };
        (0..columns[0].len()).map(row).collect()
    } else {
        Vec::new()
    };
    for (name, found) in rows {
        if let Some(found) = found {
            let patient = name.get(..PATIENT).unwrap_or(&name).to_string();
            seen.entry(patient).or_insert(found);
            seen.insert(name, found);
        }
    }
    let of = |sample: &str| {
        let patient = sample.get(..PATIENT).unwrap_or(sample);
        seen.get(sample).or_else(|| seen.get(patient)).copied()
    };
    Ok(samples.iter().map(of).collect())
}

fn seen_of(time: &str, event: &str) -> Option<Seen> {
    let time: f64 = time.parse().ok().filter(|t| *t > 0.0)?;
    let event: f64 = event.parse().ok()?;
    Some((time, event > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Option<Seen>> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clinical.tsv");
        std::fs::write(&file, text).unwrap();
        let names = ["TCGA-AA-0001-01", "TCGA-AA-0002-01"]
            .map(String::from)
            .to_vec();
        follow_up(&file, &Names::new("sample", names).unwrap()).unwrap()
    }

    #[test]
    fn every_form_is_read_and_patients_are_found_by_their_barcode() {
        let plain = "sample_id\tos_days\tos_event\nTCGA-AA-0001\t10\t1\nTCGA-AA-0002\t0\t1\n";
        assert_eq!(found(plain), [Some((10.0, true)), None]);
        let xena = "sample\tOS\tOS.time\nTCGA-AA-0002-01\t0\t20\n";
        assert_eq!(found(xena), [None, Some((20.0, false))]);
        let older = "sampleID\tvital_status\tdays_to_death\tdays_to_last_followup\nTCGA-AA-0001-01\tDECEASED\t5\t\nTCGA-AA-0002-01\tLIVING\t\t7\n";
        assert_eq!(found(older), [Some((5.0, true)), Some((7.0, false))]);
        assert_eq!(found("sample\tsex\nTCGA-AA-0001-01\tmale\n"), [None, None]);
    }
}
