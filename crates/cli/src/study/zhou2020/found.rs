//! What is finished of a cohort: metrics by method, share and repeat.

use crate::evaluation::number;
use crate::failure::Result;

use super::super::Given;
use super::cohorts::{Cohort, StudySet};
use super::plan::{entrants, repeats, shares};
use super::results::{UnitResult, slug, trial_folder};
use super::units::{cohort_folder, full_file};

/// Results of a method in a cohort.
pub(super) struct Line {
    pub(super) label: String,
    /// Share, repeat and what came of it.
    pub(super) results: Vec<(f64, usize, UnitResult)>,
}

/// Results of a cohort.
pub(super) struct Found<'a> {
    pub(super) set: &'a StudySet,
    pub(super) cohort: &'a Cohort,
    pub(super) full: Option<UnitResult>,
    pub(super) lines: Vec<Line>,
    /// Shares hidden, ascending.
    pub(super) shares: Vec<f64>,
}

impl<'a> Found<'a> {
    /// What stands in the folder of the study.
    pub(super) fn read(set: &'a StudySet, cohort: &'a Cohort, given: &Given) -> Result<Self> {
        let folder = cohort_folder(set, cohort, given);
        let mut lines = Vec::new();
        for entrant in entrants(given, set.taught) {
            let label = entrant.label();
            let mut results = Vec::new();
            for hidden in shares(given) {
                for repeat in 1..=repeats(given) {
                    let file =
                        trial_folder(&folder, hidden, repeat).join(format!("{}.tsv", slug(&label)));
                    if let Some(result) = UnitResult::read(&file)? {
                        results.push((hidden, repeat, result));
                    }
                }
            }
            if !results.is_empty() {
                lines.push(Line { label, results });
            }
        }
        Ok(Self {
            set,
            cohort,
            full: UnitResult::read(&full_file(&folder))?,
            lines,
            shares: shares(given),
        })
    }

    /// A line per method, share, repeat and metric.
    pub(super) fn rows(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            for (hidden, repeat, result) in &line.results {
                for (metric, value) in &result.metrics {
                    text += &format!(
                        "{}\t{}\t{}\t{hidden}\t{repeat}\t{metric}\t{value}\n",
                        self.set.name, self.cohort.name, line.label
                    );
                }
            }
        }
        text
    }

    /// A title that names cohort and set.
    pub(super) fn title(&self, what: &str) -> String {
        format!("{}, {}: {what}", self.cohort.name, self.set.name)
    }

    /// The name of a part, by cohort and set.
    pub(super) fn name(&self, part: &str) -> String {
        format!(
            "{part}-{}-{}",
            self.set.name,
            slug(&self.cohort.name).to_lowercase()
        )
    }
}

impl Line {
    /// Mean over repeats, and standard deviation where there are two or more.
    pub(super) fn summary(&self, metric: &str, hidden: f64) -> Option<(f64, Option<f64>)> {
        let at_share = self.results.iter().filter(|(share, _, _)| *share == hidden);
        let values: Vec<f64> = at_share
            .filter_map(|(_, _, result)| result.metrics.get(metric).copied())
            .collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let spread = (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
        (!values.is_empty()).then_some((mean, spread))
    }

    /// The same in words; empty where there is nothing.
    pub(super) fn cell(&self, metric: &str, hidden: f64, digits: usize) -> String {
        match self.summary(metric, hidden) {
            None => String::new(),
            Some((mean, None)) => number(mean, digits),
            Some((mean, Some(spread))) => {
                format!("{} ± {}", number(mean, digits), number(spread, digits))
            }
        }
    }

    /// Why a method gave nothing.
    pub(super) fn failure(&self, hidden: f64) -> Option<&str> {
        let at_share = self.results.iter().filter(|(share, _, _)| *share == hidden);
        at_share
            .filter_map(|(_, _, result)| result.failed.as_deref())
            .next()
    }
}
