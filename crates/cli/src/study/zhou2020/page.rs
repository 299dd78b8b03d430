//! The report on all that is finished.

use imputome_report::{StudyReport, StudySection};

use crate::context::Context;
use crate::failure::Result;

use super::super::Given;
use super::super::writing::write_report;
use super::cohorts::StudySet;
use super::found::Found;

/// Everything found, a line per cohort, method, share, repeat and metric.
const SCORES_FILE: &str = "scores.tsv";

/// Writes tables, figures and report, and prints the table at one half.
pub(super) fn write(sets: &[StudySet], given: &Given, context: &Context) -> Result<()> {
    let mut sections = Vec::new();
    let mut scores = String::from("set\tcohort\tmethod\thidden\trepeat\tmetric\tvalue\n");
    for set in sets {
        for cohort in &set.cohorts {
            let found = Found::read(set, cohort, given)?;
            scores += &found.rows();
            if !found.lines.is_empty() {
                sections.extend(found.sections());
            }
        }
    }
    let report = StudyReport {
        title: "Is TDimpute's account of itself found again?".into(),
        source: "Zhou, Chai, Zhao, Luo and Yang, Imputing missing RNA-sequencing data from DNA methylation by using a transfer learning-based neural network, GigaScience 9:giaa076, 2020.".into(),
        findings: findings(sets, &sections),
        sections,
    };
    write_report(
        &report,
        &[(SCORES_FILE, scores)],
        "half",
        &given.output,
        context,
    )
}

/// What was found first, then of what.
fn findings(sets: &[StudySet], sections: &[StudySection]) -> Vec<String> {
    let found = sections
        .iter()
        .flat_map(|section| section.discussion.iter().cloned());
    let cohorts = sets
        .iter()
        .flat_map(|set| set.cohorts.iter().map(move |cohort| (set, cohort)));
    let described = cohorts.map(|(set, cohort)| format!("{} ({})", cohort.in_words(), set.title));
    found.chain(described).collect()
}
