//! The report on all that is finished.

use imputome_report::{StudyReport, StudySection};

use crate::failure::Result;

use super::super::writing::{Beside, write_report};
use super::accuracy_section::{AGAINST_MEAN, ERRS_LESS};
use super::entrants::OURS;
use super::parts::Part;
use super::rows::{Found, as_text};
use super::study::Study;
use super::verdicts::HURTS;
use super::{
    accuracy_section, clustering_section, expression_section, fish_section, published,
    speed_section, training_section, truth_section,
};

/// How names of sections begin whose tables are printed.
const PRINTED: &str = "part-";

/// Tables beside the page.
const FILES: [(Part, &str); 7] = [
    (Part::Accuracy, "accuracy.tsv"),
    (Part::Fish, "fish.tsv"),
    (Part::Clustering, "clustering.tsv"),
    (Part::Expression, "expression.tsv"),
    (Part::Speed, "speed.tsv"),
    (Part::Training, "training.tsv"),
    (Part::Truth, "truth.tsv"),
];

/// Writes page, tables and figures, and prints the tables.
pub(super) fn write(study: &Study) -> Result<()> {
    let mut sections: Vec<StudySection> = Vec::new();
    let mut beside: Vec<Beside> = Vec::new();
    for (part, file) in FILES {
        let found = study.found(part)?;
        if !found.is_empty() {
            beside.push((file, as_text(&found.rows)));
        }
        sections.extend(section(study, part, &found)?);
    }
    let findings = findings(&sections);
    sections.push(published::sources());
    let report = StudyReport {
        title: "Is DeepImpute's account of itself found again?".into(),
        source: "Arisdakessian, Poirion, Yunits, Zhu and Garmire, DeepImpute: an accurate, fast, and scalable deep neural network method to impute single-cell RNA-seq data, Genome Biology 20:211, 2019.".into(),
        findings,
        sections,
    };
    for line in &report.findings {
        study.context.terminal.say(line);
    }
    write_report(
        &report,
        &beside,
        PRINTED,
        &study.given.output,
        study.context,
    )
}

fn section(study: &Study, part: Part, found: &Found) -> Result<Option<StudySection>> {
    match part {
        Part::Accuracy => accuracy_section::section(study, found),
        Part::Clustering => clustering_section::section(study, found),
        Part::Fish if found.is_empty() && !is_asked(study, part) => Ok(None),
        Part::Fish => Ok(Some(fish_section::section(found))),
        Part::Expression => Ok(expression_section::section(found)),
        Part::Speed => Ok(speed_section::section(found)),
        Part::Training => Ok(training_section::section(found)),
        Part::Truth => Ok(truth_section::section(found)),
    }
}

/// Whether a part was named, or all are taken.
fn is_asked(study: &Study, part: Part) -> bool {
    let parts = &study.given.parts;
    parts.is_empty() || parts.iter().any(|name| name == part.name())
}

/// What stands first: where imputation hurts, in the words of the sections; other methods than ours
/// are left to those.
fn findings(sections: &[StudySection]) -> Vec<String> {
    let said = || sections.iter().flat_map(|section| &section.discussion);
    let hurts = |line: &&String| line.contains(HURTS);
    let first = match (said().count(), said().filter(hurts).count()) {
        (0, _) => return vec!["Nothing is finished yet.".into()],
        (_, 0) => "Imputation hurts in none of the comparisons made so far.".to_string(),
        (all, n) => format!(
            "Imputation hurts in {n} of the {all} statements below: a table with filled zeros is not a better table for every study."
        ),
    };
    let judged = format!("{OURS} {ERRS_LESS}");
    let compared = said().filter(|line| line.contains(AGAINST_MEAN)).count();
    let better = said().filter(|line| line.contains(&judged)).count();
    let accuracy = (compared > 0).then(|| {
        format!("On hidden counts {OURS} errs less than the mean of each gene's non-zeros on {better} of {compared} data sets.")
    });
    let of_ours =
        |line: &&String| line.contains(&format!("{OURS} {HURTS}")) || line.contains("imputing");
    let ours = said().filter(hurts).filter(of_ours).cloned();
    std::iter::once(first).chain(accuracy).chain(ours).collect()
}
